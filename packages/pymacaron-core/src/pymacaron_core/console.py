"""What commands print: answers on standard output, everything else on standard error, colours on terminals only."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from pymacaron_core.logs import wants_colour

RED, GREEN, YELLOW, DIM, BOLD = "31", "32", "33", "2", "1"


def coloured(text: str, colour: str, stream: TextIO | None = None) -> str:
    """The text in a colour, where the stream (standard output) is a terminal that wants one."""
    return f"\x1b[{colour}m{text}\x1b[0m" if wants_colour(sys.stdout if stream is None else stream) else text


def say(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(text: str, colour: str = DIM) -> None:
    """A line about what goes on."""
    sys.stderr.write(f"{coloured(text, colour, sys.stderr)}\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    say(json.dumps(value, indent=2, ensure_ascii=False))


def tell_errors(message: str) -> None:
    """Each line of an error's message as one fault; indented lines belong to the one before."""
    for line in message.splitlines() or ["it failed, and does not say why"]:
        head = "" if line.startswith(" ") else coloured("error:", RED, sys.stderr) + " "
        sys.stderr.write(f"{head}{line}\n")
    sys.stderr.flush()


def say_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns, as wide as needed."""
    lines = [list(titles), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for number, line in enumerate(lines):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        say(coloured(text, BOLD) if number == 0 else text)
