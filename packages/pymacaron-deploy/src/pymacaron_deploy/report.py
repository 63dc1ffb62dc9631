"""What is told while it happens, for people at a terminal, for the log of a CI job, and as JSON lines for programs."""

from __future__ import annotations

import json
import os
import sys
from typing import Protocol, TextIO

CYAN, DIM, GREEN, YELLOW = "36", "2", "32", "33"


class Report(Protocol):
    """Whoever is told what goes on. Texts hold no secret; a text of several lines is told as several lines."""

    def step(self, name: str) -> None:
        """Something begins, like ``build the image``."""

    def progress(self, text: str) -> None:
        """It goes on: a detail that only matters when somebody watches, or when it fails."""

    def done(self, text: str) -> None:
        """It ended well, and this is what came out."""

    def warn(self, text: str) -> None:
        """Something is odd, and it goes on."""


class TerminalReport:
    """Tells people: a line each on standard error, in colours on a terminal that wants them."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream

    def step(self, name: str) -> None:
        self._tell(name, "==> ", CYAN)

    def progress(self, text: str) -> None:
        self._tell(text, "    ", DIM)

    def done(self, text: str) -> None:
        self._tell(text, "    ", GREEN)

    def warn(self, text: str) -> None:
        self._tell(text, "warning: ", YELLOW)

    def _tell(self, text: str, prefix: str, colour: str) -> None:
        for line in text.splitlines():
            line = f"{prefix}{_plain(line)}"
            self._stream.write(f"\x1b[{colour}m{line}\x1b[0m\n" if wants_colour(self._stream) else f"{line}\n")
        self._stream.flush()


class JsonReport:
    """Tells programs: one JSON object a line, with ``event`` (step, progress, done, warning) and ``text``."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream

    def step(self, name: str) -> None:
        self._tell("step", name)

    def progress(self, text: str) -> None:
        self._tell("progress", text)

    def done(self, text: str) -> None:
        self._tell("done", text)

    def warn(self, text: str) -> None:
        self._tell("warning", text)

    def _tell(self, event: str, text: str) -> None:
        self._stream.write(json.dumps({"event": event, "text": text}, ensure_ascii=False) + "\n")
        self._stream.flush()


class SilentReport:
    """Tells nobody."""

    def step(self, name: str) -> None:
        pass

    def progress(self, text: str) -> None:
        pass

    def done(self, text: str) -> None:
        pass

    def warn(self, text: str) -> None:
        pass


def wants_colour(stream: TextIO) -> bool:
    """Whether colours are wanted there: a terminal, and neither ``NO_COLOR`` nor ``TERM=dumb`` (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _plain(line: str) -> str:
    """A line without what would move the cursor or change colours."""
    return "".join(letter for letter in line if letter == "\t" or letter.isprintable())
