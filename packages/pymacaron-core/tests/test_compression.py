"""Compressed replies: RFC 9110, sections 8.4 (codings), 8.8.3.3 (their tags) and 12.5.3 (``Accept-Encoding``)."""

import zlib

import brotli
import flask
import pytest
import zstandard
from pymacaron_core import API, NotFound
from pymacaron_core.compression import packer_of

READERS = {
    "gzip": lambda: zlib.decompressobj(31),
    "br": brotli.Decompressor,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
}
OK = "{'200': {description: ok, content: {application/json: {}}}}"
DOCUMENT = f"""
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths:
  /large: {{get: {{operationId: large, responses: {OK}}}}}
  /small: {{get: {{operationId: small, responses: {OK}}}}}
  /none: {{get: {{operationId: none, responses: {OK}}}}}
  /tagged: {{get: {{operationId: tagged, responses: {OK[:-1]}, '304': {{description: same}}}}}}}}
  /events: {{get: {{operationId: events, responses: {OK.replace("application/json", "text/event-stream")}}}}}
  /file: {{get: {{operationId: file, responses: {OK.replace("application/json", "text/csv")}}}}}
  /image: {{get: {{operationId: image, responses: {OK.replace("application/json", "image/png")}}}}}
"""
LARGE = {"a": "b" * 2000}
ALL = ("zstd", "br", "gzip")


@pytest.fixture
def service(tmp_path):
    def service(options="compression: {}"):
        (tmp_path / "apis").mkdir(exist_ok=True)
        (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT)
        (tmp_path / "pym-config.yaml").write_text(f"core: {{{options}}}\n")
        (tmp_path / "a.csv").write_text("a,b\n" * 1000)
        app = flask.Flask("shop")

        def none():
            raise NotFound("x" * 2000)

        def events():
            try:
                yield {"a": 1}
                yield {"a": 2}
            finally:
                app.extensions["closed"] = True

        handlers = {"large": lambda: LARGE, "small": dict, "none": none, "tagged": lambda: LARGE, "events": events}
        handlers |= {"file": lambda: tmp_path / "a.csv", "image": lambda: b"x" * 2000}
        API(app, root=tmp_path, handlers=handlers).load_apis().finish()
        app.add_url_rule("/packed", view_func=lambda: flask.Response("x" * 2000, headers={"Content-Encoding": "x"}))
        app.add_url_rule("/kept", view_func=lambda: ("x" * 2000, {"Cache-Control": "no-transform"}), endpoint="kept")
        return app.test_client()

    return service


def get(client, path, accepted="gzip", method="GET", **headers):
    buffered = path != "/events"
    return client.open(path, method=method, buffered=buffered, headers={"Accept-Encoding": accepted, **headers})


def test_nothing_is_compressed_until_the_configuration_says_so(service):
    answer = get(service(""), "/large")
    assert ("Content-Encoding" in answer.headers, "Vary" in answer.headers) == (False, False)


@pytest.mark.parametrize("coding", ALL)
def test_a_body_is_sent_in_a_coding_that_the_caller_takes(service, coding):
    client = service()
    answer, plain = get(client, "/large", coding), client.get("/large")
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (coding, "Accept-Encoding")
    packer = READERS[coding]()
    assert (packer.process if coding == "br" else packer.decompress)(answer.data) == plain.data
    assert int(answer.headers["Content-Length"]) == len(answer.data) < 200
    assert plain.headers["Vary"] == "Accept-Encoding"
    head = get(client, "/large", coding, "HEAD")
    assert (head.data, dict(head.headers)) == (b"", dict(answer.headers))


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("deflate, compress", None),
        ("gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0.5, identity;q=0.4", "gzip"),
        ("gzip, identity", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("*, zstd;q=0", "br"),
        ("*;q=0", None),
        ("gzip, br;q=0.9, zstd;q=0.8", "gzip"),
        ("gzip, br, zstd", "zstd"),
        ("gzip;q=nonsense", None),
        (";;,", None),
    ],
)
def test_a_coding_is_chosen_by_what_the_caller_likes(service, accepted, coding):
    assert get(service(), "/large", accepted).headers.get("Content-Encoding") == coding


def test_the_configuration_says_which_codings_there_are_and_from_which_size(service):
    client = service("compression: {codings: [gzip, br], min_bytes: 2}")
    assert get(client, "/large", "*").headers["Content-Encoding"] == "gzip"
    assert get(client, "/small").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/small", "/image", "/packed", "/kept"])
def test_what_is_short_or_compressed_or_to_be_kept_is_sent_as_it_is(service, path):
    answer = get(service(), path)
    assert answer.headers.get("Content-Encoding") in (None, "x")
    assert "Vary" not in answer.headers


def test_errors_are_compressed_too(service):
    answer = get(service(), "/none")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (404, "gzip")
    assert b"NOT_FOUND" in zlib.decompress(answer.data, 31)


@pytest.mark.parametrize("coding", ALL)
def test_items_of_a_stream_can_be_read_as_they_come(service, coding):
    client = service()
    answer = get(client, "/events", coding, Accept="text/event-stream")
    pieces = answer.iter_encoded()
    reader = READERS[coding]()
    read = reader.process if coding == "br" else reader.decompress
    assert read(next(pieces)) == b'data: {"a":1}\n\n'
    assert read(next(pieces)) == b'data: {"a":2}\n\n'
    assert read(b"".join(pieces)) == b""
    assert "Content-Length" not in answer.headers


def test_a_caller_who_leaves_ends_the_stream(service):
    client = service()
    answer = get(client, "/events")
    next(answer.iter_encoded())
    answer.close()
    assert client.application.extensions["closed"]
    assert get(client, "/events", method="HEAD").data == b""


def test_a_file_is_compressed_and_its_parts_are_not(service):
    client = service()
    answer = get(client, "/file")
    assert zlib.decompress(answer.data, 31) == b"a,b\n" * 1000
    assert (answer.headers["ETag"][:2], "Accept-Ranges" in answer.headers) == ("W/", False)
    assert get(client, "/file", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    part = get(client, "/file", Range="bytes=0-2")
    assert (part.status_code, part.data, "Content-Encoding" in part.headers) == (206, b"a,b", False)


def test_each_coding_of_a_body_has_a_tag_of_its_own_by_which_it_is_known_again(service):
    client = service()
    plain = client.get("/tagged").headers["ETag"]
    packed = get(client, "/tagged").headers["ETag"]
    assert packed == f'{plain[:-1]}-gzip"'
    for tag in (plain, packed):
        again = get(client, "/tagged", **{"If-None-Match": tag})
        assert (again.status_code, again.headers["ETag"], again.data) == (304, tag, b"")
        assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize("coding", ALL)
def test_equal_bodies_stay_equal(coding):
    one, other = packer_of(coding), packer_of(coding)
    assert one.add(b"x" * 99) + one.finish() == other.add(b"x" * 99) + other.finish()
