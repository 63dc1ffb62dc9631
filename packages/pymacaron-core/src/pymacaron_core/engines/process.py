"""One engine that runs, under its guardian: started, waited for until it is ready, looked at, ended."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from pymacaron_core.engines import guardian
from pymacaron_core.engines.engine import Engine
from pymacaron_core.errors import StartError

PATIENCE = 5.0
"""Seconds an engine has to end in, before it is killed."""
READY = 15.0
"""Seconds an engine has to get ready in."""
LOOK = 0.02
"""Seconds between two looks whether it is ready."""
LOOKED_AT = 8192
"""Bytes at the end of a log that are looked at."""
SHOWN = 10
"""Lines of a log that are shown when an engine does not start."""


class Process:
    """The process of an engine whose texts are filled in. ``log`` is where it writes to, after what is there."""

    def __init__(self, engine: Engine, log: Path) -> None:
        self.engine = engine
        self.log = log
        self._guardian: subprocess.Popen[bytes] | None = None
        self._echo: threading.Thread | None = None
        self._unread = b""
        self._said: dict[str, int] = {}

    def start(self, environ: Mapping[str, str], root: Path, folder: Path, lock: int) -> None:
        """Start it; ``folder`` is removed should this process die. Raises ``StartError`` when it cannot be started."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        errors = self._echoed(log) if self.engine.reloads else os.dup(log)
        words = (os.getpid(), PATIENCE, log, lock, folder, *self.engine.command)
        try:
            self._guardian = subprocess.Popen(
                [sys.executable, "-I", "-S", guardian.__file__, *map(str, words)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
                pass_fds=[each for each in (log, lock) if each >= 0],
                cwd=root,
                env={**environ},
                start_new_session=True,  # a Ctrl-C in the terminal is not for it
            )
        except OSError as error:
            raise StartError(f"the engine {self.engine.name} did not start: {error}") from None
        finally:
            os.close(errors)
            os.close(log)
        self._check_started()

    def _echoed(self, log: int) -> int:
        """What it can write to that goes to the log and to our standard error too."""
        read, written = os.pipe()
        self._echo = threading.Thread(target=_echo, args=(read, os.dup(log)), name=self.engine.name, daemon=True)
        self._echo.start()
        return written

    def _check_started(self) -> None:
        deadline = time.monotonic() + READY
        while not self._said and not self.ended(LOOK) and time.monotonic() < deadline:
            pass
        if "started" not in self._said:
            why = os.strerror(self._said["failed"]) if "failed" in self._said else "its guardian did not start"
            raise StartError(f"the engine {self.engine.name} did not start: {self.engine.command[0]}: {why}")

    def wait_until_ready(self, patience: float) -> None:
        """Wait until it can be connected to. Raises ``StartError`` when it ends before, or takes too long."""
        name, ready = self.engine.name, self.engine.ready
        deadline = time.monotonic() + patience
        while ready:
            answered = answers(ready)
            how = self.ended(0 if answered else LOOK)  # the answer may have been somebody else's
            if how:
                raise StartError(f"the engine {name} did not start: it {how}")
            if answered:
                return
            if time.monotonic() > deadline:
                took = f"within {patience:g} seconds: nothing answers on {ready}"
                raise StartError(f"the engine {name} did not get ready {took}")

    def ended(self, patience: float = 0) -> str:
        """How it ended, ``was killed by signal 9``; empty while it runs. Waits some seconds for news."""
        alive = self._guardian is not None and self._guardian.poll() is None
        self._hear(patience if alive else 0)
        if "ended" in self._said:
            status = self._said["ended"]
            return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if alive:
            return ""
        self._kill()
        return "was ended: somebody killed its guardian"

    def end(self) -> None:
        """End it, if it runs: politely, then not."""
        running = self._guardian
        if running is None or running.stdin is None or running.stdout is None:
            return
        with contextlib.suppress(OSError, ValueError):
            running.stdin.write(b"e")
        running.stdin.close()
        try:
            running.wait(PATIENCE + 2)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        self._hear(0)
        if "ended" not in self._said:
            self._kill()
        running.stdout.close()
        if self._echo is not None:
            self._echo.join(1)
        self._guardian = None

    def last_lines(self) -> list[str]:
        """The end of its log, made fit to be printed."""
        try:
            with self.log.open("rb") as file:  # which may be gigabytes long
                file.seek(max(0, os.fstat(file.fileno()).st_size - LOOKED_AT))
                text = file.read(LOOKED_AT).decode(errors="replace")
        except OSError:
            return []
        lines = [line.rstrip()[:300] for line in text.splitlines()]
        return ["".join(c if c.isprintable() else "?" for c in line) for line in lines if line][-SHOWN:]

    def _hear(self, patience: float) -> None:
        """Take in what the guardian says, ``started 4711`` and how it ended, waiting some seconds for more of it."""
        told = self._guardian.stdout if self._guardian is not None else None
        if told is None or told.closed or not select.select([told], [], [], patience)[0]:
            return
        *lines, self._unread = (self._unread + os.read(told.fileno(), 4096)).split(b"\n")
        for line in lines:
            word, number = line.decode().split()
            self._said[word] = int(number)

    def _kill(self) -> None:
        """Kill what a guardian left that was killed itself."""
        pid = self._said.pop("started", 0)
        if pid:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)


def answers(ready: str) -> bool:
    """Whether something can be connected to at ``unix:/path`` or ``tcp:127.0.0.1:1234``."""
    found = re.fullmatch(r"unix:(?P<path>.+)|tcp:(?P<host>.+):(?P<port>\d+)", ready)
    if found is None:
        raise StartError(f"an engine is ready at unix:PATH or tcp:HOST:PORT, not {ready!r}")
    family, where = (
        (socket.AF_INET, (found["host"], int(found["port"]))) if found["port"] else (socket.AF_UNIX, found["path"])
    )
    with socket.socket(family) as probe:
        probe.settimeout(1)
        try:
            probe.connect(where)
        except OSError:
            return False
        return bool(probe.getsockname() != where)  # a port of our own, connected to itself, is nobody's answer


def _echo(read: int, log: int) -> None:
    """Write what an engine says into its log and to our standard error, until it ended."""
    try:
        while text := os.read(read, 65536):
            for descriptor in (log, 2):
                with contextlib.suppress(OSError):
                    os.write(descriptor, text)
    finally:
        os.close(read)
        os.close(log)
