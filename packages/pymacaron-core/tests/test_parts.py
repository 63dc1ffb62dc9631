"""Parts of multipart forms (RFC 7578): media types, headers, charsets, values as files and files as values."""

import io
from types import SimpleNamespace

import flask
import pytest
from pymacaron_core import API, Upload

DOCUMENT = """
openapi: 3.1.0
info: {title: Gallery, version: "1"}
paths:
  /pictures:
    post:
      operationId: keep
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string}
                count: {type: integer}
                about: {type: object, required: [size], properties: {size: {type: integer}}}
                frames: {type: array, items: {type: object, properties: {size: {type: integer}}}}
                words: {type: array, items: {type: string}}
                photo: {type: string, contentMediaType: image/png}
                scan: {type: string, format: binary}
                files: {type: array, items: {type: string, contentMediaType: application/octet-stream}}
                seal: {type: string, contentEncoding: base64}
                page: {type: string, contentMediaType: text/html}
                drawing: {type: string}
                anything: {}
            encoding:
              photo: {contentType: 'image/png, image/jpeg'}
              scan: {contentType: 'image/*', headers: {X-Pages: {required: true, schema: {type: integer, minimum: 1}}}}
              about: {contentType: application/json}
              drawing: {contentType: image/svg+xml}
      responses: {'204': {description: ok}}
"""
MULTIPART = "multipart/form-data; boundary=B"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    root = tmp_path_factory.mktemp("gallery")
    (root / "apis").mkdir()
    (root / "apis" / "gallery.yaml").write_text(DOCUMENT)
    app, seen = flask.Flask("gallery", root_path=str(root)), []

    def keep(form):
        files = [value for value in vars(form).values() if isinstance(value, Upload)]
        seen.append((form, {id(file): file.read() for file in (*files, *(form.files or ()))}))

    API(app, root=root, handlers={"keep": keep}).load_apis().finish()
    return SimpleNamespace(client=app.test_client(), seen=seen)


def part(name, value=b"x", content_type=None, filename=None, **headers):
    file = "" if filename is None else f'; filename="{filename}"'
    lines = [f'Content-Disposition: form-data; name="{name}"{file}']
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"{header.replace('_', '-')}: {text}" for header, text in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (value if isinstance(value, bytes) else value.encode())


@pytest.fixture
def send(service):
    def send(*parts):
        service.seen.clear()
        body = b"".join(b"--B\r\n" + each + b"\r\n" for each in (part("name"), *parts)) + b"--B--\r\n"
        answer = service.client.post("/pictures", data=body, headers={"Content-Type": MULTIPART})
        if answer.status_code == 204:
            return service.seen.pop()
        assert answer.status_code == 400, answer.data
        return [(fault["pointer"], fault["rule"]) for fault in answer.get_json()["errors"]]

    return send


JSON = "application/json"


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ([part("about", '{"size": 1}')], "about", {"size": 1}),
        ([part("about", '{"size": 1}', JSON)], "about", {"size": 1}),
        ([part("about", '{"size": 1}', JSON, "blob")], "about", {"size": 1}),
        ([part("frames", '{"size": 1}', JSON), part("frames", '{"size": 2}', JSON, "blob")], "frames", [1, 2]),
        ([part("frames", '[{"size": 1}, {"size": 2}]', JSON)], "frames", [1, 2]),
        ([part("words", '["a", "[b]"]', JSON)], "words", ["a", "[b]"]),
        ([part("words", '["a"]')], "words", ['["a"]']),
        ([part("count", "5", JSON)], "count", 5),
        ([part("count", "5", JSON, "blob")], "count", 5),
        ([part("drawing", "<svg/>", "image/svg+xml", "a.svg")], "drawing", "<svg/>"),
        ([part("drawing", b"\xe9", "image/svg+xml; charset=iso-8859-1")], "drawing", "\xe9"),
        ([part("page", b"\x93x\x94", 'text/html; charset="windows-1252"')], "page", "\u201cx\u201d"),
        ([part("page", "<p/>", "text/html", "a.html")], "page", "<p/>"),
        ([part("seal", "aGk=", Content_Transfer_Encoding="base64")], "seal", "aGk="),
        ([part("anything", "x")], "anything", "x"),
    ],
)
def test_a_part_is_read_as_the_value_it_is_meant_as(send, sent, field, value):
    form, _ = send(*sent)
    found = getattr(form, field)
    if field == "frames":
        found = [each.size for each in found]
    assert (found.model_dump(exclude_none=True) if field == "about" else found) == value


def test_files_come_with_their_names_media_types_and_headers(send):
    parts = [part("photo", b"\x89", "image/png", "a.png"), part("scan", b"\xff", "image/tiff", "b", X_Pages="3")]
    form, read = send(*parts, part("files", b"1", None, "c"), part("files", b"2", "text/plain", "d"))
    assert [repr(each) for each in form.files] == [
        "Upload('c', 'application/octet-stream')",
        "Upload('d', 'text/plain')",
    ]
    assert [read[id(each)] for each in form.files] == [b"1", b"2"]
    assert (repr(form.photo), read[id(form.photo)]) == ("Upload('a.png', 'image/png')", b"\x89")
    assert (form.scan.headers["content-type"], form.scan.headers["x-pages"]) == ("image/tiff", "3")
    assert all(file.stream.closed for file in (form.photo, form.scan, *form.files))


def test_a_part_with_a_media_type_is_a_file_without_a_name_too(send):
    form, read = send(part("photo", b"\x89\xff", "image/png"))
    assert (form.photo.filename, form.photo.content_type, read[id(form.photo)]) == (None, "image/png", b"\x89\xff")


def test_a_form_where_no_file_was_chosen_has_none(send):
    unchosen = [part(name, b"", "application/octet-stream", "") for name in ("photo", "scan", "files", "files")]
    form, _ = send(*unchosen, part("files", b"1", None, "a"))
    assert (form.photo, form.scan, len(form.files)) == (None, None, 1)
    form, read = send(part("photo", b"1", "image/png", ""))
    assert (form.photo.filename, read[id(form.photo)]) == ("", b"1")


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        ([part("photo", b"x", "image/gif", "a")], [("/photo", "contentType")]),
        ([part("about", '{"size": 1}', "application/xml")], [("/about", "contentType")]),
        ([part("scan", b"x", "image/png", "a")], [("/scan", "required")]),
        ([part("scan", b"x", "image/png", "a", X_Pages="0")], [("/scan", "minimum")]),
        (
            [part("scan", b"x", "text/plain", "a", X_Pages="many")],
            [("/scan", "type"), ("/scan", "contentType")],
        ),
        ([part("photo", b"x")], [("/photo", "type")]),
        ([part("files", b"1", None, "a"), part("files", b"2")], [("/files/0", "type")]),  # texts are counted first
        ([part("count", b"5", None, "a")], [("/count", "type")]),
        ([part("drawing", b"x", None, "a"), part("count", "x")], [("/count", "type")]),
        ([part("anything", b"x", "image/png", "a")], [("/anything", "type")]),
        ([part("words", "a"), part("words", b"\xff")], [("/words/1", "encoding")]),
        ([part("drawing", b"\xff")], [("/drawing", "encoding")]),
        ([part("page", b"\xff", "text/html; charset=us-ascii")], [("/page", "encoding")]),
        ([part("page", b"x", "text/html; charset=nonsense")], [("/page", "encoding")]),
        ([part("page", b"x", "text/html; charset=rot13", "a")], [("/page", "encoding")]),
        ([part("photo", b"aGk=", "image/png", "a", Content_Transfer_Encoding="base64")], [("/photo", "encoding")]),
        ([part("about", '{"size": NaN}', JSON)], [("/about", "type")]),
        ([part("about", "{", JSON, "blob")], [("/about", "type")]),
        ([part("frames", '[{"size": 1}, {"size": "x"}]', JSON)], [("/frames/1/size", "type")]),
        ([part("frames", "[{", JSON)], [("/frames/0", "type")]),
    ],
)
def test_a_part_that_is_not_as_declared_is_told_with_its_place(send, sent, faults):
    assert send(*sent) == faults


def test_headers_of_a_part_may_be_long_and_not_endless(service):
    def status(size):
        body = b"--B\r\n" + part("name", "x", X_Long="y" * size) + b"\r\n--B--\r\n"
        return service.client.post("/pictures", data=body, headers={"Content-Type": MULTIPART}).status_code

    assert (status(10_000), status(20_000)) == (204, 413)


def test_a_file_that_is_meant_as_a_value_is_held_to_the_size_of_one(service):
    body = b"--B\r\n" + part("name", "x" * 600_000, "text/plain", "a.txt") + b"\r\n--B--\r\n"
    assert service.client.post("/pictures", data=body, headers={"Content-Type": MULTIPART}).status_code == 413


def test_the_form_of_flask_stays_readable_for_the_function(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "gallery.yaml").write_text(DOCUMENT)
    app = flask.Flask("flask", root_path=str(tmp_path))

    def keep(form):
        assert flask.request.form["name"] == form.name == "Ann"
        assert flask.request.files["photo"].read() == b"1"

    API(app, root=tmp_path, handlers={"keep": keep}).load_apis().finish()
    sent = {"name": "Ann", "photo": (io.BytesIO(b"1"), "a.png", "image/png")}
    assert app.test_client().post("/pictures", data=sent).status_code == 204
