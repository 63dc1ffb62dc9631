"""One thing that a check found: how it is told to people and to programs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pymacaron_core.console import tell_progress
from pymacaron_core.errors import DocumentFault
from pymacaron_core.models.types import Unenforced
from pymacaron_core.spec.operation import Place, Specification
from pymacaron_core.spec.validate import can_validate, findings
from pymacaron_core.yaml12 import Positions, YamlFault

LARGE = 100_000
"""How many bytes a document has that the document validator takes seconds for."""

ASSUMED = "type"
"""The rule of a note that a schema was read as one of objects."""
_PLACED = re.compile(r"(?P<file>[^\s:][^:\n]*?)(?::(?P<line>\d+))?(?::(?P<column>\d+))?: (?P<message>.*)", re.DOTALL)
_HINT = re.compile(r"did you mean [`']?(?P<name>[^`'?]+)[`']?")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (``error``: it stops the start), doubtful (``warning``) or good to know (``note``), and where.

    Line 0 means the whole file.
    """

    severity: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    pointer: str = ""
    rule: str = ""

    @property
    def place(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])

    @property
    def hint(self) -> str:
        """The right name that is nearest to a wrong one, where there is one."""
        found = _HINT.search(self.message)
        return found["name"] if found else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "pointer": self.pointer,
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


class Located:
    """Lines and columns of places in the files below a folder, each of which is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, Positions | None] = {}

    def finding(self, place: Place, message: str, rule: str) -> Finding:
        """A warning about what stands at a place."""
        if place.file not in self._files:
            try:
                self._files[place.file] = Positions((self.root / place.file).read_bytes())
            except (OSError, YamlFault):
                self._files[place.file] = None
        positions = self._files[place.file]
        line, column = positions.locate(place.pointer, key=True) if positions is not None else (0, 0)
        return Finding("warning", message, place.file, line, column, place.pointer, rule)

    def assumed(self, place: Place) -> Finding:
        """A schema that was taken for one of objects, as nearly everybody means it."""
        message = "`properties` without a `type` is read as an object; write `type: object` to say so"
        return replace(self.finding(place, message, ASSUMED), severity="note")

    def unenforced(self, found: Unenforced) -> Finding:
        """A keyword that nobody enforces."""
        done = "applied" if found.keyword == "default" else "enforced"
        message = f"{found.keyword} is not {done}: {found.why}"
        return self.finding(found.place / found.keyword, message, found.keyword)


def of_fault(fault: DocumentFault) -> Finding:
    """A fault of a document."""
    return Finding(fault.severity, fault.message, fault.file, fault.line, fault.column, fault.pointer, fault.rule)


def of_line(text: str, severity: str, rule: str) -> Finding:
    """A sentence that may begin with its place."""
    match = _PLACED.fullmatch(text)
    if match is None or not (match["line"] or "." in match["file"] or "/" in match["file"]) or " " in match["file"]:
        return Finding(severity, text, rule=rule)
    return Finding(
        severity, match["message"], match["file"], int(match["line"] or 0), int(match["column"] or 0), rule=rule
    )


def is_left_for_later(specification: Specification, root: Path, told: Iterable[Finding]) -> bool:
    """Whether a document is large and has errors: what takes its time is for it when they are mended."""
    return any(each.severity == "error" and each.pointer for each in told) and _size(specification, root) > LARGE


def validated(specification: Specification, root: Path, told: Iterable[Finding]) -> list[Finding]:
    """What the document validator says beside what is told already; nothing where it is not installed."""
    told = list(told)
    if is_left_for_later(specification, root, told):
        message = "the document validator was not asked yet: it is when the errors of this document are mended"
        return [Finding("note", message, specification.file, rule="validator")] if can_validate() else []
    tell_if_long(specification, root)
    places = [Place(each.file, each.pointer) for each in told if each.file]
    return [of_fault(fault) for fault in findings(specification, root, places)]


def tell_if_long(specification: Specification, root: Path) -> None:
    """Tell somebody who waits what the time goes into, where the document validator needs some."""
    if can_validate() and _size(specification, root) > LARGE:
        tell_progress(f"{specification.file}: the document validator looks at it, which takes its time")


def _size(specification: Specification, root: Path) -> int:
    with contextlib.suppress(OSError):
        return sum((root / name).stat().st_size for name in specification.files)
    return 0
