"""Compares what two schemas say and hold: values, properties, items, branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pymacaron_core.changes.alternatives import Matching
from pymacaron_core.changes.change import Change
from pymacaron_core.changes.choices import Branch, overlaps
from pymacaron_core.changes.conditions import compare_conditions
from pymacaron_core.changes.discriminators import compare_discriminators, picked_by_both
from pymacaron_core.changes.flattening import Flat, Flattener
from pymacaron_core.changes.keywords import compare_defaults, compare_null, compare_refusal, compare_values
from pymacaron_core.changes.merging import both
from pymacaron_core.changes.pairs import Comparing, Pair
from pymacaron_core.changes.rules import REPLY, REQUEST
from pymacaron_core.changes.values import TYPES
from pymacaron_core.spec.operation import Place, Schema

Side = tuple[Flat, tuple[Branch, ...]]
"""A schema, and what a value of it may be."""
_TEXT = Schema({"type": ("string",)})


class Comparison:
    """Compares what one pair holds."""

    def __init__(self, schemas: Comparing, pair: Pair, direction: str) -> None:
        self.schemas, self.pair, self.direction = schemas, pair, direction

    def compare(self, old: Schema, new: Schema, label: str) -> None:
        one, other = self.schemas.old.flat(old), self.schemas.new.flat(new)
        if one.refused or other.refused:
            self._tell_all(compare_refusal(one, other), one, other, label)
            return
        self._tell_all(compare_defaults(one, other, self.direction), one, other, label)
        flatteners = self.schemas.old, self.schemas.new
        known, found = (old, one, flatteners[0]), (new, other, flatteners[1])
        self._tell_all(compare_discriminators(known, found, self._harmless), one, other, label)
        for before, after in picked_by_both(known, found):
            if before == after or self._harmless(before, after):
                self._inner(Schema(ref=before), Schema(ref=after), label)
        if one.choices or other.choices:
            self._tell_all(compare_null(one, other), one, other, label)
            self._choices(old, one, new, other, label)
            return
        self._tell_all(compare_values(one, other), one, other, label)
        if one.types & other.types - {"null"}:
            self._tell_all(compare_conditions(one, other, flatteners), one, other, label)
            self._properties(one, other, label)
            self._undeclared(one, other, label)
            self._patterns(one, other, label)
            self._items(one, other, label)

    def _inner(self, old: Schema, new: Schema, label: str) -> None:
        if not self.schemas.inner(self.pair, old, new, self.direction, label):
            self.compare(old, new, label)

    def _harmless(self, old: str, new: str) -> bool:
        return self.schemas.harmless(old, new, self.direction)

    def _tell(self, rule: str, message: str, old: Place | None, new: Place | None) -> None:
        self.pair.changes.append(Change(rule, message, self.direction, (), old, new))

    def _tell_all(self, found: Iterable[tuple[str, str, str]], one: Flat, other: Flat, label: str) -> None:
        for rule, message, keyword in found:
            self._tell(rule, f"{label} {message}", one.place_of(keyword), other.place_of(keyword))

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
                if _typed(one) is not None and name not in one.get("properties", ()):
                    self._inner(_typed(one) or schema, schema, f"{label}.{name}")
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
        if _typed(other) is not None and name not in other.get("properties", ()):
            self._inner(schema, _typed(other) or schema, f"{label}.{name}")

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
        """What is said of properties that are not declared, and of the names of all."""
        old, new = one.place_of("additionalProperties"), other.place_of("additionalProperties")
        if "object" not in one.types & other.types:
            return
        before, after = _typed(one), _typed(other)
        if _closed(one) != _closed(other):
            rule = "additional-properties-refused" if _closed(other) else "additional-properties-allowed"
            self._tell(rule, f"{label} {'refuses' if _closed(other) else 'allows'} undeclared properties now", old, new)
        elif before is not None or after is not None:
            self._either(before, after, one, other, f"{label}.*")
        names = one.get("propertyNames"), other.get("propertyNames")
        if names != (None, None):
            first, second = (_TEXT if each is None else both(each, _TEXT) for each in names)
            self._inner(first, second, f"a name in {label}")

    def _either(self, old: Schema | None, new: Schema | None, one: Flat, other: Flat, label: str) -> None:
        """Compare two schemas; where there is none, anything fits."""
        self._inner(old or Schema(place=one.place), new or Schema(place=other.place), label)

    def _patterns(self, one: Flat, other: Flat, label: str) -> None:
        """Properties by patterns of their names; those of no pattern are as other undeclared ones."""
        before, after = one.get("patternProperties", {}), other.get("patternProperties", {})
        for pattern in dict.fromkeys((*before, *after)):
            old, new = before.get(pattern, _others(one)), after.get(pattern, _others(other))
            self._either(old, new, one, other, f"{label}./{pattern}/")

    def _items(self, one: Flat, other: Flat, label: str) -> None:
        if "array" not in one.types & other.types:
            return
        before, after = one.get("items"), other.get("items")
        if before is not None or after is not None:
            self._either(before, after, one, other, f"{label}[]")
        firsts, seconds = one.get("prefixItems", ()), other.get("prefixItems", ())
        for number in range(max(len(firsts), len(seconds))):
            first = firsts[number] if number < len(firsts) else before
            second = seconds[number] if number < len(seconds) else after
            self._either(first, second, one, other, f"{label}[{number}]")

    def _choices(self, old: Schema, one: Flat, new: Schema, other: Flat, label: str) -> None:
        """What a value may be, each branch of ``oneOf`` and ``anyOf`` with what stands beside them."""
        firsts = self.schemas.branches(self.schemas.old, old)
        seconds = self.schemas.branches(self.schemas.new, new)
        matching = Matching(self.schemas.old, self.schemas.new, self._related)
        matches = list(matching.matches(firsts, seconds))
        for first, second in matches:
            if second is None and first is not None:
                told = f"{label} cannot be {self._named(first, self.schemas.old)} any more"
                self._tell("branch-removed", told, first.place, other.place)
            elif first is None and second is not None:
                told = f"{label} may be {self._named(second, self.schemas.new)} now"
                self._tell("branch-added", told, one.place, second.place)
            elif first is not None and second is not None:
                self._inner(first.schema, second.schema, second.name or label)
            else:
                self._tell("branches-regrouped", f"{label} has other branches for the same", one.place, other.place)
        self._exclusive((one, firsts), (other, seconds), (None, None) in matches, label)

    def _related(self, old: Schema, new: Schema) -> tuple[bool, bool]:
        return self.schemas.related(old, new, self.direction)

    def _exclusive(self, before: Side, after: Side, regrouped: bool, label: str) -> None:
        """Whether a value that fits several branches is refused now, or was.

        Most objects may fit several, as they may have any property: this is told where nothing else changes.
        """
        (one, firsts), (other, seconds) = before, after
        if one.get("discriminator") or other.get("discriminator"):
            return
        was, is_now = (bool(flat.choices) and flat.choices[0].exclusive for flat in (one, other))
        objects = bool(one.choices and other.choices) and was != is_now
        known = overlaps(firsts, self.schemas.old, objects) if was else 0
        found = overlaps(seconds, self.schemas.new, objects) if is_now else 0
        if found > known or (found and regrouped and self.direction == REQUEST):
            told = f"{label} must fit only one of its branches now"
            self._tell("branches-exclusive", told, one.place, other.choices[0].place)
        elif found < known or (known and regrouped and self.direction == REPLY):
            told = f"{label} may be what fitted several of its branches now"
            self._tell("branches-inclusive", told, one.choices[0].place, other.place)

    def _named(self, branch: Branch, flattener: Flattener) -> str:
        if branch.name is not None:
            return f"`{branch.name}`"
        types = flattener.flat(branch.schema).types
        names = types - {"integer"} if "number" in types else types
        return " or ".join(sorted(names)) if names < TYPES - {"null"} else "one of the others"


def _closed(flat: Flat) -> bool:
    value = flat.get("additionalProperties")
    return value is False or (isinstance(value, Schema) and value.refuses_all)


def _typed(flat: Flat) -> Schema | None:
    """The schema of properties that are not declared; None, where there is none, or they are refused."""
    value = flat.get("additionalProperties")
    return value if isinstance(value, Schema) and not value.refuses_all else None


def _others(flat: Flat) -> Schema | None:
    """The schema of properties that are not declared; None, where there is none."""
    value = flat.get("additionalProperties")
    if isinstance(value, Schema):
        return value
    return Schema(place=flat.place, refuses_all=True) if value is False else None
