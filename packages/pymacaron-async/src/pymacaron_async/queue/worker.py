"""Celery's worker, started by us: its signals are Celery's, its log lines are PyMacaron's."""

from __future__ import annotations

import logging
import os
import signal
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery import signals
from celery.apps.worker import Worker
from celery.exceptions import CPendingDeprecationWarning
from pymacaron_core.app import load
from pymacaron_core.application import Application
from pymacaron_core.logs import configure, set_level

from pymacaron_async.queue.app import WorkerApp
from pymacaron_async.queue.options import QUIET
from pymacaron_async.queue.pool import Processes

log = logging.getLogger(__name__)

POOLS: dict[str, Any] = {"prefork": Processes, "threads": "threads"}


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works. ``level`` is the least level of log lines, ``memory`` in MiB, None for no limit."""

    concurrency: int
    pool: str
    level: int
    memory: int | None = None


class StoppableWorker(Worker):
    """Celery's worker, which stops when its terminal is closed, and does not start itself anew."""

    def install_platform_tweaks(self, worker: Any) -> None:
        super().install_platform_tweaks(worker)
        signal.signal(signal.SIGHUP, signal.getsignal(signal.SIGTERM))


def run_worker(application: Application, app: WorkerApp, options: WorkerOptions) -> int:
    """Work until SIGTERM or Ctrl-C; running tasks are finished first, others given back. Returns the exit status."""
    config = application.config
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    take_logging(application, options.level)
    app.revival = (revived, (config.root, config.file, config.env, config.production, options.level))
    if options.pool == "threads":  # of which none can be ended
        app.conf.worker_cancel_long_running_tasks_on_connection_loss = False
    if options.memory is not None:
        app.conf.worker_max_memory_per_child = options.memory * 1024

    def tell(**unused: Any) -> None:
        log.info("ready for up to %s tasks at once", options.concurrency)

    signals.worker_ready.connect(tell, weak=False)
    stopped: list[Any] = []
    signals.worker_shutting_down.connect(lambda sig, **unused: stopped.append(sig), weak=False)
    worker = StoppableWorker(
        app=app,
        hostname=f"{app.main}-{os.getpid()}@%h",
        concurrency=options.concurrency,
        pool=POOLS[options.pool],
        loglevel=options.level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)  # of that; the worker just had all shown
    worker.start()
    return 0 if stopped else int(worker.exitcode or 0)


def take_logging(application: Application, level: int) -> None:
    """Have Celery leave logging to PyMacaron, in this process and its forks."""

    def set_up(**unused: Any) -> None:
        configure(application.config, development=not application.config.production)
        set_level(level)
        for name in QUIET:
            logging.getLogger(name).setLevel(level if level <= logging.DEBUG else logging.WARNING)

    signals.setup_logging.connect(set_up, weak=False)
    set_up()


def revived(root: Path, config: Path | None, env: str, production: bool, level: int) -> WorkerApp:
    """The application in a process of the pool that is no fork, as on macOS: the project is loaded anew."""
    application = load(root, config=config, env=env, production=production)
    take_logging(application, level)
    app: WorkerApp = application.plugins["async"].worker_app()
    return app
