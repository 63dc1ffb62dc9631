"""Methods: ``HEAD``, ``OPTIONS`` and ``Allow`` as RFC 9110, sections 9.3.2, 9.3.7, 10.2.1 and 15.5.6 have them."""

import flask
import pytest
from pymacaron_core import API, NotFound

OK = "{'200': {description: ok, content: {application/json: {}}}}"
NONE = "{'204': {description: done}}"
FILE = "{'200': {description: ok, content: {application/pdf: {}}}}"
DOCUMENT = f"""
openapi: 3.0.3
info: {{title: Shop, version: "1"}}
paths:
  /orders/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get: {{operationId: read, responses: {OK}}}
    put: {{operationId: write, responses: {NONE}}}
  /orders/last: {{delete: {{operationId: forget, responses: {NONE}}}}}
  /only: {{post: {{operationId: only, responses: {NONE}}}}}
  /both: {{post: {{operationId: both, responses: {NONE}}}}}
  /early: {{head: {{operationId: look, responses: {NONE}}}, get: {{operationId: early, responses: {OK}}}}}
  /asked: {{options: {{operationId: asked, responses: {OK}}}, get: {{operationId: answered, responses: {OK}}}}}
  /lines: {{get: {{operationId: lines, responses: {FILE.replace("pdf", "jsonl")}}}}}
  /file: {{get: {{operationId: file, responses: {FILE}}}}}
"""


@pytest.fixture
def client(tmp_path):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT)
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    app = flask.Flask("shop")
    app.add_url_rule("/hand", view_func=lambda: "hand", endpoint="hand")
    app.add_url_rule("/orders/<name>", view_func=lambda name: "deleted", endpoint="delete", methods=["DELETE"])

    def read(id):
        if id == "none":
            raise NotFound("no such order")
        return {"id": id}

    def lines():
        try:
            yield {"a": 1}
            yield {"a": 2}
        finally:
            app.extensions["closed"] = True

    handlers = {
        **{name: lambda: None for name in ("forget", "only", "both", "look")},
        **dict.fromkeys(("early", "answered"), dict),
        "read": read,
        "write": lambda id: None,
        "asked": lambda: {"may": "see"},
        "lines": lines,
        "file": lambda: tmp_path / "a.pdf",
    }
    API(app, root=tmp_path, handlers=handlers).load_apis().finish()
    app.add_url_rule("/both", view_func=lambda: "both", endpoint="both")
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/orders/7", "DELETE GET HEAD OPTIONS PUT"),
        ("/orders/last", "DELETE OPTIONS"),
        ("/only", "OPTIONS POST"),
        ("/both", "GET HEAD OPTIONS POST"),
        ("/hand", "GET HEAD OPTIONS"),
        ("/early", "GET HEAD OPTIONS"),
        ("/asked", "GET HEAD OPTIONS"),
    ],
)
def test_options_and_a_method_that_is_not_taken_tell_exactly_those_that_are(client, path, allowed):
    if path != "/asked":
        told = client.options(path)
        assert (told.status_code, told.data, sorted(told.headers["Allow"].split(", "))) == (200, b"", allowed.split())
    for method in ("PATCH", "TRACE", "BREW"):
        refused = client.open(path, method=method)
        assert (refused.status_code, refused.json["error"]) == (405, "METHOD_NOT_ALLOWED")
        assert sorted(refused.headers["Allow"].split(", ")) == allowed.split()
    for method in allowed.split():
        assert client.open(path, method=method).status_code in (200, 204), method


@pytest.mark.parametrize(
    "path", ["/orders/7", "/orders/none", "/orders/last", "/hand", "/both", "/file", "/lines", "/nowhere", "/asked"]
)
def test_head_says_what_get_says_and_has_no_body(client, path):
    head, get = client.head(path), client.get(path)
    assert head.data == b""
    assert head.status_code == get.status_code
    length = {"Content-Length": get.headers["Content-Length"]} if "Content-Length" in get.headers else {}
    unsaid = ("Date", "Content-Length")
    assert dict(head.headers).items() >= {**{k: v for k, v in get.headers if k not in unsaid}, **length}.items()
    get.close()


def test_what_the_document_declares_for_head_and_options_answers_itself(client):
    assert (client.head("/early").status_code, client.get("/early").status_code) == (204, 200)
    assert client.options("/asked").json == {"may": "see"}


def test_what_head_does_not_send_is_closed(client):
    assert client.head("/lines").status_code == 200
    assert client.application.extensions["closed"]
    assert client.head("/file").headers["Content-Length"] == "4"


def test_head_where_there_is_no_get_is_not_taken(client):
    assert client.head("/only").status_code == 405


def test_a_path_that_is_written_out_has_its_own_methods_only(tmp_path):
    paths = """
      /pets/{id}: {get: {operationId: one, PARAMETERS}, delete: {operationId: gone, PARAMETERS}}
      /pets/mine: {get: {operationId: mine, RESPONSES}}
      /pets/a.b: {put: {operationId: odd, RESPONSES}}
      /pets/{id}/toys: {get: {operationId: toys, PARAMETERS}}
      /pets/mine/toys: {post: {operationId: my_toys, RESPONSES}}
    """
    responses = "responses: {'200': {description: ok, content: {application/json: {}}}}"
    parameters = f"parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}], {responses}"
    written = paths.replace("PARAMETERS", parameters).replace("RESPONSES", responses)
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "pets.yaml").write_text(f"openapi: 3.0.3\ninfo: {{title: P, version: '1'}}\npaths:{written}")
    handlers = {name: lambda id, name=name: [name, id] for name in ("one", "gone", "toys")}
    handlers |= {name: lambda name=name: [name] for name in ("mine", "odd", "my_toys")}
    api = API(flask.Flask("pets"), root=tmp_path, handlers=handlers).load_apis()
    client = api.finish().app.test_client()

    assert client.get("/pets/mine").json == ["mine"]
    assert client.get("/pets/mines").json == ["one", "mines"]
    assert client.get("/pets/axb").json == ["one", "axb"]
    assert client.delete("/pets/Mine").json == ["gone", "Mine"]
    assert client.get("/pets/other/toys").json == ["toys", "other"]
    for method, path, allowed in (
        ("DELETE", "/pets/mine", "GET HEAD OPTIONS"),
        ("GET", "/pets/a.b", "OPTIONS PUT"),
        ("GET", "/pets/mine/toys", "OPTIONS POST"),
    ):
        refused = client.open(path, method=method)
        assert (refused.status_code, sorted(refused.headers["Allow"].split(", "))) == (405, allowed.split())
        assert sorted(client.options(path).headers["Allow"].split(", ")) == allowed.split()
    with api.app.test_request_context("/pets/1"):
        assert flask.url_for("pets:one", id="7") == "/pets/7"
