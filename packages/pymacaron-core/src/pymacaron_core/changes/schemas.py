"""Compares schemas, each pair of named ones once for each direction."""

from __future__ import annotations

from collections import deque
from typing import Any

from pymacaron_core.changes.choices import Branch, branches_of
from pymacaron_core.changes.contents import Comparison
from pymacaron_core.changes.flattening import Flattener
from pymacaron_core.changes.merging import identity
from pymacaron_core.changes.pairs import Key, Pair
from pymacaron_core.changes.rules import COMPATIBLE, RULES
from pymacaron_core.spec.operation import Schema

_DEEPEST = 2
"""How often schemas are compared to find out what a choice comes to, within such a comparison."""
_ADDED = "property-added"
"""Whatever was there under its name may not fit."""


class Schemas:
    """Compares the schemas of two specifications."""

    def __init__(self, old: Flattener, new: Flattener, depth: int = 0) -> None:
        self.old, self.new = old, new
        self.pairs: dict[Key, Pair] = {}
        self._depth = depth
        self._waiting: deque[tuple[Key, Schema, Schema]] = deque()
        self._rules: dict[Key, frozenset[str] | None] = {}
        self._branches: dict[tuple[str, Any], tuple[Schema, tuple[Branch, ...]]] = {}

    def compare(self, old: Schema, new: Schema, direction: str, label: str) -> Key:
        """Compare two schemas and all they hold: what changed is in the pair of the key, and in those inside."""
        key = self._pair(old, new, direction, label)
        while self._waiting:
            waiting, one, other = self._waiting.popleft()
            pair = self.pairs[waiting]
            Comparison(self, pair, waiting[2]).compare(one, other, pair.label)
        return key

    def holders(self) -> dict[Key, list[Key]]:
        """The pairs that each pair is inside of."""
        found: dict[Key, list[Key]] = {}
        for key, pair in self.pairs.items():
            for inner in pair.inside:
                found.setdefault(inner, []).append(key)
        return found

    def related(self, old: Schema, new: Schema, direction: str) -> tuple[bool, bool]:
        found = self._told(old, new, direction)
        if found is None:
            return False, False
        narrower = all(RULES[rule].request == COMPATIBLE for rule in found) and _ADDED not in found
        return narrower, all(RULES[rule].reply == COMPATIBLE for rule in found)

    def harmless(self, old: str, new: str, direction: str) -> bool:
        one, other = self.old.specification.schemas.get(old), self.new.specification.schemas.get(new)
        found = self._told(one, other, direction) if one is not None and other is not None else None
        return found is not None and all(RULES[rule].severity(direction) == COMPATIBLE for rule in found)

    def _told(self, old: Schema, new: Schema, direction: str) -> frozenset[str] | None:
        """The rules by which a change of two schemas would be told; None, where that is too deep to look."""
        key = (identity(old), identity(new), direction)
        if key not in self._rules:
            self._rules[key] = None
            if self._depth < _DEEPEST:
                within = Schemas(self.old, self.new, self._depth + 1)
                within.compare(old, new, direction, "")
                found = {change.rule for pair in within.pairs.values() for change in pair.changes}
                self._rules[key] = frozenset(found - {"default-changed"})
        return self._rules[key]

    def branches(self, flattener: Flattener, schema: Schema) -> tuple[Branch, ...]:
        key = ("old" if flattener is self.old else "new", identity(schema))
        if key not in self._branches:
            self._branches[key] = (schema, branches_of(schema, flattener))
        return self._branches[key][1]

    def _pair(self, old: Schema, new: Schema, direction: str, label: str) -> Key:
        key = (identity(old), identity(new), direction)
        if key not in self.pairs:
            self.pairs[key] = Pair(new.ref or label)
            self._waiting.append((key, old, new))
        return key

    def inner(self, pair: Pair, old: Schema, new: Schema, direction: str, label: str) -> bool:
        """Whether two schemas inside of others are a pair of their own: where one has a name, or is made of such."""
        if not any(each.ref is not None or not each.place.file for each in (old, new)):
            return False
        pair.inside.add(self._pair(old, new, direction, label))
        return True
