"""The processes that run tasks: a stop, told to all of them, is heard by the worker's main process alone.

A terminal, a process manager or a supervisor signals the whole group of processes. billiard's processes then leave by
``SystemExit`` in the midst of their task; here the task goes on, and the main process waits for it. Where Celery itself
wants a process to end, at a second Ctrl-C or when the broker is lost, it is killed: so its task is not acknowledged,
and is handed out again.
"""

from __future__ import annotations

import os
import signal as signals
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.concurrency import prefork

STOPS = (signals.SIGTERM, signals.SIGHUP, signals.SIGQUIT)


class Processes(prefork.TaskPool):
    """Celery's pool of processes, which are killed where it would ask them to end."""

    _pool: Any

    def on_start(self) -> None:
        super().on_start()
        self.terminate_job = self._kill  # type: ignore[method-assign]

    def on_terminate(self) -> None:
        if self._pool is not None:  # else it ended before
            for process in list(self._pool._pool):
                self._kill(process.pid)
        super().on_terminate()

    def _kill(self, pid: Any, signal: Any = None) -> None:
        self._pool.terminate_job(pid, signals.SIGKILL)


@contextmanager
def deaf_to_stops() -> Iterator[None]:
    """Within this block the process goes on when it is told to stop; those it starts are not concerned."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    task_process = os.getpid()

    def overhear(number: int, frame: Any) -> None:
        if os.getpid() != task_process:  # a fork that the task made
            signals.signal(number, signals.SIG_DFL)
            os.kill(os.getpid(), number)

    before = {number: signals.signal(number, overhear) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signals.signal(number, handler)
