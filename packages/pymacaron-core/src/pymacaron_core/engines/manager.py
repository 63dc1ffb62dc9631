"""The owner of a run's engines: starts those that are wanted, restarts what dies, ends all with itself."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pymacaron_core.console import YELLOW, tell
from pymacaron_core.engines.engine import Engine
from pymacaron_core.engines.places import Place, Places
from pymacaron_core.engines.process import READY, Process
from pymacaron_core.errors import StartError

RESTARTS, WITHIN = 3, 30.0
"""An engine that dies is started again so many times within so many seconds, then it is left."""
PAUSE = 0.3
"""Seconds between two looks at the engines, where a thread looks."""


@dataclass(slots=True)
class Running:
    """An engine as a plugin described it, its process, the environment it was given, and when it was restarted."""

    wanted: Engine
    process: Process
    environ: Mapping[str, str]
    restarts: list[float] = field(default_factory=list)
    left: bool = False


class Engines:
    """The engines of the project at ``root``, owned by this process: they end when it ends, by whatever way.

    ``environ`` is what they find in their environment beside that of this process; ``patience`` are the seconds each
    has to get ready in.
    """

    def __init__(self, root: Path, *, environ: Mapping[str, str] | None = None, patience: float = READY) -> None:
        self.root = root
        self.environ = dict(environ or {})
        self.patience = patience
        self._places = Places(root)
        self._running: dict[str, Running] = {}
        self._told: dict[str, str] = {}
        self._news: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def ensure(self, wanted: Sequence[Engine]) -> dict[str, str]:
        """Have these engines run, and no other; what they add to the environment.

        Those are started anew that run the service's code, that are described in another way than before, or whose
        environment is another. Raises ``StartError`` when one does not start; those started for this call are ended.
        """
        names = [engine.name for engine in wanted]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise StartError(f"two engines are called {twice.pop()!r}: each has a name of its own")
        with self._lock:
            self._end_unwanted({engine.name: engine for engine in wanted})
            if not wanted:
                self._places.close()
            return self._started(wanted)

    def poll(self) -> None:
        """Look after the engines: one that died is told, and started again unless it dies again and again."""
        with self._lock:
            for running in self._running.values():
                how = "" if running.left else running.process.ended()
                if how:
                    self._restart(running, how)

    def watch(self) -> None:
        """Have a thread look after the engines until they are stopped."""

        def look() -> None:
            while not self._stopped.wait(PAUSE):
                self.poll()

        threading.Thread(target=look, name="engines", daemon=True).start()

    def news(self) -> list[tuple[str, str]]:
        """Name and line of each engine that has something to tell and started since this was asked."""
        news, self._news = self._news, []
        return news

    def stop(self) -> None:
        """End all, the last one first."""
        self._stopped.set()
        with self._lock:
            self._end_unwanted({})
            self._places.close()

    def _started(self, wanted: Sequence[Engine]) -> dict[str, str]:
        added: dict[str, str] = {}
        begun: list[str] = []
        try:
            for engine in wanted:
                known = self._running.get(engine.name)
                if known is not None and known.environ != added:
                    self._end(engine.name)
                if engine.name not in self._running:
                    begun.append(engine.name)
                    self._begin(engine, dict(added))
                added.update(self._running[engine.name].process.engine.environ)
        except (StartError, OSError) as error:
            for name in reversed(begun):
                self._end(name)
                self._places.forget(name)
            if isinstance(error, OSError):
                why = f"{error.filename}: {error.strerror}" if error.filename else str(error)
                raise StartError(f"the engine {begun[-1]} did not start: {why}") from error
            raise
        return added

    def _begin(self, engine: Engine, environ: Mapping[str, str]) -> None:
        place = self._places.of(engine)
        process = Process(self._places.filled(engine), place.log)
        self._running[engine.name] = Running(engine, process, environ)
        place.log.unlink(missing_ok=True)
        try:
            self._start(self._running[engine.name])
            process.wait_until_ready(self.patience)
        except StartError as error:
            process.end()
            raise StartError(f"{error}{self._end_of_log(process)}") from None
        self._tell_first(engine, process.engine.told, place)

    def _start(self, running: Running) -> None:
        environ = {**os.environ, **self.environ, **running.environ}
        place = self._places.of(running.wanted)
        running.process.start(environ, self.root, self._places.runtime, place.lock)

    def _end_of_log(self, process: Process) -> str:
        lines = process.last_lines()
        told = "".join(f"\n  {line}" for line in lines)
        return f"; its log, {self._places.shown(process.log)}, ends:{told}" if lines else ""

    def _tell_first(self, engine: Engine, told: str, place: Place) -> None:
        """Keep what is to be told of an engine that runs for the first time."""
        if self._told.get(engine.name) == told:
            return
        self._told[engine.name] = told
        if not place.kept and engine.mentions("data"):
            told = "keeps its data until this run ends: another run of this project uses the lasting ones"
        if told:
            self._news.append((engine.name, told))

    def _restart(self, running: Running, how: str) -> None:
        """Start a dead engine again, unless it dies again and again."""
        name, now = running.wanted.name, time.monotonic()
        recent = [each for each in running.restarts if now - each < WITHIN]
        running.process.end()
        running.left = len(recent) >= RESTARTS
        if running.left:
            log = self._places.shown(running.process.log)
            tell(f"{name} {how} once more, and is not started again; its log is {log}", YELLOW)
            return
        tell(f"{name} {how}; it is started again", YELLOW)
        running.restarts = [*recent, now]
        running.process = Process(running.process.engine, running.process.log)
        try:
            self._start(running)
        except (StartError, OSError) as error:
            running.left = True
            tell(str(error), YELLOW)

    def _end_unwanted(self, wanted: Mapping[str, Engine]) -> None:
        """End, the last one first, those not wanted or not as they are, those that died, those that run the code."""
        for name, running in reversed(list(self._running.items())):
            stays = wanted.get(name) == running.wanted and not running.wanted.reloads
            if not stays or running.left or running.process.ended():
                self._end(name)
            if name not in wanted:
                self._places.forget(name)

    def _end(self, name: str) -> None:
        if name in self._running:
            self._running[name].process.end()
            del self._running[name]
