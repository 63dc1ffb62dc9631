"""Calls of a WSGI or ASGI callable without a server: one for its answer, many for their time."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import time
from collections.abc import Callable
from typing import Any

from contest.workloads import Answer, Call

try:
    from uvloop import new_event_loop  # uvicorn's choice too, where it is installed
except ModuleNotFoundError:
    from asyncio import new_event_loop


class WsgiDriver:
    """Drives a WSGI callable (PEP 3333)."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    def answer(self, call: Call) -> Answer:
        said: list[Any] = []
        body = self.app(environ_of(call), lambda status, headers, info=None: said.append((status, headers)))
        text = b"".join(body)
        if hasattr(body, "close"):
            body.close()
        status, headers = said[-1]
        return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, text)

    def seconds(self, call: Call, count: int) -> float:
        """The time of one call, out of so many."""
        environs = [environ_of(call) for _ in range(count)]
        app = self.app

        def start(status: str, headers: Any, info: Any = None) -> None:
            return None

        gc.collect()
        began = time.perf_counter()
        for environ in environs:
            body = app(environ, start)
            for _ in body:
                pass
            if hasattr(body, "close"):
                body.close()
        return (time.perf_counter() - began) / count


def environ_of(call: Call) -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": call.path,
        "QUERY_STRING": call.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if call.body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(call.body))}
    environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in call.headers}
    return environ


class AsgiDriver:
    """Drives an ASGI callable (ASGI 3.0) in one running loop, with one task for each request, as a server does."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app
        self.loop = new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.lifespan = Lifespan()
        self.loop.run_until_complete(self.lifespan.start(app))

    def answer(self, call: Call) -> Answer:
        exchange = Exchange(call.body)
        self.loop.run_until_complete(self._each([(scope_of(call), exchange)]))
        start = next(message for message in exchange.sent if message["type"] == "http.response.start")
        headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in exchange.sent))

    def seconds(self, call: Call, count: int) -> float:
        """The time of one call, out of so many."""
        exchanges = [(scope_of(call), Exchange(call.body)) for _ in range(count)]
        gc.collect()
        return self.loop.run_until_complete(self._each(exchanges)) / count

    async def _each(self, exchanges: list[tuple[dict[str, Any], Exchange]]) -> float:
        app, create_task = self.app, asyncio.get_running_loop().create_task
        began = time.perf_counter()
        for scope, exchange in exchanges:
            await create_task(app(scope, exchange.receive, exchange.send))
        return time.perf_counter() - began


class Exchange:
    """One request's body and what was sent for it."""

    __slots__ = ("body", "ended", "sent", "taken")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.taken = False
        self.sent: list[dict[str, Any]] = []
        self.ended: asyncio.Future[None] | None = None

    async def receive(self) -> dict[str, Any]:
        if not self.taken:
            self.taken = True
            return {"type": "http.request", "body": self.body, "more_body": False}
        if self.ended is None:  # a caller that waits for the answer and sends nothing
            self.ended = asyncio.get_running_loop().create_future()
            if self.sent and complete(self.sent[-1]):
                self.ended.set_result(None)
        await self.ended
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if self.ended is not None and not self.ended.done() and complete(message):
            self.ended.set_result(None)


def complete(message: dict[str, Any]) -> bool:
    return message["type"] == "http.response.body" and not message.get("more_body")


class Lifespan:
    """The start that servers announce; it goes on until the process ends."""

    def __init__(self) -> None:
        self.told = False

    async def start(self, app: Callable[..., Any]) -> None:
        self.answered = asyncio.Event()
        self.task = asyncio.ensure_future(app({"type": "lifespan", "asgi": ASGI, "state": {}}, self.receive, self.send))
        waiting = asyncio.ensure_future(self.answered.wait())
        await asyncio.wait([self.task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def receive(self) -> dict[str, Any]:
        if self.told:
            await asyncio.Event().wait()
        self.told = True
        return {"type": "lifespan.startup"}

    async def send(self, message: dict[str, Any]) -> None:
        self.answered.set()


ASGI = {"version": "3.0", "spec_version": "2.3"}


def scope_of(call: Call) -> dict[str, Any]:
    headers = [(b"host", b"localhost"), *((name.lower().encode(), value.encode()) for name, value in call.headers)]
    if call.body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(call.body)).encode())]
    return {
        "type": "http",
        "asgi": ASGI,
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": call.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }


DRIVERS = {"wsgi": WsgiDriver, "asgi": AsgiDriver}
