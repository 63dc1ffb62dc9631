"""Reports: what is told, what is hidden, and a reporter that fails, blocks or is never there."""

import asyncio
import logging
import os
import threading

import flask
import pytest
from pymacaron_core import API, report_error, report_warning
from pymacaron_core.delivery import Delivery
from pymacaron_core.redaction import LARGEST_BODY, LONGEST_BODY, Redaction
from pymacaron_core.spec import read
from pymacaron_core.spec.passwords import password_names

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      operationId: order
      security: [{key: []}]
      parameters: [{name: token, in: query, schema: {type: string}}, {name: color, in: query, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {}}}}
        "502": {description: no, content: {application/json: {schema: {}}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Shop}}
"""
HEADERS = {
    "X-Shop": "the-shop-key",
    "Authorization": "Bearer very.secret.jwt",
    "X-Forwarded-For": "203.0.113.7, 10.0.0.1",
    "User-Agent": "tea/1",
    "X-Request-ID": "r-1",
}
BODY_TOLD = '{"inner": [{"apiKey": "[REDACTED]", "size": 3}], "mine": "[REDACTED]", "password": "[REDACTED]"}'
IDENTITY = {"sub": "ada", "email": "ada@example.com", "name": "Ada"}


class Shop:
    def __init__(self, tmp_path, function, config="", **options):
        self.told = []
        (tmp_path / "apis").mkdir()
        (tmp_path / "apis" / "shop.yaml").write_text(DOCUMENT)
        (tmp_path / "pym-config.yaml").write_text(f"name: shop\n{config}")
        options.setdefault("error_reporter", lambda title, data, exception: self.told.append((title, data, exception)))
        self.api = API(
            flask.Flask("shop"),
            root=tmp_path,
            handlers={"order": lambda body, token, color: function(body)},
            guards={"key": lambda call, credential: IDENTITY},
            **options,
        )
        self.client = self.api.load_apis().finish().app.test_client()

    def post(self, query="token=query-secret&color=red"):
        body = {"password": "body-secret", "inner": [{"apiKey": "inner-secret", "size": 3}], "mine": "own-secret"}
        self.client.set_cookie("sid", "cookie-value-1")
        return self.client.post(f"/orders?{query}", json=body, headers=HEADERS)

    def reports(self):
        assert self.api.application.reporting.flush(10)
        return self.told


def crash(body):
    raise ValueError("the token very.secret.jwt of the-shop-key and cookie-value-1 is wrong, says env-secret-1")


def test_a_report_says_what_the_list_asks_for_and_nothing_secret(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("SHOP_SECRET", "env-secret-1")
    shop = Shop(tmp_path, crash, "env_secrets: [SHOP_SECRET]\ncore: {redact: [mine]}")
    reply = shop.post()
    ((title, data, exception),) = shop.reports()
    assert title == "SERVER_ERROR: POST /orders" and isinstance(exception, ValueError)
    assert (data["error_id"], data["is_fatal_error"]) == (reply.json["error_id"], True)
    assert (
        "ValueError" in data["trace"] and data["time"]["microsecs"] >= 0 and data["time"]["start"] < data["time"]["end"]
    )
    assert data["response"]["status"] == 500 and data["response"]["error_code"] == "SERVER_ERROR"
    assert data["user"] == {
        "id": "ada",
        "is_auth": True,
        "name": "Ada",
        "email": "ada@example.com",
        "ip": "127.0.0.1",
        "forwarded_ip": "203.0.113.7",
        "user_agent": "tea/1",
    }
    assert {"fqdn", "port", "api_name", "api_version", "PYM_ENV"} <= set(data["server"])
    assert (data["server"]["api_name"], data["server"]["port"]) == ("shop", 80)
    assert data["request"] == {
        "id": "r-1",
        "url": "http://localhost/orders?token=%5BREDACTED%5D&color=red".replace("%5B", "[").replace("%5D", "]"),
        "base_url": "http://localhost/orders",
        "path": "/orders",
        "method": "POST",
        "request_query": "token=[REDACTED]&color=red",
        "request_body": BODY_TOLD,
    }
    for secret in (
        "query-secret",
        "body-secret",
        "inner-secret",
        "own-secret",
        "very.secret",
        "the-shop-key",
        "cookie-value",
    ):
        assert secret not in repr(data)
    assert "env-secret-1" not in repr(data)


@pytest.mark.parametrize("outcome", ["raises", "exits", "nonsense", "coroutine", "blocks"])
def test_no_reporter_touches_the_reply(tmp_path, outcome):
    gate, called = threading.Event(), []

    async def later():
        await asyncio.sleep(0)
        called.append("awaited")

    def reporter(title, data, exception):
        called.append(title)
        if outcome == "raises":
            raise RuntimeError("down")
        if outcome == "exits":
            raise SystemExit(3)
        if outcome == "blocks":
            gate.wait(30)
        return later() if outcome == "coroutine" else object()

    shop = Shop(tmp_path, crash, error_reporter=reporter)
    assert [shop.post().status_code for _ in range(2)] == [500, 500]
    gate.set()
    shop.reports()
    assert called.count("SERVER_ERROR: POST /orders") == 2
    assert called.count("awaited") == (2 if outcome == "coroutine" else 0)


def test_errors_that_are_returned_are_reported(tmp_path):
    shop = Shop(tmp_path, lambda body: ({"error": "DOWN", "error_description": "the shop below"}, 502))
    assert shop.post().status_code == 502
    assert [(title, data["response"]["error_code"]) for title, data, _ in shop.reports()] == [
        ("DOWN: order (POST /orders)", "DOWN")
    ]


@pytest.mark.parametrize(("limit", "count"), [("1", 1), ("0", 0), ("null", 0), ("60000", 0)])
def test_slow_calls_are_reported_as_configured(tmp_path, limit, count):
    def slow(body):
        threading.Event().wait(0.01)
        return {}

    shop = Shop(tmp_path, slow, f"report_call_exceeding_ms: {limit}")
    assert shop.post().status_code == 200
    told = shop.reports()
    assert [title.partition(" took")[0] for title, _, _ in told] == ["SLOW_CALL: order (POST /orders)"] * count
    assert all(data["time"]["microsecs"] >= 1000 and not data["is_fatal_error"] for _, data, _ in told)


def test_anybody_may_report(tmp_path):
    def order(body):
        report_warning("odd", {"password": "hunter22", "size": 1})
        report_error("wrong", "no mapping", ValueError("x"), is_fatal=True)
        return {}

    shop = Shop(tmp_path, order)
    assert shop.post().status_code == 200
    (odd, wrong) = shop.reports()
    assert (odd[0], odd[1]["password"], odd[1]["size"], odd[1]["is_fatal_error"]) == ("odd", "[REDACTED]", 1, False)
    assert odd[1]["request"]["path"] == "/orders" and odd[1]["user"]["id"] == "ada"
    assert (wrong[0], wrong[1]["data"], wrong[1]["is_fatal_error"]) == ("wrong", "no mapping", True)
    assert "ValueError: x" in wrong[1]["trace"]


def test_a_full_queue_drops_and_tells_how_many(caplog):
    gate, delivery = threading.Event(), Delivery(most=2, patience=60)
    begun = threading.Event()
    delivery.put("first", lambda: (begun.set(), gate.wait(30)))
    assert begun.wait(10)
    for number in range(12):
        delivery.put(f"r{number}", lambda: None)
    gate.set()
    assert delivery.flush(10)
    told = [record.getMessage() for record in caplog.records if "dropped" in record.getMessage()]
    assert ["1 dropped" in told[0], "10 dropped" in told[1], len(told)] == [True, True, 2]


def test_a_reporter_that_takes_long_is_told_once(caplog):
    delivery, gate = Delivery(patience=0.01), threading.Event()
    told = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: told.set() if "takes longer" in record.getMessage() else None
    logging.getLogger("pymacaron_core.delivery").addHandler(handler)
    try:
        delivery.put("slow", lambda: gate.wait(30))
        assert told.wait(10)
        assert not delivery.flush(0.01)
    finally:
        gate.set()
        logging.getLogger("pymacaron_core.delivery").removeHandler(handler)
    assert delivery.flush(10)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_a_thread_of_its_own():
    delivery, (read, write) = Delivery(), os.pipe()
    delivery.put("in the parent", lambda: None)
    assert delivery.flush(10)
    child = os.fork()
    if child == 0:
        delivery.put("in the child", lambda: os.write(write, b"told"))
        delivery.flush(10)
        os._exit(0)
    os.close(write)
    assert os.read(read, 10) == b"told"
    os.waitpid(child, 0)
    os.close(read)


def test_bodies_are_told_by_size_where_they_are_large_or_no_text():
    redaction = Redaction()
    assert redaction.body(b'{"password": "x', "application/json") == "<15 bytes>"
    assert redaction.body(b"\xff\x00", "text/plain") == "<2 bytes>"
    assert redaction.body(b"x" * 10, "multipart/form-data; boundary=x") == "<10 bytes>"
    assert redaction.body(b"1" * (LARGEST_BODY + 1), "application/json").startswith("<")
    assert len(redaction.body(b'"' + b"x" * 20_000 + b'"', "application/json")) < LONGEST_BODY + 100
    assert redaction.body(b"password=a&size=3", "application/x-www-form-urlencoded") == "password=[REDACTED]&size=3"
    assert redaction.body(b"[" * 100_000, "application/json") == "<100000 bytes>"


@pytest.mark.parametrize(
    ("path", "status", "titles"),
    [
        ("internal-exception", 500, ["SERVER_ERROR: GET /crash/internal-exception"]),
        ("framework-exception", 500, ["SERVER_ERROR: GET /crash/framework-exception"]),
        ("reported-error", 200, ["this is a test of a reported error"]),
        ("error-response", 500, ["SERVER_ERROR: error_response (GET /crash/error-response)"]),
        ("error-model", 500, ["SERVER_ERROR: error_model (GET /crash/error-model)"]),
        ("error-instance", 500, ["SERVER_ERROR: GET /crash/error-instance"]),
        ("slow-call", 200, ["SLOW_CALL: slow_call (GET /crash/slow-call)"]),
    ],
)
def test_the_crash_api_fails_in_every_way_where_it_is_asked_for(tmp_path, path, status, titles):
    shop = Shop(tmp_path, crash, "report_call_exceeding_ms: 50")
    assert shop.client.get(f"/crash/{path}").status_code == 404
    told = []
    api = API(flask.Flask("c"), root=tmp_path, error_reporter=lambda title, data, exception: told.append(title))
    client = api.load_builtin_apis(["ping", "crash"]).app.test_client()
    assert client.get(f"/crash/{path}").status_code == status
    assert api.application.reporting.flush(10)
    assert [title.partition(" took")[0] for title in told] == titles


def test_what_a_document_calls_a_password_is_hidden_whatever_its_name(tmp_path):
    (tmp_path / "doors.yaml").write_text("""
openapi: 3.0.3
info: {title: Doors, version: "1"}
paths:
  /doors:
    post:
      operationId: open
      parameters: [{name: code, in: query, schema: {$ref: "#/components/schemas/Secret"}}]
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {pin: {type: string, format: password}}}}
      responses: {"200": {description: ok}}
components:
  schemas:
    Secret: {type: string, format: password}
    Door: {type: object, properties: {locks: {type: array, items: {$ref: "#/components/schemas/Lock"}}}}
    Lock: {type: object, properties: {key: {type: string, format: password}}}
""")
    specification, _ = read(tmp_path / "doors.yaml", root=tmp_path, name="doors")
    assert password_names(specification) == {"code", "pin", "key"}
    redaction, asked = Redaction(), []
    redaction.add_names(lambda: asked.append(1) or password_names(specification))
    assert redaction.query("code=1234&size=3") == "code=[REDACTED]&size=3"
    assert (
        redaction.body(b'{"Pin": "1234", "key": 1}', "application/json") == '{"Pin": "[REDACTED]", "key": "[REDACTED]"}'
    )
    assert redaction.value({"pin": ["1234"], "pins": 2}) == {"pin": "[REDACTED]", "pins": 2}
    assert asked == [1]
