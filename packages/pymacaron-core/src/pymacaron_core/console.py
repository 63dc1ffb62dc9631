"""What commands print: answers on standard output, everything else on standard error, colours on terminals only."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
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


def tell_progress(text: str) -> None:
    """A line for somebody who waits: on a terminal only."""
    if sys.stderr.isatty():
        tell(text)


def say_json(value: Any) -> None:
    say(json.dumps(value, indent=2, ensure_ascii=not _is_unicode(sys.stdout)))


def bear_all_letters() -> None:
    """Have what standard output and standard error cannot write escaped there, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and (stream.errors == "strict" or not _is_unicode(stream)):
            stream.reconfigure(errors="backslashreplace")


def say_utf8(text: str) -> None:
    """An answer that is a file, to whoever reads standard output: in UTF-8, whatever the terminal takes."""
    if isinstance(sys.stdout, TextIOWrapper) and not _is_unicode(sys.stdout):
        sys.stdout.reconfigure(encoding="utf-8")
    say(text)


def _is_unicode(stream: TextIO) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")


def tell_errors(message: str) -> None:
    """Each line of an error's message as one fault; indented lines belong to the one before."""
    for line in message.splitlines() or ["it failed, and does not say why"]:
        head = "" if line.startswith(" ") else coloured("error:", RED, sys.stderr) + " "
        sys.stderr.write(f"{head}{line}\n")
    sys.stderr.flush()


def say_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows in columns, as wide as needed."""
    lines = [list(titles), *map(list, rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(titles))]
    for number, line in enumerate(lines):
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        text = "  ".join(cells).rstrip()
        say(coloured(text, BOLD) if number == 0 else text)


def on_one_line(text: str) -> str:
    """A text of others' making, without what would move a terminal's cursor or colour what follows."""
    return (
        text
        if text.isprintable()
        else "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
    )


def _width(text: str) -> int:
    """How many columns a terminal gives a text: two for wide letters, none for marks that join the letter before."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
