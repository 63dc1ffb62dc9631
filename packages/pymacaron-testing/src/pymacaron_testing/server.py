"""A server that is started for the tests and stopped after them: its own process group, its log in a file."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pymacaron_testing.errors import ServerError
from pymacaron_testing.readiness import wait_until_ready
from pymacaron_testing.report import redacted
from pymacaron_testing.target import Target

TAIL_LINES, TAIL_BYTES = 30, 16384
"""How much of the end of a log is shown, at most."""

PATIENCE = 15.0
"""How many seconds a server has to end, once asked."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of the loopback address, who would be taken for the server."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            return bool(connection.getsockname() != connection.getpeername())  # a free port may connect to itself
    except OSError:
        return False


def words_of(command: str, source: str) -> list[str]:
    """A command line as words, without a shell. Raises :class:`ServerError`."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ServerError(f"{source} {command!r} cannot be read ({error}): close its quotes") from None
    if not words:
        raise ServerError(f"{source} names no command: write one like 'python server.py'")
    return words


class Server:
    """A server by its command. ``environ`` is all that it gets, ``folder`` where it runs, ``log`` where it writes."""

    def __init__(self, command: str, target: Target, folder: Path, environ: Mapping[str, str], log: Path) -> None:
        self.command, self.target, self.folder, self.environ, self.log = command, target, folder, environ, log
        self.told = False
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. Raises :class:`ServerError` when there is no such command, or when another has its port."""
        words = words_of(self.command, "--serve")
        if is_taken(self.target.port):
            raise ServerError(
                f"port {self.target.port} of 127.0.0.1 is taken: stop what listens there, or choose another"
            )
        try:
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    words,
                    cwd=self.folder,
                    env=dict(self.environ),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise ServerError(f"the server {self.command!r} cannot be started: {error.strerror} ({words[0]})") from None

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until it serves. Raises :class:`ServerError` with the end of its log when it does not."""
        reason = wait_until_ready(self.target, seconds, self._is_alive)
        if reason:
            ending = self.ending()
            what = f"{ending} before it answered GET /ping" if ending else reason
            raise ServerError(f"the server {self.command!r} {what}; its {self.tail()}")

    def ending(self) -> str:
        """How it ended by itself; ``''`` while it runs."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return ""
        return f"ended with exit status {code}" if code >= 0 else f"was ended by {_name_of(-code)}"

    def tail(self, *secrets: str | None) -> str:
        """Where its log is, and how that ends; the log is kept then."""
        self.told = True
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - TAIL_BYTES))
                lines = log.read().decode("utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        except OSError as error:
            return f"log, {self.log}, cannot be read ({error.strerror})"
        if not lines:
            return f"log, {self.log}, is empty"
        return redacted("\n    ".join([f"log, {self.log}, ends:", *lines]), secrets)

    def stop(self, patience: float = PATIENCE) -> None:
        """Ask it to end, and after ``patience`` seconds end its whole group."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        self._kill_group(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)

    def _kill_group(self, process: subprocess.Popen[bytes]) -> None:
        """End what is left of the group, also where its leader has ended."""
        if os.name != "posix":
            process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def _is_alive(self, seconds: float) -> bool:
        if self._process is None:
            return False
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False


def _name_of(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
