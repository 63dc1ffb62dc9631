"""Pairs what a value could be with what it can be now: by name, by what is the same, by likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pymacaron_core.changes.choices import Branch, by_type
from pymacaron_core.changes.conditions import Sameness
from pymacaron_core.changes.flattening import Flat, Flattener
from pymacaron_core.spec.operation import Schema

Match = tuple[Branch | None, Branch | None]
Related = Callable[[Schema, Schema], tuple[bool, bool]]
"""Whether all values of the old schema have the new one, and all of the new one the old one."""
_FEW = 2_500
"""How many pairs of branches are looked at for more than their names and types."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs branches. One without a counterpart is alone; None stands for one that others take in, too."""

    old: Flattener
    new: Flattener
    related: Related

    def matches(self, firsts: Sequence[Branch], seconds: Sequence[Branch]) -> Iterator[Match]:
        """The pairs, first those that have their names in common."""
        named = {second.name: second for second in reversed(seconds) if second.name is not None}
        pairs = [(first, named.pop(first.name)) for first in firsts if first.name is not None and first.name in named]
        yield from pairs
        gone = _without(firsts, (first for first, _ in pairs))
        come = _without(seconds, (second for _, second in pairs))
        thorough = len(firsts) * len(seconds) <= _FEW
        equal = list(_paired(gone, come, self._same)) if thorough else []
        yield from equal
        gone, come = _without(gone, (first for first, _ in equal)), _without(come, (second for _, second in equal))
        likely = list(_paired(gone, come, self._alike))
        rest = _without(gone, (first for first, _ in likely)), _without(come, (second for _, second in likely))
        likely += _paired(*rest, self._open)
        for first, second in likely:
            # an object is part of most others, as it may have any property: what changed in it would be lost
            plain = thorough and "object" not in self.old.flat(first.schema).types
            held = plain and self._is_held(first, _without(seconds, [second]))
            holding = plain and self._holds(second, _without(firsts, [first]))
            yield (None if held else first, None if holding else second)
        for first in _without(gone, (first for first, _ in likely)):
            yield (None if thorough and self._is_held(first, seconds) else first), None
        for second in _without(come, (second for _, second in likely)):
            yield None, (None if thorough and self._holds(second, firsts) else second)

    def _is_held(self, first: Branch, seconds: Sequence[Branch]) -> bool:
        """Whether all that had an old branch has one of the new ones."""

        def fits(schema: Schema) -> bool:
            return any(self.related(schema, second.schema)[0] for second in seconds)

        parts = by_type(first, self.old)
        return fits(first.schema) or (bool(parts) and all(map(fits, parts)))

    def _holds(self, second: Branch, firsts: Sequence[Branch]) -> bool:
        """Whether all that has a new branch had one of the old ones."""

        def fits(schema: Schema) -> bool:
            return any(self.related(first.schema, schema)[1] for first in firsts)

        parts = by_type(second, self.new)
        return fits(second.schema) or (bool(parts) and all(map(fits, parts)))

    def _same(self, first: Branch, second: Branch) -> bool:
        return Sameness(self.old, self.new).same(first.schema, second.schema)

    def _alike(self, first: Branch, second: Branch) -> bool:
        return _are_alike(self.old.flat(first.schema), self.new.flat(second.schema))

    def _open(self, first: Branch, second: Branch) -> bool:
        """Whether both are objects, of which one declares no properties."""
        one, other = self.old.flat(first.schema), self.new.flat(second.schema)
        return one.types == other.types and not (one.get("properties") and other.get("properties"))


def _are_alike(one: Flat, other: Flat) -> bool:
    if one.types != other.types:
        return False
    if "object" not in one.types:
        return True
    names, others = set(one.get("properties", ())), set(other.get("properties", ()))
    return bool(names) == bool(others) and len(names & others) * 2 >= max(len(names), len(others))


def _paired(
    firsts: Iterable[Branch], seconds: Iterable[Branch], fit: Callable[[Branch, Branch], bool]
) -> Iterator[tuple[Branch, Branch]]:
    left = list(seconds)
    for first in firsts:
        match = next((second for second in left if fit(first, second)), None)
        if match is not None:
            left = _without(left, [match])
            yield first, match


def _without(branches: Iterable[Branch], others: Iterable[Branch]) -> list[Branch]:
    known = set(map(id, others))
    return [branch for branch in branches if id(branch) not in known]
