"""Errors as callers see them: the two forms of bodies, the status of faults, the order of checks, the document."""

import asyncio
import logging
from urllib.error import HTTPError

import flask
import pytest
from pymacaron_core import API, Conflict, InvalidParameter, NotFound, PyMacaronException, load_config
from pymacaron_core.context import current_call
from pymacaron_core.spec import read
from pymacaron_core.spec.error_replies import ErrorReplies
from pymacaron_core.spec.operation import Operation

ORDERS = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders/{id}:
    put:
      operationId: putOrder
      security: [{key: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, maximum: 10}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        "403": {description: mine}
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
  /notes:
    post:
      operationId: addNote
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object}}}}
        default: {description: the author's word}
components:
  schemas:
    Order: {type: object, required: [name], properties: {name: {type: string}}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Shop-Key}
"""
PROBLEM = {"Accept": "application/problem+json"}


def refuse(call, credential):
    return {"sub": "ada"} if credential.value == "right" else False


def client_of(tmp_path, config="", functions=None, **options):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").write_text(ORDERS)
    (tmp_path / "pym-config.yaml").write_text(f"name: shop\n{config}")
    handlers = {
        "putOrder": lambda body, id, limit: body,
        "getOrder": lambda id: {"name": str(id)},
        "addNote": lambda body: {"got": body is not None},
        **(functions or {}),
    }
    api = API(flask.Flask("shop"), root=tmp_path, handlers=handlers, **{"guards": {"key": refuse}, **options})
    return api.load_apis().finish().app.test_client()


def fails(error):
    def function(body=None, **keywords):
        raise error

    return function


def test_pymacarons_body_is_the_default(tmp_path):
    reply = client_of(tmp_path).get("/orders/x")
    assert (reply.status_code, reply.content_type) == (400, "application/json")
    assert list(reply.json) == ["status", "error", "error_description", "errors"]
    assert "Accept" in reply.vary


@pytest.mark.parametrize(
    ("config", "accept", "is_problem"),
    [
        ("", "application/problem+json", True),
        ("", "application/json, application/problem+json", True),
        ("", "application/json, application/problem+json;q=0.5", False),
        ("", "application/problem+json;q=0", False),
        ("", "*/*", False),
        ("core: {errors: problem}", "application/json", True),
        ("core: {errors: problem}", "*/*", True),
    ],
)
def test_problems_come_by_configuration_and_by_accept(tmp_path, config, accept, is_problem):
    """RFC 9457, section 3: the members of a problem; RFC 9110, section 12.5.1: qualities."""
    client = client_of(tmp_path, config)
    reply = client.get("/orders/x?password=hunter2", headers={"Accept": accept})
    assert (reply.content_type == "application/problem+json") == is_problem
    if is_problem:
        faults = [{"in": "path", "pointer": "/id", "rule": "type", "message": "must be an integer"}]
        assert reply.json == {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "path id: must be an integer",
            "instance": "/orders/x",
            "error": "INVALID_PARAMETER",
            "errors": faults,
        }


def test_who_accepts_problems_alone_gets_other_replies_all_the_same(tmp_path):
    client = client_of(tmp_path)
    assert client.get("/orders/7", headers=PROBLEM).json == {"name": "7"}
    assert client.get("/nowhere", headers=PROBLEM).json["title"] == "Not Found"
    reply = client.get("/orders/7", headers={"Accept": "text/csv, application/problem+json"})
    assert reply.status_code == 406


def test_the_instance_of_a_problem_is_a_uri_reference(tmp_path):
    reply = client_of(tmp_path).get("/orders/%C3%A9%20%22", headers=PROBLEM)
    assert reply.json["instance"] == "/orders/%C3%A9%20%22"


def test_a_problem_of_the_service_has_its_error_id_and_tells_nothing_of_the_inside(tmp_path):
    functions = {"getOrder": fails(RuntimeError("hunter2"))}
    reply = client_of(tmp_path, functions=functions).get("/orders/7", headers=PROBLEM)
    assert (reply.status_code, reply.json["title"], len(reply.json["error_id"])) == (500, "Internal Server Error", 16)
    assert "hunter2" not in reply.text


@pytest.mark.parametrize("callback", [None, lambda error: {"own": error.message}])
def test_a_message_that_is_no_text_is_told_as_far_as_it_is_one(tmp_path, callback):
    """A name of a file, say, may have a lone surrogate (PEP 383), which UTF-8 has no bytes for."""
    functions = {"getOrder": fails(NotFound("there is no \udce9t\u00e9.txt"))}
    reply = client_of(tmp_path, functions=functions, error_callback=callback).get("/orders/7")
    assert (reply.status_code, "there is no ?t\u00e9.txt" in reply.text) == (404, True)


@pytest.mark.parametrize("config", ["", "core: {errors: problem}"])
def test_the_callback_wins_over_both_forms(tmp_path, config):
    client = client_of(tmp_path, config, error_callback=lambda error: {"own": error.code})
    reply = client.get("/orders/x", headers=PROBLEM)
    assert (reply.json, reply.content_type) == ({"own": "INVALID_PARAMETER"}, "application/json")


def test_the_status_of_faults_is_a_setting_and_that_of_other_errors_stays(tmp_path):
    functions = {"getOrder": fails(InvalidParameter("I said so"))}
    client = client_of(tmp_path, "core: {fault_status: 422}", functions)
    reply = client.post("/notes", json={"name": 7})
    assert (reply.status_code, reply.json["status"], reply.json["error"]) == (422, 422, "INVALID_PARAMETER")
    assert client.post("/notes", json={"name": 7}, headers=PROBLEM).json["status"] == 422
    assert client.get("/orders/7").status_code == 400


def test_a_status_that_is_not_declared_is_sent_in_the_services_form_and_logged_once(tmp_path, caplog):
    functions = {"getOrder": fails(Conflict("taken")), "addNote": fails(Conflict("taken"))}
    client = client_of(tmp_path, functions=functions)
    with caplog.at_level(logging.WARNING, "pymacaron_core.replies"):
        for _ in range(3):
            reply = client.get("/orders/7")
            assert (reply.status_code, reply.json["error"]) == (409, "CONFLICT")
        client.get("/orders/x")
        client.post("/notes", json={"name": "x"})  # `default` covers it
    told = [record.getMessage() for record in caplog.records if record.name == "pymacaron_core.replies"]
    assert told == ["getOrder (GET /orders/{id}) raises 409, which the document does not declare"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound("none"), 404), (PyMacaronException("no"), 500), (HTTPError("u", 409, "m", {}, None), 500)],
)
def test_what_an_operation_answers_by_itself_is_not_told_as_undeclared(tmp_path, caplog, error, status):
    """The served document has 404 for a path with values and 500 for all; an exception of others is a plain 500."""
    with caplog.at_level(logging.WARNING, "pymacaron_core.replies"):
        reply = client_of(tmp_path, functions={"getOrder": fails(error)}).get("/orders/7")
    assert reply.status_code == status
    assert [record for record in caplog.records if record.name == "pymacaron_core.replies"] == []


def test_checks_come_in_the_order_of_the_design(tmp_path):
    """Route, identity, media types, size, then all faults of parameters and body at once."""
    client = client_of(tmp_path, "core: {max_body_bytes: 40}")
    large, good = b'{"name": 7, "more": "' + b"x" * 60 + b'"}', b'{"name": 7}'
    wrong = {"Accept": "text/csv", "Content-Type": "text/csv"}
    key = {"X-Shop-Key": "right"}
    assert client.put("/order/x?limit=11", data=large, headers=wrong).status_code == 404
    reply = client.post("/orders/x?limit=11", data=large, headers=wrong)
    assert (reply.status_code, {"GET", "PUT"} <= set(reply.headers["Allow"].split(", "))) == (405, True)
    assert client.put("/orders/x?limit=11", data=large, headers=wrong).status_code == 401
    assert client.put("/orders/x?limit=11", data=large, headers={**wrong, "X-Shop-Key": "no"}).status_code == 401
    assert client.put("/orders/x?limit=11", data=large, headers={**wrong, **key}).status_code == 406
    without = {"Content-Type": "text/csv", **key}
    assert client.put("/orders/x?limit=11", data=large, headers=without).status_code == 415
    json = {"Content-Type": "application/json", **key}
    assert client.put("/orders/x?limit=11", data=large, headers=json).status_code == 413
    reply = client.put("/orders/x?limit=11", data=good, headers=json)
    assert reply.status_code == 400
    assert {(fault["in"], fault["pointer"]) for fault in reply.json["errors"]} == {
        ("path", "/id"),
        ("query", "/limit"),
        ("body", "/name"),
    }


def test_an_empty_body_with_a_json_content_type_is_absent(tmp_path):
    client = client_of(tmp_path)
    headers = {"Content-Type": "application/json", "X-Shop-Key": "right"}
    assert client.post("/notes", data=b"", headers=headers).json == {"got": False}
    faults = client.put("/orders/7", data=b"", headers=headers).json["errors"]
    assert [(fault["in"], fault["rule"]) for fault in faults] == [("body", "required")]


def statuses(document, path, method):
    return sorted(document["paths"][path][method]["responses"])


def test_the_served_document_has_the_errors_of_each_operation(tmp_path):
    document = client_of(tmp_path).get("/doc/shop.json").json
    assert statuses(document, "/orders/{id}", "put") == ["200", "400", "401", "403", "404", "406", "413", "415", "500"]
    assert statuses(document, "/orders/{id}", "get") == ["200", "400", "404", "406", "500"]
    assert statuses(document, "/notes", "post") == ["200", "default"]
    told = document["paths"]["/orders/{id}"]["put"]["responses"]
    assert told["403"] == {"description": "mine"}
    assert told["400"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PyMacaronError"}
    about = told["400"]["content"]["application/problem+json"]["schema"]
    assert about == {"$ref": "#/components/schemas/PyMacaronProblem"}


def test_an_operation_without_parameters_has_faults_only_where_unknown_ones_are_refused():
    operation = Operation("GET", "/teas")
    assert ErrorReplies().statuses(operation) == (500,)
    assert ErrorReplies(fault_status=422, refuses_unknown=True).statuses(operation) == (422, 500)


@pytest.mark.parametrize("form", ["pymacaron", "problem"])
def test_bodies_of_errors_fit_the_schemas_that_are_served(tmp_path, form):
    import jsonschema_rs

    client = client_of(tmp_path, f"core: {{errors: {form}, fault_status: 422}}")
    document = client.get("/doc/shop.json").json
    reply = client.get("/orders/x")
    content = document["paths"]["/orders/{id}"]["get"]["responses"]["422"]["content"]
    name = content[reply.content_type]["schema"]["$ref"].rpartition("/")[2]
    jsonschema_rs.validate(document["components"]["schemas"][name], reply.json)


def test_with_a_body_of_the_services_own_only_the_statuses_are_told(tmp_path):
    client = client_of(tmp_path, error_callback=lambda error: {})
    document = client.get("/doc/shop.json").json
    assert document["paths"]["/orders/{id}"]["get"]["responses"]["400"] == {"description": "Bad Request"}
    assert list(document["components"]["schemas"]) == ["Order"]


OLD = """
swagger: "2.0"
info: {title: Old, version: "1"}
paths:
  /teas:
    get:
      operationId: listTeas
      produces: [application/json]
      parameters: [{name: limit, in: query, type: integer}]
      responses:
        "200": {description: ok, schema: {type: object}}
definitions:
  PyMacaronError: {type: string}
"""
NEW = """
openapi: 3.1.0
info: {title: New, version: "1"}
paths:
  /teas: {$ref: "#/components/pathItems/Teas"}
components:
  pathItems:
    Teas:
      get:
        operationId: listTeas
        responses: {"200": {description: ok}, 4XX: {description: theirs}}
"""


@pytest.mark.parametrize(
    ("text", "expected"), [(OLD, ["200", "400", "406", "500"]), (NEW, ["200", "4XX", "500"])], ids=["2.0", "3.1"]
)
def test_errors_are_written_in_every_dialect_and_the_document_stays_sound(tmp_path, text, expected):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "tea.yaml").write_text(text)
    api = API(flask.Flask("tea"), config=load_config(tmp_path), handlers={"listTeas": lambda **given: {}})
    client = api.load_apis().finish().app.test_client()
    document = client.get("/doc/tea.json").json
    assert statuses(document, "/teas", "get") == expected
    (tmp_path / "served.yaml").write_text(client.get("/doc/tea.yaml").text)
    specification, faults = read(tmp_path / "served.yaml", root=tmp_path)
    assert not [fault for fault in faults if fault.severity == "error"]
    assert sorted(reply.status for reply in specification.operations[0].replies) == expected
    if text == OLD:
        assert document["definitions"]["PyMacaronError"] == {"type": "string"}
        schema = document["paths"]["/teas"]["get"]["responses"]["400"]["schema"]
        assert schema == {"$ref": "#/definitions/PyMacaronError2"}


@pytest.mark.parametrize("status", [200, 304, 999, "x", None])
def test_an_error_with_a_status_that_is_no_errors_is_answered_as_500(tmp_path, caplog, status):
    class Odd(PyMacaronException):
        """It went wrong."""

        code = "ODD"

    Odd.status = status
    reply = client_of(tmp_path, functions={"getOrder": fails(Odd())}).get("/orders/1")
    assert (reply.status_code, reply.json["status"], reply.json["error"]) == (500, 500, "ODD")
    assert f"Odd has the status {status!r}" in caplog.text


@pytest.mark.parametrize("raised", [SystemExit(4), asyncio.CancelledError()])
def test_a_callback_that_ends_the_process_or_is_cancelled_still_leaves_the_reply(tmp_path, raised):
    client = client_of(tmp_path, functions={"getOrder": fails(NotFound("no such order"))}, error_callback=fails(raised))
    assert client.get("/orders/1").json["error"] == "NOT_FOUND"


def test_a_coroutine_whose_task_was_cancelled_is_an_error_of_the_service(tmp_path):
    async def get(id):
        task = asyncio.ensure_future(asyncio.sleep(5))
        task.cancel()
        await task

    reply = client_of(tmp_path, functions={"getOrder": get}).get("/orders/1")
    assert (reply.status_code, reply.json["error"]) == (500, "SERVER_ERROR")


def test_an_asynchronous_guard_is_asked_also_where_a_loop_is_running(tmp_path):
    async def guard(call, credential):
        return {"sub": "ada"}

    async def call():
        return client.put("/orders/1", json={"name": "tea"}, headers={"X-Shop-Key": "right"})

    client = client_of(tmp_path, guards={"key": guard})
    assert asyncio.run(call()).status_code == 200


def test_log_lines_of_a_call_hide_what_its_query_and_proxy_header_show(tmp_path):
    seen = []

    def get(id):
        seen.append(current_call().application.hide("got query-secret-1 and cHJveHlwcm94eQ=="))
        return {"name": "tea"}

    headers = {"Proxy-Authorization": "Basic cHJveHlwcm94eQ=="}
    client_of(tmp_path, functions={"getOrder": get}).get("/orders/1?token=query-secret-1", headers=headers)
    assert seen == ["got [REDACTED] and [REDACTED]"]


def test_a_host_that_is_none_is_told_in_words_of_ours(tmp_path):
    reply = client_of(tmp_path).get("/orders/1", headers={"Host": "a..b"})
    assert (reply.status_code, reply.json["error_description"]) == (
        400,
        "the Host header names no host of this service",
    )
