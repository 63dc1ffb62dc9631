"""A service of documents with faults: what each mode serves, tells and refuses."""

from __future__ import annotations

import logging
import textwrap
from pathlib import Path

import flask
import pytest
from pymacaron_core import API, DocumentError
from pymacaron_core.application import Application
from pymacaron_core.config import load_config
from pymacaron_core.errors import StartError

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /good: {get: {operationId: good, responses: {200: {description: ok}}}}
  /bad/{x}:
    get:
      operationId: bad
      security: [{key: []}]
      parameters: [{name: x, in: path, required: true, schema: {$ref: '#/components/schemas/A'}}]
      responses: {200: {description: ok}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: k}}
  schemas:
    A: {type: intger}
    B: {type: object, properties: {a: {type: string}}}
"""


@pytest.fixture(autouse=True)
def _nothing_else_configures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYM_ENV", raising=False)
    monkeypatch.delenv("PYM_CONFIG", raising=False)


def service(folder: Path, mode: str | None, text: str = DOCUMENT) -> Application:
    """The service of a document, and its configuration."""
    (folder / "apis").mkdir(exist_ok=True)
    (folder / "apis" / "shop.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    (folder / "pym-config.yaml").write_text(f"core: {{documents: '{mode}'}}" if mode else "core: {}", encoding="utf-8")
    handlers = {"good": lambda: None, "bad": lambda x: None}
    api = API(flask.Flask("shop"), config=load_config(folder), root=folder, handlers=handlers)
    return api.load_apis().finish()


@pytest.mark.parametrize("mode", [None, "off"])
def test_sound_operations_are_served_and_the_others_answer_501(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: str | None
) -> None:
    with caplog.at_level(logging.WARNING, "pymacaron_core.loading"):
        application = service(tmp_path, mode)
    client = application.app.test_client()
    assert client.get("/good").status_code == 200
    refused = client.get("/bad/1")
    assert (refused.status_code, refused.json["error"]) == (501, "NOT_IMPLEMENTED")
    assert client.post("/bad/1").status_code == 405
    assert application.apis["shop"].catalog.names() == ["B"]
    told = [record.getMessage() for record in caplog.records]
    unknown = "apis/shop.yaml:15:9: unknown type `intger`; did you mean `integer`? (at /components/schemas/A/type)"
    not_served = "apis/shop.yaml: bad (GET /bad/{x}) is not served, as its document has faults"
    assert told == ([] if mode == "off" else [unknown, not_served])


@pytest.mark.parametrize("doubt", ["type: intger", "type: object, requird: [a]"])
def test_strict_refuses_what_is_wrong_or_doubtful(tmp_path: Path, doubt: str) -> None:
    with pytest.raises(DocumentError, match=r"apis/shop\.yaml:15:"):
        service(tmp_path, "strict", DOCUMENT.replace("type: intger", doubt))


@pytest.mark.parametrize("pattern", ["(?i)x", "[", "(a{1000}){1000}"])
def test_strict_refuses_a_pattern_that_no_engine_can_be_given(tmp_path: Path, pattern: str) -> None:
    sound = DOCUMENT.replace("security: [{key: []}]", "security: []")
    with pytest.raises(DocumentError, match=r"apis/shop\.yaml:15:.*is of no use"):
        service(tmp_path, "strict", sound.replace("type: intger", f"type: string, pattern: '{pattern}'"))
    assert service(tmp_path, "warn", sound).app.test_client().get("/good").status_code == 200


def test_strict_serves_a_document_without_a_doubt(tmp_path: Path) -> None:
    text = DOCUMENT.replace("intger", "integer").replace("security: [{key: []}]", "security: []")
    assert service(tmp_path, "strict", text).app.test_client().get("/bad/1").status_code == 200


@pytest.mark.parametrize("mode", ["strict", "warn", "off"])
def test_a_document_with_nothing_sound_in_it_stops_the_start(tmp_path: Path, mode: str) -> None:
    with pytest.raises(DocumentError):
        service(tmp_path, mode, DOCUMENT.replace("operationId: good,", "parameters: 7,"))


def test_a_route_that_cannot_be_is_left_out(tmp_path: Path) -> None:
    application = service(tmp_path, "warn", DOCUMENT.replace("/bad/{x}:", "/bad/{x:"))
    assert application.app.test_client().get("/good").status_code == 200
    assert application.app.test_client().get("/bad/1").status_code == 404


def test_a_start_logs_the_first_faults_of_many(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    odd = "".join(f"    S{number}: {{type: strng}}\n" for number in range(150))
    service(tmp_path, "warn", DOCUMENT + odd)
    told = [record.getMessage() for record in caplog.records if "apis/shop.yaml" in record.getMessage()]
    assert len(told) == 102
    assert "unknown type `intger`" in told[0]
    assert "apis/shop.yaml: faults beyond those told here, by 'pymacaron check': 51" in told


METHODS = """
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths:
  /things/{a}:
    head: {operationId: look, responses: {204: {description: there}}}
    options: {operationId: may, responses: {200: {description: ok}}}
  /things/{b}:
    get: {operationId: good, responses: {200: {description: ok}}}
    trace: {operationId: bad, responses: {200: {description: ok}}}
  /others:
    get: {operationId: other, responses: {200: {description: ok}}}
    head: {operationId: broken, parameters: [{name: q, in: query, schema: {type: intger}}], responses: {}}
"""


def test_head_and_options_are_those_of_the_document_wherever_its_other_methods_stand(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").write_text(METHODS, encoding="utf-8")
    called: list[str] = []
    names = ("look", "may", "good", "bad", "other")
    handlers = {name: lambda *_, _name=name, **__: called.append(_name) for name in names}
    app = flask.Flask("shop")
    API(app, config=load_config(tmp_path), root=tmp_path, handlers=handlers).load_apis().finish()
    client = app.test_client()
    for method in ("head", "options", "get", "trace"):
        client.open("/things/1", method=method.upper())
    assert called == ["look", "may", "good", "bad"]
    assert client.head("/others").status_code == 501, "GET does not answer for an operation with faults"
    assert client.options("/others").headers["Allow"].count("HEAD") == 1
    assert client.get("/others").status_code == 200


def test_an_empty_file_is_named_where_there_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "shop.yaml").touch()
    with pytest.raises(StartError, match=r"looked into shop\.yaml, which is empty$"):
        API(flask.Flask("shop"), config=load_config(tmp_path), root=tmp_path).load_apis()
