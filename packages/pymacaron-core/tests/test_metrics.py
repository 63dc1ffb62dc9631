"""Requests counted for Prometheus: by operation, in every process, whatever callers send and however workers end."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from cli_project import Running, answer, make_project, wait_for
from prometheus_client.parser import text_string_to_metric_families
from pymacaron_core import API
from pymacaron_core.alongside import open_metrics
from pymacaron_core.config import load_config
from pymacaron_core.errors import ConfigError, PluginMissing, StartError
from pymacaron_core.exchange import Exchange, Named
from pymacaron_core.metrics import Counting, scraped, scraped_at
from pymacaron_core.metrics.layout import STATUSES, WIDTH, Layout, cell_of_status
from pymacaron_core.metrics.scraping import application_of
from pymacaron_core.servers.counting import Parts, make_directory
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

DOCUMENT = """\
openapi: 3.0.3
info: {title: Tea, version: "1"}
paths:
  /teas/{name}:
    get:
      operationId: getTea
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: It., content: {application/json: {schema: {type: object}}}}}
  /orders:
    post:
      operationId: addOrder
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [id]}}}}
      responses: {"201": {description: Made., content: {application/json: {schema: {type: object}}}}}
"""
SETTINGS = "core: {metrics: {}}\n"
Samples = dict[tuple[str, ...], float]


def get_tea(name: str) -> dict[str, str]:
    if name == "boom":
        raise ValueError("boom")
    return {"name": name}


def make(root: Path, options: str = "metrics: {}") -> API:
    (root / "apis").mkdir(parents=True)
    (root / "apis" / "tea.yaml").write_text(DOCUMENT)
    (root / "pym-config.yaml").write_text(f"name: tea\ncore: {{{options}}}\n")
    app = flask.Flask("tea", root_path=str(root))
    app.add_url_rule("/by-hand/<name>", view_func=lambda name: f"hello {name}", endpoint="by_hand")
    api = API(app, config=load_config(root), handlers={"getTea": get_tea, "addOrder": lambda body: ({}, 201)})
    api.load_apis().finish()
    return api


@pytest.fixture(params=["true", "false"], ids=["lean", "whole"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> API:
    return make(tmp_path, f"metrics: {{}}, lean: {request.param}")


def ask(api: API, path: str, method: str = "GET", **more: Any) -> None:
    environ = {**EnvironBuilder("/", method="GET").get_environ(), "PATH_INFO": path, "REQUEST_METHOD": method, **more}
    items, _, _ = run_wsgi_app(api.application, environ)
    list(items)
    items.close() if hasattr(items, "close") else None


def fetched(api: API) -> str:
    assert api.application.counting is not None
    return Client(application_of(api.application.counting)).get("/metrics").text


LABELS = ("api", "operation", "method", "status", "le")


def samples_of(text: str, name: str = "pymacaron_requests_total") -> Samples:
    """The samples of a metric by the values of their labels."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name:
                assert set(sample.labels) <= set(LABELS)
                found[tuple(sample.labels[label] for label in LABELS if label in sample.labels)] = sample.value
    return found


def test_requests_are_counted_by_operation_method_and_status(api: API) -> None:
    for path in ("/teas/assam", "/teas/sencha", "/teas/boom"):
        ask(api, path)
    ask(api, "/teas/assam", "HEAD")
    ask(api, "/teas/assam", "OPTIONS")
    ask(api, "/orders", "POST")
    ask(api, "/orders", "PUT")
    ask(api, "/by-hand/ann")
    ask(api, "/ping")
    assert samples_of(fetched(api)) == {
        ("tea", "getTea", "GET", "200"): 2,
        ("tea", "getTea", "GET", "500"): 1,
        ("tea", "getTea", "HEAD", "200"): 1,
        ("", "other", "OPTIONS", "200"): 1,
        ("tea", "addOrder", "POST", "400"): 1,
        ("", "other", "PUT", "405"): 1,
        ("", "other", "GET", "200"): 1,
        ("ping", "ping", "GET", "200"): 1,
    }


def test_times_sizes_and_what_is_in_flight_are_told(api: API) -> None:
    inside: list[Samples] = []
    api.app.before_request(lambda: inside.append(samples_of(fetched(api), "pymacaron_requests_in_flight")))
    ask(api, "/teas/assam")
    text = fetched(api)
    assert inside == [{(): 1}]
    assert samples_of(text, "pymacaron_requests_in_flight") == {(): 0}
    whose = ("tea", "getTea", "GET")
    assert samples_of(text, "pymacaron_response_bytes_total") == {whose: len(b'{"name":"assam"}')}
    buckets = samples_of(text, "pymacaron_request_duration_seconds_bucket")
    assert list(buckets.values()) == sorted(buckets.values()) and buckets[(*whose, "+Inf")] == 1
    assert samples_of(text, "pymacaron_request_duration_seconds_count") == {whose: 1}
    assert 0 < samples_of(text, "pymacaron_request_duration_seconds_sum")[whose] < 60


def test_what_callers_send_makes_no_label(api: API) -> None:
    for number in range(100):
        ask(api, f"/unknown-{number}")
        ask(api, f"/teas/{number}")
        ask(api, "/teas/x", f"VERB{number}")
        ask(api, f"/by-hand/{number}", HTTP_HOST=f"host-{number}", QUERY_STRING=f"q={number}")
    ask(api, '/x"} 1\nforged{a="')
    ask(api, "/teas/x", 'G"} 1\nforged 1')
    text = fetched(api)
    assert "forged" not in text
    assert samples_of(text) == {
        ("", "other", "GET", "404"): 101,
        ("tea", "getTea", "GET", "200"): 100,
        ("", "other", "other", "405"): 101,
        ("", "other", "GET", "200"): 100,
    }


def test_one_id_in_two_documents_is_two_operations(tmp_path: Path) -> None:
    layout = Layout([Named("tea", "list", "GET"), one := Named("coffee", "list", "GET")])
    own = [row for row in layout.rows if row.operation == "list"]
    assert [(row.api, row.method) for row in own] == [
        ("tea", "GET"),
        ("tea", "HEAD"),
        ("coffee", "GET"),
        ("coffee", "HEAD"),
    ]
    assert layout.at(one, "GET") == own[2].at
    assert layout.at(one, "DELETE") == next(row.at for row in layout.rows if (row.api, row.method) == ("", "DELETE"))
    assert len({row.at for row in layout.rows}) == len(layout.rows) == (layout.size - 1) / WIDTH


@pytest.mark.parametrize(
    ("status", "told"), [(200, "200"), (404, "404"), (299, "2xx"), (599, "5xx"), (100, "100"), (0, "1xx"), (999, "9xx")]
)
def test_a_status_without_a_name_counts_with_its_hundred(status: int, told: str) -> None:
    assert STATUSES[cell_of_status(status) - cell_of_status(100)] == told


@pytest.mark.parametrize(("seconds", "bound"), [(0.001, "0.001"), (0.0011, "0.0025"), (10.0, "10.0"), (10.1, "+Inf")])
def test_a_time_is_in_the_bucket_that_it_is_the_bound_of(seconds: float, bound: str) -> None:
    counting = Counting(list)
    counting.begin()
    exchange = over(Named("tea", "getTea", "GET"))
    exchange.seconds = seconds
    counting.tell(exchange)
    text = Client(application_of(counting)).get("/metrics").text
    buckets = samples_of(text, "pymacaron_request_duration_seconds_bucket")
    assert next(whose[-1] for whose, count in buckets.items() if count) == bound


def over(named: Named, status: str = "200 OK") -> Exchange:
    exchange = Exchange({"REQUEST_METHOD": named.method}, lambda *told: None)
    exchange.named = named
    exchange.start(status, [])
    exchange.end(1)
    return exchange


class Process:
    """A process of one's own, in which something was done."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            work()
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(self.pid, 0)


def test_killed_workers_lose_nothing_and_their_successors_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    named = Named("tea", "getTea", "GET")
    counting = Counting(lambda: [named])
    parts = Parts(counting, 1)

    def serve() -> None:
        for _ in range(3):
            counting.begin()
            counting.tell(over(named))
        counting.begin()  # and is killed in the middle of this one

    for generation in range(1, 40):  # more than there are parts: each has one that another has left
        worker: Any = object.__new__(Worker)
        parts.before_fork(None, worker)
        worker.pid = Process(serve).pid
        assert counting.in_flight() == 1
        parts.after_end(None, worker)
        assert counting.in_flight() == 0
        ((row, cells),) = counting.rows()
        assert (row.operation, cells[cell_of_status(200)]) == ("getTea", 3 * generation)


class Worker:
    pid = 0


def test_workers_beyond_what_was_expected_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    parts = Parts(Counting(list), 1)
    for _ in range(10):
        parts.before_fork(None, Worker())
    assert not caplog.records
    parts.before_fork(None, Worker())
    assert "metrics of some are too low" in caplog.text


def test_the_folder_of_prometheus_client_is_made_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    at_end = make_directory()
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    assert folder.is_dir()
    at_end()
    assert not folder.exists()


def test_a_folder_that_is_named_is_emptied_of_old_files_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "kept"))
    make_directory()
    for name in ("counter_1.db", "notes.txt"):
        (tmp_path / "kept" / name).touch()
    make_directory()()
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["notes.txt"]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def test_metrics_are_at_one_path_of_an_address_of_their_own(tmp_path: Path, listening: socket.socket) -> None:
    counting = make(tmp_path).application.counting
    assert counting is not None
    scraped(counting, listening)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with urllib.request.urlopen(f"{url}/metrics") as told:
        assert told.headers["Content-Type"].startswith("text/plain")
        assert b"pymacaron_requests_in_flight 0.0" in told.read()
    asked = urllib.request.Request(f"{url}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    with urllib.request.urlopen(asked) as told:
        assert told.read().endswith(b"# EOF\n")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/")


def test_nothing_is_counted_or_opened_until_asked_for(tmp_path: Path) -> None:
    api = make(tmp_path, "lean: true")
    assert api.application.counting is None and open_metrics(api.application) == []
    assert type(api.app.wsgi_app.__self__).__name__ == "LeanWay"
    assert api.app.test_client().get("/metrics").status_code == 404


def test_replies_have_no_id_where_requests_are_only_counted(api: API) -> None:
    assert "X-Request-ID" not in api.app.test_client().get("/teas/assam").headers


def test_the_environment_names_the_port(tmp_path: Path) -> None:
    (tmp_path / "pym-config.yaml").write_text(SETTINGS)
    settings = load_config(tmp_path).core.metrics
    assert settings is not None and (settings.host, settings.port) == ("127.0.0.1", 9464)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"127.0.0.1:{port} is in use.* with core.metrics.port"):
            scraped_at(settings, {"PYM_METRICS_PORT": str(port)})
    with pytest.raises(StartError, match="PYM_METRICS_PORT must be a port"):
        scraped_at(settings, {"PYM_METRICS_PORT": "many"})


def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "pym-config.yaml").write_text("core:\n  metrics: {port: 0}\n")
    with pytest.raises(ConfigError, match=r"pym-config.yaml:2:.*port must be an integer between 1 and 65535"):
        load_config(tmp_path)


def test_a_library_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    absent = lambda name: None if name == "prometheus_client" else there(name)  # noqa: E731
    monkeypatch.setattr("pymacaron_core.application.find_spec", absent)
    with pytest.raises(PluginMissing, match=r"pip install 'pymacaron-core\[metrics\]'"):
        make(tmp_path)


FUNCTIONS = """\
import os
import time
from prometheus_client import Counter
from apis.shop_models import Order

ORDERS = Counter("shop_orders", "Orders.")


def list_orders(limit):
    ORDERS.inc()
    return [Order(id=str(os.getpid()))]
"""


@pytest.mark.any_python
@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_any_worker_tells_what_all_have_counted_also_those_that_were_killed(
    tmp_path: Path, port: str, server: str
) -> None:
    project = make_project(tmp_path / "shop", functions=FUNCTIONS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        other = free.getsockname()[1]
    (project / "pym-config.yaml").write_text(f"name: shop\ncore: {{metrics: {{port: {other}}}, renew_after: 50}}\n")
    url, metrics = f"http://127.0.0.1:{port}/v1/orders", f"http://127.0.0.1:{other}/metrics"
    with Running("serve", "--port", port, "--workers", "2", "--server", server, cwd=project) as serve:
        wait_for(lambda: answer(url)[0] == 200, "it serves")
        pids, killed = set(), 0
        for number in range(2, 201):
            _, body = wait_for(lambda: told if (told := answer(url))[0] == 200 else None, "it answers")
            pids |= set(re.findall(r"\d+", body))
            if number in (60, 120):
                os.kill(int(re.findall(r"\d+", body)[0]), signal.SIGKILL)
                killed += 1
        text = wait_for(lambda: told[1] if (told := answer(metrics))[0] == 200 else None, "metrics are told")
        assert serve.stop(signal.SIGTERM) == 0
    assert len(pids) > killed == 2
    assert samples_of(text)["shop", "listOrders", "GET", "200"] == 200
    assert samples_of(text, "pymacaron_requests_in_flight") == {(): 0}
    assert samples_of(text, "shop_orders_total") == {(): 200}


@pytest.mark.any_python
def test_run_tells_where_metrics_are(tmp_path: Path, port: str) -> None:
    project = make_project(tmp_path / "shop")
    with socket.create_server(("127.0.0.1", 0)) as free:
        other = str(free.getsockname()[1])
    (project / "pym-config.yaml").write_text("name: shop\ncore: {metrics: {}}\n")
    for more in ((), ("--no-reload",)):
        with Running("run", "--port", port, *more, cwd=project, PYM_METRICS_PORT=other) as run:
            run.wait_until(f"metrics  http://127.0.0.1:{other}/metrics")
            wait_for(lambda: answer(f"http://127.0.0.1:{port}/v1/orders")[0] == 200, "it serves")
            _, text = answer(f"http://127.0.0.1:{other}/metrics")
            assert samples_of(text)["shop", "listOrders", "GET", "200"] == 1
            assert run.stop(signal.SIGTERM) == 0
