"""The handler that writes log lines: those of requests some at a time, since each write has other threads go first."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import stat
import threading
import weakref
from collections.abc import Iterator
from time import perf_counter, sleep, time
from typing import TextIO

from pymacaron_core.exchange import Exchange
from pymacaron_core.lines import Lines, record_of

MOST = 128
"""So many lines of requests are made and written together."""
PAUSE = 0.05
"""Seconds that a line waits for others."""
WHOLE = getattr(select, "PIPE_BUF", 512)
"""So many bytes a pipe takes at once, and none of other processes between them."""


class LineHandler(logging.StreamHandler):  # type: ignore[type-arg] # Python 3.10 takes no argument here
    """The handler that ``logs.configure`` adds, to be found again. Records are written at once, after all lines before
    them; lines of requests within a moment, and when the process ends. A process that is killed loses that moment's.
    """

    told: set[str]

    def __init__(self, stream: TextIO, lines: Lines) -> None:
        super().__init__(stream)
        self.lines = lines
        self.setFormatter(lines)
        self._descriptor = _descriptor(stream)
        self._is_shared = self._descriptor is not None and not stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        self.reset()
        _handlers.add(self)

    def reset(self) -> None:
        """Begin anew, as a child process must: its parent writes what waits."""
        self._waiting: list[Exchange] = []
        self._bell = threading.Event()
        self._rings = False
        self._thread: threading.Thread | None = None
        self.lines.reset()

    def write(self, exchange: Exchange) -> None:
        """Have the line of a request written, as a record of it would be, without one."""
        waiting = self._waiting
        waiting.append(exchange)
        if len(waiting) >= MOST:
            self.flush()
        elif not self._rings:
            self._ring()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._write()
        super().emit(record)

    def flush(self) -> None:
        """Write what waits."""
        with self.lock:  # type: ignore[union-attr] # every handler has one
            self._write()
            super().flush()

    def wait(self) -> None:
        """Write lines a moment after the first of them came, for ever."""
        while True:
            self._bell.wait()
            self._bell.clear()
            sleep(PAUSE)
            self._rings = False
            with contextlib.suppress(ValueError):  # the stream was closed
                self.flush()

    def _ring(self) -> None:
        self._rings = True
        if self._thread is None:
            self._thread = threading.Thread(target=self.wait, name="pymacaron-log-lines", daemon=True)
            self._thread.start()
        self._bell.set()

    def _write(self) -> None:
        exchanges = self._waiting[:]
        if not exchanges:
            return
        del self._waiting[: len(exchanges)]  # more may have come
        try:
            ahead = time() - perf_counter()
            for exchange in exchanges:
                exchange.moment = exchange.began + exchange.seconds + ahead
            lines = self.lines.of_requests(exchanges)
            if self._descriptor is None:
                self.stream.writelines(lines)
            elif self._is_shared:
                for piece in _pieces(lines):
                    _write(self._descriptor, piece)
            else:
                _write(self._descriptor, _encoded("".join(lines)))
        except Exception:
            self.handleError(record_of(exchanges[0]))


def _pieces(lines: list[str]) -> Iterator[bytes]:
    """Lines, as many together as a pipe takes at once."""
    piece: list[bytes] = []
    size = 0
    for line in map(_encoded, lines):
        size += len(line)
        if size > WHOLE and piece:
            yield b"".join(piece)
            piece, size = [], len(line)
        piece.append(line)
    yield b"".join(piece)


def _encoded(text: str) -> bytes:
    return text.encode("ascii", "backslashreplace")


def _write(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        data = data[written:]
        written = os.write(descriptor, data)


def _descriptor(stream: TextIO) -> int | None:
    """The file behind a stream that holds nothing back; None where there is none."""
    if getattr(stream, "line_buffering", False) or getattr(stream, "write_through", False):
        with contextlib.suppress(OSError, ValueError):
            return stream.fileno()
    return None


_handlers: weakref.WeakSet[LineHandler] = weakref.WeakSet()


def _reset_all() -> None:
    for handler in list(_handlers):
        handler.reset()


os.register_at_fork(after_in_child=_reset_all)
