"""What a client writes as a body, a server reads back equal: every form of bodies, with values made by chance."""

from __future__ import annotations

import io
import json
from typing import Any

import flask
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymacaron_core import API, Upload
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

DOCUMENT = """
openapi: 3.1.0
info: {title: Mirror, version: "1"}
paths:
  /mirror:
    post:
      operationId: look
      requestBody:
        content:
          application/json: {schema: {}}
          application/*+json: {schema: {}}
          text/plain: {schema: {type: string}}
          application/octet-stream: {}
          multipart/form-data:
            schema:
              type: object
              properties:
                name: {type: string}
                count: {type: integer}
                words: {type: array, items: {type: string}}
                about: {type: object, properties: {size: {type: number}, note: {type: string}}}
                file: {type: string, format: binary}
                files: {type: array, items: {type: string, contentMediaType: image/png}}
      responses: {'204': {description: ok}}
"""
FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=10)
FILES = st.tuples(NAMES, st.sampled_from(["image/png", "text/plain; charset=utf-8", "a/b"]), st.binary(max_size=2_000))


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    root, seen = tmp_path_factory.mktemp("mirror"), []
    (root / "apis").mkdir()
    (root / "apis" / "mirror.yaml").write_text(DOCUMENT)
    app = flask.Flask("mirror", root_path=str(root))

    def look(body: Any) -> None:
        seen.append(
            {name: _plain(value) for name, value in vars(body).items()} if hasattr(body, "model_dump") else body
        )

    API(app, root=root, handlers={"look": look}).load_apis().finish()
    client = app.test_client()

    def send(body: bytes, content_type: str) -> Any:
        seen.clear()
        answer = client.post("/mirror", data=body, headers={"Content-Type": content_type})
        assert answer.status_code == 204, answer.data
        return seen.pop()

    return send


def _plain(value):
    if isinstance(value, Upload):
        return value.filename, value.content_type, value.read()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.model_dump(exclude_unset=True) if hasattr(value, "model_dump") else value


@FEW
@given(value=VALUES, media=st.sampled_from(["application/json", "application/problem+json; charset=utf-8"]))
def test_json(mirror, value, media):
    assert mirror(json.dumps(value).encode(), media) == value
    assert mirror(json.dumps(value, ensure_ascii=False, indent=1).encode(), media) == value


@FEW
@given(text=TEXTS.filter(bool), charset=st.sampled_from(["utf-8", "utf-16", "gb18030", "UTF8"]))
def test_text(mirror, text, charset):
    assert mirror(text.encode(charset), f"text/plain; charset={charset}") == text


@FEW
@given(data=st.binary(min_size=1, max_size=5_000))
def test_bytes(mirror, data):
    assert mirror(data, "application/octet-stream") == data


FORMS = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXTS,
        "count": st.integers(-(10**18), 10**18),
        "words": st.lists(TEXTS, min_size=1, max_size=4),
        "about": st.fixed_dictionaries(
            {}, optional={"size": st.floats(allow_nan=False, allow_infinity=False), "note": TEXTS}
        ),
        "file": FILES,
        "files": st.lists(FILES, min_size=1, max_size=3),
    },
)


@FEW
@given(form=FORMS, in_files=st.booleans())
def test_multipart_forms(mirror, form, in_files):
    fields: list[tuple[str, Any]] = []
    for name, value in form.items():
        if name in ("file", "files"):
            fields += [(name, _file(*each)) for each in (value if name == "files" else [value])]
        elif name == "words":
            fields += [(name, _text(each, "text/plain; charset=utf-8", in_files)) for each in value]
        elif name == "name":
            fields.append((name, _text(value, "text/plain", in_files)))
        else:
            fields.append((name, _text(json.dumps(value), "application/json", in_files)))
    boundary, body = encode_multipart(MultiDict(fields))
    found = mirror(body, f'multipart/form-data; boundary="{boundary}"')
    assert {name: value for name, value in found.items() if value is not None} == form


def _file(name: str, media: str, data: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(data), name, content_type=media)


def _text(text: str, media: str, in_files: bool) -> Any:
    """A value as a field, or as browsers send a Blob: as a file that has a media type."""
    return _file("blob", media, text.encode()) if in_files else text
