"""Work that goes on by steps, each begun when the one before is done: no thread waits in between.

What granian hands out to be awaited is a future of its own kind. Its callbacks run in granian's pool of threads where
the event loop that granian is given calls them at once (:class:`Inline`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

Steps = Generator[Any, None, Any]


class Inline:
    """In place of an event loop: what is to be called soon is called now, by the thread that asks for it."""

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> None:
        callback(*args)

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> None:
        callback(*args)


class Stepwise:
    """Base of what goes on by steps until ``deadline``, in seconds of ``time.monotonic``."""

    def __init__(self, patience: float) -> None:
        self.deadline = time.monotonic() + patience
        self._lock = threading.Lock()
        self._is_going = self._goes_on_after = False

    def advance(self) -> Any:
        """Do what can be done now. Gives back the future to wait for; None when there is nothing more to do."""
        raise NotImplementedError

    def go_on(self, _done: Any = None) -> None:
        """Advance, now and whenever what is waited for is there; by one thread at a time, and without recursion."""
        with self._lock:
            if self._is_going:
                self._goes_on_after = True
                return
            self._is_going = True
        while True:
            waiting = self.advance()
            if waiting is None:
                return
            waiting._asyncio_future_blocking = False
            waiting.add_done_callback(self.go_on)
            with self._lock:
                if not self._goes_on_after:
                    self._is_going = False
                    return
                self._goes_on_after = False

    def expire(self) -> None:
        """Have it end: it is past its deadline."""
        raise NotImplementedError
