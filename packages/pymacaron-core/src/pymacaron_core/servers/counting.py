"""Metrics of several workers: each counts in a part of the memory that gunicorn's parent has made, and tells of all."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from pymacaron_core.metrics import Counting, scraped
from pymacaron_core.metrics.scraping import DIRECTORY

log = logging.getLogger(__name__)


def make_directory() -> Callable[[], None]:
    """Have the folder where prometheus-client keeps what the service's own code counts; what takes it away again.

    To be called before that library is imported. A folder that the environment names is only emptied.
    """
    named = os.environ.get(DIRECTORY)
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
        for file in Path(named).glob("*.db"):
            file.unlink()
        return lambda: None
    made = tempfile.mkdtemp(prefix="pymacaron-metrics-")
    os.environ[DIRECTORY] = made

    def take_away() -> None:
        del os.environ[DIRECTORY]
        shutil.rmtree(made, ignore_errors=True)

    return take_away


class Parts:
    """Which worker counts where. gunicorn's parent calls these as its hooks, one after another."""

    def __init__(self, counting: Counting, workers: int) -> None:
        self._counting = counting
        self._most = 2 * workers + 8  # all of them twice while they are reloaded, and some that signals add
        self._taken: dict[Any, int] = {}
        counting.share(self._most)

    def before_fork(self, parent: Any, worker: Any) -> None:
        """Have the worker that is forked now count in the first part that is free."""
        free = set(range(self._most)).difference(self._taken.values())
        if not free:
            log.warning("more than %d workers: metrics of some are too low", self._most)
        part = min(free, default=self._most - 1)
        self._taken[worker] = part
        self._counting.take(part)

    def after_end(self, parent: Any, worker: Any) -> None:
        """Its successor goes on where a worker was, however it ended."""
        part = self._taken.pop(worker, None)
        if part is not None:
            self._counting.leave(part)
        import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)


def counted(
    settings: dict[str, Any], counting: Counting, listening: socket.socket, workers: int, at_end: Callable[[], None]
) -> dict[str, Any]:
    """gunicorn's settings, with what counts in each worker and has each tell of all."""
    parts, begin = Parts(counting, workers), settings["post_worker_init"]

    def after_fork(worker: Any) -> None:
        scraped(counting, listening)
        begin(worker)

    return {
        **settings,
        "pre_fork": parts.before_fork,
        "child_exit": parts.after_end,
        "post_worker_init": after_fork,
        "on_exit": lambda parent: at_end(),
    }
