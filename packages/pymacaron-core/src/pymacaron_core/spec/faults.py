"""The faults of a document: collected while it is read, told all at once with line and column."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from pymacaron_core.errors import DocumentFault
from pymacaron_core.spec.operation import Place

LONGEST = 500
"""How many letters a message may have: what it quotes may be long."""

MOST = 2_000
"""How many faults of a document are told."""

Located = Mapping[str, tuple[int, int]]
"""JSON pointers of one file, each with its line and column (both counted from 1)."""


class Faults:
    """What was found wrong so far. The same thing found again on another way is told once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Place, str], DocumentFault] = {}
        self._severity, self._spoils = "error", True
        self._untold: list[str] = []
        self.broken: set[Place] = set()
        """Where something cannot be served as it is."""

    def error(self, place: Place, message: str, rule: str) -> None:
        """What stands at this place cannot be served."""
        if self._spoils:
            self.broken.add(place)
        self.add(DocumentFault(place.file, place.pointer, message, rule=rule, severity=self._severity))

    def unserved(self, place: Place, message: str, rule: str) -> None:
        """What stands at this place is as it should be, and is not served all the same."""
        self.broken.add(place)
        self.warning(place, message, rule)

    def warning(self, place: Place, message: str, rule: str) -> None:
        self.add(DocumentFault(place.file, place.pointer, message, rule=rule, severity="warning"))

    @contextmanager
    def only_told(self, *, spoils: bool) -> Iterator[None]:
        """Within this block errors are told as warnings: what is read there is carried, and never served.

        ``spoils`` says whether what is broken there is left out, with what it stands in.
        """
        before = self._severity, self._spoils
        self._severity, self._spoils = "warning", spoils
        try:
            yield
        finally:
            self._severity, self._spoils = before

    def add(self, fault: DocumentFault) -> None:
        if len(self._found) >= MOST:
            self._untold.append(fault.severity)
            return
        if len(fault.message) > LONGEST:
            fault = replace(fault, message=f"{fault.message[: LONGEST - 3]}...")
        self._found.setdefault((Place(fault.file, fault.pointer), fault.message), fault)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def errors(self) -> bool:
        """Whether anything found stops the document from being served."""
        return "error" in self._untold or any(fault.severity == "error" for fault in self._found.values())

    def located(self, locate: Callable[[str, Iterable[str]], Located]) -> tuple[DocumentFault, ...]:
        """Every fault with its line and column, in the order of the files; ``locate`` finds pointers in a file."""
        wanted: dict[str, set[str]] = {}
        for fault in self._found.values():
            if not fault.line:
                wanted.setdefault(fault.file, set()).add(fault.pointer)
        positions = {file: locate(file, pointers) for file, pointers in wanted.items()}
        placed = [_placed(fault, positions) for fault in self._found.values()]
        files = {fault.file: None for fault in placed}
        order = {file: number for number, file in enumerate(files)}
        placed.sort(key=lambda fault: (order[fault.file], fault.line, fault.column))
        return (*placed, *self._rest(placed))

    def _rest(self, told: list[DocumentFault]) -> Iterator[DocumentFault]:
        if self._untold:
            severity = "error" if "error" in self._untold else "warning"
            message = f"there are {len(self._untold)} faults more, which are told when these are mended"
            yield DocumentFault(told[0].file, "", message, rule="too-many", severity=severity)


def _placed(fault: DocumentFault, positions: Mapping[str, Located]) -> DocumentFault:
    if fault.line:
        return fault
    line, column = positions[fault.file].get(fault.pointer, (0, 0))
    return DocumentFault(fault.file, fault.pointer, fault.message, line, column, fault.rule, fault.severity)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The known word most like this one, if any is like it at all. Only so many are compared."""
    return _nearest(word[:100], tuple(islice(known, 1000)), cutoff)


@lru_cache(maxsize=1000)
def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
    for candidate in known:
        if candidate.lower() == word.lower():
            return candidate
    close = difflib.get_close_matches(word, known, n=1, cutoff=cutoff)
    return close[0] if close else None


def hint(word: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` where a known word is near, else nothing."""
    found = nearest(word, known, cutoff=0.6)
    return f"; did you mean `{found}`?" if found else ""
