"""``pymacaron diff``: what changed between two documents, and whether it breaks those who call the service.

The JSON has the counts ``breaking``, ``maybe`` and ``compatible``, ``failed`` (whether it exits with 1), ``documents``
(``old`` and ``new``, each with ``file``, ``dialect`` and ``version``), ``uncompared`` (operations with faults, which
the old document may have), and ``changes``, the worst first. Each has ``rule``, ``severity``, ``direction``
(``request``, ``reply`` or empty), ``message``, ``operations`` and the places ``old`` and ``new`` (``file``, ``line``,
``column``, ``pointer``; null where there is none). Keys may be added, none is renamed.
"""

from __future__ import annotations

import argparse
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from pymacaron_core.changes import RULES, Change, compare
from pymacaron_core.changes.rules import BREAKING, COMPATIBLE, MAYBE, REPLY, REQUEST, SEVERITIES
from pymacaron_core.cli.naming import shown_file
from pymacaron_core.cli.revisions import Opened, opened
from pymacaron_core.console import DIM, GREEN, RED, YELLOW, coloured, say, say_json, tell
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
"""Which severities end the command with 1, by ``--fail-on``, and which are told, by ``--show``."""
_COLOURS = {BREAKING: RED, MAYBE: YELLOW, COMPATIBLE: GREEN}
_SHOWN = 3
"""How many operations a change names."""
_WHY: Mapping[tuple[str, str], str] = {
    (BREAKING, REQUEST): "breaking, for those who send: what they send may be refused",
    (BREAKING, REPLY): "breaking, for those who read: they may get what they do not know",
    (BREAKING, ""): "breaking, for all who call",
    (MAYBE, REQUEST): "maybe breaking, for those who send",
    (MAYBE, REPLY): "maybe breaking, for those who read",
    (MAYBE, ""): "maybe breaking, for those who call",
    (COMPATIBLE, REQUEST): "compatible, in what is sent",
    (COMPATIBLE, REPLY): "compatible, in what is read",
    (COMPATIBLE, ""): "compatible",
}
"""Whom the changes of a group break, and why, in the order of the groups."""


def execute(options: argparse.Namespace) -> int:
    """Tell the changes, breaking ones first; 1 when there are such as ``--fail-on`` names."""
    _check_rules(options.ignore)
    with contextlib.ExitStack() as stack:
        old = stack.enter_context(opened(options.old, options.root, sound_part=True))
        new = stack.enter_context(opened(options.new, options.root))
        found = compare(old.reading.specification, new.reading.specification)
        changes = [
            change for change in found if not any(_is_meant(change, *each.partition(":")) for each in options.ignore)
        ]
        groups = list(_WHY)
        changes.sort(key=lambda change: groups.index((change.severity, change.direction)))
        before = Positions(old.reading, (change.old for change in changes), old.name)
        after = Positions(new.reading, (change.new for change in changes), new.name)
    told = [_told(change, before, after) for change in changes]
    counts = Counter(change.severity for change in changes)
    failed = any(counts[severity] for severity in FAILING[options.fail_on])
    uncompared = [operation.label for operation in old.reading.specification.unserved]
    told = [each for each in told if each["severity"] in FAILING[options.show]]
    if options.json:
        documents = {"old": _document(options.old, old), "new": _document(options.new, new)}
        known = {"failed": failed, "documents": documents, "uncompared": uncompared}
        say_json({**{severity: counts[severity] for severity in SEVERITIES}, **known, "changes": told})
    else:
        for label in uncompared:
            tell(f"{options.old}: {label} has faults, and is not compared", YELLOW)
        for line in _report(told):
            say(line)
        say(_summary(counts))
    return 1 if failed else 0


def _document(named: str, document: Opened) -> dict[str, str]:
    specification = document.reading.specification
    return {"file": named, "dialect": specification.dialect, "version": specification.version}


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


def _report(told: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Each group with a title that says whom it breaks and why, each change with its places."""
    for (severity, direction), group in groupby(told, key=lambda each: (each["severity"], each["direction"])):
        yield coloured(_WHY[severity, direction], _COLOURS[severity])
        for each in group:
            yield f"  {_place(each['old'] if _is_gone(each) else each['new'])}: {each['message']}"
            yield coloured(f"    {each['rule']}{_seen(each)}", DIM)
        yield ""


def _seen(told: dict[str, Any]) -> str:
    """Where else a change is seen, and where it was."""
    operations = [label for label in told["operations"] if label not in told["message"]]
    more = f" and {len(operations) - _SHOWN} more" if len(operations) > _SHOWN else ""
    seen = f", in {', '.join(operations[:_SHOWN])}{more}" if operations else ""
    is_new = not (told["old"] and told["old"]["pointer"])
    return seen if is_new or _is_gone(told) else f"{seen}, was at {_place(told['old'])}"


def _is_gone(told: dict[str, Any]) -> bool:
    """Whether nothing in the new document takes the place of what changed."""
    return bool(told["old"]) and not (told["new"] and told["new"]["pointer"])


def _place(place: dict[str, Any] | None) -> str:
    if place is None:
        return ""
    return f"{place['file']}:{place['line']}:{place['column']}" if place["line"] else str(place["file"])


def _summary(counts: Mapping[str, int]) -> str:
    if not any(counts.values()):
        return coloured("nothing changed for callers", GREEN)
    words = {BREAKING: "breaking", MAYBE: "maybe breaking", COMPATIBLE: "compatible"}
    told = ", ".join(f"{counts[severity]} {words[severity]}" for severity in SEVERITIES if counts[severity])
    worst = next(severity for severity in SEVERITIES if counts[severity])
    return coloured(f"{told} {'change' if sum(counts.values()) == 1 else 'changes'}", _COLOURS[worst])


def _is_meant(change: Change, rule: str, _: str, text: str) -> bool:
    """Whether a change has a rule, and a text in what is told of it."""
    return change.rule == rule and any(text in told for told in (change.message, *change.operations))


def _check_rules(names: Iterable[str]) -> None:
    for name in (each.partition(":")[0] for each in names):
        if name not in RULES:
            close = nearest(name, RULES, cutoff=0.6)
            hint = f"; did you mean {close}?" if close else "; the README of pymacaron-core lists them"
            raise StartError(f"--ignore {name}: there is no such rule{hint}")
