"""Compares the keywords of which it is told only that they came, went or changed: ``not``, ``if``, ``contains``, ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymacaron_core.changes.flattening import Flat, Flattener
from pymacaron_core.changes.folding import TOLD
from pymacaron_core.changes.merging import identity
from pymacaron_core.spec.operation import Schema

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("contains", "minContains", "maxContains"),
    ("dependentRequired",),
    ("dependentSchemas",),
    ("if", "then", "else"),
    ("not",),
    ("unevaluatedItems",),
    ("unevaluatedProperties",),
)
"""Keywords that say something together; without the first of them, the others say nothing."""


def compare_conditions(
    one: Flat, other: Flat, flatteners: tuple[Flattener, Flattener]
) -> Iterator[tuple[str, str, str]]:
    """A rule, what is told by it, and the keyword it is about, for each condition that is not the same."""
    for group in _GROUPS:
        before, after = _asked(one, group), _asked(other, group)
        name = group[0]
        if before and not after:
            yield "condition-removed", f"is not held to its `{name}` any more", name
        elif after and not before:
            yield "condition-added", f"is held to `{name}` now", name
        elif not Sameness(*flatteners).same(before, after):
            changed = next((each for each in group if before.get(each) != after.get(each)), name)
            yield "condition-changed", f"has another `{name}`", changed if changed in after else name


def _asked(flat: Flat, group: tuple[str, ...]) -> dict[str, Any]:
    """The keywords of a group, where they ask for anything."""
    found = {name: flat.conditions[name] for name in group if name in flat.conditions}
    if group[0] not in found or (group[0] == "if" and len(found) < 2):
        return {}
    if group[0].startswith("unevaluated") and not any(each.keywords or each.refuses_all for each in found[group[0]]):
        return {}
    return found if any(value not in ((), ({},)) for value in found.values()) else {}


class Sameness:
    """Whether two schemas say the same, whatever they are called and wherever they stand."""

    def __init__(self, old: Flattener, new: Flattener) -> None:
        self._old, self._new = old.specification.schemas, new.specification.schemas
        self._seen: set[tuple[Any, Any]] = set()

    def same(self, one: Any, other: Any) -> bool:
        if isinstance(one, Schema) and isinstance(other, Schema):
            return self._same_schemas(_followed(one, self._old), _followed(other, self._new))
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(self.same(value, other[key]) for key, value in one.items())
        if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            return len(one) == len(other) and all(map(self.same, one, other))
        return type(one) is type(other) and bool(one == other)

    def _same_schemas(self, one: Schema, other: Schema) -> bool:
        pair = (identity(one), identity(other))
        if pair in self._seen:
            return True
        self._seen.add(pair)
        if (one.ref is None) != (other.ref is None) or one.refuses_all != other.refuses_all:
            return False
        if one.ref is not None and one.ref in self._old and other.ref in self._new:
            return self.same(_said(one), _said(other)) and self.same(self._old[one.ref], self._new[str(other.ref)])
        return self.same(_said(one), _said(other))


def _followed(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    seen: set[str] = set()
    while schema.ref is not None and not _said(schema) and schema.ref in named and schema.ref not in seen:
        seen.add(schema.ref)
        schema = named[schema.ref]
    return schema


def _said(schema: Schema) -> dict[str, Any]:
    """Keywords that say what fits; those whose order says nothing in one order."""
    found = {name: value for name, value in schema.keywords.items() if name not in TOLD and name[:2] != "x-"}
    return found | {name: tuple(sorted(found[name])) for name in ("type", "required") if name in found}
