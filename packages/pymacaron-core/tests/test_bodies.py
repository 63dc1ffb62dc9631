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
