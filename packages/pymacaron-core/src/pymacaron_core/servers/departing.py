"""Replies on their way, piece by piece: a slow reader holds no thread, and one that stops reading is left."""

from __future__ import annotations

import logging
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator
from contextvars import Context
from typing import Any

from pymacaron_core.servers.connection import cut
from pymacaron_core.servers.steps import Steps, Stepwise

log = logging.getLogger(__name__)

WHOLE = 16 * 1024 * 1024
"""Shorter bodies of known length are handed to granian whole, which lets go of them when the reader leaves, or is left
by the system (``connection.bound_stalls``)."""
PIECE = 256 * 1024
"""Longer bodies go in pieces of so many bytes."""
PATIENCE = 60.0
"""Seconds that a reader may take for a piece."""


class Departing(Stepwise):
    """A reply on its way. Its items are made in one context, by whichever thread is free, each when the one before is
    taken; ``then`` is called at the end."""

    def __init__(
        self, watcher: Any, transport: Any, items: Iterator[bytes], context: Context, then: Callable[[], None]
    ) -> None:
        super().__init__(PATIENCE)
        self._watcher, self._transport, self._context, self._then = watcher, transport, context, then
        self._items = items
        self._rest: memoryview = memoryview(b"")
        self._steps: Steps | None = None

    def advance(self) -> Any:
        return self._context.run(self._advance)

    def _advance(self) -> Any:
        while True:
            try:
                if self._steps is None:
                    piece = self._piece()
                    if piece is None:
                        return self._end()
                    self.deadline = time.monotonic() + PATIENCE
                    self._steps = self._transport.send_bytes(piece).__await__()
                return next(self._steps)
            except StopIteration:
                self._steps = None
            except (Exception, CancelledError) as error:
                return self._fail(error)

    def _piece(self) -> bytes | None:
        while not self._rest:
            item = next(self._items, None)
            if item is None:
                return None
            self._rest = memoryview(item)
        piece, self._rest = bytes(self._rest[:PIECE]), self._rest[PIECE:]
        return piece

    def expire(self) -> None:
        """End the connection, which ends the piece that waits to be taken."""
        self.deadline = time.monotonic() + PATIENCE
        cut(self._watcher.scope.client)
        self.cancel()

    def cancel(self, message: object = None) -> None:
        """End it though a piece waits to be taken: when the reader has left, granian may never tell."""
        with self._lock:
            if self._is_going:
                return
            self._is_going = True
        self._context.run(self._end)

    def _fail(self, error: BaseException) -> None:
        """End the connection: to a reader, an end like any other would be the end of the whole."""
        if not type(error).__name__.startswith("RSGIProtocol"):  # the reader has left
            log.error("a reply was cut off: making it failed", exc_info=error)
            cut(self._watcher.scope.client)
        self._end()

    def _end(self) -> None:
        close = getattr(self._items, "close", None)
        try:
            if close is not None:
                close()
        except Exception:
            log.exception("closing a reply failed")
        finally:
            self._transport = self._steps = None
            self._rest = memoryview(b"")
            self._items = iter(())
            self._watcher.done()
            self._then()
