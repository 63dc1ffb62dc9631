"""A worker in a thread of the serving process, over files in a private folder: for development without a broker."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

from celery import Celery
from celery.worker import WorkController

PATIENCE = 2.0
"""Seconds a running task has to end in when the process does."""
KEPT = 5.0
"""Seconds that files of messages which were taken are kept."""


class ThreadWorker:
    """Runs one task at a time. Nothing is promised across a kill."""

    def __init__(self, app: Celery, folder: Path, name: str) -> None:
        self._folder = folder
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
        _remove_taken(self._folder / "taken", 0)
        timer: Any = self._worker.timer
        timer.call_repeatedly(KEPT, _remove_taken, (self._folder / "taken", KEPT))
        self._thread.start()

    def _work(self) -> None:
        self._app.set_current()  # in this thread only
        self._worker.start()

    def stop(self) -> None:
        """Take no more tasks, and wait a moment for the one that runs."""
        stopping = threading.Thread(target=self._worker.stop, daemon=True)
        stopping.start()
        stopping.join(PATIENCE)
        self._thread.join(PATIENCE)


def _remove_taken(folder: Path, age: float) -> None:
    """Remove the files of messages that were taken: the transport read each right after it moved it here."""
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            if file.stat().st_ctime <= time.time() - age:
                file.unlink()
