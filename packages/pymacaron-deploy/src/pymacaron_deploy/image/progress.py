"""What BuildKit prints with ``--progress=plain``, understood: the steps, what each printed, and which one failed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE = re.compile(r"#(\d+) (.*)")
_STEP = re.compile(r"\[[a-z]+ +\d+/\d+\] ")
_PRINTED = re.compile(r"\d+\.\d+ ?(.*)")
_NOTE = re.compile(r"(sha256:|DONE|CACHED|ERROR|CANCELED|extracting|resolve|transferring|\.\.\.)")

KEPT = 400
"""How many of the last lines of a step are kept."""

WIDTH = 100
"""How many letters of a step are told."""

TOLD = 30
"""How many of the last lines of a step that failed are told."""


class Progress:
    """Reads the lines of one build, one after the other. Of a step whose words hold ``aloud`` every line is told."""

    def __init__(self, aloud: str = "") -> None:
        self._aloud = aloud
        self._names: dict[str, str] = {}
        self._printed: dict[str, list[str]] = {}
        self._failed = ""
        self._rest: list[str] = []

    def read(self, line: str) -> str:
        """Take a line, and give what is worth telling of it, or ``''``."""
        match = _LINE.match(line)
        if match is None:
            self._rest = [*self._rest[-KEPT:], line]
            return ""
        number, text = match.groups()
        if text.startswith("ERROR"):
            self._failed = self._failed or number
        elif printed := _PRINTED.match(text):
            self._printed[number] = [*self._printed.get(number, ())[-KEPT:], printed[1]]
            return printed[1] if self._aloud and self._aloud in self._names.get(number, "") else ""
        elif number not in self._names and not _NOTE.match(text):
            self._names[number] = text
            return shortened(text) if _STEP.match(text) else ""
        return ""

    @property
    def failed_step(self) -> str:
        """The step that failed, as ``[stage n/m] INSTRUCTION``; ``''`` where it was none of the Dockerfile's."""
        name = self._names.get(self._failed, "")
        return name if _STEP.match(name) else ""

    @property
    def output(self) -> str:
        """What the step that failed printed, else what the build said last."""
        printed = self._printed.get(self._failed)
        return "\n".join(printed) if printed else "\n".join(line for line in self._rest if line.strip())


def shortened(step: str) -> str:
    """A step on one line of a terminal, without its mounts and variables."""
    words = re.sub(r"\] RUN( [A-Z_]+=\S+)+", "] RUN", " ".join(re.sub(r"--mount=\S+ *", "", step).split()))
    return words if len(words) <= WIDTH else f"{words[: WIDTH - 3]}..."


def last_line(text: str) -> str:
    """The last line of a text that says something."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it printed nothing"


def last_lines(text: str, count: int = TOLD) -> str:
    """The end of a text, indented to stand below a sentence."""
    lines: Iterable[str] = text.rstrip().splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines)
