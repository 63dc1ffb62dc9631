"""``pymacaron diff``: what changed between two documents, and whether it breaks those who call the service.

The JSON has the counts ``breaking``, ``maybe`` and ``compatible``, and ``changes``, each with ``rule``, ``severity``,
``direction`` (``request``, ``reply`` or empty), ``message``, ``operations`` and the places ``old`` and ``new``
(``file``, ``line``, ``column``, ``pointer``; null where there is none). Keys may be added, none is renamed.
"""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pymacaron_core.changes import RULES, Change, compare
from pymacaron_core.changes.rules import BREAKING, COMPATIBLE, MAYBE, SEVERITIES
from pymacaron_core.cli.naming import shown_file
from pymacaron_core.cli.revisions import opened
from pymacaron_core.console import DIM, GREEN, RED, YELLOW, coloured, say, say_json
from pymacaron_core.errors import StartError
from pymacaron_core.spec.faults import nearest
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.reading import Reading

FAILING: Mapping[str, tuple[str, ...]] = {
    "breaking": (BREAKING,),
    "maybe": (BREAKING, MAYBE),
    "any": SEVERITIES,
    "none": (),
}
"""Which severities end the command with 1, by ``--fail-on``."""
_COLOURS = {BREAKING: RED, MAYBE: YELLOW, COMPATIBLE: GREEN}
_SHOWN = 2
"""How many operations a line names."""


def execute(options: argparse.Namespace) -> int:
    """Tell the changes, breaking ones first; 1 when there are such as ``--fail-on`` names."""
    _check_rules(options.ignore)
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(opened(options.old, options.root))
        new = stack.enter_context(opened(options.new, options.root))
        found = compare(old.reading.specification, new.reading.specification)
        changes = [change for change in found if change.rule not in options.ignore]
        changes.sort(key=lambda change: SEVERITIES.index(change.severity))
        before = Positions(old.reading, (change.old for change in changes), old.name)
        after = Positions(new.reading, (change.new for change in changes), new.name)
    told = [_told(change, before, after) for change in changes]
    counts = Counter(change.severity for change in changes)
    if options.json:
        say_json({**{severity: counts[severity] for severity in SEVERITIES}, "changes": told})
    else:
        for each in told:
            say(_line(each))
        say(_summary(counts))
    return 1 if any(counts[severity] for severity in FAILING[options.fail_on]) else 0


class Positions:
    """Lines and columns of places in the files of one document; ``name`` stands before the files' names."""

    def __init__(self, reading: Reading, places: Iterable[Place | None], name: str) -> None:
        wanted: dict[str, set[str]] = {}
        for place in places:
            if place is not None:
                wanted.setdefault(place.file, set()).add(place.pointer)
        library = reading.library
        self._located = {file: library.locate(file, pointers) for file, pointers in wanted.items()}
        self._files = {file: f"{name}{file}" if name else shown_file(file, library.root) for file in wanted}

    def to_json(self, place: Place | None) -> dict[str, Any] | None:
        if place is None or not place.file:
            return None
        line, column = self._located[place.file].get(place.pointer, (0, 0))
        return {"file": self._files[place.file], "line": line, "column": column, "pointer": place.pointer}


def _told(change: Change, before: Positions, after: Positions) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "severity": change.severity,
        "direction": change.direction,
        "message": change.message,
        "operations": list(change.operations),
        "old": before.to_json(change.old),
        "new": after.to_json(change.new),
    }


def _line(told: dict[str, Any]) -> str:
    severity = coloured(told["severity"], _COLOURS[told["severity"]])
    place = _place(told["new"]) or _place(told["old"])
    operations = [label for label in told["operations"] if label not in told["message"]]
    seen = ""
    if operations:
        more = f" and {len(operations) - _SHOWN} more" if len(operations) > _SHOWN else ""
        seen = f" ({told['direction'] or 'in'} of {', '.join(operations[:_SHOWN])}{more})"
    was = f" [was {_place(told['old'])}]" if told["old"] else ""
    return f"{place}: {severity}: {told['message']}{seen} {coloured(told['rule'] + was, DIM)}"


def _place(place: dict[str, Any] | None) -> str:
    if place is None:
        return ""
    return f"{place['file']}:{place['line']}:{place['column']}" if place["line"] else str(place["file"])


def _summary(counts: Mapping[str, int]) -> str:
    if not any(counts.values()):
        return coloured("nothing changed for callers", GREEN)
    words = {BREAKING: "breaking", MAYBE: "maybe breaking", COMPATIBLE: "compatible"}
    told = ", ".join(f"{counts[severity]} {words[severity]}" for severity in SEVERITIES)
    return f"{told} {'change' if sum(counts.values()) == 1 else 'changes'}"


def _check_rules(names: Iterable[str]) -> None:
    for name in names:
        if name not in RULES:
            close = nearest(name, RULES, cutoff=0.6)
            hint = f"; did you mean {close}?" if close else "; the README of pymacaron-core lists them"
            raise StartError(f"--ignore {name}: there is no such rule{hint}")
