"""Formats: texts that are of one, and texts that are not."""

import time
from pathlib import Path
from typing import Annotated

import pytest
from model_documents import catalog_of, read, refused
from pydantic import TypeAdapter, ValidationError
from pymacaron_core.models import Format, faults_of
from pymacaron_core.models.formats import INTEGERS, checker, meaning

CASES: dict[str, tuple[list[str], list[str]]] = {
    "email": (
        [
            "joe.bloggs@example.com",
            "te~st@example.com",
            "~test@example.com",
            '"joe bloggs"@example.com',
            '"joe..bloggs"@example.com',
            '"joe@bloggs"@example.com',
            "joe.bloggs@[127.0.0.1]",
            "joe.bloggs@[IPv6:::1]",
            "te.s.t@example.com",
            "a@localhost",
        ],
        [
            "2962",
            ".test@example.com",
            "test.@example.com",
            "te..st@example.com",
            "joe.bloggs@invalid=domain.com",
            "joe.bloggs@[127.0.0.300]",
            "user1@oceania.org, user2@oceania.org",
            '"Joe" <joe@example.com>',
            "@a",
            "a@",
            "",
            "a b@c.d",
            "\uc2e4\ub840@\uc2e4\ub840.\ud14c\uc2a4\ud2b8",
            "a@b_c",
        ],
    ),
    "idn-email": (
        ["\uc2e4\ub840@\uc2e4\ub840.\ud14c\uc2a4\ud2b8", "joe.bloggs@example.com"],
        ["2962", "@x", "\u00e9 \u00e9@x.y"],
    ),
    "hostname": (
        [
            "www.example.com",
            "xn--4gbwdl.xn--wgbh1c",
            "hostname",
            "host-name",
            "h0stn4me",
            "1host",
            "hostnam3",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
            "a",
        ],
        [
            "-a-host-name-that-starts-with--",
            "not_a_valid_host_name",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
            "-hostname",
            "hostname-",
            "_hostname",
            "host_name",
            "",
            ".",
            ".example",
            "example.",
            "example\uff0ecom",
            "xn--X",
            "XN--aa---o47jg78q",
            "xn--hello-txk",
            "xn--hello-zed",
            "xn--07jt112bpxg.xn--",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ],
    ),
    "idn-hostname": (
        [
            "\u00dcber.DE",
            "\uc2e4\ub840.\ud14c\uc2a4\ud2b8",
            "fa\u00df.de",
            "stra\u00dfe.de",
            "l\u00b7l",
            "\u03b2\u03b1",
            "\u05d0\u05f3\u05d1",
            "ab-c",
            "\u03b1\u0375\u03b2",
            "\u30fb\u3041",
            "\u30fb\u4e08",
            "\u0628\u0660\u0628",
            "\u0915\u094d\u200d\u0937",
            "\uae30\uc5c5",
        ],
        [
            "\u302e\uc2e4\ub840.\ud14c\uc2a4\ud2b8",
            "-> $1.00 --",
            "-hello",
            "hello-",
            "a\u00b7l",
            "\u03b1\u0375S",
            "A\u05f3\u05d1",
            "def\u30fbabc",
            "\u0628\u0660\u06f0",
            "\u0915\u200d\u0937",
            "\u0660\u06f0",
            "\u0903hello",
            "\u0300hello",
            "\u302e\uc2e4\ub840",
            "x\u00d7y",
            "",
        ],
    ),
    "ipv4": (
        ["192.168.0.1", "0.0.0.0"],
        [
            "127.0.0.0.1",
            "256.256.256.256",
            "127.0",
            "0x7f000001",
            "2130706433",
            "087.10.0.1",
            "1\u09e87.0.0.1",
            "192.168.1.0/24",
            " 1.2.3.4",
            "1.2.3.4\n",
        ],
    ),
    "ipv6": (
        [
            "::1",
            "::",
            "::abef",
            "1:2:3:4:5:6:7::",
            "::42:ff:1",
            "d6::",
            "1:d6::42",
            "::ffff:192.168.0.1",
            "1:2:3:4:5:6:7:8",
            "1:2::192.168.0.1",
        ],
        [
            "12345::",
            "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
            "::laptop",
            ":2:3:4:5:6:7:8",
            "1::d6::42",
            "1::2:192.168.256.1",
            "::ffff:192.168.0.01",
            "fe80::a%eth1",
            "fe80::/64",
            "1:2:3:4:5:6:7:\u09ea",
            " ::1",
            "1:2:3:4:1.2.3",
            "1.2.3.4",
            "[::1]",
            "1:2:3:4:5:6:7:8:9",
        ],
    ),
    "uri": (
        [
            "http://foo.bar/?baz=qux#quuz",
            "http://foo.com/blah_(wikipedia)_blah#cite-1",
            "http://foo.bar/?q=Test%20URL",
            "http://xn--nw2a.xn--j6w193g/",
            "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com",
            "http://223.255.255.254",
            "ldap://[2001:db8::7]/c=GB?objectClass?one",
            "mailto:John.Doe@example.com",
            "tel:+1-816-555-1212",
            "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
            "http://[v1.a:b]/",
            "a:",
            "http://a:80/",
            "file:///etc",
        ],
        [
            "//foo.bar/?baz=qux#quuz",
            "/abc",
            "\\\\WINDOWS\\fileshare",
            "abc",
            "http:// shouldfail.com",
            ":// should fail",
            "bar,baz:foo",
            "https://[@example.org/test.txt",
            "https://example.org/foobar\\.txt",
            "https://example.org/foobar<>.txt",
            "https://example.org/foobar{}.txt",
            "https://example.org/foobar^.txt",
            "https://example.org/foobar`.txt",
            "https://example.org/foo bar.txt",
            "http://a:b/",
            "http://[fe80::1%25eth0]/",
            "http://a/%zz",
            "http://\u00e9.com/",
            "http://a/\n",
            "1a:b",
            "",
            "http://a#b#c",
            "http://a@b@c/",
            "https://example.org/foo|bar",
        ],
    ),
    "uri-reference": (
        [
            "http://foo.bar/?baz=qux#quuz",
            "//foo.bar/?baz=qux#quuz",
            "/abc",
            "abc",
            "#fragment",
            "?a",
            "",
            "a/b:c",
            "./a:b",
        ],
        ["\\\\WINDOWS\\fileshare", "#frag\\ment", ":a", "1:b", "a b"],
    ),
    "iri": (
        [
            "http://\u0192\u00f8\u00f8.\u00df\u00e5r/?\u2202\u00e9\u0153=\u03c0\u00eex#\u03c0\u00ee\u00fcx",
            "http://\u0192\u00f8\u00f8.com/blah_(w\u00eek\u00efp\u00e9di\u00e5)_blah#\u00dfit\u00e9-1",
            "http://\u0192\u00f8\u00f8.\u00df\u00e5r/?q=Test%20URL-encoded%20stuff",
            "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com",
            "http://[2001:0db8:85a3:0000:0000:8a2e:0370:7334]",
        ],
        [
            "http://2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            "/abc",
            "\\\\WINDOWS\\fil\u00eb\u00df\u00e5r\u00e9",
            "\u00e2\u03c0\u03c0",
        ],
    ),
    "iri-reference": (
        [
            "http://\u0192\u00f8\u00f8.\u00df\u00e5r/?\u2202\u00e9\u0153=\u03c0\u00eex#\u03c0\u00ee\u00fcx",
            "//\u0192\u00f8\u00f8.\u00df\u00e5r/?\u2202\u00e9\u0153=\u03c0\u00eex#\u03c0\u00ee\u00fcx",
            "/\u00e2\u03c0\u03c0",
            "\u00e2\u03c0\u03c0",
            "#\u0192r\u00e4gm\u00eant",
        ],
        ["\\\\WINDOWS\\fil\u00eb\u00df\u00e5r\u00e9", "#\u0192r\u00e4g\\m\u00eant"],
    ),
    "uri-template": (
        [
            "http://example.com/dictionary/{term:1}/{term}",
            "http://example.com/dictionary",
            "dictionary/{term:1}/{term}",
            "{?a,b*}",
            "{+x.y}",
            "",
        ],
        ["http://example.com/dictionary/{term:1}/{term", "{}", "{a b}", "a b", "{a:0}", "}", "{{a}}"],
    ),
    "json-pointer": (
        ["/foo/bar~0/baz~1/%a", "/foo//bar", "/foo/bar/", "", "/foo", "/", "/a~1b", "/ ", "/m~0n", "/~1.1", "/\n"],
        ["/foo/bar~", "/~2", "#", "#/a", "a", "/~0~", "a/a", "0"],
    ),
    "relative-json-pointer": (
        ["1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120/foo/bar", "0+1/a"],
        ["/foo/bar", "-1/foo/bar", "+1/foo/bar", "0##", "01/a", "01#", "", "0a"],
    ),
    "regex": (
        ["([abc])+\\s+$", "^a{1,2}$", "a|b", ""],
        ["^(abc]", "^\\S(|(.|\\n)*\\S)\\Z", "(?i)a", "["],
    ),
    "duration": (
        ["P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "PT36H", "P1DT12H", "P2W", "P1Y2M"],
        ["PT1D", "4DT12H30M5S", "P", "P1YT", "PT", "P2D1Y", "P1D2H", "P2S", "P1Y2W", "P\u09e8Y", "P1"],
    ),
    "base64url": (
        ["YQ", "YQ==", "_-_-", ""],
        ["Y", "YQ=", "+/", "YQ==="],
    ),
    "http-date": (
        ["Sun, 06 Nov 1994 08:49:37 GMT"],
        ["Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT"],
    ),
    "media-range": (
        ["text/*;q=0.3", "*/*", 'application/json; charset="utf-8"'],
        ["text", "a/b;", "*/a b"],
    ),
    "char": (
        ["a", "\u00e9", "\U0001f600"],
        ["ab", ""],
    ),
    "date": (
        ["2024-02-29"],
        ["2026-02-30", "20260131", "2026-1-1", "2026-01-31T00:00:00Z", "", "\u0662\u0660\u0662\u0666-01-31"],
    ),
    "date-time": (
        ["2026-01-31T12:00:00Z", "2026-01-31t12:00:00.5z", "1998-12-31T23:59:60Z", "1998-12-31T15:59:60.1-08:00"],
        ["2020", "2020-01-01", "2026-01-31T12:00:00", "2026-01-31T24:00:00Z", "1998-12-31T23:58:60Z", "0"],
    ),
    "date-time-local": (
        ["2026-01-31T12:00:00", "2026-01-31t12:00:00.5"],
        ["2026-01-31T12:00:00Z", "2026-01-31", "2026-01-31T12:00", "1998-12-31T23:59:60"],
    ),
    "time": (
        ["12:00:00Z", "12:00:00.1+01:00", "23:59:60Z"],
        ["12:00", "12:00:00", "24:00:00Z", "22:59:60Z", "T12:00:00Z"],
    ),
    "time-local": (["12:00:00", "12:00:00.1"], ["12:00", "12:00:00Z", "24:00:00", "23:59:60", "T12:00:00"]),
    "uuid": (
        ["2EB8AA08-aa98-11ea-b4aa-73b441d16380"],
        [
            "2eb8aa08aa9811eab4aa73b441d16380",
            "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
            "2eb8aa08-aa98",
        ],
    ),
    "byte": (["", "YQ==", "//4="], ["__4=", "YQ", "YQ=", "a$==", "YQ==\n", "===="]),
    "decimal": (["1.10", "-1", "1e5"], ["NaN", "Infinity", "1_0", " 1", "", "1e9999999"]),
    "sf-integer": (["-42"], ["1.0", "1234567890123456"]),
    "sf-decimal": (["-4.2"], ["4", "4.1234"]),
    "sf-string": (['"a b"'], ["a", '"\u00e9"']),
    "sf-token": (["*a/b:c"], ["1a", ""]),
    "sf-binary": ([":YQ==:"], ["YQ==", ":Y:"]),
    "sf-boolean": (["?1"], ["1", "?2"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_format_takes_what_its_rfc_takes(name: str) -> None:
    is_of = checker(name)
    assert is_of is not None
    good, bad = CASES[name]
    assert [text for text in good if not is_of(text)] == []
    assert [text for text in bad if is_of(text)] == []


HOSTILE = [
    *("a" * 10**6, "a." * 500_000, "\u00e9" * 10**6, "%" * 10**6, "{a}" * 300_000, "[" * 10**6, "(?<" * 300_000),
    *("1" * 10**6, ":" * 10**6, "xn--" * 250_000, "~0/" * 300_000, "a@" * 500_000, '"' + "\\a" * 500_000),
    *("P" + "1" * 10**6, "P" + "1D" * 500_000, "a/a" + ";a=a" * 250_000, "=" * 10**6, "xn--" + "a" * 50),
]


@pytest.mark.parametrize("name", CASES)
def test_a_format_cannot_be_made_to_hang(name: str) -> None:
    is_of = checker(name)
    assert is_of is not None
    for text in HOSTILE:
        start = time.monotonic()
        is_of(text)
        assert time.monotonic() - start < 10, text[:20]


def test_a_name_without_meaning_is_an_annotation(tmp_path: Path) -> None:
    assert checker("password") is None and checker("binary") is None and checker("colour") is None
    catalog = catalog_of(tmp_path, "It: {type: string, format: colour}", version="3.1.0")
    assert refused(catalog, "It", '"anything"') == []
    assert catalog.unenforced == ()
    assert TypeAdapter(Annotated[str, Format("colour")]).validate_python("x") == "x"


def test_a_format_is_enforced_and_told(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path, "Person: {type: object, properties: {mail: {type: string, format: email, maxLength: 20}}}"
    )
    assert catalog.unenforced == ()
    assert read(catalog, "Person", '{"mail": "joe@example.com"}').mail == "joe@example.com"
    with pytest.raises(ValidationError) as caught:
        read(catalog, "Person", '{"mail": "joe"}')
    (fault,) = faults_of(caught.value, "body")
    assert (fault.pointer, fault.rule, fault.message) == ("/mail", "format", "must be an email address")
    with pytest.raises(ValidationError):
        catalog.Person(mail="joe")
    schema = catalog.Person.get_model_schema()["properties"]["mail"]
    assert schema["type"] == "string" and schema["format"] == "email" and schema["maxLength"] == 20


@pytest.mark.parametrize("name", INTEGERS)
def test_a_format_of_integers_has_its_range(tmp_path: Path, name: str) -> None:
    least, greatest = INTEGERS[name]
    catalog = catalog_of(tmp_path, f"It: {{type: integer, format: {name}}}", version="3.1.0")
    for number in (least, greatest):
        assert refused(catalog, "It", str(number)) == []
    assert refused(catalog, "It", str(least - 1)) == [("", "minimum")]
    assert refused(catalog, "It", str(greatest + 1)) == [("", "maximum")]
    assert str(least) in meaning(name)


def test_a_narrower_range_stays(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: integer, format: uint8, minimum: 3, maximum: 1000}", version="3.1.0")
    assert refused(catalog, "It", "2") and not refused(catalog, "It", "3")
    assert refused(catalog, "It", "256") and not refused(catalog, "It", "255")


def test_a_choice_of_formats_tells_what_it_takes(tmp_path: Path) -> None:
    choice = "{anyOf: [{type: string, format: email}, {type: string, format: date}, {type: integer}]}"
    catalog = catalog_of(tmp_path, f"It: {choice}", version="3.1.0")
    assert str(read(catalog, "It", '"2026-01-31"')) == "2026-01-31"
    with pytest.raises(ValidationError) as caught:
        read(catalog, "It", '"joe"')
    (fault,) = faults_of(caught.value, "body")
    assert fault.message == "must be an email address, a date (2006-01-31) or an integer"


def test_the_range_of_an_integer_holds_for_numbers_too(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "Level: {type: object, properties: {at: {type: number, format: int32}}}")
    assert read(catalog, "Level", '{"at": 2147483647}').at == 2147483647
    assert refused(catalog, "Level", '{"at": 2147483648}') == [("/at", "format")]
