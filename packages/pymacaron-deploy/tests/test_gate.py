from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pymacaron_deploy.errors import StartFailed
from pymacaron_deploy.gate import await_condition, await_ready, find_fault


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        statuses = self.server.statuses[self.path]  # type: ignore[attr-defined]
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[list[int], list[int]], int]]:
    """Serves statuses of /ping and /health/ready in turn, the last for ever."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def start(ping: list[int], ready: list[int]) -> int:
            server.statuses = {"/ping": ping, "/health/ready": ready}  # type: ignore[attr-defined]
            return int(server.server_address[1])

        yield start
        server.shutdown()
        thread.join()


def alive() -> None:
    pass


Serve = Callable[[list[int], list[int]], int]


def test_the_gate_opens_when_both_answers_have_become_well(serve: Serve) -> None:
    await_ready(serve([500, 500, 200], [503, 200]), alive, patience=20)


def test_the_gate_stays_shut_and_says_why(serve: Serve) -> None:
    with pytest.raises(StartFailed, match=r"in 0\.2 s: GET /health/ready answers 503"):
        await_ready(serve([200], [503]), alive, patience=0.2)


def test_a_service_without_a_readiness_hook_is_well_when_it_pings(serve: Serve) -> None:
    assert find_fault(serve([200], [404])) == ""
    assert find_fault(serve([404], [404])) == "GET /ping answers 404"


def test_a_port_that_nobody_serves_has_no_answer() -> None:
    assert find_fault(1) == "GET /ping has no answer (ConnectionRefusedError)"


def test_what_has_ended_is_not_waited_for() -> None:
    def ended() -> None:
        raise StartFailed("it ended")

    with pytest.raises(StartFailed, match="it ended"):
        await_ready(1, ended, patience=600)


def test_what_ends_while_its_last_answer_arrives_is_noticed() -> None:
    checks = iter([None, StartFailed("it ended")])

    def check() -> None:
        found = next(checks)
        if found:
            raise found

    with pytest.raises(StartFailed, match="it ended"):
        await_condition(lambda: True, check, lambda: StartFailed("too late"), patience=600)
