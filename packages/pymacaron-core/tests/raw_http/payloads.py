"""Attacks on what a request carries: JSON, forms, uploads, parameters; too deep, too many, too long, or no text."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from raw_http.attack import EITHER, JSON, MEGABYTE, OK, Attack, letter, request, sized

FORM = b"application/x-www-form-urlencoded"
PARTS = b"multipart/form-data; boundary=b"

BODIES = {
    "100,000 arrays": b'{"text":"a","more":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 arrays that do not end": b'{"text":"a","more":' + b"[" * 100_000,
    "100,000 objects": b'{"text":"a","more":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "100,000 letters": b'{"text":"a","inner":' * 100_000 + b'{"text":"a"}' + b"}" * 100_000,
    "a key of invalid UTF-8": b'{"text":"a","\xff\xfe":1}',
    "a text of invalid UTF-8": b'{"text":"\xff\xfe"}',
    "a lone surrogate in UTF-8": b'{"text":"\xed\xa0\x80"}',
    "UTF-16": '{"text":"a"}'.encode("utf-16"),
    "a NUL": b'{"text":"\x00"}',
    "nothing but a NUL": b"\x00",
    "no JSON": b"{'text': a}",
    "not a number": b'{"text":"a","weight":NaN}',
    "one text without an end": b'{"text":"' + b"a" * 100_000,
    "a key twice": b'{"text":"a","text":"b"}',
    "100,000 wrong items": b"[" + b"1," * 100_000 + b"1]",
}
LENIENT_BODIES = {
    "a number of 100,000 digits": b'{"text":"a","weight":' + b"9" * 100_000 + b"}",
    "a number of 100,000 digits for anything": b'{"text":"a","more":' + b"9" * 100_000 + b"}",
    "a fraction of 100,000 digits": b'{"text":"a","weight":0.' + b"3" * 100_000 + b"}",
    "an exponent of 10 digits": b'{"text":"a","weight":1e9999999999}',
    "an escaped lone surrogate": b'{"text":"\\ud800"}',
    "an escaped NUL": b'{"text":"\\u0000"}',
    "a mark of byte order": b'\xef\xbb\xbf{"text":"a"}',
    "100,000 keys": b'{"text":"a",' + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
    "1 MB of blanks": b" " * MEGABYTE + b'{"text":"a"}',
}
FORMS = {
    "a name of invalid UTF-8": b"%ff%fe=1",
    "100,000 fields": b"a=1&" * 100_000,
    "100,000 names": b"&".join(b"a%d=1" % number for number in range(100_000)),
    "a number of 100,000 digits": b"age=" + b"9" * 100_000,
}
LENIENT_FORMS = {
    "a text of invalid UTF-8": b"name=%ff%fe",
    "raw invalid UTF-8": b"name=\xff\xfe&\xff=1",
    "a NUL": b"na%00me=%00&name=\x00",
    "escapes that are none": b"name=%&%=%zz",
    "100,000 brackets": b"name" + b"[a]" * 100_000 + b"=1",
    "nothing but signs": b"&&==&=&" * 1000,
}
QUERIES = {
    "1,001 names": b"a=1&" * 1001,
    "20,000 brackets": b"filter" + b"[a]" * 7_000 + b"=1",
    "a number of 10,000 digits": b"width=" + b"9" * 10_000,
    "invalid UTF-8": b"guards=%ff%fe",
    "raw invalid UTF-8": b"guards=\xff\xfe",
    "deep JSON": b"plan=" + b"%5B" * 5_000,
    "JSON of invalid UTF-8": b"plan=%7B%22%ff%22:1%7D",
}
LENIENT_QUERIES = {
    "a name of invalid UTF-8": b"%ff%fe=1",
    "an escaped NUL": b"guards=%00&%00=1",
    "a number that is infinite": b"height=1e99999",
    "an escape that is none": b"a=%&%zz",
    "a raw quote": b'guards="<>`{}|^',
    "a lone surrogate": b"a=%ed%a0%80",
}
COOKIES = {
    "invalid UTF-8": b"badge=\xff\xfe",
    "escaped invalid UTF-8": b"badge=%ff",
    "a NUL, escaped": b"badge=%00",
    "no name": b"=badge",
    "64 kB": b"badge=" + b"a" * 60_000,
}


def payloads() -> Iterator[Attack]:
    for name, body in BODIES.items():
        yield Attack(f"JSON: {name}", sized(b"/letters", b"application/json", body))
    for name, body in LENIENT_BODIES.items():
        yield Attack(f"JSON: {name}", sized(b"/letters", b"application/json", body), EITHER)
    for name, body in FORMS.items():
        yield Attack(f"form: {name}", sized(b"/forms", FORM, body))
    for name, body in LENIENT_FORMS.items():
        yield Attack(f"form: {name}", sized(b"/forms", FORM, body), EITHER)
    for name, query in QUERIES.items():
        yield Attack(f"query: {name}", request(target=b"/gates/a?" + query))
    for name, query in LENIENT_QUERIES.items():
        yield Attack(f"query: {name}", request(target=b"/gates/a?" + query), EITHER)
    for name, cookie in COOKIES.items():
        yield Attack(f"cookie: {name}", request(b"GET", b"/gates/a", b"Cookie: " + cookie), EITHER)
    yield from _parts()
    yield from _coded()
    yield from _typed()


def _part(head: bytes, body: bytes = b"a") -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


def _parts() -> Iterator[Attack]:
    name, file = (
        b'Content-Disposition: form-data; name="name"',
        b'Content-Disposition: form-data; name="file"; filename=',
    )
    end = b"--b--\r\n"

    def upload(body: bytes, media_type: bytes = PARTS) -> bytes:
        return sized(b"/uploads", media_type, body)

    yield Attack("parts", upload(_part(name) + _part(file + b'"a"') + end), OK)
    yield Attack("100,000 parts", lambda: upload(_part(name) * 100_000 + end))
    yield Attack("a part that never ends", upload(_part(name, b"a" * 100_000)))
    yield Attack("a part of 1 MB", lambda: upload(_part(name, b"a" * MEGABYTE) + end))
    yield Attack("a part with a header of 1 MB", lambda: upload(_part(name + b"\r\nX: " + b"y" * MEGABYTE) + end))
    yield Attack("a part with 10,000 headers", upload(_part(name + b"\r\nX: y" * 10_000) + end), EITHER)
    yield Attack("a part without a name", upload(_part(b"Content-Disposition: form-data") + end), EITHER)
    yield Attack("a part without headers", upload(b"--b\r\n\r\na\r\n" + end), EITHER)
    yield Attack("a part whose header has no colon", upload(_part(b"nothing") + end), EITHER)
    yield Attack("a part whose name is invalid UTF-8", upload(_part(name[:-1] + b'\xff"') + end), EITHER)
    yield Attack("a part of invalid UTF-8", upload(_part(name, b"\xff\xfe") + end), EITHER)
    yield Attack("a part with a NUL", upload(_part(name[:-1] + b'\x00"', b"\x00") + end), EITHER)
    yield Attack(
        "a part of an unknown charset",
        upload(_part(name + b"\r\nContent-Type: text/plain; charset=\xff") + end),
        EITHER,
    )
    yield Attack(
        "a part of an unknown coding",
        upload(_part(name + b"\r\nContent-Transfer-Encoding: base64", b"\xff") + end),
        EITHER,
    )
    for told, value in {
        "invalid UTF-8": b'"\xff\xfe"',
        "a NUL": b'"a\x00b"',
        "a path": b'"../../etc/passwd"',
        "encoded": b"a; filename*=utf-8''%ff",
        "unended": b'"a',
        "of 100 kB": b'"' + b"a" * 100_000 + b'"',
    }.items():
        yield Attack(f"the name of a file: {told}", upload(_part(file + value) + end), EITHER)
    yield Attack(
        "parts inside of a part",
        upload(_part(name + b"\r\nContent-Type: multipart/mixed; boundary=b") * 2 + end),
        EITHER,
    )
    yield Attack("no boundary", upload(end, b"multipart/form-data"))
    yield Attack("an empty boundary", upload(end, b'multipart/form-data; boundary=""'))
    yield Attack("a boundary of 1 MB", lambda: upload(end, b"multipart/form-data; boundary=" + b"b" * MEGABYTE))
    yield Attack("a boundary of 10 kB", upload(end, b"multipart/form-data; boundary=" + b"b" * 10_000))
    yield Attack("a boundary of invalid UTF-8", upload(end, b"multipart/form-data; boundary=\xff\xfe"), EITHER)
    yield Attack("a boundary that nothing has", upload(b"a" * 100_000))
    yield Attack("1 MB of almost boundaries", lambda: upload(_part(name, b"\r\n--" * 262_144) + end))
    yield Attack("1 MB of line ends", lambda: upload(b"\r\n" * 524_288))


def _coded() -> Iterator[Attack]:
    bomb = gzip.compress(b" " * 100 * MEGABYTE, 1)
    yield Attack("a bomb of gzip", sized(b"/letters", b"application/json", bomb, b"Content-Encoding: gzip"))
    yield Attack("a bomb of gzip in parts", sized(b"/uploads", PARTS, bomb, b"Content-Encoding: gzip"))
    packed = zlib.compress(b'{"text":"a"}')
    yield Attack(
        "a body that is deflated", sized(b"/letters", b"application/json", packed, b"Content-Encoding: deflate")
    )
    yield Attack(
        "a body coded 1,000 times",
        sized(b"/letters", b"application/json", packed, b"Content-Encoding: " + b"gzip, " * 1000),
    )
    yield Attack(
        "a bomb in chunks",
        letter(b"Transfer-Encoding: gzip, chunked", body=b"%x\r\n" % len(bomb) + bomb + b"\r\n0\r\n\r\n"),
        most=2,
    )


def _typed() -> Iterator[Attack]:
    body = b'{"text":"a"}'
    for name, media_type in {
        "no media type": b"/",
        "invalid UTF-8": b"\xff",
        "10,000 parameters": b"application/json" + b";a=b" * 10_000,
        "an unknown charset": b"application/json; charset=\xff",
        "a charset that is no text": b"application/json; charset=zlib",
        "a quote without an end": b'application/json; charset="utf',
        "nothing": b"",
    }.items():
        yield Attack(f"a body's type: {name}", sized(b"/letters", media_type, body), EITHER)
    yield Attack("two types", sized(b"/letters", b"text/plain", body, JSON), EITHER)
    yield Attack(
        "a language that is none",
        sized(b"/letters", b"application/json", body, b"Accept-Language: \xff;q=q", b"Accept-Charset: \xff"),
        EITHER,
    )
