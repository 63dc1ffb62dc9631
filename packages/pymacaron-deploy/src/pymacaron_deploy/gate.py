"""The health gate: a release goes live when it answers, and not before."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

from pymacaron_deploy.errors import StartFailed

ANSWER_SECONDS = 5.0
INTERVAL_SECONDS = 0.1


def await_ready(port: int, check_alive: Callable[[], None], *, patience: float) -> None:
    """Wait until the service on a port of 127.0.0.1 is well: ``GET /ping`` and ``GET /health/ready`` answer 200.

    A service without ``/health/ready`` (404) is well when it pings. ``check_alive`` raises when its containers ended,
    which ends the waiting at once. Raises :class:`~pymacaron_deploy.errors.StartFailed` after ``patience`` seconds.
    """
    fault = ""

    def is_well() -> bool:
        nonlocal fault
        fault = find_fault(port)
        return not fault

    def give_up() -> StartFailed:
        return StartFailed(f"the service did not become ready in {patience:g} s: {fault}")

    await_condition(is_well, check_alive, give_up, patience=patience)


def await_condition(
    holds: Callable[[], bool],
    check_alive: Callable[[], None],
    give_up: Callable[[], StartFailed],
    *,
    patience: float,
) -> None:
    """Ask again and again whether something holds, ``patience`` seconds at most, as long as ``check_alive`` lets us."""
    deadline = time.monotonic() + patience
    while True:
        check_alive()
        if holds():
            check_alive()
            return
        if time.monotonic() > deadline:
            raise give_up()
        time.sleep(INTERVAL_SECONDS)


def find_fault(port: int) -> str:
    """What keeps a service from being well, in a few words; ``''`` when nothing does."""
    for path, well in (("/ping", (200,)), ("/health/ready", (200, 404))):
        try:
            status = _ask(port, path)
        except (OSError, HTTPException) as error:
            return f"GET {path} has no answer ({type(error).__name__})"
        if status not in well:
            return f"GET {path} answers {status}"
    return ""


def _ask(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "pymacaron-deploy", "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
