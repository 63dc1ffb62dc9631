"""A worker whose HTTP is granian's: the one room that knows granian, and what of it is not written down.

granian keeps processes as well; with each it renews, and with each that dies, connections that wait for it are lost,
and a worker that dies twice in a row ends the service. So only its HTTP is used, on the socket that gunicorn's
processes share.
"""

from __future__ import annotations

import atexit
import logging
import os
import resource
import select
import signal
import threading
import time
from importlib import import_module
from typing import Any

from gunicorn.workers.base import Worker

from pymacaron_core.servers.arriving import largest_body
from pymacaron_core.servers.connection import bound_stalls, stop_listening
from pymacaron_core.servers.departing import PATIENCE
from pymacaron_core.servers.environs import Environs
from pymacaron_core.servers.gateway import Gateway
from pymacaron_core.servers.steps import Inline

native: Any = import_module("granian._granian")
"""granian's compiled part, of which few names are written down."""

IDLE = 75
"""Seconds that a connection may lie idle, or take for a request's head: more than balancers in front wait (60)."""
LONGEST_HEAD = 64 * 1024
"""Bytes that the head of a request may have."""
MOST_CONNECTIONS = 8192
"""Connections of one worker."""
LINGER = 1.0
"""Seconds in which a worker that is renewed lets its connections go, each with its next reply."""

SETTLING = 0.2
"""Seconds for the requests of connections that were taken last: granian closes those of which nothing has come."""


class GranianWorker(Worker):  # type: ignore[misc]
    """A process that serves by granian, under gunicorn's parent."""

    def run(self) -> None:
        """Serve until told to stop, or enough requests were served; then end what is in flight, and the process."""
        application = self.wsgi
        environs = Environs(application.underscored_headers)
        gateway = Gateway(application, environs, largest_body(application), self.max_requests, self._wake)
        bound_stalls(self.sockets[0], PATIENCE)
        stop, stopped = native.WorkerSignal(), threading.Event()
        stop.add_cb(stopped.set)
        _serve(self.sockets[0].fileno(), self.cfg.backlog, self.cfg.threads, gateway, stop)
        while self.alive and gateway.count < self.max_requests and self.ppid == os.getppid():
            self._pause(1.0)
            gateway.expire()
        if self.alive:
            self.log.info("Renewing worker after %d requests", gateway.count)
            gateway.is_closing = True
            self._pause(LINGER)
        gateway.is_closing = True
        stop_listening(self.sockets[0].getsockname())
        time.sleep(SETTLING)
        stop.set()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while not stopped.wait(0.05) and time.monotonic() < deadline:
            self.notify()
            gateway.expire()
        _end()

    def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until a signal comes."""
        self.notify()
        if select.select([self.PIPE[0]], [], [], seconds)[0]:
            os.read(self.PIPE[0], 4096)

    def _wake(self) -> None:
        os.write(self.PIPE[1], b"1")

    def handle_quit(self, number: int, frame: Any) -> None:
        _end()


def _serve(handle: int, backlog: int, threads: int, gateway: Gateway, stop: Any) -> None:
    """Have granian serve a listening socket, in threads of its own."""

    class Scheduler(native.CallbackScheduler):  # type: ignore[misc]
        def __init__(self, *told: Any) -> None:
            super().__init__()
            self._schedule_fn = gateway.take

    http1 = import_module("granian.http").HTTP1Settings(header_read_timeout=IDLE * 1000, max_buffer_size=LONGEST_HEAD)
    holder = native.SocketHolder(os.dup(handle), False, backlog)
    rust_threads, rust_blocking_threads, seconds_idle = 1, 512, 30
    running: list[Any] = [1, (None, holder), None, rust_threads, rust_blocking_threads, threads, seconds_idle]
    http: list[Any] = [connections(), "1", http1, None, False, None]
    tls: list[Any] = [False, None, None, None, "tls1.3", None, [], False]
    loop = Inline()
    worker = native.RSGIWorker(*running, *http, *tls, (None, None))
    worker.serve_mtr(Scheduler(loop, None, None, None, None), loop, stop)


def connections() -> int:
    """How many connections a worker takes: as many as it may have files open, which is raised as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(64, soft - 256)
    return MOST_CONNECTIONS


def _end() -> None:
    """End this process as a fork ends: threads of granian that are still there must not meet a Python that is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        atexit._run_exitfuncs()
        logging.shutdown()
    finally:
        os._exit(0)
