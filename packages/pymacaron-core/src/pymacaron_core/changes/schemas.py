"""Compares schemas, each pair of named ones once for each direction."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.flattening import Flat, Flattener, identity
from pymacaron_core.changes.keywords import compare_values
from pymacaron_core.changes.rules import REPLY, REQUEST
from pymacaron_core.spec.operation import Place, Schema, Specification

Key = tuple[Any, Any, str]


@dataclass
class Pair:
    """Two schemas that were compared: what changed in them, and the named ones they hold."""

    label: str
    changes: list[Change] = field(default_factory=list)
    inside: set[Key] = field(default_factory=set)


class Schemas:
    """Compares the schemas of two specifications."""

    def __init__(self, old: Specification, new: Specification) -> None:
        self.old, self.new = Flattener(old), Flattener(new)
        self.pairs: dict[Key, Pair] = {}
        self._waiting: deque[tuple[Key, Schema, Schema]] = deque()

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


def reachable(key: Key, holders: Mapping[Key, list[Key]]) -> set[Key]:
    """A pair, and all that it is inside of."""
    found: set[Key] = set()
    waiting = [key]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(holders.get(each, ()))
    return found


class Comparison:
    """Compares what one pair holds."""

    def __init__(self, schemas: Schemas, pair: Pair, direction: str) -> None:
        self.schemas, self.pair, self.direction = schemas, pair, direction

    def compare(self, old: Schema, new: Schema, label: str) -> None:
        one, other = self.schemas.old.flat(old), self.schemas.new.flat(new)
        if one.branches or other.branches:
            self._branches(old, one, new, other, label)
            if bool(one.branches) != bool(other.branches):
                return
        for rule, message, keyword in compare_values(one, other, self.direction, (self.schemas.old, self.schemas.new)):
            self._tell(rule, f"{label} {message}", one.place_of(keyword), other.place_of(keyword))
        self._properties(one, other, label)
        self._undeclared(one, other, label)
        self._items(one, other, label)

    def _inner(self, old: Schema, new: Schema, label: str) -> None:
        if not self.schemas.inner(self.pair, old, new, self.direction, label):
            self.compare(old, new, label)

    def _tell(self, rule: str, message: str, old: Place | None, new: Place | None) -> None:
        self.pair.changes.append(Change(rule, message, self.direction, (), old, new))

    def _properties(self, one: Flat, other: Flat, label: str) -> None:
        before = dict(self._visible(self.schemas.old, one))
        after = dict(self._visible(self.schemas.new, other))
        must_before = set(one.get("required", ())) - (set(one.get("properties", ())) - set(before))
        must_after = set(other.get("required", ())) - (set(other.get("properties", ())) - set(after))
        for name, schema in before.items():
            if name not in after:
                self._removed(name, schema, name in must_before, other, label)
            else:
                self._inner(schema, after[name], f"{label}.{name}")
                self._deprecated(schema, after[name], f"{label}.{name}")
        for name, schema in after.items():
            if name not in before:
                self._tell("property-added", f"{label}.{name} is new", one.place_of("properties"), schema.place)
        for name in sorted(must_after - must_before):
            self._tell("required-added", f"{label}.{name} must be there now", one.place, other.place_of("required"))
        known = {*one.get("properties", ()), *other.get("properties", ())}
        for name in sorted((must_before - must_after) - (known - set(after))):
            self._tell("required-removed", f"{label}.{name} may be missing now", one.place_of("required"), other.place)

    def _removed(self, name: str, schema: Schema, must: bool, other: Flat, label: str) -> None:
        place = other.place_of("properties")
        if self.direction == REQUEST and _closed(other):
            self._tell("property-refused", f"{label}.{name} is refused now", schema.place, place)
        elif self.direction == REPLY and must:
            self._tell(
                "required-property-removed", f"{label}.{name} is gone, and was always there", schema.place, place
            )
        else:
            self._tell("property-removed", f"{label}.{name} is not declared any more", schema.place, place)

    def _deprecated(self, old: Schema, new: Schema, label: str) -> None:
        if self.schemas.new.flat(new).get("deprecated") and not self.schemas.old.flat(old).get("deprecated"):
            self._tell("property-deprecated", f"{label} is deprecated now", old.place, new.place)

    def _visible(self, flattener: Flattener, flat: Flat) -> Iterator[tuple[str, Schema]]:
        """The properties that this direction knows: callers do not send what is read only."""
        unseen = "readOnly" if self.direction == REQUEST else "writeOnly"
        for name, schema in flat.get("properties", {}).items():
            if not flattener.flat(schema).get(unseen):
                yield name, schema

    def _undeclared(self, one: Flat, other: Flat, label: str) -> None:
        """What is said of properties that are not declared."""
        before, after = one.get("additionalProperties"), other.get("additionalProperties")
        old, new = one.place_of("additionalProperties"), other.place_of("additionalProperties")
        if "object" not in one.types & other.types:
            return
        if _closed(one) != _closed(other):
            rule = "additional-properties-refused" if _closed(other) else "additional-properties-allowed"
            self._tell(rule, f"{label} {'refuses' if _closed(other) else 'allows'} undeclared properties now", old, new)
        elif isinstance(before, Schema) and isinstance(after, Schema) and not _closed(one):
            self._inner(before, after, f"{label}.*")
        elif isinstance(after, Schema) and not _closed(other):
            self._inner(Schema(place=one.place), after, f"{label}.*")
        elif isinstance(before, Schema) and not _closed(one):
            self._inner(before, Schema(place=other.place), f"{label}.*")

    def _items(self, one: Flat, other: Flat, label: str) -> None:
        if "array" not in one.types & other.types:
            return
        before, after = one.get("items"), other.get("items")
        if before is not None or after is not None:
            self._inner(before or Schema(place=one.place), after or Schema(place=other.place), f"{label}[]")
        firsts, seconds = one.get("prefixItems", ()), other.get("prefixItems", ())
        anything = Schema(place=one.place), Schema(place=other.place)
        for number in range(max(len(firsts), len(seconds))):
            first = firsts[number] if number < len(firsts) else before or anything[0]
            second = seconds[number] if number < len(seconds) else after or anything[1]
            self._inner(first, second, f"{label}[{number}]")

    def _branches(self, old: Schema, one: Flat, new: Schema, other: Flat, label: str) -> None:
        """Branches of ``oneOf`` and ``anyOf``, paired by name, then by type, then by order."""
        firsts, seconds = list(one.branches or (old,)), list(other.branches or (new,))
        for first, second in _paired(firsts, seconds, self.schemas):
            if second is None and first is not None:
                self._tell("branch-removed", f"{label} cannot be {_named(first)} any more", first.place, other.place)
            elif first is None and second is not None:
                self._tell("branch-added", f"{label} may be {_named(second)} now", one.place, second.place)
            elif first is not None and second is not None:
                self._inner(first, second, label)


def _closed(flat: Flat) -> bool:
    value = flat.get("additionalProperties")
    return value is False or (isinstance(value, Schema) and value.refuses_all)


def _named(schema: Schema) -> str:
    if schema.ref is not None:
        return f"`{schema.ref}`"
    return " or ".join(schema.types) or "one of the others"


def _paired(
    firsts: list[Schema], seconds: list[Schema], schemas: Schemas
) -> Iterator[tuple[Schema | None, Schema | None]]:
    left = list(seconds)
    unmatched: list[Schema] = []
    for first in firsts:
        match = next((each for each in left if first.ref is not None and each.ref == first.ref), None)
        if match is None:
            unmatched.append(first)
        else:
            left.remove(match)
            yield first, match
    for first in unmatched:
        match = next((each for each in left if _alike(first, each, schemas)), None)
        if match is not None:
            left.remove(match)
        yield first, match
    for second in left:
        yield None, second


def _alike(first: Schema, second: Schema, schemas: Schemas) -> bool:
    one, other = schemas.old.flat(first), schemas.new.flat(second)
    if one.types != other.types:
        return False
    if "object" not in one.types:
        return True
    if "properties" not in one.keywords or "properties" not in other.keywords:
        return ("properties" in one.keywords) == ("properties" in other.keywords)
    names, others = set(one.get("properties")), set(other.get("properties"))
    return len(names & others) * 2 >= max(len(names), len(others))
