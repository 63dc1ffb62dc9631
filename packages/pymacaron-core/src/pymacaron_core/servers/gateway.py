"""A WSGI application behind granian's HTTP: each request with its whole body to a thread, each reply back as it comes.

granian serves WSGI itself; there a body that breaks off reads as an empty one, and every slow caller holds a thread.
"""

from __future__ import annotations

import contextlib
import contextvars
import io
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from pymacaron_core.lean.responses import Whole
from pymacaron_core.servers.arriving import WHOLE as SHORT
from pymacaron_core.servers.arriving import Arriving, Short
from pymacaron_core.servers.departing import WHOLE, Departing
from pymacaron_core.servers.environs import Environs, Refused
from pymacaron_core.servers.steps import Stepwise

log = logging.getLogger(__name__)

Head = tuple[int, list[tuple[str, str]]]
CLOSE = ("Connection", "close")
AT_ONCE = frozenset((list, Whole))
"""Kinds of replies that are there already, and have nothing to be closed."""
TEXT = ("Content-Type", "text/plain; charset=utf-8")


class Gateway:
    """Answers what granian takes in. ``most`` is the largest body that is looked at, in bytes (None: any); ``count``
    is how many requests came: with the last that is to come, ``enough`` is called. ``is_closing`` has each reply say
    that its connection ends."""

    def __init__(
        self,
        application: Any,
        environs: Environs,
        most: int | None,
        last: int = sys.maxsize,
        enough: Callable[[], object] = bool,
    ) -> None:
        self.application, self.environs, self.most = application, environs, most
        self.count = 0
        self._last, self._enough = last, enough
        self.is_closing = False
        self._under_way: set[Short | Stepwise] = set()

    def take(self, watcher: Any) -> None:
        """Take in a request whose head has come. Called by a thread of granian's pool."""
        self.count += 1
        if self.count == self._last:
            self._enough()
        headers = watcher.scope.headers
        length: int | None = None
        if "transfer-encoding" not in headers:
            told = headers.get("content-length")
            length = int(told) if told is not None and told.isdecimal() and len(told) < 19 else 0
            if length == 0 or (self.most is not None and length > self.most):
                self._answer(watcher, io.BytesIO())
                return
        arriving: Short | Arriving
        if length is not None and length <= SHORT:
            arriving = Short(watcher, length, self._arrived)
        else:
            arriving = Arriving(watcher, length, self.most, self._arrived)
        self._under_way.add(arriving)
        arriving.begin()

    def expire(self) -> None:
        """End what takes too long to come or to go."""
        now = time.monotonic()
        for each in tuple(self._under_way):
            if now > each.deadline:
                each.expire()

    def _arrived(self, arriving: Short | Arriving, body: BinaryIO | None) -> None:
        self._under_way.discard(arriving)
        if body is not None:
            self._answer(arriving.watcher, body)

    def _answer(self, watcher: Any, body: BinaryIO) -> None:
        context = contextvars.copy_context()
        try:
            departing: Departing | None = context.run(self._reply, watcher, body, context)
        except Refused as refused:
            self._say(watcher, 400, str(refused))
        except BaseException:  # SystemExit too: the pool's threads are there for the next request
            log.exception("a request failed")
            self._say(watcher, 500, "Internal Server Error")
        else:
            if departing is not None:
                departing.go_on()

    def _say(self, watcher: Any, status: int, text: str) -> None:
        with contextlib.suppress(Exception):  # a reply has begun
            watcher.proto.response_str(status, [TEXT, CLOSE], f"{text}\n")
        watcher.done()

    def _reply(self, watcher: Any, body: BinaryIO, context: contextvars.Context) -> Departing | None:
        """Have the application answer. Gives back what is still to be sent."""
        told: list[Any] = []
        written: list[bytes] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            told[:] = (int(status[:3]), headers)
            return written.append

        items = self.application(self.environs.of(watcher.scope, body), start_response)
        if type(items) in AT_ONCE and len(items) == 1 and not written and len(items[0]) <= WHOLE:
            data: bytes | None = items[0]
        else:
            rest = _Items(items, written)
            try:
                data = rest.gather(lambda: _length(told))
            except BaseException:
                rest.close()
                raise
        status, headers = told
        if self.is_closing:
            headers = [*headers, CLOSE]
        if data is not None:
            watcher.proto.response_bytes(status, headers, data)
            watcher.done()
            return None
        transport = watcher.proto.response_stream(status, headers)
        departing = Departing(watcher, transport, rest, context, lambda: self._under_way.discard(departing))
        self._under_way.add(departing)
        return departing


class _Items(Iterator[bytes]):
    """The items of a reply, one after another; ``gather`` puts together what is short and of known length."""

    def __init__(self, items: Iterable[bytes], written: list[bytes]) -> None:
        self._source, self._items = items, iter(items)
        self._ready: list[bytes] = []
        self._written = written

    def gather(self, length: Any) -> bytes | None:
        """All of it, where its length is told and short, or it has ended; None where it is to be sent by and by."""
        count = 0
        while True:
            item = next(self._items, None)
            self._ready += self._written
            self._written.clear()
            if item is None:
                break
            self._ready.append(item)
            count += len(item)
            known = length()
            if known is None or known > WHOLE:
                return None
            if count >= known:
                break
        self.close()
        return b"".join(self._ready)

    def __next__(self) -> bytes:
        if self._ready:
            return self._ready.pop(0)
        return next(self._items)

    def close(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()


def _length(told: list[Any]) -> int | None:
    """The length that the headers of a reply tell."""
    for name, value in told[1] if told else ():
        if name.lower() == "content-length" and value.isdecimal():
            return int(value)
    return None
