"""That the contest of ``benchmarks/serving.py`` runs, and that a wrong answer is out of it; figures decide nothing."""

from __future__ import annotations

import json
import sys
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from contest import child, in_process, observed, openloop, page, plot, table
from contest.contestants import chosen
from contest.driving import AsgiDriver, WsgiDriver
from contest.workloads import WORKLOADS, B, fault

pytestmark = [pytest.mark.any_python, pytest.mark.unmeasured]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return in_process.measure(chosen(["bare", "pymacaron"]), rounds=1, calls=2, workloads="ABC")


def test_everybody_who_is_installed_answers_as_they_must(found: dict[str, Any]) -> None:
    assert set(found["rows"]) == {"bare", "flask", "pymacaron"}
    assert all(set(row) == {"A", "B", "C"} for row in found["rows"].values())
    assert not found["left_out"] and not found["disqualified"]


def test_the_table_names_the_contestants_from_the_fastest_on(found: dict[str, Any]) -> None:
    lines = table.in_process(found).splitlines()
    assert [cell.strip() for cell in lines[0].split("|")[2:-1]] == ["A", "B", "C", "B, µs"]
    assert {line.split("|")[1].strip() for line in lines[2:]} == {
        "bare WSGI function with pydantic (the limit)",
        "**hand-written Flask**",
        "**PyMacaron**",
    }


def test_who_is_not_installed_is_named() -> None:
    left_out = {"falcon": {"plain": "no falcon", "hooked": "no falcon"}, "bare": {"hooked": "no"}}
    told = table.absent({"left_out": left_out})
    assert told.splitlines() == [
        "- Falcon is left out: no falcon",
        "- bare WSGI function with pydantic (the limit) is left out (hooked): no",
    ]


def test_a_name_that_nobody_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no contestant is called falcno; there is bare, falcon"):
        chosen(["falcno"])


def replying(status: str, body: bytes) -> WsgiDriver:
    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        start(status, [("Content-Type", "application/json")])
        return [body]

    return WsgiDriver(app)


RIGHT = json.dumps(WORKLOADS["B"][1]).encode()


def test_the_right_answer_to_everything_is_wrong_where_it_must_be_a_refusal() -> None:
    told = child.faults(replying("200 OK", RIGHT), "B")
    assert len(told) == 9 and all("not 4xx" in each for each in told)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        ("500 OOPS", RIGHT, "B: status 500, not 200"),
        ("200 OK", b"order", "B: the body is no JSON"),
        ("200 OK", RIGHT.replace(b'"total"', b'"sum"'), "B: another answer"),
        ("200 OK", RIGHT.replace(b"12:00:00Z", b"12:00:01Z"), "B: another answer"),
    ],
)
def test_a_wrong_answer_is_out(status: str, body: bytes, told: str) -> None:
    assert child.faults(replying(status, body), "B")[0].startswith(told)


def test_a_moment_may_be_written_with_an_offset() -> None:
    assert fault("B", replying("200 OK", RIGHT.replace(b"Z", b"+00:00")).answer(B)) == ""


def test_hooks_that_do_not_run_are_told() -> None:
    told = child.faults(replying("200 OK", RIGHT), "E")
    assert told[:2] == ["E: the hook after the request did not run", "E: the teardown did not run"]


class Told:
    """A contest in which PyMacaron answers A wrong, and whoever is asked for the time notes it."""

    def __init__(self, *_: object) -> None:
        self.left_out: dict[str, str] = {}
        self.timed: list[tuple[str, str]] = []

    def __enter__(self) -> Told:
        return self

    def __exit__(self, *_: object) -> None:
        assert sorted(self.timed) == [("flask", "A"), ("flask", "B"), ("pymacaron", "B")]

    def present(self, workload: str) -> list[str]:
        return ["flask", "pymacaron"]

    def ask(self, name: str, question: str, workload: str, *further: object) -> Any:
        if question == "check":
            return ["A: status 404, not 200"] if (name, workload) == ("pymacaron", "A") else []
        self.timed.append((name, workload))
        return 0.001 if name == "flask" else 0.002


def test_a_wrong_contestant_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "Contest", Told)
    found = in_process.measure((), rounds=1, calls=1, workloads="AB")
    assert found["rows"]["pymacaron"]["B"]["ratio"] == 2 and "A" not in found["rows"]["pymacaron"]
    assert table.absent(found) == "- PyMacaron is disqualified: A: status 404, not 200"


def test_asgi_callables_are_driven_too() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            body = (await receive())["body"]
            await send({"type": "http.response.start", "status": 200, "headers": [(b"X-Length", b"%d" % len(body))]})
            await send({"type": "http.response.body", "body": scope["query_string"]})
            assert (await receive())["type"] == "http.disconnect"

    driver = AsgiDriver(app)
    answer = driver.answer(replace(B, query="a=1"))
    assert (answer.status, answer.headers["x-length"], answer.body) == (200, str(len(B.body)), b"a=1")
    assert driver.seconds(B, 3) > 0
    driver.loop.close()


class Every(BaseHTTPRequestHandler):
    """Answers every second request with 500."""

    protocol_version = "HTTP/1.1"
    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if type(self).asked % 2 else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = openloop.CONNECTIONS


@pytest.fixture
def port() -> Iterator[int]:
    with Server(("127.0.0.1", 0), Every) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_requests_at_a_rate_are_all_answered_and_failures_counted(port: int) -> None:
    due = openloop.moments(500, 0.1)
    waits, failed = openloop.waits(port, B, 500, 0.1)
    assert len(waits) == len(due) == Every.asked and min(waits) > 0
    assert failed == (len(due) + 1) // 2


def test_moments_come_at_the_rate_and_are_the_same_for_everybody() -> None:
    assert openloop.moments(1000, 2) == openloop.moments(1000, 2)
    assert 1900 < len(openloop.moments(1000, 2)) < 2100


def test_the_picture_has_a_bar_for_everybody(found: dict[str, Any]) -> None:
    cell = {"server": "granian", "ratio": 2.5, "rate": 9.0, "processor": 80.0, "p50": 1.0, "p99": 2.0, "failed": 0}
    drawn = plot.picture({"in_process": found, "end_to_end": {"rows": {"pymacaron": cell}}})
    told = [each.text for each in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert told.count("PyMacaron") == 2 and told.count("hand-written Flask") == 1 and "2.50  granian" in told


def test_a_page_has_a_table_of_each_part(found: dict[str, Any]) -> None:
    cell = {"server": "granian", "ratio": 2.5, "rate": 9.0, "processor": 80.0, "p50": 1.0, "p99": 2.0, "failed": 3}
    loaded = {"rows": {"pymacaron": cell}, "servers": {"pymacaron": {"granian": cell}}}
    sections = page.sections({"in_process": found, "end_to_end": loaded, "at_a_rate": {"asked": 50, **loaded}})
    assert [section.split("|")[1].strip() for section in sections] == [
        "in process, ratio to hand-written Flask",
        "end to end, B",
        "B, 50 requests a second",
        "end to end, B, on every server",
    ]
    assert "PyMacaron on granian: 3 requests failed" in sections[1]


def test_what_log_lines_and_metrics_cost_is_measured_and_shown() -> None:
    found = observed.measure(rounds=1, calls=2, load_rounds=0, seconds=1)
    assert list(found["rows"]) == list(observed.VARIANTS) and found["rows"]["neither"]["ratio"] == 1
    lines = table.observed(found).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == list(observed.VARIANTS)
    assert lines[2].split("|")[4].strip() == "-"  # no server was asked
    assert page.sections({"observed": found}) == [table.observed(found)]
    cell = {"rate": 100.0, "processor": 50.0}
    told = observed.summary([{"rate": 80.0, "processor": 60.0}], [cell])
    assert told == {"rate": 80, "processor": 60, "to_rate": 0.8, "to_processor": 1.2}
