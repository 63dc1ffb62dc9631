"""What commands print: their answer on standard output, what goes on and what fails on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from pymacaron_deploy.report import JsonReport, Report, TerminalReport, wants_colour


class Answers:
    """The answers of one command: texts for people, or with ``json`` one object a line, the last the result."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self.report: Report = JsonReport() if json else TerminalReport()

    def give(self, text: str, result: Mapping[str, Any]) -> None:
        """The result, as a text and as an object."""
        self._write(json.dumps({"event": "result", **result}, ensure_ascii=False) if self._json else text)

    def print(self, text: str) -> None:
        """A text that is the answer whatever was asked for, like a script."""
        self._write(text)

    def fail(self, message: str, status: int) -> None:
        """What ended the command."""
        if self._json:
            self._write(json.dumps({"event": "error", "text": message, "status": status}, ensure_ascii=False))
        head = "\x1b[31merror:\x1b[0m" if wants_colour(sys.stderr) else "error:"
        sys.stderr.write(f"{head} {message}\n")
        sys.stderr.flush()

    def _write(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
