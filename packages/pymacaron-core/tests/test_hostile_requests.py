"""What comes over the wire when somebody means harm, or a client is broken: refused, and never a 500."""

import io
import json
import re
import sys

import flask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymacaron_core import API

DOCUMENT = """
openapi: 3.0.3
info: {title: Fortress, version: "1"}
paths:
  /gates/{gate}:
    get:
      operationId: readGate
      parameters:
        - {name: gate, in: path, required: true, schema: {type: string}}
        - {name: width, in: query, schema: {type: integer, format: int32}}
        - {name: height, in: query, schema: {type: number}}
        - {name: open, in: query, schema: {type: boolean}}
        - {name: guards, in: query, schema: {type: array, items: {type: string}}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {color: {type: string}}}}
        - {name: plan, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: X-Trust, in: header, schema: {type: integer}}
        - {name: badge, in: cookie, schema: {type: string, maxLength: 5}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
  /levels/{level}:
    get:
      operationId: readLevel
      parameters:
        - {name: level, in: path, required: true, schema: {type: integer}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
  /letters:
    post:
      operationId: takeLetter
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Letter'}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Letter'}}}}
    put:
      operationId: keepLetter
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Letter'}}
      responses:
        '200': {description: ok}
  /forms:
    post:
      operationId: takeForm
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
  /anything:
    post:
      operationId: takeAnything
      requestBody:
        content:
          application/json: {schema: {}}
          text/plain: {schema: {type: string}}
          application/octet-stream: {}
      responses:
        '200': {description: ok, content: {application/json: {schema: {}}}}
components:
  schemas:
    Letter:
      type: object
      properties:
        text: {type: string}
        count: {type: integer}
        weight: {type: number}
        inside: {$ref: '#/components/schemas/Letter'}
        notes: {type: object}
    Form:
      type: object
      required: [name]
      properties:
        name: {type: string}
        age: {type: integer}
        file: {type: string, format: binary}
"""
LIMIT = 600_000
REFUSED = {400, 404, 405, 406, 408, 413, 415}
JSON = "application/json"


def told(**values):
    """The values as JSON the way a careless service would answer them."""
    return {name: value for name, value in values.items() if value is not None}


def read_gate(gate, width, height, open, guards, filter, plan, x_trust, badge):
    return told(gate=gate, width=width, height=height, open=open, guards=guards, plan=plan, trust=x_trust, badge=badge)


def take_form(form):
    return told(name=form.name, age=form.age, size=len(form.file.read()) if form.file else None)


def take_anything(body):
    return body.hex() if isinstance(body, bytes) else body


FUNCTIONS = {
    "readGate": read_gate,
    "readLevel": lambda level: {"level": level},
    "takeLetter": lambda letter: letter or {},
    "keepLetter": lambda letter: None,
    "takeForm": take_form,
    "takeAnything": take_anything,
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    root = tmp_path_factory.mktemp("fortress")
    (root / "apis").mkdir()
    (root / "apis" / "fortress.yaml").write_text(DOCUMENT)
    (root / "pym-config.yaml").write_text(f"core: {{max_body_bytes: {LIMIT}}}\n")
    app = flask.Flask("fortress", root_path=str(root))
    API(app, root=root, handlers=FUNCTIONS).load_apis().finish()
    return app


@pytest.fixture
def send(app):
    """Sends one request as a server hands it over, with nothing that a client would put right first."""

    def send(method, path, body=b"", **environ):
        path, _, query = path.partition("?")
        raw = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if body:
            raw["CONTENT_LENGTH"] = str(len(body))
        raw.update(environ)
        return Answer(app, {name: value for name, value in raw.items() if value is not None})

    return send


class Answer:
    """What came back; one that is no success is held to the error body here, whatever the test looks for."""

    def __init__(self, app, environ):
        self.headers = {}
        chunks = app(environ, self._start)
        self.data = b"".join(chunks)
        chunks.close()
        assert self.status < 500, self.data
        if self.status >= 400 and environ["REQUEST_METHOD"] != "HEAD":
            assert self.headers["Content-Type"] == JSON
            assert list(self.json)[:3] == ["status", "error", "error_description"]
            assert self.json["status"] == self.status and b"Traceback" not in self.data

    def _start(self, status, headers, exc_info=None):
        self.status = int(status.split()[0])
        self.headers = dict(headers)

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def places(self):
        return [f"{fault['in']} {fault['pointer']}" for fault in self.json.get("errors", ())]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1,]",
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\\u12"}',
        b'{"text": "a\nb"}',
        b"{'text': 1}",
        b"{} {}",
        b"nonsense",
        b" ",
        b"\x00",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"inside":' * 50_000 + b"{}" + b"}" * 50_000,
        b'{"notes":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
        b'{"weight": NaN}',
        b'{"weight": Infinity}',
        b'{"weight": 1e400}',
        b'{"weight": -1e400}',
        b'{"notes": NaN}',
        b'{"notes": {"a": NaN}}',
        b'{"notes": {"a": [-Infinity]}}',
        b'{"count": 1.5}',
        b'{"count": 1e400}',
        b'{"count": true}',
        b'{"count": "1"}',
        b"null",
        b"[]",
        b'"text"',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_json_that_is_none_or_does_not_fit_is_a_400(send, body):
    for method in ("POST", "PUT"):
        answer = send(method, "/letters", body, CONTENT_TYPE=JSON)
        assert answer.status == 400 and all(place.startswith("body ") for place in answer.places)


def test_the_place_of_a_fault_deep_inside_is_told(send):
    answer = send("POST", "/letters", b'{"inside": {"inside": {"count": "x"}}, "text": 1}', CONTENT_TYPE=JSON)
    assert sorted(answer.places) == ["body /inside/inside/count", "body /text"]


def test_odd_json_that_is_json_is_taken(send):
    for body in (b' {"text":"b"}\r\n', b'{"text":"b","unknown":[1]}', b'{"text":"\\u0062"}'):
        assert send("POST", "/letters", body, CONTENT_TYPE=JSON).json == {"text": "b"}
    assert send("POST", "/letters", b'{"text":"\\u0000"}', CONTENT_TYPE=JSON).json == {"text": "\x00"}
    assert send("POST", "/letters", b'{"text":"NaN, Infinity"}', CONTENT_TYPE=JSON).json == {"text": "NaN, Infinity"}


def test_a_key_that_comes_twice_is_refused_with_its_place(send):
    answer = send(
        "POST", "/letters", b'{"text": "a", "inside": {"count": 1, "count": 1}, "text": "b"}', CONTENT_TYPE=JSON
    )
    assert (answer.status, sorted(answer.places)) == (400, ["body /inside/count", "body /text"])


@pytest.mark.parametrize("digits", [19, 20, 100, 4_300, 4_301, 5_000, 100_000])
def test_numbers_of_any_length_come_back_or_are_refused(send, digits):
    number = b"9" * digits
    for body in (b'{"count": %s}' % number, b'{"notes": {"a": %s}}' % number, b'{"weight": %s}' % number):
        assert send("POST", "/letters", body, CONTENT_TYPE=JSON).status in (200, 400)
    assert send("POST", "/anything", number, CONTENT_TYPE=JSON).status in (200, 400)
    assert send("GET", f"/levels/{number.decode()}").status in (200, 400)
    assert send("GET", f"/gates/a?height={number.decode()}&width={number.decode()}").status == 400


@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "Application/JSON", ""])
def test_an_empty_body_counts_as_absent(send, content_type):
    assert send("POST", "/letters", CONTENT_TYPE=content_type).json == {}
    assert send("POST", "/letters", CONTENT_TYPE=content_type, CONTENT_LENGTH="0").json == {}
    missing = send("PUT", "/letters", CONTENT_TYPE=content_type)
    assert (missing.status, missing.places) == (400, ["body "])


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "nonsense", "application/json garbage", "application/", "\xff", "*/*", "a" * 9_000, "json"],
)
def test_a_media_type_nobody_reads_is_a_415(send, content_type):
    assert send("POST", "/letters", b"{}", CONTENT_TYPE=content_type).status == 415


def test_a_body_without_a_media_type_is_taken_for_json(send):
    assert send("POST", "/letters", b'{"text":"a"}').json == {"text": "a"}
    assert send("POST", "/letters", b'{"text":"a"}', CONTENT_TYPE=";").json == {"text": "a"}


@pytest.mark.parametrize("length", ["-1", "abc", "1.0", "+2", "0x2", "2,2", " ", "9" * 30, "\u0662"])
def test_a_length_that_is_none_is_a_400(send, length):
    answer = send("PUT", "/letters", b"{}", CONTENT_TYPE=JSON, CONTENT_LENGTH=length)
    assert (answer.status, answer.places) == (400, ["header /Content-Length"])


@pytest.mark.parametrize("terminated", [None, True])
@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/letters", JSON), ("/forms", "application/x-www-form-urlencoded"), ("/anything", "text/plain")],
)
def test_a_caller_who_leaves_half_way_is_a_408(send, path, content_type, terminated):
    environ = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": "500", "wsgi.input_terminated": terminated}
    assert send("POST", path, b'{"name":"a"}', **environ).status == 408


def test_more_than_was_announced_is_not_read(send):
    assert send("POST", "/letters", b'{"text":"a"}junk', CONTENT_TYPE=JSON, CONTENT_LENGTH="12").json == {"text": "a"}


CHUNKED = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


def test_a_body_in_chunks_is_read_to_its_end(send):
    assert send("POST", "/letters", b'{"text":"a"}', CONTENT_TYPE=JSON, **CHUNKED).json == {"text": "a"}
    assert send("POST", "/letters", b"", CONTENT_TYPE=JSON, **CHUNKED).json == {}
    assert send("PUT", "/letters", b"", CONTENT_TYPE=JSON, **CHUNKED).status == 400
    form = send("POST", "/forms", b"name=a", CONTENT_TYPE="application/x-www-form-urlencoded", **CHUNKED)
    assert form.json == {"name": "a"}
    both = {**CHUNKED, "CONTENT_LENGTH": "3"}
    assert send("POST", "/letters", b'{"text":"a"}', CONTENT_TYPE=JSON, **both).json == {"text": "a"}


class InvalidChunk(Exception):
    """What a server raises where it finds that what came is no chunks, as gunicorn's ``InvalidChunkSize``."""


class Broken:
    def __init__(self, error):
        self.error = error

    def read(self, size=-1):
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"),
    [(InvalidChunk("zz"), 400), (ConnectionResetError(104, "reset"), 408)],
)
@pytest.mark.parametrize("path", ["/letters", "/forms"])
def test_chunks_that_are_none_are_told_of_the_body(send, path, error, status):
    """RFC 9112, section 7.1: a server refuses what it cannot read, and no error of the caller is one of the service."""
    kind = JSON if path == "/letters" else "application/x-www-form-urlencoded"
    answer = send("POST", path, CONTENT_TYPE=kind, **{**CHUNKED, "wsgi.input": Broken(error)})
    assert (answer.status, answer.places) == (status, ["body "] if status == 400 else [])


def test_a_body_of_no_told_length_is_read_where_the_server_ends_it(send):
    environ = {"CONTENT_LENGTH": None, "wsgi.input_terminated": True}
    assert send("POST", "/letters", b'{"text":"a"}', CONTENT_TYPE=JSON, **environ).json == {"text": "a"}


def test_chunks_that_the_server_does_not_end_are_not_waited_for(send):
    environ = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert send("PUT", "/letters", b"{}", CONTENT_TYPE=JSON, **environ).status == 400


@pytest.mark.parametrize("content_type", [JSON, "text/plain", "application/octet-stream"])
@pytest.mark.parametrize("framing", [{}, CHUNKED])
def test_a_body_above_the_limit_is_a_413(send, content_type, framing):
    body = b'"' + b"a" * LIMIT + b'"'
    assert send("POST", "/anything", body, CONTENT_TYPE=content_type, **framing).status == 413
    assert send("POST", "/anything", body[3:-1], CONTENT_TYPE="text/plain", **framing).status == 200


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
@pytest.mark.parametrize("framing", [{}, CHUNKED])
def test_a_form_above_the_limit_is_a_413(send, content_type, framing):
    assert send("POST", "/forms", b"a" * (LIMIT + 1), CONTENT_TYPE=content_type, **framing).status == 413


def test_a_length_that_only_says_it_is_too_large_is_a_413_before_anything_is_read(send):
    class Unread(io.BytesIO):
        def read(self, *arguments):
            raise AssertionError("was read")

    environ = {"CONTENT_LENGTH": str(LIMIT + 1), "wsgi.input": Unread()}
    assert send("POST", "/letters", CONTENT_TYPE=JSON, **environ).status == 413


def multipart(*parts, boundary=b"b"):
    lines = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary, head, content) for head, content in parts]
    return b"".join(lines) + b"--%s--\r\n" % boundary


NAME = (b'Content-Disposition: form-data; name="name"', b"Ann")


def test_a_multipart_form_is_read(send):
    file = (b'Content-Disposition: form-data; name="file"; filename="../../etc/passwd"', b"\x00\xff")
    answer = send("POST", "/forms", multipart(NAME, file), CONTENT_TYPE="multipart/form-data; boundary=b")
    assert answer.json == {"name": "Ann", "size": 2}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ("", multipart(NAME)),
        ("; boundary=", multipart(NAME)),
        ("; boundary=other", multipart(NAME)),
        ("; boundary=\xff", multipart(NAME)),
        ("; boundary=" + "b" * 5_000, multipart(NAME)),
        ("; boundary=b", multipart(NAME)[:-8]),
        ("; boundary=b", multipart((b"", b"Ann"))),
        ("; boundary=b", multipart((b"Content-Disposition: form-data", b"Ann"))),
        ("; boundary=b", multipart((b"Content-Disposition: \xff\xfe; name=name", b"Ann"))),
        ("; boundary=b", multipart((b"nonsense", b"Ann"))),
        ("; boundary=b", multipart()),
        ("; boundary=b", b"--b--"),
        ("; boundary=b", b"\x00\xff\r\n\r\n"),
        ("; boundary=b", multipart((b'Content-Disposition: form-data; name="age"', b"1"))),
    ],
)
def test_a_multipart_form_that_cannot_be_read_is_a_400(send, options, body):
    answer = send("POST", "/forms", body, CONTENT_TYPE=f"multipart/form-data{options}")
    assert answer.status == 400 and answer.places[0].startswith("body ")


def test_text_where_a_file_should_be_is_told(send):
    text = (b'Content-Disposition: form-data; name="file"', b"not a file")
    answer = send("POST", "/forms", multipart(NAME, text), CONTENT_TYPE="multipart/form-data; boundary=b")
    assert (answer.status, answer.places) == (400, ["body /file"])


def test_a_file_where_text_should_be_never_shows_what_stands_for_it(send):
    file = (b'Content-Disposition: form-data; name="name"; filename="a"', b"Ann")
    answer = send("POST", "/forms", multipart(file), CONTENT_TYPE="multipart/form-data; boundary=b")
    assert (answer.status, answer.places) == (400, ["body /name"])


def test_ten_thousand_parts_are_a_413_and_ten_thousand_fields_are_read(send):
    parts = [(b'Content-Disposition: form-data; name="x%d"' % number, b"") for number in range(10_000)]
    assert send("POST", "/forms", multipart(NAME, *parts), CONTENT_TYPE="multipart/form-data; boundary=b").status == 413
    fields = b"name=a&" + b"&".join(b"x%d=1" % number for number in range(10_000))
    assert send("POST", "/forms", fields, CONTENT_TYPE="application/x-www-form-urlencoded").json == {"name": "a"}
    fields = b"name=a" + b"&" * 20_000
    assert send("POST", "/forms", fields, CONTENT_TYPE="application/x-www-form-urlencoded").status == 413


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"name=a;b", "a;b"),
        (b"name=\x00", "\x00"),
        (b"name", ""),
        (b"&&&=&name=a", "a"),
        (b"name=a&name=b", "b"),
    ],
)
def test_an_odd_form_is_read(send, body, name):
    assert send("POST", "/forms", body, CONTENT_TYPE="application/x-www-form-urlencoded").json == {"name": name}


@pytest.mark.parametrize("body", [b"name=%ff", b"name=%zz", b"name=%", b"name=\xff", b"name=%ed%a0%80"])
def test_text_of_a_form_that_is_none_is_a_400_with_its_place(send, body):
    answer = send("POST", "/forms", body, CONTENT_TYPE="application/x-www-form-urlencoded")
    assert (answer.status, answer.places) == (400, ["body /name"])


@pytest.mark.parametrize(
    "body", [b"\xff", b"%zz=1&name=a", b"age=1", b"name=a&age=x", b"name=a&age=", b"name=a&age=1.5"]
)
def test_a_form_that_does_not_fit_is_a_400(send, body):
    assert send("POST", "/forms", body, CONTENT_TYPE="application/x-www-form-urlencoded").status == 400


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("width=1e400", ["query /width"]),
        ("width=2147483648", ["query /width"]),
        ("width=0x10&height=NaN&open=1", ["query /height", "query /open", "query /width"]),
        ("height=1e400", ["query /height"]),
        ("height=%00", ["query /height"]),
        ("width=", ["query /width"]),
        ("guards=%ff&guards=b", ["query /guards"]),
        ("guards=\xff", ["query /guards"]),
        ("filter[color][x]=1", ["query /filter/color"]),
        ("filter[]=1", ["query /filter"]),
        ("filter[color]=%ff", ["query /filter"]),
        ("plan={", ["query /plan"]),
        ("plan=NaN", ["query /plan"]),
        ("plan={%22a%22:NaN}", ["query /plan"]),
        ("plan=" + "[" * 20_000, ["query /plan"]),
        ("plan=[]", ["query /plan"]),
    ],
    ids=lambda text: text[:20] if isinstance(text, str) else None,
)
def test_a_query_that_does_not_fit_is_a_400_with_its_place(send, query, places):
    answer = send("GET", f"/gates/a?{query}")
    assert (answer.status, sorted(answer.places)) == (400, places)


@pytest.mark.parametrize(
    "query",
    ["&&&", "=", "%ff=1", "%=1", "a%zz=%zz", "?", "width=7&width=8", "\xff", "filter", "#", "width%00=1", "+=+"],
)
def test_an_odd_query_that_says_nothing_declared_is_let_pass(send, query):
    answer = send("GET", f"/gates/a?{query}")
    assert (answer.status, answer.json["gate"]) == (200, "a")


def test_a_thousand_parameters_are_read_and_ten_thousand_are_a_400(send):
    query = "&".join(f"x{number}={number}" for number in range(999))
    assert send("GET", f"/gates/a?{query}&width=7").json == {"gate": "a", "width": 7}
    many = "&".join(f"guards={number}" for number in range(1_000))
    assert len(send("GET", f"/gates/a?{many}").json["guards"]) == 1_000
    for part in ("guards=1&", "x=&", "&", "filter[color]=a&", "=&"):
        answer = send("GET", f"/gates/a?{part * 10_000}")
        assert (answer.status, answer.places) == (400, ["query "])


def as_wsgi(path):
    """A path as PEP 3333 hands it over: bytes in the guise of Latin-1."""
    return path.encode().decode("latin-1")


@pytest.mark.parametrize(
    "value", ["é", "日本", "a b", "%zz", "%", "a\nb", "\x00", "..", "a;b=c", "<script>", "\ufffd", "'"]
)
def test_any_text_may_stand_in_a_path(send, value):
    assert send("GET", as_wsgi(f"/gates/{value}")).json == {"gate": value}


def test_a_path_that_is_no_utf8_is_a_400(send):
    answer = send("GET", "/gates/\xff")
    assert (answer.status, answer.places) == (400, ["path /gate"])


@pytest.mark.parametrize(
    "path", ["/gates/a/b", "/gates/", "/gates", "", "*", "/\x00", "/\xff", "/../gates", "/letters/"]
)
def test_a_path_of_another_shape_is_a_404(send, path):
    assert send("GET", path).status == 404


@pytest.mark.parametrize("level", ["x", "1.0", "1_000", "\u0667", "+1", " 1", "1\n", "\x00", "--1", "0x1"])
def test_a_path_value_of_another_type_is_a_400(send, level):
    answer = send("GET", as_wsgi(f"/levels/{level}"))
    assert (answer.status, answer.places) == (400, ["path /level"])


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "BREW", "PROPFIND", "get", "", "\xff", "A" * 5_000])
def test_an_unknown_method_is_a_405_that_says_what_is_taken(send, method):
    answer = send(method, "/letters", b"{}", CONTENT_TYPE="nonsense")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "PUT", "OPTIONS"}


def test_head_and_options_are_answered(send):
    head = send("HEAD", "/gates/a")
    assert (head.status, head.data) == (200, b"")
    assert send("HEAD", "/gates/a?width=x").status == 400
    assert set(send("OPTIONS", "/letters").headers["Allow"].split(", ")) == {"POST", "PUT", "OPTIONS"}


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/html", 406),
        ("application/xml, text/*", 406),
        ("application/json;q=0", 406),
        ("*/*", 200),
        ("application/*", 200),
        ("application/json; charset=utf-8", 200),
        ("text/html, application/json;odata.metadata=minimal;q=0.5", 200),
        ("application/json;charset=utf-8;q=0", 406),
        ("text/html, application/json;q=0.1", 200),
        ("", 200),
        (",;,", 200),
        (";;;q=x", 200),
        ("\xff", 200),
        ("a/b," * 5_000, 406),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_the_caller_accepts_is_kept_to(send, accept, status):
    assert send("GET", "/gates/a", HTTP_ACCEPT=accept).status == status


@pytest.mark.parametrize(
    "cookie",
    ["badge=abcdef", "badge=" + "a" * 9_000, 'badge="abcdef"', "badge=%ff", "badge=%", "badge=%zz", "badge=\xff"],
)
def test_a_cookie_that_does_not_fit_is_a_400(send, cookie):
    answer = send("GET", "/gates/a", HTTP_COOKIE=cookie)
    assert (answer.status, answer.places) == (400, ["cookie /badge"])


@pytest.mark.parametrize("cookie", ["", ";;;", "=", "badge", "badge=", "\xff=\xff", '"', "a=b=c; badge=x; badge=y"])
def test_a_broken_cookie_breaks_nothing(send, cookie):
    assert send("GET", "/gates/a", HTTP_COOKIE=cookie).status == 200


@pytest.mark.parametrize("value", ["1,2", "1, 2", "", "\xff", "1 ", "9" * 5_000])
def test_a_header_that_does_not_fit_is_a_400(send, value):
    answer = send("GET", "/gates/a", HTTP_X_TRUST=value)
    assert (answer.status, answer.places) == (400, ["header /X-Trust"])


@pytest.mark.parametrize(
    "name", ["HTTP_HOST", "HTTP_X_REQUEST_ID", "HTTP_TRACEPARENT", "HTTP_AUTHORIZATION", "HTTP_RANGE"]
)
@pytest.mark.parametrize("value", ["", "\x00", "a b\r\nc: d", "\xff" * 300, "[::1", "http://a/b?c", ":"])
def test_headers_that_nobody_asked_for_may_say_anything(send, name, value):
    assert send("GET", "/gates/a", **{name: value}).status in (200, 400)


def test_every_fault_is_told_at_once(send):
    answer = send("GET", "/gates/a?width=x&open=maybe&plan={", HTTP_X_TRUST="no", HTTP_COOKIE="badge=too-long")
    assert sorted(answer.places) == ["cookie /badge", "header /X-Trust", "query /open", "query /plan", "query /width"]


def test_nothing_that_was_sent_is_echoed(send):
    for body in (b'{"count": "hunter2"}', b'{"text": ["hunter2"]}', b"hunter2"):
        assert b"hunter2" not in send("POST", "/letters", body, CONTENT_TYPE=JSON).data


FUZZ = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LATIN_1 = st.text(st.characters(max_codepoint=255), max_size=60)


@FUZZ
@given(body=st.binary(max_size=200), path=st.sampled_from(["/letters", "/forms", "/anything"]), kind=st.data())
@pytest.mark.unmeasured
def test_any_bytes_under_any_media_type(send, body, path, kind):
    known = [JSON, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
    content_type = kind.draw(st.sampled_from(known) | LATIN_1)
    assert send("POST", path, body, CONTENT_TYPE=content_type).status in {200, *REFUSED}


@FUZZ
@given(inside=st.binary(max_size=120), head=st.binary(max_size=60))
def test_any_bytes_between_boundaries(send, inside, head):
    body = multipart(NAME, (b'Content-Disposition: form-data; name="file"' + head, inside))
    assert send("POST", "/forms", body, CONTENT_TYPE="multipart/form-data; boundary=b").status in {200, *REFUSED}


NAMES = st.sampled_from(["width", "height", "open", "guards", "filter[color]", "filter", "plan", "a"])


@FUZZ
@given(pairs=st.lists(st.tuples(NAMES | LATIN_1, LATIN_1), max_size=6))
@pytest.mark.unmeasured
def test_any_query(send, pairs):
    query = "&".join(f"{name}={value}" for name, value in pairs)
    assert send("GET", f"/gates/a?{query}").status in (200, 400)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=10,
)


@FUZZ
@given(value=JSON_VALUES)
@pytest.mark.unmeasured
def test_any_json_comes_back_as_it_was(send, value):
    text = json.dumps(value).encode()
    answer = send("POST", "/anything", text, CONTENT_TYPE=JSON)
    if re.search(rb"NaN|Infinity", text):
        assert answer.status in (200, 400)
    else:
        assert answer.json == value


@FUZZ
@given(path=LATIN_1, method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD"]))
def test_any_path(send, path, method):
    assert send(method, f"/{path}").status in {200, 308, *REFUSED}
