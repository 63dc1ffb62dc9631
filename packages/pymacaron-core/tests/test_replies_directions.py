"""Directions while serving: replies have nothing that is writeOnly, requests set nothing that is readOnly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from pymacaron_core import API, load
from werkzeug.test import TestResponse

DOCUMENT = """
openapi: 3.0.3
info: {title: Bank, version: "1"}
paths:
  /accounts:
    post:
      operationId: open
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}
    get:
      operationId: all
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Account'}}}}
  /anything: {get: {operationId: anything, responses: {'200': {description: ok, content: {application/json: {}}}}}}
  /unsaid: {get: {operationId: unsaid, responses: {'400': {description: wrong}}}}
components:
  schemas:
    Account:
      type: object
      required: [id, name, password]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        password: {type: string, writeOnly: true, example: hunter2}
        friends: {type: array, items: {$ref: '#/components/schemas/Account'}}
        more: {type: object}
"""
IDS = ("open", "all", "anything", "unsaid")


class Bank:
    """A served document whose functions hand the body to whatever a test wants."""

    def __init__(self, root: Path, options: str = "{}", document: str = DOCUMENT) -> None:
        (root / "apis").mkdir()
        (root / "apis" / "bank.yaml").write_text(document)
        (root / "pym-config.yaml").write_text(f"core: {options}\n")
        app = flask.Flask("bank", root_path=str(root))
        self.function: Callable[..., Any] = lambda body=None: body
        handlers = {name: lambda *body: self.function(*body) for name in IDS}
        api = API(app, root=root, handlers=handlers).load_apis()
        api.finish()
        self.models = api.application.apis["bank"].catalog
        self.client = app.test_client()

    def account(self, **more: Any) -> Any:
        return self.models.model("Account")(id=1, name="ada", password="secret", **more)

    def get(self, path: str, value: Any) -> Any:
        self.function = lambda: value
        return self.client.get(path).get_json()

    def post(self, body: Any, function: Callable[..., Any]) -> TestResponse:
        self.function = function
        return self.client.post("/accounts", json=body)


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return Bank(tmp_path)


PLAIN = {"id": 1, "name": "ada", "password": "secret"}
SENT = {"id": 1, "name": "ada"}
OWN = {"name": "ada", "password": "secret"}


def test_the_function_gets_the_request_view_and_answers_the_whole(bank: Bank) -> None:
    whole = bank.models.model("Account")
    answer = bank.post({**PLAIN, "id": 99}, lambda body: whole.from_request(body, id=7))
    assert answer.get_json() == {"id": 7, "name": "ada"}


def test_a_function_that_answers_its_request_is_told_what_to_do(bank: Bank, caplog: pytest.LogCaptureFixture) -> None:
    answer = bank.post(PLAIN, lambda body: body)
    assert answer.get_json()["error"] == "BAD_RESPONSE"
    assert "Account.from_request(body, ...)" in caplog.text


def test_replies_have_no_write_only_property_at_any_depth(bank: Bank) -> None:
    deep = bank.account(friends=[bank.account(friends=[bank.account()])], more={"who": bank.account()})
    expected = {**SENT, "friends": [{**SENT, "friends": [SENT]}], "more": {"who": SENT}}
    assert bank.post(PLAIN, lambda body: deep).get_json() == expected
    assert bank.get("/accounts", [deep]) == [expected]


@pytest.mark.parametrize("mode", ["off", "log", "raise"])
def test_no_mode_lets_a_write_only_property_of_plain_data_out(tmp_path: Path, mode: str) -> None:
    bank = Bank(tmp_path, f"{{replies: '{mode}'}}")
    assert bank.get("/accounts", [PLAIN]) == [SENT]
    if mode != "raise":
        unfit = {"name": 1, "password": "secret", "friends": [PLAIN]}
        assert bank.get("/accounts", [unfit]) == [{"name": 1, "friends": [SENT]}]


@pytest.mark.parametrize(
    ("more", "value", "sent"),
    [
        ("type: array, prefixItems: [{$ref: '#/components/schemas/Account'}]", [PLAIN, 1], [SENT, 1]),
        (
            "type: object, patternProperties: {'^a': {$ref: '#/components/schemas/Account'}}",
            {"ab": PLAIN, "b": 1},
            {"ab": SENT, "b": 1},
        ),
        (
            "type: object, if: {required: [k]}, then: {properties: {pin: {type: integer, writeOnly: true}}}",
            {"k": 1.5, "pin": 4},
            {"k": 1.5},
        ),
    ],
)
@pytest.mark.parametrize("mode", ["off", "raise"])
def test_plain_data_inside_of_models_keeps_its_secrets(
    tmp_path: Path, mode: str, more: str, value: Any, sent: Any
) -> None:
    document = DOCUMENT.replace("3.0.3", "3.1.0").replace("more: {type: object}", f"more: {{{more}}}")
    bank = Bank(tmp_path, f"{{replies: '{mode}'}}", document)
    assert bank.get("/accounts", [bank.account(more=value)]) == [{**SENT, "more": sent}]
    assert bank.get("/accounts", [{**PLAIN, "more": value}]) == [{**SENT, "more": sent}]


@pytest.mark.parametrize("path", ["/anything", "/unsaid"])
def test_models_in_undeclared_replies_keep_their_secrets(bank: Bank, path: str) -> None:
    assert bank.get(path, {"of": [bank.account()]}) == {"of": [SENT]}


def test_whoever_keeps_the_object_keeps_all_of_it(bank: Bank) -> None:
    account = bank.account()
    assert account.to_json() == PLAIN
    assert account.to_native() == PLAIN
    assert type(account).from_json(account.to_json()) == account
    assert json.loads(account.model_dump_json(exclude_unset=True)) == PLAIN


def test_read_only_properties_can_be_refused(tmp_path: Path) -> None:
    bank = Bank(tmp_path, "{read_only: refuse}")
    answer = bank.post({"id": 3, "name": 4, "password": "x"}, lambda body: None)
    assert [(fault["pointer"], fault["rule"]) for fault in answer.get_json()["errors"]] == [
        ("/id", "readOnly"),
        ("/name", "type"),
    ]


@pytest.mark.parametrize(
    ("more", "value", "kept"),
    [
        ("type: array, prefixItems: [{$ref: '#/components/schemas/Account'}]", [PLAIN, 1], [OWN, 1]),
        (
            "type: object, patternProperties: {'^a': {$ref: '#/components/schemas/Account'}}",
            {"ab": PLAIN, "b": {"note": 9}},
            {"ab": OWN, "b": {"note": 9}},
        ),
        (
            "type: object, if: {required: [k]}, then: {properties: {rank: {type: integer, readOnly: true}}}",
            {"k": 1.5, "rank": 4},
            {"k": 1.5},
        ),
    ],
)
def test_requests_set_nothing_read_only_in_plain_data_inside_of_models(
    tmp_path: Path, more: str, value: Any, kept: Any
) -> None:
    document = DOCUMENT.replace("3.0.3", "3.1.0").replace("more: {type: object}", f"more: {{{more}}}")
    got: list[Any] = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    Bank(tmp_path / "a", "{}", document).post({**OWN, "more": value}, lambda body: got.append(body.to_json()))
    assert [each["more"] for each in got] == [kept]
    bank = Bank(tmp_path / "b", "{read_only: refuse}", document)
    faults = bank.post({**OWN, "more": value}, lambda body: None).get_json()["errors"]
    assert [(fault["pointer"], fault["rule"]) for fault in faults] == [("", "readOnly")]


def test_the_served_document_is_the_authors(tmp_path: Path) -> None:
    bank = Bank(tmp_path, "{docs: true}")
    assert list(bank.client.get("/doc/bank.json").get_json()["components"]["schemas"]) == [
        "Account",
        "PyMacaronError",
        "PyMacaronProblem",
    ]


def test_mocks_answer_what_replies_have(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "bank.yaml").write_text(DOCUMENT)
    application = load(tmp_path, mock_missing=True)
    answer = application.app.test_client().post("/accounts", json={"name": "ada", "password": "x"}).get_json()
    assert "id" in answer
    assert "hunter2" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("undeclared", "body", "kept"),
    [("drop", {"a": 1}, {}), ("keep", {"a": 1}, {"a": 1})],
)
def test_undeclared_properties_are_as_the_configuration_says(
    tmp_path: Path, undeclared: str, body: dict[str, Any], kept: dict[str, Any]
) -> None:
    bank = Bank(tmp_path, f"{{undeclared: {undeclared}}}")
    seen: list[Any] = []
    whole = bank.models.model("Account")
    answer = bank.post({**PLAIN, **body}, lambda b: (seen.append(b), whole.from_request(b, id=7))[1])
    assert seen[0].to_json() == {"name": "ada", "password": "secret", **kept}
    assert seen[0].to_native() == {"name": "ada", "password": "secret", **kept}
    assert answer.get_json() == {"id": 7, "name": "ada", **kept}


def test_undeclared_properties_can_be_refused(tmp_path: Path) -> None:
    bank = Bank(tmp_path, "{undeclared: refuse}")
    answer = bank.post({**PLAIN, "a": 1, "more": {"b": 2}}, lambda body: None)
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/a"]
