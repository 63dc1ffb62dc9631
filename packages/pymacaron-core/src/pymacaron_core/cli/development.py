"""The development server: threads, one line per request, and an end that lets running requests finish."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from pymacaron_core.cli.console import GREEN, RED, YELLOW, coloured

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
PATIENCE = 2.0
"""Seconds that running requests have to finish in when the server is stopped."""
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


class Stopped(BaseException):
    """Somebody asked this process to stop."""


def serve(application: Wsgi, listening: socket.socket) -> None:
    """Serve on a socket until SIGTERM or Ctrl-C. Call it in the main thread."""
    told = Told(application)
    host, port = listening.getsockname()[:2]
    try:
        server = make_server(host, port, told, threaded=True, request_handler=_Quiet, fd=listening.fileno())
        server.serve_forever()
    except Stopped:
        told.wait_until_idle(PATIENCE)


def stop_on_signals(*signals: signal.Signals) -> None:
    """Have signals raise ``Stopped`` in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for each in signals:
        signal.signal(each, stop)


class _Quiet(WSGIRequestHandler):
    """Says nothing itself: ``Told`` knows the time taken as well."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Told:
    """A WSGI application around another: prints a line for each request, and knows when none is running."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._running = 0
        self._change = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun, status = time.perf_counter(), "500"

        def started(line: str, *more: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, *more)

        def ended() -> None:
            self._count(-1)
            print_request(environ, status, time.perf_counter() - begun)

        self._count(1)
        try:
            return ClosingIterator(self._application(environ, started), ended)
        except BaseException:
            ended()
            raise

    def wait_until_idle(self, patience: float) -> None:
        """Wait until no request is running, or ``patience`` seconds have passed."""
        with self._change:
            self._change.wait_for(lambda: self._running == 0, patience)

    def _count(self, step: int) -> None:
        with self._change:
            self._running += step
            self._change.notify_all()


def print_request(environ: dict[str, Any], status: str, seconds: float) -> None:
    """``POST /orders 200 3.1 ms``. The query is left out: it may hold keys."""
    path = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "")).partition("?")[0]
    colour = {"2": GREEN, "3": GREEN, "4": YELLOW}.get(status[:1], RED)
    line = f"{environ.get('REQUEST_METHOD', '')} {path} {coloured(status, colour)} {seconds * 1000:.1f} ms"
    plain = _UNPRINTABLE.sub("?", line) if "\x1b" not in line else line
    try:
        sys.stdout.write(f"{plain}\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        pass  # nobody reads it any more; that is no reason to fail the request


def refusal(message: str) -> Wsgi:
    """An application that answers every call with 503 and a message, in the error body of all services."""
    told = {"status": 503, "error": "SERVICE_UNAVAILABLE", "error_description": message}
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("503 SERVICE UNAVAILABLE", headers)
        return [body]

    return answer
