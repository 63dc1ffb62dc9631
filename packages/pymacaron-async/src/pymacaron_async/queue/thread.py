"""A worker in a thread of the serving process, over files in a private folder: for development without a broker."""

from __future__ import annotations

import logging
import threading
import time

from celery import Celery
from celery.worker import WorkController

from pymacaron_async.queue.options import QUIET

PATIENCE = 2.0
"""Seconds a running task has to end in when the process does."""


class ThreadWorker:
    """Runs one task at a time. Nothing is promised across a kill."""

    def __init__(self, app: Celery, name: str) -> None:
        self._worker = WorkController(
            app=app,
            hostname=f"{name}@thread",
            concurrency=1,
            pool="solo",
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._app = app
        self._thread = threading.Thread(target=self._work, name="pymacaron-tasks", daemon=True)

    def start(self) -> None:
        for name in QUIET:
            if logging.getLogger(name).level == logging.NOTSET:
                logging.getLogger(name).setLevel(logging.WARNING)
        self._thread.start()

    def _work(self) -> None:
        self._app.set_current()  # in this thread only
        self._worker.start()

    def stop(self) -> None:
        """Take no more tasks, and wait a moment for the one that runs."""
        stopping = threading.Thread(target=self._worker.stop, daemon=True)
        until = time.monotonic() + PATIENCE
        stopping.start()
        for thread in (stopping, self._thread):
            thread.join(max(0.0, until - time.monotonic()))
