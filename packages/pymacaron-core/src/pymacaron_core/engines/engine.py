"""What an engine is: a program to run beside a service in development, described by a plugin, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Engine:
    """A process to run beside a service that is developed: a Redis, a database, a worker.

    Texts may hold ``{port}`` (a free port of loopback), ``{folder}`` (a private folder with a short path, for sockets)
    and ``{data}`` (a private folder in ``.pym/`` that is kept between runs).
    """

    name: str
    """What messages call it: ``redis``."""

    command: tuple[str, ...]
    """The program and its arguments."""

    environ: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What engines after it, and the service itself, find in their environment once it runs."""

    ready: str = ""
    """What can be connected to once it is ready: ``unix:{folder}/redis.sock`` or ``tcp:127.0.0.1:{port}``."""

    reloads: bool = False
    """Whether it runs the service's code, and is started anew after an edit."""

    told: str = ""
    """A line for the person at the terminal: what runs, and what becomes of its data."""

    def to_json(self) -> dict[str, Any]:
        """The engine as JSON primitives, for another process."""
        return {
            "name": self.name,
            "command": list(self.command),
            "environ": dict(self.environ),
            "ready": self.ready,
            "reloads": self.reloads,
            "told": self.told,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Engine:
        """The engine that ``to_json`` told of."""
        return cls(**{**values, "command": tuple(values["command"]), "environ": MappingProxyType(values["environ"])})

    def mentions(self, word: str) -> bool:
        """Whether one of its texts holds a placeholder, ``port`` or ``data``."""
        texts = (*self.command, *self.environ.values(), self.ready)
        return any(f"{{{word}}}" in text for text in texts)

    def filled(self, **values: str) -> Engine:
        """The engine with a value for each placeholder."""

        def fill(text: str) -> str:
            for word, value in values.items():
                text = text.replace(f"{{{word}}}", value)
            return text

        return replace(
            self,
            command=tuple(map(fill, self.command)),
            environ=MappingProxyType({name: fill(text) for name, text in self.environ.items()}),
            ready=fill(self.ready),
            told=fill(self.told),
        )
