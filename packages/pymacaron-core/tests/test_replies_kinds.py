"""What functions return beside models: files, text, headers, statuses, and the media types to choose from."""

import array
import datetime as dt
import decimal
import io
import json
import logging
import types
import uuid
from collections import namedtuple
from http import HTTPStatus
from pathlib import Path

import flask
import pytest
from pymacaron_core import API, NotFound, PyMacaronException, Upload, add_error
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, Locked

DOCUMENT = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /thing:
    get:
      operationId: thing
      responses:
        '200':
          description: ok
          content:
            text/html: {schema: {type: string, maxLength: 60}}
            application/json: {schema: {$ref: '#/components/schemas/Thing'}}
            application/pdf: {schema: {type: string, format: binary}}
        '404': {description: none, content: {application/problem+json: {schema: {type: object}}}}
  /pair: {get: {operationId: pair, responses: {'200': {description: ok, content: {application/json: {schema:
    {type: array, items: {type: integer}, minItems: 2, maxItems: 2}}}}}}}
  /free: {get: {operationId: free, responses: {'2XX': {description: ok, content: {application/json: {}}}}}}
  /image: {get: {operationId: image, responses: {'200': {description: ok, content: {'image/*': {}}}}}}
  /file: {get: {operationId: file, responses: {'200': {description: ok, content: {application/pdf: {}}},
                                               '206': {description: part, content: {application/pdf: {}}}}}}
  /done: {get: {operationId: done, responses: {'204': {description: done}, '304': {description: same},
    '4XX': {description: wrong, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}}
  /headed:
    get:
      operationId: headed
      responses:
        '200':
          description: ok
          headers:
            X-Left: {required: true, schema: {type: integer, minimum: 0}}
            X-Tags: {schema: {type: array, items: {type: string, maxLength: 3}}}
            X-Until: {schema: {type: string, format: date-time}}
components:
  schemas:
    Thing: {type: object, required: [name], properties: {name: {type: string}, size: {type: number}}}
"""
IDS = ("thing", "pair", "free", "image", "file", "done", "headed")
Point = namedtuple("Point", "x y")


class Shop:
    """A served document whose functions return whatever a test wants; ``answer`` calls one."""

    def __init__(self, root, options="{replies: raise}"):
        (root / "apis").mkdir()
        (root / "apis" / "shop.yaml").write_text(DOCUMENT)
        (root / "pym-config.yaml").write_text(f"core: {options}\n")
        app = flask.Flask("shop", root_path=str(root))
        self.returned = None
        api = API(app, root=root, handlers=dict.fromkeys(IDS, self.function)).load_apis()
        self.application = api.finish()
        self.models = self.application.apis["shop"].catalog
        self.client = app.test_client()

    def function(self):
        if isinstance(self.returned, (PyMacaronException, HTTPException)):
            raise self.returned
        return self.returned

    def answer(self, path, returned, accept=None, **options):
        self.returned = returned
        headers = {"Accept": accept} if accept else {}
        return self.client.open(path, buffered=True, headers={**headers, **options.pop("headers", {})}, **options)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def refused(caplog):
    """What the log says of an answer that was refused."""

    def refused(answer):
        assert (answer.status_code, answer.json["error"]) == (500, "BAD_RESPONSE")
        told = caplog.records[-1].getMessage()
        caplog.clear()
        return told

    return refused


PAGE = "text/html; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"


@pytest.mark.parametrize(
    ("returned", "accept", "content_type"),
    [
        ("<p>", None, PAGE),
        ("<p>", "application/json, text/html;q=0.1", PAGE),
        ({"name": "a"}, None, JSON),
        ({"name": "a"}, "text/html, application/json;q=0.1", JSON),
        ({"name": "a"}, "text/html", JSON),
        (b"%PDF", "*/*", PAGE),
        (b"%PDF", "application/*", PDF),
        (b"%PDF", "application/pdf, text/html;q=0.9", PDF),
        (b"%PDF", "text/*;q=0.2, text/html;q=0, */*;q=0.1", PDF),
        ((b"%PDF", {"Content-Type": "application/pdf"}), "text/html", PDF),
        (("<p>", {"content-type": "text/html; charset=latin-1"}), None, "text/html; charset=latin-1"),
    ],
)
def test_a_reply_is_written_in_the_best_media_type_that_its_value_is_fit_for(shop, returned, accept, content_type):
    """Preference as in RFC 9110, section 12.5.1; a media type that the function names comes first."""
    answer = shop.answer("/thing", returned, accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "application/json;q=0, application/xml", "video/*"])
def test_who_accepts_nothing_that_is_declared_is_refused_before_the_function_runs(shop, accept):
    answer = shop.answer("/thing", RuntimeError, accept)
    assert (answer.status_code, answer.json["error"]) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("accept", ["nonsense", "", ";q=1", "*", "*/*;q=0.1", "text/*, */*", "TEXT/HTML", "a" * 5000])
def test_a_header_that_names_no_media_type_refuses_nobody(shop, accept):
    assert shop.answer("/thing", {"name": "a"}, accept).status_code == 200


def test_a_media_type_that_is_not_declared_is_a_bad_response(shop, refused):
    assert "text/csv, which" in refused(shop.answer("/thing", ("a,b", {"Content-Type": "text/csv"})))


def test_text_is_held_to_its_schema(shop, refused):
    assert "60 or fewer" in refused(shop.answer("/thing", "<p>" * 30))


def test_a_range_takes_the_media_type_that_the_function_names(shop):
    assert shop.answer("/image", (b"GIF", {"Content-Type": "image/gif"})).content_type == "image/gif"
    assert shop.answer("/image", b"GIF").json["error"] == "BAD_RESPONSE"


@pytest.mark.parametrize(("name", "found"), [("a.gif", "image/gif"), ("a.pdf", None), ("a.svg.gz", None), ("a", None)])
def test_a_file_has_the_media_type_of_its_name_where_the_range_has_it(shop, tmp_path, name, found):
    (tmp_path / name).write_bytes(b"GIF")
    answer = shop.answer("/image", tmp_path / name)
    assert answer.content_type == (found or "application/json")
    assert answer.status_code == (200 if found else 500)
    answer.close()


def test_files_are_sent_however_they_are_returned(shop, tmp_path, refused):
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.7")
    for returned in (file, open(file, "rb"), io.BytesIO(b"%PDF-1.7"), b"%PDF-1.7", bytearray(b"%PDF-1.7")):  # noqa: SIM115
        answer = shop.answer("/file", returned)
        assert (answer.data, answer.content_type) == (b"%PDF-1.7", PDF)
    with open(file, "rb") as stream:
        assert shop.answer("/file", Upload("a.pdf", PDF, stream)).data == b"%PDF-1.7"
    assert shop.answer("/file", (file, 206)).status_code == 206
    with open(file, encoding="utf-8") as stream:
        assert "mode 'rb'" in refused(shop.answer("/file", stream))
    assert shop.answer("/file", Path(tmp_path / "missing")).status_code == 500
    assert "return text or bytes" in refused(shop.answer("/file", {"a": 1}))


def test_a_path_is_sent_in_part_and_not_twice(shop, tmp_path):
    """RFC 9110, sections 13 and 14: conditional requests and ranges."""
    file = tmp_path / "a.pdf"
    file.write_bytes(b"%PDF-1.7")
    part = shop.answer("/file", file, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"PDF", "bytes 1-3/8")
    again = shop.answer("/file", file, headers={"If-None-Match": part.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert shop.answer("/file", file, headers={"Range": "bytes=99-"}).status_code == 416


def test_a_response_may_come_with_a_status_and_headers(shop):
    answer = shop.answer("/thing", (flask.Response("x", headers={"X-A": "1"}), 202, {"X-A": "2"}))
    assert (answer.status_code, answer.headers.getlist("X-A"), answer.text) == (202, ["2"], "x")


def test_a_list_and_a_named_tuple_are_never_taken_for_a_status(shop, refused):
    assert shop.answer("/pair", [1, 200]).json == [1, 200]
    assert shop.answer("/pair", Point(1, 200)).json == [1, 200]
    assert shop.answer("/pair", ([1, 200], 200)).json == [1, 200]
    assert "tuple" in refused(shop.answer("/pair", (1, 2)))


@pytest.mark.parametrize("status", [201, HTTPStatus.CREATED, "201", "201 Created", "201 "])
def test_a_status_is_a_number_or_text(shop, status):
    assert shop.answer("/free", ({}, status)).status_code == 201


@pytest.mark.parametrize("status", [True, 0, 99, 100, 600, 201.0, None, "x", "2011", "201\r\nX: 1", -1, [], ()])
def test_what_is_no_status_is_a_bad_response(shop, refused, status):
    if status == []:
        assert shop.answer("/free", ({}, status)).status_code == 200  # headers, none
    else:
        refused(shop.answer("/free", ({}, status)))


@pytest.mark.parametrize(
    "headers", [{"X-A": 1, "X-B": True}, [("X-A", "1"), ("X-B", "true")], Headers({"X-A": "1", "X-B": "true"})]
)
def test_headers_come_in_any_form_with_a_status_or_without(shop, headers):
    for returned in (({}, headers), ({}, 200, headers), ({}, "200 OK", headers)):
        answer = shop.answer("/free", returned)
        assert (answer.headers["X-A"], answer.headers["X-B"], answer.json) == ("1", "true", {})


def test_two_cookies_are_two_headers(shop):
    for headers in ([("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], {"Set-Cookie": ["a=1", "b=2"]}):
        assert shop.answer("/free", ({}, headers)).headers.getlist("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("mode", ["raise", "log", "off"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "1\r\nSet-Cookie: a=1"},
        {"X-A": "1\n"},
        {"X-A": "\0"},
        {"X-A": "\u2028"},
        {"X A": "1"},
        {"X-A\r\n": "1"},
        {"": "1"},
        {1: "1"},
        {"X-A": object()},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "close"},
        [("X-A",)],
        ["X-A: 1"],
    ],
    ids=range(13),
)
def test_headers_that_cannot_be_sent_are_a_bad_response_in_every_mode(tmp_path, refused, headers, mode):
    """RFC 9110, section 5.5: a line break in a value would be read as another header, or another reply."""
    answer = Shop(tmp_path, f"{{replies: '{mode}'}}").answer("/free", ({}, headers))
    assert "Set-Cookie" not in answer.headers
    refused(answer)


def test_a_length_is_counted_not_believed(shop):
    assert shop.answer("/free", ({}, {"Content-Length": "99"})).headers["Content-Length"] == "2"


def test_declared_headers_are_held_to_their_schemas(shop, refused):
    until = dt.datetime(2024, 2, 29, tzinfo=dt.timezone.utc)
    good = shop.answer("/headed", (None, {"x-left": 3, "X-Tags": ["a", "b"], "X-Until": until}))
    assert (good.headers["X-Left"], good.headers["X-Tags"]) == ("3", "a,b")
    assert good.headers["X-Until"] == "2024-02-29T00:00:00Z"
    assert "X-Left, which the document requires" in refused(shop.answer("/headed", None))
    for wrong in (
        {"X-Left": -1},
        {"X-Left": "many"},
        {"X-Left": 1, "X-Tags": "long,s"},
        {"X-Left": 1, "X-Until": "now"},
    ):
        assert "not what the document declares" in refused(shop.answer("/headed", (None, wrong)))


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(shop, refused, status):
    assert shop.answer("/done", (None, status)).data == b""
    assert "no body" in refused(shop.answer("/done", ({"name": "a"}, status)))


def test_a_range_of_statuses_is_held_to_its_schema(shop, refused):
    assert shop.answer("/done", ({"name": "a"}, 418)).json == {"name": "a"}
    assert "name: is required" in refused(shop.answer("/done", ({}, 418)))
    assert "status 503" in refused(shop.answer("/done", ({"name": "a"}, 503)))


def test_numbers_that_are_none_are_refused_or_null(tmp_path, refused, caplog):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    raising = Shop(tmp_path / "a")
    for value in (float("nan"), [float("inf")], {"a": {"b": -float("inf")}}):
        assert "no words for" in refused(raising.answer("/free", value))
    assert raising.answer("/free", {"NaN": "Infinity"}).json == {"NaN": "Infinity"}
    logging_shop = Shop(tmp_path / "b", "{replies: log}")
    assert logging_shop.answer("/free", [float("nan"), 1]).data == b"[null,1]"


def test_data_without_an_end_is_a_bad_response(shop, refused):
    circle = []
    circle.append(circle)
    for value in (circle, {"a": circle}):
        assert "no words for" in refused(shop.answer("/free", value))
    refused(shop.answer("/free", object()))


def test_a_generator_for_one_array_is_its_items(tmp_path, caplog):
    shop = Shop(tmp_path, "{replies: log}")
    assert shop.answer("/pair", (n for n in (1, 2))).json == [1, 2]
    with caplog.at_level(logging.WARNING):
        assert shop.answer("/pair", (n for n in (1, 2, 3))).json == [1, 2, 3]
    assert "2 or fewer" in caplog.text


def test_the_mode_of_an_operation_comes_before_that_of_the_service(tmp_path, refused, caplog):
    shop = Shop(tmp_path, "{replies: raise, operations: {thing: {replies: 'off'}, free: {replies: log}}}")
    assert shop.answer("/thing", {"size": 1}).json == {"size": 1}
    assert not caplog.records
    assert shop.answer("/free", ({}, 404)).status_code == 404
    assert "status 404" in caplog.text
    refused(shop.answer("/pair", []))


def test_a_part_of_all_requests_is_looked_at_and_always_the_same(tmp_path, caplog):
    shop = Shop(tmp_path, "{replies: log, replies_sample: 0.3}")
    seen = []
    for _ in range(2):
        for number in range(100):
            caplog.clear()
            assert shop.answer("/pair", [], headers={"X-Request-ID": f"r{number}"}).json == []
            seen.append(bool(caplog.records))
    assert seen[:100] == seen[100:]
    assert 15 <= sum(seen[:100]) <= 45


@pytest.mark.parametrize(("sample", "looked_at"), [("0", False), ("0.0", False), ("1", True)])
def test_none_or_all_are_looked_at_without_an_id_too(tmp_path, caplog, sample, looked_at):
    shop = Shop(tmp_path, f"{{replies: log, operations: {{pair: {{replies_sample: {sample}}}}}}}")
    assert [bool(shop.answer("/pair", [])) for _ in range(20)]
    assert bool(caplog.records) is looked_at


def test_the_head_of_a_get_is_its_headers(shop):
    answer = shop.answer("/free", ({"a": 1}, {"X-A": "1"}), method="HEAD")
    assert (answer.data, answer.headers["Content-Length"], answer.headers["X-A"]) == (b"", "7", "1")


def test_an_error_raised_is_answered_as_one_whatever_is_declared(shop):
    Teapot = add_error("Teapot", code="TEAPOT", status=418)

    def raising():
        raise Teapot("short and stout")
        yield

    assert shop.answer("/pair", raising()).json["error"] == "TEAPOT"


def deep(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


async def raising():
    raise KeyError("inside")


ODD = [
    object(),
    object,
    len,
    deep,
    Exception("x"),
    NotImplemented,
    ...,
    {1, 2},
    frozenset(),
    1j,
    decimal.Decimal("NaN"),
    decimal.Decimal("1.0"),
    dt.datetime(2024, 2, 29),
    dt.timedelta(1),
    uuid.UUID(int=1),
    HTTPStatus.OK,
    b"\xff",
    bytearray(b"\xff"),
    memoryview(b"\xff"),
    array.array("d", [1.0]),
    "\ud800",
    ["\ud800"],
    {"\ud800": 1},
    "\0",
    10**5000,
    [10**5000],
    deep(20_000),
    {None: 1},
    {(1, 2): 1},
    {object(): 1},
    {"a": object()},
    [b"\xff"],
    range(3),
    range(10).__iter__(),
    types.SimpleNamespace(a=1),
    types.MappingProxyType({"a": 1}),
    Point(1, object()),
    (),
    (1,),
    (None, None),
    ({}, 200, {"a": "b"}, 1),
    (({}, 200), 200),
    ({}, 10**50),
    ({}, "9" * 10_000),
    ({}, 200, {"a": "b" * 100_000}),
    ({}, 200, {"a": "\ud800"}),
    ({}, 200, "a: b"),
    ({}, 200, 7),
    ({}, {"Content-Type": ""}),
    ({}, {"Content-Type": "nonsense"}),
    ({}, {"Content-Type": ";;;"}),
    io.StringIO("text"),
    Path("/nowhere/at/all"),
    Path("\0"),
]


@pytest.mark.parametrize("mode", ["raise", "log", "off"])
@pytest.mark.parametrize("path", ["/thing", "/pair", "/free", "/image", "/file", "/done", "/headed"])
def test_whatever_a_function_returns_it_is_sent_whole_or_refused(tmp_path, path, mode):
    """A reply that says it is JSON is JSON; what cannot be sent is an error reply, and no exception comes out."""
    shop = Shop(tmp_path, f"{{replies: '{mode}'}}")
    for number, odd in enumerate(ODD):
        answer = shop.answer(path, odd)
        if answer.status_code >= 500:
            known = ("SERVER_ERROR", "BAD_RESPONSE") if isinstance(odd, Path) else ("BAD_RESPONSE",)
            assert answer.json["error"] in known, (number, answer.json)
        elif answer.content_type == "application/json":
            json.loads(answer.data, parse_constant=pytest.fail, parse_int=len)


def test_an_awaitable_that_fails_is_an_ordinary_error(shop):
    assert shop.answer("/free", raising()).json["error"] == "SERVER_ERROR"


@pytest.mark.parametrize("mode", ["raise", "off"])
def test_an_error_that_is_not_declared_is_answered_and_told_once(tmp_path, caplog, mode):
    shop = Shop(tmp_path, f"{{replies: '{mode}'}}")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            for error, status in ((NotFound("none"), 404), (Locked(), 423)):
                answer = shop.answer("/thing", error)
                assert (answer.status_code, answer.json["status"]) == (status, status)
    told = [record.getMessage() for record in caplog.records]
    expected = "thing (GET /thing) raises 423, which the document does not declare"
    assert told == ([expected] if mode == "raise" else [])
