"""Whether a service answers: ``GET /ping``, asked once or until it does."""

from __future__ import annotations

import time
from collections.abc import Callable

from pymacaron_testing.client import Call, Manner, send
from pymacaron_testing.errors import CallError, NotConnected, TargetError
from pymacaron_testing.target import Target

PAUSE = 0.05
"""Seconds between two questions."""


def check_answers(target: Target, *, verify_ssl: bool) -> None:
    """Make sure that something answers there, whatever it says. Raises :class:`TargetError`."""
    manner = Manner(connect_seconds=10, read_seconds=30, verify_ssl=verify_ssl, follow_redirects=False, retries=0)
    try:
        send(Call("GET", target.url_of("ping")), manner)
    except NotConnected as error:
        raise TargetError(f"{error}: start the service, or name it with --serve, --host or --env") from None
    except CallError as error:
        raise TargetError(f"{error}: is it the service?") from None


def wait_until_ready(target: Target, seconds: float, is_alive: Callable[[float], bool]) -> str:
    """Ask until ``GET /ping`` answers 200, and give back ``''``; else say why it is not ready.

    ``is_alive(seconds)`` waits that long and says whether there is still something to wait for.
    """
    deadline, reason = time.monotonic() + seconds, "it was not asked"
    while is_alive(PAUSE):
        left = deadline - time.monotonic()
        if left <= 0:
            return f"did not answer GET /ping with 200 within {seconds:g} seconds ({reason})"
        manner = Manner(connect_seconds=left, read_seconds=left, whole_seconds=left, follow_redirects=False, retries=0)
        try:
            status = send(Call("GET", target.url_of("ping")), manner).status
        except CallError as error:
            reason = str(error)
            continue
        if status == 200 and is_alive(0):
            return ""
        reason = f"it answers {status}"
    return "ended before it answered"
