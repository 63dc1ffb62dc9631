"""Reports on their way: a thread of its own tells the service's reporter, which may fail, block or be slow."""

from __future__ import annotations

import asyncio
import atexit
import inspect
import logging
import os
import queue
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)

MOST_WAITING = 100
"""How many reports may wait; more are dropped."""
PATIENCE = 10.0
"""After how many seconds the log tells that a reporter takes long."""
LAST_MOMENT = 2.0
"""How many seconds a process that ends waits for the reports that it has."""

Tell = Callable[[], Any]


class Delivery:
    """Tells reports one after another. The thread is made with the first one: a process that forks has one each."""

    def __init__(self, most: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        self.most, self.patience = most, patience
        self.reset()
        _deliveries.add(self)

    def reset(self) -> None:
        """Begin anew, as a child process must: threads and locks of its parent are of no use to it."""
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[str, Tell]] = queue.Queue(self.most)
        self._thread: threading.Thread | None = None
        self._dropped = 0
        self._is_told_slow = False

    def put(self, title: str, tell: Tell) -> None:
        """Have a report told. Never waits and never raises: with too many waiting it is dropped, and logged."""
        if threading.current_thread() is self._thread:
            log.error("error_reporter reports itself, which is not told: %s", title)
            return
        try:
            self._waiting.put_nowait((title, tell))
            self._start()
        except queue.Full:
            self._drop(title)
        except RuntimeError:
            log.exception("no thread can be started to report %s", title)

    def flush(self, timeout: float = LAST_MOMENT) -> bool:
        """Wait until all reports are told, so many seconds at most; whether they are."""
        if self._thread is None:
            return True
        with self._waiting.all_tasks_done:
            return self._waiting.all_tasks_done.wait_for(lambda: not self._waiting.unfinished_tasks, timeout)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=_run, args=(self,), name="pymacaron-reports", daemon=True)
                self._thread.start()

    def _drop(self, title: str) -> None:
        with self._lock:
            self._dropped += 1
            count = self._dropped
        if str(count).strip("0") == "1":  # the first, the tenth, the hundredth
            log.error("error_reporter is slower than reports come: %d dropped so far, the last one %s", count, title)

    def deliver(self) -> None:
        """Tell the next report; waits until there is one."""
        title, tell = self._waiting.get()
        timer = threading.Timer(self.patience, self._tell_slow, (title,))
        timer.daemon = True
        timer.start()
        try:
            told = tell()
            if inspect.isawaitable(told):
                asyncio.run(_awaited(told))
        except BaseException:  # SystemExit too: the thread is there for the next report
            log.exception("error_reporter failed while it was told of %s", title)
        finally:
            timer.cancel()
            self._waiting.task_done()

    def _tell_slow(self, title: str) -> None:
        if not self._is_told_slow:
            self._is_told_slow = True
            log.error("error_reporter takes longer than %g seconds over %s; reports wait for it", self.patience, title)


async def _awaited(told: Awaitable[Any]) -> None:
    await told


def _run(delivery: Delivery) -> None:
    while True:
        delivery.deliver()


_deliveries: weakref.WeakSet[Delivery] = weakref.WeakSet()


def _reset_all() -> None:
    for delivery in list(_deliveries):
        delivery.reset()


def _flush_all() -> None:
    for delivery in list(_deliveries):
        delivery.flush()


os.register_at_fork(after_in_child=_reset_all)
atexit.register(_flush_all)
