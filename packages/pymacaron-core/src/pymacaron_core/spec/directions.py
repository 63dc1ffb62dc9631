"""What ``readOnly`` and ``writeOnly`` say of schemas: which properties travel one way only, and where that matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.spec.operation import Discriminator, Schema
from pymacaron_core.spec.order import inner_first

IN_PLACE = ("allOf", "oneOf", "anyOf", "then", "else", "dependentSchemas")
"""Keywords whose schemas are about the same object. ``not`` and ``if`` ask, and say nothing of what travels."""
INSIDE = (
    *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties"),
    *("items", "prefixItems", "contains", "unevaluatedItems", "contentSchema"),
)
"""Keywords whose schemas are about what is in the value."""
HOLDING = frozenset((*IN_PLACE, *INSIDE))
RECEIVED = "x-pymacaron-received"
"""Marks a property of a request view that only replies have: what is received of it is not kept."""


@dataclass(frozen=True, slots=True)
class Members:
    """The properties of an object, those of every schema that it is made of (``allOf``, references) together."""

    names: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    def __or__(self, other: Members) -> Members:
        return Members(
            self.names | other.names,
            self.read_only | other.read_only,
            self.write_only | other.write_only,
            self.required | other.required,
        )


class Directions:
    """Answers for the schemas of one specification, each named one worked out once.

    A property that says which schema an object has (a discriminator) is in both directions, whatever it says.
    """

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._known: dict[str, Members] = {}
        self._going_on: set[str] = set()
        self._said: dict[str, dict[str, bool]] = {"readOnly": {}, "writeOnly": {}}
        self.parts = {name: tuple(parts(schema)) for name, schema in schemas.items()}
        self.picked = self._picked()
        self._telling = self._discriminating()

    def members(self, schema: Schema) -> Members:
        """The properties of the object a schema describes."""
        return self._members(schema, self._telling.get(id(schema), frozenset()))

    def named(self, name: str) -> Members:
        """The properties of a named schema; none of one that is part of itself and being worked out."""
        if name in self._going_on:
            return Members()
        if name not in self._known:
            for each in inner_first((name,), lambda name: _all_of(self._schemas[name]), self._known):
                self._going_on.add(each)
                self._known[each] = self.members(self._schemas[each])
                self._going_on.discard(each)
        return self._known[name]

    def _members(self, schema: Schema, telling: frozenset[str]) -> Members:
        properties = schema.properties()
        own = Members(
            frozenset(properties),
            frozenset(self._saying("readOnly", properties) - telling),
            frozenset(self._saying("writeOnly", properties) - telling),
            frozenset(schema.get("required", ())),
        )
        if schema.ref is not None:
            own = own | self.named(schema.ref)
        for branch in schema.get("allOf", ()):
            own = own | self._members(branch, telling)
        return own

    def _saying(self, word: str, properties: Mapping[str, Schema]) -> set[str]:
        said = self._said[word]
        return {name for name, each in properties.items() if is_said(word, each, self._schemas, said)}

    def differing(self) -> frozenset[str]:
        """The named schemas that mean another thing in a request: one has a property that only replies have, or one
        that requests must have and replies never do, or leads to such a schema."""
        users: dict[str, list[str]] = {}
        found: list[str] = []
        for name, own in self.parts.items():
            for ref in (*references(own), *self.picked.get(name, ())):
                users.setdefault(ref, []).append(name)
            if any(self._differs(part) for part in own):
                found.append(name)
        seen = set(found)
        while found:
            for user in users.get(found.pop(), ()):
                if user not in seen:
                    seen.add(user)
                    found.append(user)
        return frozenset(seen)

    def _differs(self, schema: Schema) -> bool:
        if not {"properties", "allOf"} & schema.keywords.keys():
            return False
        members = self.members(schema)
        return bool(members.read_only or members.write_only & members.required)

    def _discriminating(self) -> dict[int, frozenset[str]]:
        """By ``id()``: the schemas that a discriminator tells apart, and the properties by which it does."""
        found: dict[int, frozenset[str]] = {}
        for part in (part for own in self.parts.values() for part in own):
            told = part.get("discriminator")
            if isinstance(told, Discriminator):
                names = frozenset({told.property_name})
                for each in self._told_apart(part, told):
                    found[id(each)] = found.get(id(each), frozenset()) | names
        return found

    def _picked(self) -> dict[str, tuple[str, ...]]:
        """What the value of an inherited discriminator makes of an object: the schemas right below each that has one.

        One that has a discriminator itself names those below it.
        """
        below: dict[str, list[str]] = {}
        for name, schema in self._schemas.items():
            for branch in schema.get("allOf", ()):
                if branch.ref is not None:
                    below.setdefault(branch.ref, []).append(name)
        waiting = [name for name, own in self.parts.items() if below and _tells(own[0])]
        found: dict[str, tuple[str, ...]] = {}
        for name in waiting:
            for child in below.get(name, ()):
                if child in below and child not in found:
                    found[child] = tuple(below[child])
                    waiting.append(child)
        return found

    def _told_apart(self, schema: Schema, told: Discriminator) -> Iterator[Schema]:
        waiting = [schema, *(self._schemas[name] for name in told.mapping.values())]
        waiting.extend(branch for key in ("oneOf", "anyOf") for branch in schema.get(key, ()))
        seen: set[int] = set()
        while waiting:
            each = waiting.pop()
            if id(each) in seen:
                continue
            seen.add(id(each))
            yield each
            waiting.extend(each.get("allOf", ()))
            if each.ref is not None:
                waiting.append(self._schemas[each.ref])


def _tells(schema: Schema) -> bool:
    """Whether a schema says itself which property tells those below it apart."""
    own = (schema, *(branch for branch in schema.get("allOf", ()) if branch.ref is None))
    return any(isinstance(each.get("discriminator"), Discriminator) for each in own)


def is_said(word: str, schema: Schema, schemas: Mapping[str, Schema], known: dict[str, bool] | None = None) -> bool:
    """Whether a schema, one it refers to or one of its ``allOf`` has ``readOnly`` or ``writeOnly``.

    One that says so is enough (JSON Schema 2020-12 Validation, section 9.4). ``known`` has what named schemas say, and
    is added to.
    """
    known = {} if known is None else known

    def says(each: Schema) -> bool:
        return _says(word, each) or any(known.get(name, False) for name in _all_of(each))

    if not schema.keywords and schema.ref in known:
        return known[schema.ref]
    for name in inner_first(_all_of(schema), lambda name: _all_of(schemas[name]), known):
        known[name] = says(schemas[name])
    return says(schema)


def _says(word: str, schema: Schema) -> bool:
    """Whether a schema or one written in its ``allOf`` has a word."""
    return schema.keywords.get(word) is True or any(_says(word, each) for each in schema.keywords.get("allOf", ()))


def _all_of(schema: Schema) -> list[str]:
    """The names of the schemas that hold for all values of one."""
    found = [schema.ref] if schema.ref is not None else []
    for branch in schema.keywords.get("allOf", ()):
        found += _all_of(branch)
    return found


def parts(schema: Schema) -> Iterator[Schema]:
    """A schema and every schema written inside it, whatever its direction."""
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        yield each
        for key, value in each.keywords.items():
            if key in HOLDING:
                waiting.extend(inner(value))


def inner(value: Any) -> Iterable[Schema]:
    """The schemas in the value of a keyword."""
    if isinstance(value, Schema):
        return (value,)
    held = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, Mapping) else ()
    return [each for each in held if isinstance(each, Schema)]


def references(of: Iterable[Schema]) -> Iterator[str]:
    """The names that schemas refer to, those written inside them not looked at."""
    for part in of:
        if part.ref is not None:
            yield part.ref
        told = part.get("discriminator")
        if isinstance(told, Discriminator):
            yield from told.mapping.values()
