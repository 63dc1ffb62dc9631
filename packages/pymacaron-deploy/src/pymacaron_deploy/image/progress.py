"""What BuildKit prints with ``--progress=plain``, understood: the steps, what each printed, and which one failed."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE = re.compile(r"#(\d+) (.*)")
_STEP = re.compile(r"\[(?P<stage>[a-z]+) +\d+/\d+\] (?P<words>.*)")
_PRINTED = re.compile(r"\d+\.\d+ ?(.*)")
_NOTE = re.compile(r"(sha256:|DONE|CACHED|ERROR|CANCELED|extracting|resolve|transferring|\.\.\.)")

KEPT = 400
"""How many of the last lines of a step are kept."""

TOLD = 30
"""How many of the last lines of a step that failed are told."""


class Progress:
    """Reads the lines of one build, one after the other."""

    def __init__(self) -> None:
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
            return printed[1] if self.stage_of(number) == "test" else ""
        elif text == "CACHED" and number in self._names and _STEP.match(self._names[number]):
            return f"(cached) {self._names[number]}"
        elif number not in self._names and not _NOTE.match(text):
            self._names[number] = text
            return text if _STEP.match(text) else ""
        return ""

    def stage_of(self, number: str) -> str:
        step = _STEP.match(self._names.get(number, ""))
        return step["stage"] if step else ""

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


def last_lines(text: str, count: int = TOLD) -> str:
    """The end of a text, indented to stand below a sentence."""
    lines: Iterable[str] = text.rstrip().splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines)
