"""One log line for each request, on both ways through Flask, as text and as JSON; and no caller can forge one."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import flask
import pytest
from pymacaron_core import API
from pymacaron_core.access_log import AccessLog
from pymacaron_core.config import load_config
from pymacaron_core.context import CallContext
from pymacaron_core.errors import Forbidden
from pymacaron_core.exchange import Exchange
from pymacaron_core.guard import Credential
from pymacaron_core.line_handler import LineHandler
from pymacaron_core.lines import REQUESTS
from pymacaron_core.logs import configure, pymlogger, set_level
from werkzeug.test import EnvironBuilder, run_wsgi_app

DOCUMENT = """\
openapi: 3.0.3
info: {title: Tea, version: "1"}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
paths:
  /teas/{name}:
    get:
      operationId: getTea
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: It., content: {application/json: {schema: {type: object}}}}}
  /mine:
    get:
      operationId: getMine
      security: [{bearer: []}]
      responses: {"200": {description: It., content: {application/json: {schema: {type: object}}}}}
  /old:
    get:
      deprecated: true
      responses: {"200": {description: It., content: {application/json: {schema: {type: object}}}}}
  /stream:
    get:
      operationId: getStream
      responses: {"200": {description: It., content: {application/jsonl: {}}}}
  /orders:
    post:
      operationId: addOrder
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [id]}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {type: object}}}}}
"""


def get_tea(name: str) -> dict[str, str]:
    pymlogger("shop").info("brewing")
    if name == "boom":
        raise ValueError("boom")
    return {"name": name}


def guard(call: Any, credential: Credential) -> dict[str, str]:
    if credential.value != "geheim-geheim":
        raise Forbidden("who are you?")
    return {"sub": 'ann\n{"forged": 1}'}


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in (None, "pymacaron", "pymacaron_core", REQUESTS)]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    for logger in loggers:
        logger.handlers[:] = []
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


class Service:
    """A service whose log lines are kept."""

    def __init__(self, root: Path, options: str = "log_requests: true, log_format: json", **environ: str) -> None:
        (root / "apis").mkdir(parents=True)
        (root / "apis" / "tea.yaml").write_text(DOCUMENT)
        text = f"name: tea\ncore: {{{options}}}\n" + ("env_secrets: [MY_KEY]\nkey: MY_KEY\n" if environ else "")
        (root / "pym-config.yaml").write_text(text)
        config = load_config(root, environ=environ)
        self.lines = io.StringIO()
        configure(config, development=False, stream=self.lines)
        app = flask.Flask("tea", root_path=str(root))
        app.add_url_rule("/by-hand/<name>", view_func=lambda name: f"hello {name}", endpoint="by_hand")
        handlers = {
            "getTea": get_tea,
            "getMine": lambda: {"mine": True},
            "GET /old": dict,
            "getStream": lambda: iter([{"n": 1}, {"n": 22}]),
            "addOrder": lambda body: ({}, 201),
        }
        api = API(app, config=config, guards={"bearer": guard}, handlers=handlers)
        self.app, self.application = app, api.load_apis().finish()

    def ask(self, path: str, method: str = "GET", **given: Any) -> tuple[str, dict[str, str], bytes]:
        items, status, headers = run_wsgi_app(
            self.application, EnvironBuilder(path, method=method, **given).get_environ()
        )
        body = b"".join(items)
        items.close() if hasattr(items, "close") else None
        return status, {name.lower(): value for name, value in headers}, body

    def flush(self) -> None:
        for handler in logging.getLogger().handlers:
            handler.flush()

    def told(self) -> list[dict[str, Any]]:
        """What was logged, each line a JSON object."""
        self.flush()
        lines = self.lines.getvalue().splitlines()
        self.lines.truncate(self.lines.seek(0))
        return [json.loads(line) for line in lines]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.told() if line["logger"] == REQUESTS]


@pytest.fixture(params=["true", "false"], ids=["lean", "whole"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Service:
    return Service(tmp_path, f"log_requests: true, log_format: json, lean: {request.param}")


def line_of(service: Service) -> dict[str, Any]:
    (line,) = service.requests()
    return line


@pytest.mark.parametrize(
    ("method", "path", "status", "operation"),
    [
        ("GET", "/teas/assam", 200, "getTea"),
        ("HEAD", "/teas/assam", 200, "getTea"),
        ("OPTIONS", "/teas/assam", 200, None),
        ("GET", "/teas/boom", 500, "getTea"),
        ("GET", "/mine", 401, "getMine"),
        ("GET", "/old", 200, "GET /old"),
        ("GET", "/stream", 200, "getStream"),
        ("POST", "/orders", 400, "addOrder"),
        ("PUT", "/orders", 405, None),
        ("GET", "/nowhere", 404, None),
        ("GET", "/by-hand/ann", 200, None),
        ("GET", "/ping", 200, "ping"),
    ],
)
def test_each_request_has_one_line_whoever_answers(
    service: Service, method: str, path: str, status: int, operation: str | None
) -> None:
    for _ in range(2):
        _, headers, body = service.ask(path, method)
        line = line_of(service)
        asked = line["httpRequest"]
        assert (line["severity"], line["message"]) == ("INFO", f"{method} {path} {status}")
        assert line.get("operation") == operation
        assert (asked["requestMethod"], asked["requestUrl"], asked["status"]) == (method, path, status)
        assert int(asked["responseSize"]) == len(body)
        assert re.fullmatch(r"\d+\.\d{6}s", asked["latency"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert headers["x-request-id"] == line["request_id"]


def test_an_id_that_came_goes_through_all_lines_and_back(service: Service) -> None:
    _, headers, _ = service.ask("/teas/assam", headers={"X-Request-ID": "req-1"})
    assert headers["x-request-id"] == "req-1"
    assert [(line["logger"], line["request_id"]) for line in service.told()] == [("shop", "req-1"), (REQUESTS, "req-1")]


@pytest.mark.parametrize("given", ["a b", "x" * 129, 'a"b', "a\tb", "\xe4", ""])
def test_an_id_that_is_not_safe_is_replaced(service: Service, given: str) -> None:
    _, headers, _ = service.ask("/teas/assam", environ_overrides={"HTTP_X_REQUEST_ID": given})
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])
    assert {line["request_id"] for line in service.told()} == {headers["x-request-id"]}


def test_an_id_that_the_service_answers_itself_stays(service: Service) -> None:
    service.app.after_request(lambda response: response.headers.set("x-request-id", "own") or response)
    _, headers, _ = service.ask("/teas/assam")
    assert headers["x-request-id"] == "own"


def test_two_requests_have_two_ids(service: Service) -> None:
    assert service.ask("/ping")[1]["x-request-id"] != service.ask("/ping")[1]["x-request-id"]


def test_the_user_is_told_and_can_forge_nothing(service: Service) -> None:
    assert service.ask("/mine", headers={"Authorization": "Bearer geheim-geheim"})[0] == "200 OK"
    assert line_of(service)["user"] == 'ann\n{"forged": 1}'


def test_a_hook_that_answers_is_told_with_the_operation(service: Service) -> None:
    service.app.before_request(lambda: ("slow down", 429))
    service.ask("/teas/assam")
    line = line_of(service)
    assert (line["operation"], line["httpRequest"]["status"]) == ("getTea", 429)


def test_what_leaves_as_an_exception_is_told_as_500(service: Service) -> None:
    service.app.config["PROPAGATE_EXCEPTIONS"] = True
    with pytest.raises(ValueError, match="boom"):
        service.ask("/teas/boom")
    assert line_of(service)["httpRequest"]["status"] == 500


def test_a_stream_that_nobody_reads_to_its_end_is_told_with_what_was_sent(service: Service) -> None:
    environ = EnvironBuilder("/stream").get_environ()
    items: Any = service.application(environ, lambda *told: bytes.__len__)
    first = next(iter(items))
    assert service.requests() == []
    items.close()
    items.close()
    assert int(line_of(service)["httpRequest"]["responseSize"]) == len(first)


HOSTILE = [
    "/teas/a%0A%7B%22severity%22%3A%22ERROR%22%7D",
    "/teas/%22%2C%22status%22%3A200",
    "/teas/%1B%5B2J%00",
    "/teas/%E2%80%A8%C2%85%F0%9F%8D%B5%FF",
    "/teas/a\\b%5C",
    "/teas/" + "x" * 5000,
    "/a b\r\nSet-Cookie: x",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_a_path_can_neither_end_its_line_nor_change_it(service: Service, path: str) -> None:
    environ = EnvironBuilder("/").get_environ()
    environ["PATH_INFO"] = unquote(path, "latin-1")
    run_wsgi_app(service.application, environ, buffered=True)
    line = line_of(service)
    url = line["httpRequest"]["requestUrl"]
    assert len(url) <= 1003 and url.isascii() and url.isprintable() and not set(url) & set(' "\\')
    assert set(line) <= {"severity", "time", "logger", "process", "request_id", "message", "operation", "httpRequest"}


def test_a_method_that_nobody_knows_can_forge_nothing(service: Service) -> None:
    environ = {**EnvironBuilder("/ping").get_environ(), "REQUEST_METHOD": 'GET"\n' + "X" * 50}
    run_wsgi_app(service.application, environ, buffered=True)
    assert line_of(service)["httpRequest"]["requestMethod"] == "GET%22%0A" + "X" * 11 + "..."


def test_the_query_and_credentials_are_in_no_line(service: Service) -> None:
    given = {"Authorization": "Bearer geheim-geheim", "X-Request-ID": "id-geheim-geheim"}
    service.ask("/teas/geheim-geheim?token=abc", headers=given)
    service.ask("/teas/q-8-letters-q?token=8-letters&x=1")
    service.ask("/teas/q-8-letters-q?color=8-letters&x=1")
    lines = service.requests()
    assert [line["httpRequest"]["requestUrl"] for line in lines] == [
        "/teas/[REDACTED]",
        "/teas/q-[REDACTED]-q",
        "/teas/q-8-letters-q",
    ]
    assert lines[0]["request_id"] == "id-[REDACTED]"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", "Basic geheim-geheim"),
        ("Authorization", "geheim-geheim"),
        ("Proxy-Authorization", "Bearer geheim-geheim"),
        ("Cookie", "a=b; session=geheim-geheim ; c=d"),
        ("X-API-Key", "geheim-geheim"),
    ],
)
def test_what_a_caller_shows_in_a_header_is_in_no_line(service: Service, header: str, value: str) -> None:
    service.ask("/by-hand/geheim-geheim", headers={header: value})
    service.ask("/by-hand/ann", headers={header: value})
    service.ask("/by-hand/geheim-geheim", headers={"X-Other": value})
    urls = [line["httpRequest"]["requestUrl"] for line in service.requests()]
    assert urls == ["/by-hand/[REDACTED]", "/by-hand/ann", "/by-hand/geheim-geheim"]


def test_secrets_of_the_configuration_are_in_no_line(tmp_path: Path) -> None:
    service = Service(tmp_path, MY_KEY="hunter2 hunter2")
    service.ask("/teas/hunter2%20hunter2")
    assert line_of(service)["httpRequest"]["requestUrl"] == "/teas/[REDACTED]"


def test_lines_are_text_where_that_is_asked_for(tmp_path: Path) -> None:
    service = Service(tmp_path, "log_requests: true, log_format: text")
    service.ask("/teas/as%20sam%0Aforged", headers={"X-Request-ID": "req-1"})
    service.flush()
    brewing, line = service.lines.getvalue().splitlines()
    assert brewing.endswith("shop request=req-1: brewing")
    pattern = r".{23} INFO     \[\d+\] pymacaron.requests request=req-1: GET /teas/as%20sam%0Aforged 200 \d+\.\d ms"
    assert re.fullmatch(pattern + " 25 bytes getTea", line)


def test_others_see_a_record_with_all_that_is_known(service: Service) -> None:
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logging.getLogger(REQUESTS).addHandler(handler)
    service.ask("/by-hand/ann")
    (record,) = seen
    assert (record.name, record.levelno) == (REQUESTS, logging.INFO)
    assert re.fullmatch(r"GET /by-hand/ann 200 \d+\.\d ms 9 bytes", record.getMessage())
    assert record.exchange.status == 200  # type: ignore[attr-defined]
    assert line_of(service)["message"] == "GET /by-hand/ann 200"  # and ours has written it, once


def test_a_filter_and_the_level_hold_for_the_lines_of_requests(service: Service) -> None:
    log = logging.getLogger(REQUESTS)
    only = lambda record: "by-hand" in record.getMessage()  # noqa: E731
    log.addFilter(only)
    try:
        service.ask("/ping")
        service.ask("/by-hand/ann")
    finally:
        log.removeFilter(only)
    assert line_of(service)["httpRequest"]["requestUrl"] == "/by-hand/ann"
    set_level("warning")
    service.ask("/ping")
    assert service.requests() == []


def test_a_stream_that_fails_fails_no_request(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    service.lines.close()
    assert service.ask("/ping")[0] == "200 OK"


def test_a_line_goes_to_a_file_in_one_piece(tmp_path: Path) -> None:
    service = Service(tmp_path / "tea")
    with open(tmp_path / "log", "w", buffering=1) as stream:
        (handler,) = (each for each in logging.getLogger().handlers if isinstance(each, LineHandler))
        handler.__init__(stream, handler.lines)  # type: ignore[misc]
        service.ask("/teas/assam")
        service.flush()
    lines = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line)["logger"] for line in lines] == ["shop", REQUESTS]


def test_an_identity_that_cannot_be_named_fails_no_request(service: Service) -> None:
    class Odd:
        @property
        def user_id(self) -> str:
            raise RuntimeError("nobody knows")

    exchange = Exchange({"REQUEST_METHOD": "GET"}, bool)
    exchange.context = CallContext(identity=Odd())
    exchange.end(0)
    AccessLog(service.application.reporting.redaction).tell(exchange, {})
    (line,) = service.told()
    assert line["severity"] == "ERROR" and "cannot be written" in line["message"]


def test_nothing_is_told_and_no_id_made_until_asked_for(tmp_path: Path) -> None:
    service = Service(tmp_path, "log_format: json")
    _, headers, _ = service.ask("/teas/assam", headers={"X-Request-ID": "req-1"})
    assert "x-request-id" not in headers
    assert [(line["logger"], line.get("request_id")) for line in service.told()] == [("shop", "req-1")]
    assert type(service.app.wsgi_app.__self__).__name__ == "LeanWay"


@pytest.mark.parametrize(
    ("chosen", "development", "terminal", "is_json"),
    [
        ("auto", False, False, True),
        ("auto", False, True, False),
        ("auto", True, False, False),
        ("json", True, True, True),
        ("text", False, False, False),
    ],
)
def test_lines_are_json_in_production_without_a_terminal(
    tmp_path: Path, chosen: str, development: bool, terminal: bool, is_json: bool
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    stream = Stream()
    (tmp_path / "pym-config.yaml").write_text(f"name: tea\ncore: {{log_format: {chosen}}}\n")
    configure(load_config(tmp_path), development=development, stream=stream)
    try:
        raise ValueError("\u2028 \x1b[2J")
    except ValueError:
        pymlogger("shop").exception("it\nfailed")
    text = stream.getvalue()
    assert text.startswith("{") == is_json
    if is_json:
        (line,) = text.splitlines()
        told = json.loads(line)
        assert (told["severity"], told["logger"]) == ("ERROR", "shop")
        assert told["message"].startswith("it\nfailed\nTraceback (most recent call last)")
