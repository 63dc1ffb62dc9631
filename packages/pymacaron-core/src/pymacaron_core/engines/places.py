"""What an engine is given: a port, a folder for sockets, a folder for its data that no other run uses, a log."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from pymacaron_core.engines.engine import Engine
from pymacaron_core.errors import StartError
from pymacaron_core.state import state_folder

try:
    import fcntl
except ImportError:  # Windows: one developer, one run
    fcntl = None  # type: ignore[assignment]

FOLDER = "engines"
LONGEST = 70
"""Bytes the path of the runtime folder may have: with a socket's name it must stay below the 104 of macOS."""
PORTS = range(15000, 32000)
"""Below those that systems give to outgoing connections (Linux: from 32768, macOS: from 49152)."""
PATIENCE = 8.0
"""Seconds that the engines of a run that was killed have to end in, before their data is left to them."""
LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Place:
    """Where one engine works. ``lock`` is a descriptor that keeps others out of ``data``; -1 where there is none."""

    port: int
    data: Path
    log: Path
    lock: int

    @property
    def kept(self) -> bool:
        """Whether data and log lie in the project's state folder, and outlive this run."""
        return self.lock >= 0


class Places:
    """The places of one run's engines, each given once and kept until ``close``."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._runtime: Path | None = None
        self._places: dict[str, Place] = {}

    @property
    def runtime(self) -> Path:
        """A private folder with a short path, removed at the end."""
        if self._runtime is None:
            usual = tempfile.gettempdir()
            parent = usual if len(os.fsencode(usual)) < LONGEST - len("/pym-12345678") else "/tmp"
            try:
                self._runtime = Path(tempfile.mkdtemp(prefix="pym-", dir=parent))
            except OSError as error:
                raise StartError(f"no folder for sockets can be made in {parent}: {error.strerror}") from None
        return self._runtime

    def of(self, engine: Engine) -> Place:
        """The place of an engine."""
        if engine.name not in self._places:
            self._places[engine.name] = self._found(engine.name)
        place = self._places[engine.name]
        if engine.mentions("data"):
            place.data.mkdir(mode=0o700, exist_ok=True)
        return place

    def filled(self, engine: Engine) -> Engine:
        """The engine with its place in its texts; what is told of it names its data as people do."""
        place = self.of(engine)
        told = engine.told.replace("{data}", self.shown(place.data))
        filled = replace(engine, told=told).filled
        return filled(port=str(place.port), folder=str(self.runtime), data=str(place.data))

    def shown(self, path: Path) -> str:
        """A path as it is told: from the project's root where it lies there."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def forget(self, name: str) -> None:
        """Give a place back: the engine did not start there, or is not wanted any more."""
        place = self._places.pop(name, None)
        if place is not None and place.kept:
            os.close(place.lock)

    def close(self) -> None:
        """Give all places back."""
        for name in list(self._places):
            self.forget(name)
        if self._runtime is not None:
            shutil.rmtree(self._runtime, ignore_errors=True)
            self._runtime = None

    def _found(self, name: str) -> Place:
        state = state_folder(self.root) / FOLDER
        state.mkdir(mode=0o700, exist_ok=True)
        lock = locked(state / f"{name}.lock")
        folder = state if lock >= 0 else self.runtime
        return Place(free_port(), folder / name, folder / f"{name}.log", lock)


def locked(path: Path) -> int:
    """A descriptor that holds the lock of a file, or -1 while another run holds it.

    The file names the run's process. Where that is gone, its engines are just ending, and are waited for.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + PATIENCE
    while not _taken(handle):
        if _is_alive(os.pread(handle, 20, 0)) or time.monotonic() > deadline:
            os.close(handle)
            return -1
        time.sleep(LOOK)
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _taken(handle: int) -> bool:
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_alive(pid: bytes) -> bool:
    """Whether there is a process of that number. One whose number is not written yet is just starting."""
    if not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # of another user
    return True


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    for port in (*random.sample(PORTS, 50), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise StartError("there is no free port on 127.0.0.1")
