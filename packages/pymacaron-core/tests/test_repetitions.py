"""Keys that come more than once in one object of a JSON body, which `repeated_keys` lets pass or refuses."""

import json

import flask
import pytest
from pymacaron_core import API
from pymacaron_core.repetitions import repeated_names

LETTERS = """
openapi: 3.1.0
info: {title: Letters, version: "1"}
paths:
  /letters: {post: {operationId: addLetter, requestBody: {content: {application/json: {schema: {
    type: object, properties: {n: {type: integer}, to: {type: object, properties: {name: {type: string}}}}}},
    'text/*': {}}}, responses: {'200': {description: ok, content: {application/json: {}}}}}}
  /notes: {post: {operationId: addNote, requestBody: {content: {application/json: {}}},
    responses: {'200': {description: ok, content: {application/json: {}}}}}}
"""


def client_of(root, config):
    (root / "apis").mkdir()
    (root / "apis" / "letters.yaml").write_text(LETTERS)
    (root / "pym-config.yaml").write_text(config)
    handlers = {
        "addLetter": lambda body: body.to_json() if hasattr(body, "to_json") else "text",
        "addNote": lambda body: body,
    }
    api = API(flask.Flask("letters"), root=root, handlers=handlers)
    return api.load_apis().finish().app.test_client()


def post(client, path, text, content_type="application/json"):
    return client.post(path, data=text, content_type=content_type)


def test_the_last_one_counts_where_that_is_wanted(tmp_path):
    client = client_of(tmp_path, "core: {repeated_keys: ignore}\n")
    assert post(client, "/letters", '{"n": 1, "n": 2}').json == {"n": 2}


def test_they_are_refused_with_their_places_and_beside_other_faults(tmp_path):
    client = client_of(tmp_path, "name: letters\n")
    answer = post(client, "/letters", '{"n": 1, "to": {"name": "a", "\\u006eame": 7}, "n": "secret"}')
    told = [(fault["pointer"], fault["rule"]) for fault in answer.json["errors"]]
    assert (answer.status_code, sorted(told)) == (
        400,
        [("/n", "repeated"), ("/n", "type"), ("/to/name", "repeated"), ("/to/name", "type")],
    )
    assert "secret" not in answer.text
    assert post(client, "/letters", '{"n": 1, "to": {"name": "n"}}').json == {"n": 1, "to": {"name": "n"}}
    assert post(client, "/letters", '{"n": 1, "n": 2}', "text/plain").json == "text"


def test_one_operation_may_do_otherwise(tmp_path):
    client = client_of(tmp_path, "core: {operations: {addNote: {repeated_keys: ignore}}}\n")
    assert post(client, "/notes", '{"n": 1, "n": 2}').json == {"n": 2}
    assert post(client, "/letters", '{"n": 1, "n": 2}').status_code == 400


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (b'[{"a": 1}, {"a": 1, "a": 2, "a": 3}]', ["/1/a"]),
        (b'{"a/b": {"~": 1, "~": 2}}', ["/a~1b/~0"]),
        (b'{"": 1, "": 2}', ["/"]),
        (b'{"a": [{"b": 1}, {"b": 1}], "b": {"a": 1}}', []),
        (b'{"a": 1, "a": ' + b"9" * 5_000 + b"}", ["/a"]),
        (b'{"a": 1, "a"', []),
        (b"\xff\xfe", []),
        (b"[" * 100_000, []),
        (b'{"a": 1, "a": 2, "deep": ' + b"[" * 900 + b"]" * 900 + b"}", ["/a"]),
    ],
    ids=lambda value: None,
)
def test_each_place_is_told_once(text, places):
    assert [fault.pointer for fault in repeated_names(text)] == places


def test_no_more_than_twenty_are_told_and_no_name_at_full_length():
    many = "{" + ", ".join(f'"{name}": 1' for name in [*map(str, range(100))] * 2) + "}"
    assert len(repeated_names(many.encode())) == 20
    assert json.loads(many)["7"] == 1
    (fault,) = repeated_names(b'{"%s": 1, "%s": 2}' % (b"x" * 5_000, b"x" * 5_000))
    assert len(fault.pointer) == 201


FORM = """
openapi: 3.1.0
info: {title: Letters, version: "1"}
paths:
  /letters: {post: {operationId: addLetter, requestBody: {content: {multipart/form-data: {schema: {type: object,
    properties: {n: {type: integer}, to: {type: object}, all: {type: array, items: {type: object}},
    note: {type: string}, stamp: {contentMediaType: image/png}}}}}},
    responses: {'200': {description: ok, content: {application/json: {}}}}}}
"""


def form_client(root, config=""):
    (root / "apis").mkdir()
    (root / "apis" / "letters.yaml").write_text(FORM)
    (root / "pym-config.yaml").write_text(f"name: letters\n{config}")

    def add(body):
        return {"n": body.n, "all": body.all, "stamp": body.stamp and [body.stamp.filename, body.stamp.read().decode()]}

    return API(flask.Flask("letters"), root=root, handlers={"addLetter": add}).load_apis().finish().app.test_client()


def send(client, *parts):
    head = 'Content-Disposition: form-data; name="'
    text = "".join(f"--x\r\n{head}{name}\r\n\r\n{value}\r\n" for name, value in parts) + "--x--\r\n"
    return client.post("/letters", data=text.encode(), content_type="multipart/form-data; boundary=x")


AS_JSON = '"\r\nContent-Type: application/json'


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        ([('to"', '{"a": 1, "a": 2}')], ["/to/a"]),
        ([("to" + AS_JSON, '{"a": {"b": 1, "b": 2}}')], ["/to/a/b"]),
        ([('all"', '{"a": 1}'), ('all"', ' {"b": 1, "b": 2}')], ["/all/1/b"]),
        ([("all" + AS_JSON, '[{"a": 1}, {"b": 1, "b": 2}]')], ["/all/1/b"]),
        ([('to"; filename="blob' + AS_JSON, '{"a": 1, "a": 2}')], ["/to/a"]),
        ([('note"', '{"a": 1, "a": 2}'), ('other"', '{"a": 1, "a": 2}')], []),
    ],
)
def test_those_in_the_json_of_a_form_are_refused_too(tmp_path, parts, places):
    answer = send(form_client(tmp_path), *parts)
    assert [(f["pointer"], f["rule"]) for f in (answer.json.get("errors") or ())] == [(p, "repeated") for p in places]


def test_those_in_the_json_of_a_form_may_pass(tmp_path):
    client = form_client(tmp_path, "core: {repeated_keys: ignore}\n")
    assert send(client, ("all" + AS_JSON, '[{"b": 1, "b": 2}]')).json["all"] == [{"b": 2}]


def test_a_field_of_one_value_that_comes_twice_has_its_last_or_is_refused(tmp_path):
    twice = ('n"', "1"), ('n"', "2"), ('all"', "{}"), ('all"', "{}")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert send(form_client(tmp_path / "a"), *twice).json["n"] == 2
    answer = send(form_client(tmp_path / "b", "core: {repeated_parameters: refuse}\n"), *twice)
    assert [(fault["pointer"], fault["rule"]) for fault in answer.json["errors"]] == [("/n", "repeated")]


def test_a_property_of_no_type_and_a_media_type_of_bytes_is_a_file(tmp_path):
    answer = send(form_client(tmp_path), ('stamp"; filename="a.png"\r\nContent-Type: image/png', "PNG"))
    assert answer.json["stamp"] == ["a.png", "PNG"]
