"""Parameters in every broken form they can come in: a 400 that names the place and the rule, and never a 500."""

import io
import json
import sys
from urllib.parse import unquote_to_bytes

import flask
import pytest
from pymacaron_core import API

INTEGER, NUMBER, STRING, BOOLEAN = ({"type": name} for name in ("integer", "number", "string", "boolean"))
STRINGS, INTEGERS = {"type": "array", "items": STRING}, {"type": "array", "items": INTEGER}
OBJECT = {"type": "object", "properties": {"R": INTEGER, "G": STRING}}


def parameter(place, name, schema, **more):
    return {"name": name, "in": place, "schema": schema, "required": place == "path", **more}


PARAMETERS = [
    parameter("query", "text", STRING),
    parameter("query", "day", {"type": "string", "format": "date"}),
    parameter("query", "count", INTEGER),
    parameter("query", "weight", NUMBER),
    parameter("query", "open", BOOLEAN),
    parameter("query", "words", STRINGS),
    parameter("query", "ids", INTEGERS, explode=False),
    parameter("query", "bars", INTEGERS, style="pipeDelimited", explode=False),
    parameter("query", "a[]", INTEGERS),
    parameter("query", "pair", OBJECT, explode=False),
    parameter("query", "deep", OBJECT, style="deepObject", explode=True),
    parameter("query", "spread", {"type": "object", "properties": {"Q": INTEGER}}),
    parameter("header", "X-Text", STRING),
    parameter("header", "X-Count", INTEGER),
    parameter("header", "X-Ids", INTEGERS),
    parameter("header", "X-Pair", OBJECT, explode=True),
    parameter("cookie", "text", STRING),
    parameter("cookie", "count", INTEGER),
    parameter("cookie", "ids", INTEGERS),
    parameter("cookie", "pair", OBJECT, explode=False),
]
PATHS = {
    "/texts/{value}": STRING,
    "/counts/{value}": INTEGER,
    "/lists/{value}": INTEGERS,
    "/pairs/{value}": OBJECT,
    "/dots/x{value}.json": STRINGS,
}


def document():
    reply = {"200": {"description": "read", "content": {"application/json": {"schema": {}}}}}
    paths = {"/all": {"get": {"operationId": "readAll", "parameters": PARAMETERS, "responses": reply}}}
    for path, schema in PATHS.items():
        parameters = [parameter("path", "value", schema)]
        paths[path] = {"get": {"operationId": f"read{path[1:4]}", "parameters": parameters, "responses": reply}}
    return {"openapi": "3.0.3", "info": {"title": "Fort", "version": "1"}, "paths": paths}


def plain(value):
    return value.to_json() if hasattr(value, "to_json") else value


def answer(**values):
    """What was read; ``text`` is in the query and in a cookie, so that they are called ``text_query``, ..."""
    return {name.removesuffix("_query"): plain(value) for name, value in values.items() if value is not None}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    root = tmp_path_factory.mktemp("fort")
    (root / "apis").mkdir()
    (root / "apis" / "fort.json").write_text(json.dumps(document()))
    handlers = dict.fromkeys(["readAll", *(f"read{path[1:4]}" for path in PATHS)], answer)
    app = flask.Flask("fort", root_path=str(root))
    API(app, root=root, handlers=handlers).load_apis().finish()
    return app


@pytest.fixture
def send(app):
    """Sends one request as a server hands it over: the status, and what was read or the faults."""

    def send(target, raw=True, **environ):
        path, _, query = target.partition("?")
        full = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            **({"RAW_URI": target} if raw else {}),
            **environ,
        }
        status = []
        chunks = app(full, lambda line, headers, exc_info=None: status.append(int(line[:3])))
        told = json.loads(b"".join(chunks))
        chunks.close()
        faults = [f"{fault['in']} {fault['pointer']} {fault['rule']}" for fault in told.get("errors", ())]
        return status[0], faults if status[0] == 400 else told

    return send


NINES = "9" * 5_000


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        *((f"text={bad}", "query /text encoding") for bad in ("%", "%2", "%zz", "%u0041", "a%", "100%25%", "%%%")),
        *(
            (f"text={bad}", "query /text encoding")
            for bad in ("%ff", "%ED%A0%80", "%C0%80", "%F4%90%80%80", "\xff", "\xe9")
        ),
        ("words=a&words=%ff", "query /words encoding"),
        ("ids=1,%zz", "query /ids encoding"),
        ("deep[R]=%zz", "query /deep encoding"),
        ("Q=%zz", "query /spread encoding"),
        ("pair=R,%zz", "query /pair encoding"),
        *(
            (f"count={bad}", "query /count type")
            for bad in ("", "+", "%20", "%00", "1%00", "%2B1", "0x1", "1_0", "1.0", "01")
        ),
        *(
            (f"count={bad}", "query /count type")
            for bad in ("NaN", "Infinity", "-", "1e3", "%EF%BC%91", "true", "null", NINES)
        ),
        *(
            (f"weight={bad}", "query /weight type")
            for bad in ("NaN", "-Infinity", "inf", "1e999", "1.", ".5", "1,5", NINES)
        ),
        *((f"open={bad}", "query /open type") for bad in ("", "1", "TRUE", "yes", "null", "true%20")),
        *((f"day={bad}", "query /day format") for bad in ("", "2026-02-30", "0", "2026-01-31T00:00:00Z", "%00")),
        ("count", "query /count type"),
        ("count=1&count=x", "query /count type"),
        ("ids=,", "query /ids/0 type; query /ids/1 type"),
        ("ids=1,,2", "query /ids/1 type"),
        ("ids=1%2C2", "query /ids/0 type"),
        ("bars=1|", "query /bars/1 type"),
        ("bars=1,2", "query /bars/0 type"),
        ("a[]=1&a[]=x", "query /a[]/1 type"),
        ("a%5B%5D=", "query /a[]/0 type"),
        ("pair=R", "query /pair style"),
        *(
            (f"{bad}=1", "query /deep style")
            for bad in ("deep[]", "deep[", "deep[R", "deep[R]x", "deep[[R]]", "deep[R]]", "deep[R][")
        ),
        ("deep%5BR%5D%5B=1", "query /deep style"),
        ("deep[a][b][c][d][e][f]=1", "query /deep style"),
        ("deep" + "[a]" * 3_000 + "=1", "query /deep style"),
        ("deep[G]=1&deep[G][x]=1", "query /deep style"),
        ("deep[G][x]=1&deep[G]=1", "query /deep style"),
        ("deep[R]=", "query /deep/R type"),
        ("Q=", "query /spread/Q type"),
        ("&" * 5_000, "query  parameters"),
        ("text=a&" * 10_000, "query  parameters"),
    ],
    ids=lambda text: text[:24].encode("ascii", "backslashreplace").decode(),
)
def test_a_broken_query_is_a_400(send, query, fault):
    assert send(f"/all?{query}") == (400, fault.split("; "))


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("", {}),
        ("&&&", {}),
        ("=", {}),
        ("==&=x&%", {}),
        ("%zz=1&%ff=2&\xff=3", {}),
        ("text", {"text": ""}),
        ("text=%00", {"text": "\x00"}),
        ("text=a=b=c", {"text": "a=b=c"}),
        ("text=+%2B%20", {"text": " + "}),
        ("text=\xc3\xa9", {"text": "é"}),
        ("a=1&a[0]=1&text[]=a&deep=1&words[]=x", {}),
        ("%74ext=a", {"text": "a"}),
        ("count=-0", {"count": 0}),
        (f"count={NINES[:4_300]}", {"count": int(NINES[:4_300])}),
        ("weight=1e-400", {"weight": 0.0}),
        ("words=a,b&words=", {"words": ["a,b", ""]}),
        ("ids=", {"ids": []}),
        ("pair=", {"pair": {}}),
        ("pair=,", {"pair": {}}),
        ("deep[other]=1", {"deep": {}}),
        ("ids=1&ids=2", {"ids": [2]}),
    ],
    ids=lambda text: text[:24].encode("ascii", "backslashreplace").decode() if isinstance(text, str) else "",
)
def test_an_odd_query_is_read_as_its_styles_have_it(send, query, read):
    assert send(f"/all?{query}") == (200, read)


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        *(("X-Text", f"a{letter}b", "header /X-Text encoding") for letter in "\x00\x01\r\n\x0b\x1b\x7f"),
        ("X-Ids", "1,\r\n2", "header /X-Ids encoding"),
        *(("X-Count", bad, "header /X-Count type") for bad in ("", " ", "1,1", '"1"', "\xb2", "NaN", "%31", NINES)),
        ("X-Ids", ",", "header /X-Ids/0 type; header /X-Ids/1 type"),
        ("X-Ids", '1,"2,3', "header /X-Ids/1 type"),
        ("X-Ids", '"1,2"', "header /X-Ids/0 type"),
        ("X-Pair", "R", "header /X-Pair style"),
        ("X-Pair", "R=1,,", "header /X-Pair style"),
        ("X-Pair", "R=", "header /X-Pair/R type"),
    ],
)
def test_a_broken_header_is_a_400(send, name, value, fault):
    assert send("/all", **{f"HTTP_{name.upper().replace('-', '_')}": value}) == (400, fault.split("; "))


def test_odd_headers_are_read_as_they_are(send):
    headers = {"HTTP_X_TEXT": '"a", %41\t', "HTTP_X_IDS": "1 ,\t2", "HTTP_X_PAIR": 'G="a,b", R=1'}
    read = {"x_text": '"a", %41\t', "x_ids": [1, 2], "x_pair": {"G": '"a,b"', "R": 1}}
    assert send("/all", **headers) == (200, read)
    assert send("/all", HTTP_X_TEXT="", HTTP_X_IDS="", HTTP_X_PAIR="") == (
        200,
        {"x_text": "", "x_ids": [], "x_pair": {}},
    )


@pytest.mark.parametrize(
    ("cookie", "fault"),
    [
        *((f"text={bad}", "cookie /text encoding") for bad in ("%", "%zz", "%ff", "\xff", "%ED%A0%80", "\xe9a")),
        *((f"count={bad}", "cookie /count type") for bad in ("", '""', "1,1", "1&2", "x", "NaN", NINES)),
        ("count", "cookie /count type"),
        ("ids=1; ids=x", "cookie /ids/1 type"),
        ("ids=1&ids=x", "cookie /ids/1 type"),
        ("ids=1&other=2", "cookie /ids/0 type"),
        ("ids=1,2", "cookie /ids/0 type"),
        ("pair=R", "cookie /pair style"),
        ("a=%zz;;; count=x;;=", "cookie /count type"),
    ],
)
def test_a_broken_cookie_is_a_400(send, cookie, fault):
    assert send("/all", HTTP_COOKIE=cookie) == (400, fault.split("; "))


@pytest.mark.parametrize(
    "cookie", ["", ";", "=", "=x", "text", "\x00", "\xff=1", "a=%zz; b=\xff", "Text=a", "; " * 5_000]
)
def test_cookies_that_nobody_declared_may_say_anything(send, cookie):
    assert send("/all", HTTP_COOKIE=cookie)[0] == 200


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        *((f"/texts/{bad}", "path /value encoding") for bad in ("%", "%zz", "a%2", "%ff", "%ED%A0%80", "\xff")),
        *((f"/counts/{bad}", "path /value type") for bad in ("x", "%20", "1%00", "1,2", "1.0", NINES)),
        ("/counts/%zz", "path /value encoding"),
        ("/lists/1,x", "path /value/1 type"),
        ("/lists/1%2C2", "path /value/0 type"),
        ("/lists/,", "path /value/0 type; path /value/1 type"),
        ("/lists/%zz", "path /value encoding"),
        ("/pairs/R", "path /value style"),
        ("/pairs/R,x", "path /value/R type"),
        ("/dots/x%ff.json", "path /value encoding"),
    ],
    ids=lambda text: text[:24].encode("ascii", "backslashreplace").decode(),
)
def test_a_broken_path_is_a_400(send, target, fault):
    assert send(target) == (400, fault.split("; "))


def test_values_of_a_path_are_split_before_they_are_unescaped(send):
    assert send("/dots/xa%2Cb,c%2Ejson,%25.json") == (200, {"value": ["a,b", "c.json", "%"]})
    assert send("/dots/%78a%2Cb.json")[1] == {"value": ["a", "b"]}  # the text around the value is not as it is declared
    assert send("/pairs/G,a%2Cb") == (200, {"value": {"G": "a,b"}})
    assert send("/texts/%25zz") == (200, {"value": "%zz"})


def test_without_the_target_as_it_came_an_escaped_delimiter_delimits(send):
    assert send("/dots/xa%2Cb,c.json", raw=False) == (200, {"value": ["a", "b", "c"]})
    assert send("/texts/%25zz", raw=False) == (200, {"value": "%zz"})
    assert send("/texts/%ff", raw=False) == (400, ["path /value encoding"])


def test_a_target_that_is_another_path_is_not_believed(send):
    for target in ("/other/9,8", "/lists/9", "*", "", "?", "http://a/lists/7?x", "\u20ac"):
        assert send("/lists/1,2", RAW_URI=target) == (200, {"value": [1, 2]})
    for target in ("http://localhost/prefix/lists/1,2?x=/9", "/prefix/lists/1%2c2,1"):
        assert send("/lists/1,2", RAW_URI=target) == (200, {"value": [1, 2]})
    assert send("/dots/xa,b.json", RAW_URI="", REQUEST_URI="/v1/dots/xa%2Cb.json") == (200, {"value": ["a,b"]})


def test_every_fault_is_told_at_once_with_its_place(send):
    answer = send("/all?count=x&ids=1,y&deep[=1&pair=R", HTTP_X_COUNT="x", HTTP_COOKIE="count=y")
    assert answer[0] == 400
    assert sorted(answer[1]) == [
        "cookie /count type",
        "header /X-Count type",
        "query /count type",
        "query /deep style",
        "query /ids/1 type",
        "query /pair style",
    ]
