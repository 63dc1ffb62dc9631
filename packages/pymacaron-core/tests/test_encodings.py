"""Fields of forms that have a style: read as parameters of a query are, and told with their place where they cannot."""

import json

import flask
import pytest
from pymacaron_core import API

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
OBJECT = {"type": "object", "properties": {"R": INTEGER, "G": STRING}}
FORM = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": STRING,
        "tags": {"type": "array", "items": STRING},
        "bars": {"type": "array", "items": INTEGER},
        "many": {"type": "array", "items": STRING},
        "deep": OBJECT,
        "spread": {"type": "object", "properties": {"w": INTEGER, "name": STRING}},
        "plain": OBJECT,
    },
}
ENCODING = {
    "tags": {"explode": False},
    "bars": {"style": "pipeDelimited"},
    "many": {"style": "form"},
    "deep": {"style": "deepObject", "explode": True},
    "spread": {"style": "form"},
    "unknown": {"style": "deepObject"},
    "name": {"contentType": "text/plain"},
}
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
def send(tmp_path_factory):
    root = tmp_path_factory.mktemp("forms")
    content = {name.partition(";")[0]: {"schema": FORM, "encoding": ENCODING} for name in (URLENCODED, MULTIPART)}
    reply = {"200": {"description": "read", "content": {"application/json": {"schema": {}}}}}
    operation = {"operationId": "take", "requestBody": {"required": True, "content": content}, "responses": reply}
    document = {"openapi": "3.0.3", "info": {"title": "Forms", "version": "1"}, "paths": {"/form": {"post": operation}}}
    (root / "apis").mkdir()
    (root / "apis" / "forms.json").write_text(json.dumps(document))
    app = flask.Flask("forms", root_path=str(root))
    API(app, root=root, handlers={"take": lambda form: form.to_json()}).load_apis().finish()
    client = app.test_client()

    def send(body, content_type=URLENCODED):
        answer = client.post("/form", data=body, content_type=content_type)
        if answer.status_code != 400:
            return answer.status_code, answer.json
        return 400, [f"{fault['in']} {fault['pointer']} {fault['rule']}" for fault in answer.json["errors"]]

    return send


def multipart(*fields):
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields]
    return "".join(parts).encode() + b"--b--\r\n"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("tags=a%2Cb,c", {"tags": ["a,b", "c"]}),
        ("bars=1|2%7C3", {"bars": [1, 2, 3]}),
        ("many=a,b&many=c", {"many": ["a,b", "c"]}),
        ("deep[R]=1&deep%5BG%5D=a+b", {"deep": {"R": 1, "G": "a b"}}),
        ("w=7", {"spread": {"w": 7, "name": "n"}}),
        ("plain=%7B%22R%22:1%7D", {"plain": {"R": 1}}),
        ("tags=", {"tags": []}),
    ],
)
def test_a_field_of_what_is_urlencoded_is_split_before_it_is_unescaped(send, body, read):
    assert send(f"name=n&{body}") == (200, {"name": "n", "spread": {"name": "n"}, **read})


@pytest.mark.parametrize(
    ("field", "read"),
    [
        (("tags", "a%2Cb,c+d"), {"tags": ["a%2Cb", "c+d"]}),
        (("bars", "1|2"), {"bars": [1, 2]}),
        (("deep[G]", "100% é"), {"deep": {"G": "100% é"}}),
        (("w", "7"), {"spread": {"w": 7, "name": "n"}}),
    ],
)
def test_nothing_is_escaped_in_a_multipart_form(send, field, read):
    expected = {"name": "n", "spread": {"name": "n"}, **read}
    assert send(multipart(("name", "n"), field), MULTIPART) == (200, expected)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ("name=n&tags=%zz", ["body /tags encoding"]),
        ("name=n&tags=%ff", ["body /tags encoding"]),
        ("name=n&bars=1|x", ["body /bars/1 type"]),
        ("name=n&deep[R=1&bars=x", ["body /deep style", "body /bars/0 type"]),
        ("name=n&deep[R]=x&w=y", ["body /deep/R type", "body /spread/w type"]),
        ("tags=%", ["body /tags encoding", "body /name required"]),
    ],
)
def test_a_field_that_cannot_be_read_is_told_with_its_place(send, body, faults):
    status, told = send(body)
    assert (status, sorted(told)) == (400, sorted(faults))


def test_a_part_without_a_name_is_none_of_them(send):
    nameless = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + multipart(("name", "n"), ("deep[R]", "1"))
    assert send(nameless, MULTIPART)[0] in (200, 400)
