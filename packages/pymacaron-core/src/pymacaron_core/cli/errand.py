"""What the supervisor of ``pymacaron run`` and a web process say to each other: an errand, reports, an answer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Errand:
    """What the supervisor asks of one web process, as one word of its command line.

    ``socket``, ``lifeline``, ``report`` and ``answer`` are file descriptors. ``lifeline`` ends the process when nobody
    holds its other end any more. ``broken`` says why there is nothing to serve.
    """

    root: str
    config: str | None
    env: str | None
    mock_missing: bool
    debug: bool
    host: str
    port: int
    socket: int
    lifeline: int
    first: bool
    broken: str = ""
    report: int = -1
    answer: int = -1

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Errand:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Report:
    """What a web process tells, as a line: first what it loaded, then that it serves.

    ``files`` are the documents it comes from. ``engines`` is what is to run beside it, as ``Engine.to_json`` tells it;
    None leaves them as they are: nothing could be loaded. Where there are some, the process waits for an answer.
    """

    files: list[str] = field(default_factory=list)
    engines: list[dict[str, Any]] | None = None
    serves: bool = False

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Report:
        return cls(**json.loads(line))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the supervisor answers, as a line, once the engines run: what they add to the environment, and tell.

    ``error`` says why they do not run.
    """

    environ: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Answer:
        values = json.loads(line)
        return cls(**{**values, "told": [(name, told) for name, told in values["told"]]})
