"""Bodies on their way: kept until they are whole, so that a slow caller holds no thread, and a broken one is seen."""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from asyncio import CancelledError
from collections.abc import Callable
from typing import IO, Any, BinaryIO, cast

from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge, ServiceUnavailable

from pymacaron_core.servers.connection import cut
from pymacaron_core.servers.steps import Steps, Stepwise

WHOLE = 64 * 1024
"""A body that says it has no more bytes is taken in one piece (:class:`Short`)."""
IN_MEMORY = 1024 * 1024
"""So many bytes of a body are kept in memory; a larger one lies in a temporary file."""
PATIENCE = 30.0
"""Seconds that any body may take."""
RATE = 4096
"""Each so many bytes that came give the rest another second."""
LAST_WORD = 2.0
"""Seconds that a caller who was too slow has to read so."""
REFUSAL = [("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")]

Then = Callable[[Any, BinaryIO | None], None]


class BrokenChunks(BadRequest):
    """A body that says it comes in chunks, and does not; or it ends before its last chunk."""

    description = "The body does not come in chunks as it says."


class Ended(io.RawIOBase):
    """What came of a body, and then the reason why no more does, raised."""

    def __init__(self, came: IO[bytes], reason: Exception) -> None:
        self._came, self._reason = came, reason

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._came.read(len(buffer))
        if not data and len(buffer):
            raise self._reason
        buffer[: len(data)] = data
        return len(data)


class Refusing:
    """Base of what is refused when it comes too slowly: a body on its way, until ``deadline`` in monotonic seconds."""

    __slots__ = ("deadline", "is_refused", "watcher")
    deadline: float
    is_refused: bool
    watcher: Any

    def expire(self) -> None:
        """Refuse it, and end the connection if that does not."""
        self.deadline = time.monotonic() + LAST_WORD
        if self.is_refused:
            cut(self.watcher.scope.client)
            return
        self.is_refused = True
        with contextlib.suppress(Exception):
            self.watcher.proto.response_str(408, REFUSAL, "the body of the request came too slowly\n")


class Short(Refusing):
    """A body of few bytes on its way, as nearly all are. ``then`` is handed this, and what can be read of the body when
    it is whole or broken; None when it was too late, and is answered."""

    __slots__ = ("length", "then")

    def __init__(self, watcher: Any, length: int, then: Then) -> None:
        self.watcher, self.length, self.then = watcher, length, then
        self.deadline = time.monotonic() + PATIENCE
        self.is_refused = False

    def begin(self) -> None:
        """Wait for it; no thread does."""
        self.watcher.proto().add_done_callback(self.end)

    def end(self, future: Any) -> None:
        """It came, or broke off."""
        reason, came = None, b""
        try:
            came = future.result()
        except (Exception, CancelledError) as error:
            error.__traceback__ = None  # granian's future holds it, whose cycles Python cannot see
            reason = ClientDisconnected()
        if self.is_refused:
            self.watcher.done()
            self.then(self, None)
        elif reason is None and len(came) >= self.length:
            self.then(self, io.BytesIO(came))
        else:
            broken = io.BufferedReader(Ended(io.BytesIO(came), reason or ClientDisconnected()))
            self.then(self, cast(BinaryIO, broken))


class Arriving(Refusing, Stepwise):
    """A body on its way, of any length, or of none that it tells. ``then`` is called as by :class:`Short`, also for one
    that is too large."""

    def __init__(self, watcher: Any, length: int | None, most: int | None, then: Then) -> None:
        super().__init__(PATIENCE)
        self._began = self.deadline - PATIENCE
        self.watcher, self._length, self._most, self._then = watcher, length, most, then
        self.is_refused = False
        self._pieces = watcher.proto.__aiter__()
        self._steps: Steps | None = None
        self._came: IO[bytes] = io.BytesIO()
        self._count = self._empty = 0

    begin = Stepwise.go_on

    def advance(self) -> Any:
        while True:
            try:
                if self._steps is None:
                    self._steps = self._pieces.__anext__().__await__()
                return next(self._steps)
            except StopAsyncIteration:
                return self._end(BrokenChunks() if self._empty > 1 else None)
            except StopIteration as told:
                self._steps = None
                try:
                    self._take(told.value)
                except OSError:  # no room for it on disk, or too many files open
                    return self._end(ServiceUnavailable())
                if self._most is not None and self._count > self._most:
                    return self._end(RequestEntityTooLarge())
            except (Exception, CancelledError) as error:
                error.__traceback__ = None  # granian's future holds it, whose cycles Python cannot see
                return self._end(BrokenChunks() if self._length is None else ClientDisconnected())

    def _take(self, piece: bytes) -> None:
        self._empty += not piece  # granian has one for the end, and another before it where that is none
        if isinstance(self._came, io.BytesIO) and self._count + len(piece) > IN_MEMORY:
            spooled = tempfile.TemporaryFile()  # noqa: SIM115
            spooled.write(self._came.getvalue())
            self._came = cast(IO[bytes], spooled)
        self._came.write(piece)
        self._count += len(piece)
        self.deadline = max(self.deadline, self._began + PATIENCE + self._count / RATE)

    def _end(self, reason: Exception | None = None) -> None:
        if reason is None and self._length is not None and self._count < self._length:
            reason = ClientDisconnected()
        self._came.seek(0)
        came = self._came if reason is None else io.BufferedReader(Ended(self._came, reason))
        if self.is_refused:
            self.watcher.done()
        then, self._then, self._steps, self._pieces = self._then, _nothing, None, None
        then(self, None if self.is_refused else cast(BinaryIO, came))


def _nothing(arriving: Any, body: BinaryIO | None) -> None:
    """What is done with a body that was handed on already."""


def largest_body(application: Any) -> int | None:
    """The bytes of the largest body that any operation takes; None where one takes any."""
    core = application.config.core
    limits = [core.max_body_bytes, *(each.max_body_bytes for each in core.operations.values())]
    given = [each for each in limits[1:] if each is not None]
    return None if limits[0] is None else max([limits[0], *given])
