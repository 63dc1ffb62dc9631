"""The docs page in a real Chromium: it renders, "try it out" answers, nothing is asked of another machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import ABSENT, CHROMIUM, DRIVER, answer_of, asked_for, chromium, click, complaints, wait_for
from flask import Flask, Response, jsonify, request
from pymacaron_core.docs import docs_blueprint
from pymacaron_core.spec.operation import Specification
from selenium.webdriver import Chrome
from werkzeug.serving import make_server

PREFIX = "/hidden/prefix"
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason=ABSENT),
]

ORDER = {
    "type": "object",
    "required": ["number", "flavour"],
    "properties": {
        "number": {"type": "integer", "minimum": 1},
        "flavour": {"type": "string", "enum": ["rose", "pistachio", "lemon"]},
        "note": {"type": ["string", "null"], "maxLength": 200},
    },
}
ANSWER = {
    "description": "The order",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
}
BAKERY: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Bakery", "version": "1.4.0", "description": "Orders **macarons**."},
    "servers": [{"url": "https://bakery.example.com/v1"}],
    "paths": {
        "/orders/{number}": {
            "get": {
                "operationId": "getOrder",
                "tags": ["orders"],
                "summary": "One order",
                "security": [{"token": []}],
                "parameters": [
                    {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 12}
                ],
                "responses": {"200": ANSWER, "404": {"description": "No such order"}},
            }
        }
    },
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": {"Order": ORDER}},
}
LEGACY: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Legacy", "version": "0.1"},
    "host": "legacy.example.com",
    "schemes": ["https"],
    "basePath": "/old",
    "produces": ["application/json"],
    "paths": {"/ping": {"get": {"operationId": "ping", "responses": {"200": {"description": "pong"}}}}},
}
SPECIFICATIONS = [
    Specification(name="bakery", title="Bakery", version="1.4.0", dialect="3.1", base_path="/v1", document=BAKERY),
    Specification(name="legacy", title="Legacy", version="0.1", dialect="2.0", base_path="/old", document=LEGACY),
]


def bakery() -> Flask:
    app = Flask("bakery")
    app.register_blueprint(docs_blueprint("bakery", "1.4.0", SPECIFICATIONS))

    @app.get("/v1/orders/<int:number>")
    def get_order(number: int) -> Response:
        return jsonify(number=number, flavour="pistachio", note=request.headers.get("Authorization"))

    @app.get("/old/ping")
    def ping() -> Response:
        return jsonify(pong="from the old one")

    return app


def behind_a_silent_prefix(app: Callable[..., Any]) -> Callable[..., Any]:
    """A proxy that takes the prefix off and tells nobody."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(PREFIX)
        return app(environ, start_response)

    return application


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    with chromium(tmp_path / "profile") as driver:
        yield driver


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, behind_a_silent_prefix(bakery()), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_page_renders_and_try_it_out_answers(browser: Chrome, origin: str, prefix: str) -> None:
    browser.get(f"{origin}{prefix}/doc/")
    click(browser, "#operations-orders-getOrder .opblock-summary-control")
    click(browser, "#operations-orders-getOrder .execute")
    assert answer_of(browser) == {"number": 12, "flavour": "pistachio", "note": None}
    assert f"{origin}{prefix}/v1/orders/12" in asked_for(browser)
    assert complaints(browser) == []


def test_documents_of_2_0_can_be_tried_too(browser: Chrome, origin: str) -> None:
    browser.get(f"{origin}{PREFIX}/doc/")
    click(browser, ".apis a[href$=legacy]")
    click(browser, "#operations-default-ping .opblock-summary-control")
    click(browser, "#operations-default-ping .execute")
    assert answer_of(browser) == {"pong": "from the old one"}
    assert complaints(browser) == []


def test_a_token_goes_with_the_call_and_is_not_kept(browser: Chrome, origin: str) -> None:
    browser.get(f"{origin}/doc/")
    click(browser, ".auth-wrapper .authorize")
    wait_for(browser, ".auth-container input").send_keys("sesame")
    click(browser, ".auth-btn-wrapper .authorize")
    click(browser, ".auth-btn-wrapper .btn-done")
    click(browser, "#operations-orders-getOrder .opblock-summary-control")
    click(browser, "#operations-orders-getOrder .execute")
    assert answer_of(browser)["note"] == "Bearer sesame"
    assert browser.execute_script("return localStorage.length + sessionStorage.length") == 0
    assert complaints(browser) == []


def test_no_request_leaves_the_machine(browser: Chrome, origin: str) -> None:
    browser.get(f"{origin}/doc/")
    click(browser, "#operations-orders-getOrder .opblock-summary-control")
    click(browser, "#operations-orders-getOrder .execute")
    answer_of(browser)
    asked = asked_for(browser)
    assert f"{origin}/doc/bakery.json" in asked
    assert {url for url in asked if not url.startswith(f"{origin}/")} == set()
