"""Celery's worker, started by us: its signals are Celery's, its log lines are PyMacaron's."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import Celery, signals
from celery.apps.worker import Worker

log = logging.getLogger(__name__)

QUIET = ("celery", "kombu", "amqp")
"""Loggers of Celery that say more than people who run a service want to read."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works. ``level`` is the least level of log lines, ``memory`` in MiB, None for no limit."""

    name: str
    concurrency: int
    pool: str
    level: int
    memory: int | None = None


def run_worker(app: Celery, options: WorkerOptions, set_up_logging: Callable[[], None]) -> int:
    """Work until SIGTERM or Ctrl-C; running tasks are finished first, others given back. Returns the exit status."""
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

    def configure(**unused: Any) -> None:
        set_up_logging()
        for name in QUIET:
            logging.getLogger(name).setLevel(options.level if options.level <= logging.DEBUG else logging.WARNING)

    def tell(**unused: Any) -> None:
        log.info("ready for up to %s tasks at once", options.concurrency)

    signals.setup_logging.connect(configure, weak=False)
    signals.worker_ready.connect(tell, weak=False)
    if options.memory is not None:
        app.conf.worker_max_memory_per_child = options.memory * 1024
    worker = Worker(
        app=app,
        hostname=f"{options.name}-{os.getpid()}@%h",
        concurrency=options.concurrency,
        pool=options.pool,
        loglevel=options.level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
