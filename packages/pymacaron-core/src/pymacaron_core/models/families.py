"""Parents whose discriminator says which of the schemas below them an object is (``allOf`` in the children)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.models.merge import CHOICES, Merger
from pymacaron_core.spec.discriminators import value_of
from pymacaron_core.spec.operation import Discriminator, Schema
from pymacaron_core.spec.views import REQUEST_OF

MOST = 100_000
"""How many values all families of a document may have together: a parent of parents has those of each again."""


@dataclass(frozen=True, slots=True)
class Family:
    """A named schema with those below it: the property that tells them apart, and what its values mean.

    OpenAPI 2.0, Schema Object: the value is the name of the schema itself or of one that inherits it. In 3.x the
    mapping may give others.
    """

    name: str
    property_name: str
    members: Mapping[str, str]


class Families:
    """The families of one specification's schemas. Larger ones than fit are in ``left_out``."""

    def __init__(self, schemas: Mapping[str, Schema], merger: Merger) -> None:
        self._schemas, self._merger = schemas, merger
        self._parents: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        self._done: dict[str, Family | None] = {}
        self.left_out: list[str] = []

    def found(self) -> Iterator[Family]:
        """Every family, in the document's order; a schema with nothing below it has none."""
        if all(_told(schema) is None for schema in self._schemas.values()):
            return
        for name, schema in self._schemas.items():
            self._parents[name] = tuple(each.ref for each in schema.get("allOf", ()) if each.ref is not None)
            for parent in self._parents[name]:
                self._children.setdefault(parent, []).append(name)
        left = MOST
        for name in self._schemas:
            family = self._family(name)
            if family is None or set(family.members.values()) <= {name}:
                continue
            left -= len(family.members)
            if left < 0:
                self.left_out.append(name)
            else:
                yield family

    def _family(self, name: str) -> Family | None:
        """The family of a schema by its own discriminator, or by that of the nearest one above it."""
        if not self._steers(name):
            return None
        above = next(((each, told) for each in self._above(name) if (told := _told(self._schemas[each]))), None)
        if above is None or not (above[0] == name or self._children.get(name)):
            return None
        owner, told = above
        declared = self._merger.keywords(self._schemas[name]).get("properties", {}).get(told.property_name)
        if declared is None or "string" not in self._merger.keywords(declared).get("type", ("string",)):
            return None
        below = self._below(name)
        meant = {**told.mapping}
        for each in (*self._below(owner), owner):
            if each not in meant.values():
                schema = self._schemas[each]
                meant.setdefault(value_of(schema, schema.get(REQUEST_OF, each)), each)
        kept = {value: each for value, each in meant.items() if owner == name or each in below or each == name}
        return Family(name, told.property_name, kept)

    def _steers(self, name: str) -> bool:
        schema = self._schemas[name]
        return schema.ref is None and not any(schema.get(key) for key in CHOICES)

    def _above(self, name: str) -> Iterator[str]:
        """A schema and those it is made of, the nearest first."""
        seen: set[str] = set()
        waiting = [name]
        for each in waiting:
            if each not in seen and each in self._schemas:
                seen.add(each)
                yield each
                waiting.extend(self._parents[each])

    def _below(self, name: str) -> dict[str, None]:
        found: dict[str, None] = {}
        waiting = list(self._children.get(name, ()))
        for each in waiting:
            if each not in found and each != name:
                found[each] = None
                waiting.extend(self._children.get(each, ()))
        return found


def _told(schema: Schema) -> Discriminator | None:
    """The discriminator a schema says itself, be it in a part of its ``allOf`` that has no name."""
    for each in (schema, *(branch for branch in schema.get("allOf", ()) if branch.ref is None)):
        told: Any = each.get("discriminator")
        if isinstance(told, Discriminator):
            return told
    return None
