"""Bodies of requests: forms whose fields are those of the class that a property names."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from pymacaron_core import API

DOCUMENT = """
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets: {post: {operationId: keep, requestBody: {content: {%(kind)s: {schema: %(Pet)s}}}, responses: %(ok)s}}
  /either:
    post: {operationId: keep_either, requestBody: {content: {%(kind)s: {schema: %(Either)s}}}, responses: %(ok)s}
components:
  schemas:
    Pet:
      type: object
      required: [is]
      discriminator: {propertyName: is, mapping: {meow: '#/components/schemas/Cat'}}
      properties: {is: {type: string}, name: {type: string}}
    Cat:
      allOf:
      - %(Pet)s
      - type: object
        properties:
          lives: {type: integer}
          size: {type: number}
          photo: {type: string, format: binary}
    Dog:
      allOf:
      - %(Pet)s
      - {type: object, properties: {size: {type: string}, tags: {type: array, items: {type: integer}}}}
    A: {type: object, required: [is], properties: {is: {type: string}, value: {type: integer}}}
    B: {type: object, required: [is], properties: {is: {type: string}, value: {type: string}}}
    Either:
      oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]
      discriminator: {propertyName: is}
"""
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
seen: list[Any] = []


@pytest.fixture(params=[URLENCODED, MULTIPART])
def client(tmp_path: Path, request: pytest.FixtureRequest) -> FlaskClient:
    refs = {name: f"{{$ref: '#/components/schemas/{name}'}}" for name in ("Pet", "Either")}
    text = DOCUMENT % {"kind": request.param, "ok": "{'204': {description: ok}}", **refs}
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "pets.yaml").write_text(text)
    app = flask.Flask("pets", root_path=str(tmp_path))
    api = API(app, root=tmp_path, handlers={"keep": seen.append, "keep_either": seen.append}).load_apis()
    api.finish()
    client = app.test_client()
    client.environ_base["CONTENT_TYPE"] = request.param
    seen.clear()
    return client


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    answer = client.post(path, data=fields, content_type=client.environ_base["CONTENT_TYPE"])
    return seen.pop() if answer.status_code == 204 else answer.get_json()["errors"]


def test_a_form_is_read_by_the_child_that_its_discriminator_names(client: FlaskClient) -> None:
    cat = send(client, "/pets", **{"is": "meow", "lives": "9", "size": "1.5", "name": "7"})
    assert type(cat).__name__ == "Cat"
    assert (cat.lives, cat.size, cat.name) == (9, 1.5, "7")
    dog = send(client, "/pets", **{"is": "Dog", "size": "1.5", "tags": ["1", "2"]})
    assert (type(dog).__name__, dog.size, dog.tags) == ("Dog", "1.5", [1, 2])
    (fault,) = send(client, "/pets", **{"is": "meow", "lives": "many"})
    assert (fault["pointer"], fault["rule"]) == ("/lives", "type")
    (fault,) = send(client, "/pets", name="x")
    assert fault["pointer"] == "/is"


def test_a_form_is_read_by_the_branch_that_its_discriminator_names(client: FlaskClient) -> None:
    assert send(client, "/either", **{"is": "A", "value": "1"}).value == 1
    assert send(client, "/either", **{"is": "B", "value": "1"}).value == "1"


def test_a_child_may_have_files(client: FlaskClient) -> None:
    if client.environ_base["CONTENT_TYPE"] == URLENCODED:
        (fault,) = send(client, "/pets", **{"is": "meow", "photo": "x"})
        assert fault["pointer"] == "/photo"
        return
    cat = send(client, "/pets", **{"is": "meow", "photo": (io.BytesIO(b"purr"), "cat.png")})
    assert cat.photo.filename == "cat.png"


MEDIA_DOCUMENT = """
openapi: 3.1.0
info: {title: Media, version: "1"}
paths:
  /anything:
    put:
      operationId: keep
      requestBody:
        content:
          image/*: {}
          text/*: {schema: {type: string}}
          text/csv: {schema: {type: string, maxLength: 3}}
          application/*+json: {schema: {type: object}}
          application/json: {schema: {type: [array, 'null'], items: {type: integer}}}
      responses: {'204': {description: ok}}
    patch:
      operationId: change
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {type: object}}}}
      responses: {'204': {description: ok}}
"""


@pytest.fixture
def put(tmp_path: Path) -> Any:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "media.yaml").write_text(MEDIA_DOCUMENT)
    (tmp_path / "pym-config.yaml").write_text("core: {max_body_bytes: 20, operations: {keep: {max_body_bytes: 40}}}\n")
    app = flask.Flask("media", root_path=str(tmp_path))
    API(app, root=tmp_path, handlers={"keep": seen.append, "change": seen.append}).load_apis().finish()
    client = app.test_client()
    seen.clear()

    def put(body: bytes, content_type: str | None, method: str = "PUT", **headers: str) -> Any:
        given = {"Content-Type": content_type, **headers} if content_type is not None else headers
        answer = client.open("/anything", method=method, data=body, headers=given)
        return seen.pop() if answer.status_code == 204 else answer

    return put


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b"\x89", "image/png", b"\x89"),
        (b"ab", "text/csv", "ab"),
        (b"abcdef", "text/plain", "abcdef"),
        (b"\xe9", "text/plain; charset=ISO-8859-1", "\xe9"),
        (b"\x82\xa0", 'text/plain; format=flowed; CHARSET="Shift_JIS"', "\u3042"),
        ("\u3042".encode("utf-16"), "text/html;charset=utf-16", "\u3042"),
        (b'{"a": 1}', "application/vnd.shop.v2+json", {"a": 1}),
        (b"[1]", "application/json", [1]),
        (b"[1]", "APPLICATION/JSON ; charset=latin-1", [1]),  # RFC 8259, section 11: there is no such parameter
        (b"[1]", None, [1]),
        (b"[1]", "", [1]),
        (b"null", "application/json", None),
        (b"", "application/json", None),
        (b"", "text/plain", None),
        (b"", "application/xml", None),
    ],
)
def test_a_body_is_read_by_the_narrowest_media_type_that_covers_its_own(
    put: Any, body: bytes, content_type: str | None, value: Any
) -> None:
    assert put(body, content_type) == value


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "*/*", "application/*", "text", "application/json, text/plain", "a" * 9_000, "\xff/\xff"],
)
def test_a_media_type_that_is_not_declared_is_a_415_that_tells_which_are(put: Any, content_type: str) -> None:
    answer = put(b"x", content_type)
    assert answer.status_code == 415 and answer.headers["Accept"].startswith("image/*, text/*, text/csv")
    assert "xml" not in answer.get_json()["error_description"]


def test_what_a_patch_takes_is_told_in_accept_patch(put: Any) -> None:
    answer = put(b"{}", "application/json", "PATCH")
    assert (answer.status_code, answer.headers["Accept-Patch"]) == (415, "application/merge-patch+json")


def test_a_body_in_a_content_coding_is_a_415(put: Any) -> None:
    answer = put(b"\x1f\x8b", "application/json", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert put(b"[1]", "application/json", **{"Content-Encoding": "identity"}) == [1]


@pytest.mark.parametrize(
    "charset", ["nonsense", "rot13", "hex", "idna", "unicode_escape", "undefined", "utf-7", "\xff", ""]
)
def test_a_charset_that_is_none_is_a_415(put: Any, charset: str) -> None:
    assert put(b"aa", f"text/plain; charset={charset}").status_code == 415


def test_text_that_is_not_in_its_charset_is_told(put: Any) -> None:
    for content_type, name in (("text/plain", "UTF-8"), ("text/plain; charset=ascii", "ASCII")):
        (fault,) = put(b"\xff", content_type).get_json()["errors"]
        assert (fault["rule"], fault["message"]) == ("encoding", f"must be {name}")


def test_an_operation_has_a_limit_of_its_own(put: Any) -> None:
    assert put(b"x" * 40, "image/png") == b"x" * 40
    assert put(b"x" * 41, "image/png").status_code == 413
    assert put(b'{"a": "%s"}' % (b"x" * 20), "application/merge-patch+json", "PATCH").status_code == 413
