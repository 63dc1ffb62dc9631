"""The supervisor of ``pymacaron run``: holds the socket, owns web process and engines, restarts after every edit.

Both die with the supervisor, however that ends: they read a pipe whose other end only the supervisor holds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from pymacaron_core.cli.child import Web
from pymacaron_core.cli.errand import Answer, Errand
from pymacaron_core.cli.watching import Watch
from pymacaron_core.console import YELLOW, say, tell
from pymacaron_core.engines import Engine, Engines
from pymacaron_core.errors import StartError
from pymacaron_core.signals import STOPPING, signals_ignored

PAUSE = 0.3
"""Seconds between two looks at the files."""


class Stop(BaseException):
    """SIGTERM or Ctrl-C."""


class Supervisor:
    """Serves a project on a socket that listens already."""

    def __init__(self, options: argparse.Namespace, root: Path, listening: socket.socket, host: str, port: int) -> None:
        self.options = options
        self.root = root
        self.listening = listening
        self.host, self.port = host, port
        self.watch = Watch(root, [os.path.abspath(options.config)] if options.config else [])
        self.engines = Engines(root, environ=_chosen(options))
        self.lifeline, self._alive = os.pipe()
        self.first = True
        self.web: Web | None = None

    def run(self) -> int:
        """The exit status: that of the web process when it never served, else 0 once stopped."""
        with _signals_stop():
            try:
                return self._serve()
            except Stop:
                with signals_ignored():
                    self._end_all()
                    say("stopped")
                return 0
            finally:
                with signals_ignored():
                    self._end_all()

    def _serve(self) -> int:
        """Start, and start again after every edit; comes back only when it never served."""
        files = self.watch.snapshot()
        self.web = self._started()
        while True:
            self._listen(self.web)
            self.engines.poll()
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
        return Web(
            Errand(
                root=str(self.root),
                config=self.options.config,
                env=self.options.env,
                mock_missing=self.options.mock_missing,
                debug=self.options.debug,
                host=self.host,
                port=self.port,
                socket=self.listening.fileno(),
                lifeline=self.lifeline,
                first=self.first,
                broken=broken,
            )
        )

    def _listen(self, web: Web) -> None:
        """Wait a moment, or until the web process says what it loaded, or that it serves."""
        for report in web.reports(PAUSE):
            self.watch.files.update(report.files)
            if report.engines is not None:
                answer = self._engines_run([Engine.from_json(each) for each in report.engines])
                if report.engines:
                    web.answer(answer)
        self.first = self.first and not web.serves

    def _engines_run(self, wanted: list[Engine]) -> Answer:
        """Have the engines run that are wanted now, and say how that went."""
        try:
            environ = self.engines.ensure(wanted)
        except StartError as error:
            return Answer(error=str(error))
        return Answer(environ, self.engines.news())

    def _stand_in(self, status: int) -> Web:
        """After the service ended by itself: a web process that says so to every caller."""
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        tell(f"the service {how}; it is started again after the next edit", YELLOW)
        return self._started(f"the service {how}; it is started again after the next edit")

    def _end(self) -> None:
        """End the web process, if there is one."""
        web, self.web = self.web, None
        if web is not None:
            web.end()
            self.first = self.first and not web.serves

    def _end_all(self) -> None:
        self._end()
        self.engines.stop()


def _chosen(options: argparse.Namespace) -> dict[str, str]:
    """What the command line chose, for engines that load the project too."""
    chosen = {"PYM_CONFIG": options.config and os.path.abspath(options.config), "PYM_ENV": options.env}
    return {name: value for name, value in chosen.items() if value}


@contextlib.contextmanager
def _signals_stop() -> Iterator[None]:
    """Have SIGTERM and Ctrl-C raise ``Stop`` within a ``with`` block."""

    def stop(number: int, frame: object) -> None:
        raise Stop

    before = {number: signal.signal(number, stop) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
