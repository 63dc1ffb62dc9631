"""Bodies as streams: a function that takes an ``Upload`` reads them as they come, and never holds them in memory."""

from __future__ import annotations

import hashlib
import io
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import flask
import pytest
import readme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymacaron_core import API, Upload
from pymacaron_core.inflow import takes_upload

DOCUMENT = """
openapi: 3.1.0
info: {title: Store, version: "1"}
paths:
  /blobs:
    put:
      operationId: put_blob
      requestBody: {required: true, content: {application/octet-stream: {}, image/*: {}, application/json: {}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
    post:
      operationId: post_blob
      requestBody: {content: {'*/*': {}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
"""
OURS = Path(__file__).parents[1] / "README.md"
MEGABYTE = 1024 * 1024
BYTES = "application/octet-stream"


def put_blob(body: Upload | dict) -> dict:
    if not isinstance(body, Upload):
        return {"json": body}
    digest, size = hashlib.sha256(), 0
    while piece := body.read(65_536):
        digest.update(piece)
        size += len(piece)
    return {"size": size, "digest": digest.hexdigest(), "type": body.content_type}


def post_blob(body: Upload | None) -> dict:
    return {"first": None if body is None else body.read(3).decode("latin-1")}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    root = tmp_path_factory.mktemp("store")
    (root / "apis").mkdir()
    (root / "apis" / "store.yaml").write_text(DOCUMENT)
    limits = f"{{put_blob: {{max_body_bytes: {100 * MEGABYTE}}}, post_blob: {{max_body_bytes: 10}}}}"
    (root / "pym-config.yaml").write_text(f"core: {{operations: {limits}}}\n")
    app = flask.Flask("store", root_path=str(root))
    API(app, root=root, handlers={"put_blob": put_blob, "post_blob": post_blob}).load_apis().finish()
    return app


class Zeros(io.RawIOBase):
    """A caller who sends zeros and remembers how many were asked for at a time."""

    def __init__(self, size):
        self.left, self.most = size, 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.most = max(self.most, len(buffer))
        size = min(self.left, len(buffer))
        buffer[:size] = bytes(size)
        self.left -= size
        return size


@pytest.fixture
def send(service):
    def send(method, source, length=None, content_type=BYTES, **more):
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": "/blobs",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": content_type,
            "wsgi.url_scheme": "http",
            "wsgi.input": source,
            "wsgi.errors": sys.stderr,
            **({"CONTENT_LENGTH": str(length)} if length is not None else CHUNKED),
            **more,
        }
        told = []
        reply = service(environ, lambda status, headers, error=None: told.append(int(status[:3])))
        body = b"".join(reply)
        reply.close()
        return SimpleNamespace(status=told[0], json=flask.json.loads(body))

    return send


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


@pytest.mark.parametrize("told", [True, False], ids=["with a length", "in chunks"])
def test_64_megabytes_are_hashed_in_less_than_4(send, told):
    size = 64 * MEGABYTE
    assert send("PUT", Zeros(10), 10).status == 200
    source = Zeros(size)
    tracemalloc.start()
    try:
        answer = send("PUT", source, size if told else None)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.json == {"size": size, "digest": hashlib.sha256(bytes(size)).hexdigest(), "type": BYTES}
    assert most < 4 * MEGABYTE and source.most <= MEGABYTE


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300_000), chunked=st.booleans())
def test_any_bytes_arrive_as_they_were_sent(send, data, chunked):
    answer = send("PUT", io.BytesIO(data), None if chunked else len(data))
    assert (answer.json["size"], answer.json["digest"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_other_media_types_of_the_operation_are_read_as_ever(send):
    assert send("PUT", io.BytesIO(b'{"a": 1}'), 8, "application/json").json == {"json": {"a": 1}}
    assert send("PUT", io.BytesIO(b"abc"), 3, "image/png").json["type"] == "image/png"
    assert send("PUT", io.BytesIO(b"{"), 1, "application/json").status == 400
    assert send("PUT", io.BytesIO(b"x"), 1, "text/plain").status == 415


def test_a_caller_who_leaves_half_way_is_a_408(send):
    assert send("PUT", io.BytesIO(b"x" * 70_000), 80_000).status == 408
    assert send("PUT", io.BytesIO(b""), 80_000).status == 408


def test_a_body_above_the_limit_is_a_413_before_it_is_read_or_where_it_goes_too_far(send):
    source = Zeros(1_000)
    assert (send("POST", source, 11).status, source.most) == (413, 0)
    assert send("POST", Zeros(MEGABYTE)).status == 413
    assert send("POST", io.BytesIO(b"0123456789")).json == {"first": "012"}


def test_an_empty_body_is_an_empty_file_where_it_says_its_type_and_else_none(send):
    assert send("POST", io.BytesIO(b""), 0).json == {"first": ""}
    assert send("POST", io.BytesIO(b"")).json == {"first": ""}
    assert send("POST", io.BytesIO(b""), 0, "").json == {"first": None}
    assert send("PUT", io.BytesIO(b""), 0, "").json["errors"][0]["rule"] == "required"


def test_what_a_hook_has_read_is_handed_over_all_the_same(service):
    with service.test_client() as client:
        service.before_request_funcs[None] = [lambda: flask.request.get_data() and None]
        try:
            assert client.post("/blobs", data=b"abcdef").get_json() == {"first": "abc"}
        finally:
            del service.before_request_funcs[None]


def test_the_function_of_the_readme_reads_to_the_end():
    (block,) = [each for each in readme.blocks(OURS, "python") if each.startswith("# store.py")]
    names = {}
    exec(compile(block, str(OURS), "exec"), names)
    data = bytes(range(256)) * 1_000
    assert names["put_blob"](Upload(None, BYTES, io.BytesIO(data)), "a") == {"digest": hashlib.sha256(data).hexdigest()}
    assert takes_upload(names["put_blob"])


def test_a_function_asks_for_it_by_the_type_of_its_first_argument():
    def no_type(body): ...
    def plain(body: bytes): ...
    def unknown(body: Unheard): ...  # noqa: F821
    def second(body: bytes, file: Upload): ...
    def alone(body: Upload): ...
    def either(body: Upload | None = None): ...

    found = [takes_upload(each) for each in (no_type, plain, unknown, second, alone, either, len, lambda: None)]
    assert found == [False, False, False, False, True, True, False, False]
