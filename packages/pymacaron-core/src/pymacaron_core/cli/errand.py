"""What the supervisor of ``pymacaron run`` asks of a web process, as one word of a command line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Errand:
    """What the supervisor asks of one web process. ``socket``, ``lifeline`` and ``report`` are file descriptors.

    ``lifeline`` ends the process when nobody holds its other end any more. ``broken`` says why there is nothing to
    serve.
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
    report: int
    first: bool
    broken: str = ""

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Errand:
        return cls(**json.loads(text))
