"""The supervisor of ``pymacaron run``: holds the socket, owns the web process, and restarts it after every edit.

The web process dies with the supervisor, however that ends: it reads a pipe whose other end only the supervisor holds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pymacaron_core.cli.errand import Errand
from pymacaron_core.cli.watching import Watch
from pymacaron_core.console import YELLOW, say, tell, tell_errors

PROGRAM = """\
import sys
if sys.path[:1] == [""]:
    del sys.path[0]  # a file of the working directory must not stand for one of the libraries
from pymacaron_core.cli.web import main
sys.exit(main())
"""
"""What a web process runs."""
PAUSE = 0.3
"""Seconds between two looks at the files."""
PATIENCE = 4.0
"""Seconds the web process has to stop in, before it is killed."""


class Stop(BaseException):
    """SIGTERM or Ctrl-C."""


@dataclass(slots=True)
class Web:
    """A web process; ``report`` is where it says what it serves, -1 once it did."""

    process: subprocess.Popen[bytes]
    report: int


class Supervisor:
    """Serves a project on a socket that listens already."""

    def __init__(self, options: argparse.Namespace, root: Path, listening: socket.socket, host: str, port: int) -> None:
        self.options = options
        self.root = root
        self.listening = listening
        self.host, self.port = host, port
        self.watch = Watch(root, [os.path.abspath(options.config)] if options.config else [])
        self.lifeline, self._alive = os.pipe()
        self.first = True
        self.web: Web | None = None

    def run(self) -> int:
        """The exit status: that of the web process when it never served, else 0 once stopped."""
        with _signals_stop():
            try:
                return self._serve()
            except Stop:
                with _signals_ignored():
                    self._end()
                    say("stopped")
                return 0
            finally:
                self._end()

    def _serve(self) -> int:
        """Start, and start again after every edit; comes back only when it never served."""
        files = self.watch.snapshot()
        self.web = self._started()
        while True:
            self._listen(self.web)
            status = self.web.process.poll()
            if status is not None and self.first:
                return status if status > 0 else 1
            if status is not None:
                self.web = self._stand_in(status)
            if self.watch.snapshot() != files:
                now = self.watch.settled()
                changed = self.watch.changed(files, now)
                tell(f"changed: {', '.join(changed[:5])}")
                files = now
                self._end()
                self.watch.forget_bytecode(changed)
                self.web = self._started()

    def _started(self, broken: str = "") -> Web:
        report, written = os.pipe()
        errand = Errand(
            root=str(self.root),
            config=self.options.config,
            env=self.options.env,
            mock_missing=self.options.mock_missing,
            debug=self.options.debug,
            host=self.host,
            port=self.port,
            socket=self.listening.fileno(),
            lifeline=self.lifeline,
            report=written,
            first=self.first,
            broken=broken,
        )
        command = [sys.executable, "-c", PROGRAM, errand.to_text()]
        # A Ctrl-C that comes now is for us alone; the web process unblocks it once it has learnt to let it pass.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            process = subprocess.Popen(command, pass_fds=(errand.socket, errand.lifeline, errand.report))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(written)
        return Web(process, report)

    def _listen(self, web: Web) -> None:
        """Wait a moment, or until the web process says that it serves."""
        reports = [web.report] if web.report >= 0 else []
        ready, _, _ = select.select(reports, [], [], PAUSE)
        if not ready:
            return
        text = b"".join(iter(lambda: os.read(web.report, 65536), b""))
        os.close(web.report)
        web.report = -1
        if text:
            self.watch.files.update(json.loads(text))
            self.first = False
        else:
            web.process.wait()

    def _stand_in(self, status: int) -> Web:
        """After the service ended by itself: a web process that says so to every caller."""
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        tell(f"the service {how}; it is started again after the next edit", YELLOW)
        return self._started(f"the service {how}; it is started again after the next edit")

    def _end(self) -> None:
        """End the web process, if there is one: politely, then not."""
        web, self.web = self.web, None
        if web is None:
            return
        if web.report >= 0:
            os.close(web.report)
        web.process.terminate()
        try:
            web.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            tell_errors("the service did not stop when asked to, and is killed")
            web.process.kill()
            web.process.wait()


@contextlib.contextmanager
def _signals_stop() -> Iterator[None]:
    """Have SIGTERM and Ctrl-C raise ``Stop`` within a ``with`` block."""

    def stop(number: int, frame: object) -> None:
        raise Stop

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _signals_ignored() -> Iterator[None]:
    """Let a second Ctrl-C not disturb the end."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
