"""The development server: what it tells at its start, one line per request, an end that lets requests finish."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import ClosingIterator

from pymacaron_core.application import Application, Route
from pymacaron_core.console import BOLD, GREEN, RED, YELLOW, coloured, say
from pymacaron_core.listening import url_of

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
PATIENCE = 2.0
"""Seconds that running requests have to finish in when the server is stopped."""
SILENCE = 0.2
"""Seconds that connections have to say something in when the server is stopped."""
POLL = 0.05
"""Seconds between two looks whether the server is to stop."""
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


class Stopped(BaseException):
    """Somebody asked this process to stop."""


def serve(application: Wsgi, listening: socket.socket) -> None:
    """Serve on a socket until SIGTERM or Ctrl-C. Call it in the main thread."""
    told = Told(application)
    host, port = listening.getsockname()[:2]
    server = _Server(host, port, told, _handler(application), fd=listening.fileno())
    with _ended_by_signals(server):
        server.serve_forever(poll_interval=POLL)
    with contextlib.suppress(Stopped):  # a second signal: at once
        server.wait_until_read()
        told.wait_until_idle(PATIENCE)


def stop_on_signals(*signals: signal.Signals) -> None:
    """Have signals raise ``Stopped`` in the main thread, until a server serves there: it ends between two requests."""
    for each in signals:
        signal.signal(each, _raise_stopped)


def _raise_stopped(number: int, frame: FrameType | None) -> None:
    raise Stopped


@contextlib.contextmanager
def _ended_by_signals(server: _Server) -> Iterator[None]:
    """Have the signals that raise ``Stopped`` end a server instead, so that no connection it accepted is lost."""

    def end(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    chosen = [each for each in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(each) is _raise_stopped]
    try:
        for each in chosen:
            signal.signal(each, end)
        yield
    except Stopped:
        pass
    finally:
        for each in chosen:
            signal.signal(each, _raise_stopped)


def introduce(
    application: Application, host: str, port: int, *, again: bool = False, told: Sequence[tuple[str, str]] = ()
) -> None:
    """Tell what is served, where to open it, and what else runs: ``told`` has a name and a line for each."""
    own = [api for api in application.apis.values() if not api.builtin]
    routes = [route for api in own for route in api.routes]
    mocked = sum(route.binding is None for route in routes)
    counted = f"{len(routes)} {'route' if len(routes) == 1 else 'routes'}" + (
        f", {mocked} of them mocked" if mocked else ""
    )
    lines = list(told)
    if again:
        say(f"{application.name} is served again: {counted}")
    else:
        say(f"{coloured(application.name, BOLD)}: {counted} from {', '.join(api.specification.file for api in own)}")
        lines = [*_addresses(application, url_of(host, port), routes), *lines]
    width = max(len("service"), *(len(name) for name, _ in lines), 0)
    for name, line in lines:
        say(f"  {name.ljust(width)}  {line}")
    if not again:
        say("Ctrl-C stops it.")


def _addresses(application: Application, url: str, routes: Iterable[Route]) -> Iterator[tuple[str, str]]:
    for base_path in dict.fromkeys(_base_path(route.path, route.operation.path) for route in routes):
        yield "service", coloured(url + base_path, BOLD)
    if any(rule.rule == "/doc/" for rule in application.app.url_map.iter_rules()):
        yield "docs", coloured(f"{url}/doc/", BOLD)


def _base_path(rule: str, path: str) -> str:
    """What a rule has before the operation's path, which has as many segments as its own."""
    segments = rule.split("/")
    return "/".join(segments[: len(segments) - path.strip("/").count("/") - 1]) or ""


class _Quiet(WSGIRequestHandler):
    """Says nothing itself: ``Told`` knows the time taken as well."""

    protocol_version = "HTTP/1.1"

    underscored: frozenset[str] = frozenset()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def make_environ(self) -> dict[str, Any]:
        """As Werkzeug makes it, with the headers that have an underscore and stand in a document (``api_key``)."""
        environ: dict[str, Any] = super().make_environ()
        for name in self.underscored:
            key = f"HTTP_{name.upper().replace('-', '_')}"
            value = self.headers.get(name)
            if value is not None and key not in environ:
                environ[key] = value
        return environ


def _handler(application: Wsgi) -> type[_Quiet]:
    """A handler that lets the application's own header names through."""
    names = application.underscored_headers if isinstance(application, Application) else frozenset()
    return type("Handler", (_Quiet,), {"underscored": names})


class _Server(ThreadedWSGIServer):
    """Knows which connections have not said anything yet."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: Told, handler: type[_Quiet], fd: int) -> None:
        super().__init__(host, port, app, handler, fd=fd)
        self._silent: set[Any] = set()
        self._change = threading.Condition()
        self._told = app
        app.heard = self._heard

    def verify_request(self, request: Any, client_address: Any) -> bool:
        with self._change:
            self._silent.add(request)
        return True

    def shutdown_request(self, request: Any) -> None:
        self._heard(request)
        try:
            self._told.leave(request)
        finally:
            super().shutdown_request(request)

    def wait_until_read(self) -> None:
        """Give connections that were accepted just now a moment to say what they want; browsers open some in vain."""
        with self._change:
            self._change.wait_for(lambda: not self._silent, SILENCE)

    def _heard(self, request: Any) -> None:
        with self._change:
            self._silent.discard(request)
            self._change.notify_all()


class Told:
    """A WSGI application around another: prints a line for each request, unless the application logs one itself, and
    knows when none is running."""

    def __init__(self, application: Wsgi) -> None:
        self._application = application
        self._prints = not (isinstance(application, Application) and application.config.core.log_requests)
        self.heard: Callable[[Any], None] = lambda connection: None
        self._running = 0
        self._open: dict[Any, ClosingIterator] = {}
        self._change = threading.Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        begun, status, connection = time.perf_counter(), "500", environ.get("werkzeug.socket")

        def started(line: str, *more: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, *more)

        def ended() -> None:
            self._open.pop(connection, None)
            if self._prints:
                print_request(environ, status, time.perf_counter() - begun)
            self._count(-1)

        self._count(1)
        self.heard(connection)
        try:
            self._open[connection] = answer = ClosingIterator(self._application(environ, started), ended)
        except BaseException:
            ended()
            raise
        return answer

    def leave(self, connection: Any) -> None:
        """Close the answer on a connection that ends, where Werkzeug did not: its caller was gone before."""
        answer = self._open.pop(connection, None)
        if answer is not None:
            answer.close()

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
    asked = _UNPRINTABLE.sub("?", f"{environ.get('REQUEST_METHOD', '')} {path}")
    try:
        sys.stdout.write(f"{asked} {coloured(status, colour)} {seconds * 1000:.1f} ms\n")
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
