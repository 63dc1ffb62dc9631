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
    """The families of one specification's schemas. Those that are too much together are in ``left_out``."""

    def __init__(self, schemas: Mapping[str, Schema], merger: Merger) -> None:
        self._schemas, self._merger = schemas, merger
        self._children: dict[str, list[str]] = {}
        self._told = {name: told for name, schema in schemas.items() if (told := _told(schema)) is not None}
        self._meant: dict[str, Mapping[str, str]] = {}
        self.left_out: list[str] = []

    def found(self) -> Iterator[Family]:
        """Every family, in the document's order; a schema with nothing below it has none."""
        for name, schema in self._schemas.items() if self._told else ():
            for branch in schema.get("allOf", ()):
                if branch.ref is not None:
                    self._children.setdefault(branch.ref, []).append(name)
        owners = self._owners()
        left = MOST
        for name in self._schemas:
            if name not in owners or not self._steers(name, self._told[owners[name]].property_name):
                continue
            if left < 0:
                self.left_out.append(name)
                continue
            family = self._family(name, owners[name])
            left -= len(family.members)
            if set(family.members.values()) - {name}:
                yield family

    def _owners(self) -> dict[str, str]:
        """For each schema the nearest of those it is made of, or itself, that has a discriminator."""
        found = {name: name for name in self._told}
        waiting = list(found)
        for each in waiting:
            for child in self._children.get(each, ()):
                if child not in found:
                    found[child] = found[each]
                    waiting.append(child)
        return found

    def _steers(self, name: str, property_name: str) -> bool:
        schema = self._schemas[name]
        if schema.ref is not None or any(schema.get(key) for key in CHOICES):
            return False
        if name not in self._told and name not in self._children:
            return False
        declared = self._merger.keywords(schema).get("properties", {}).get(property_name)
        return declared is not None and "string" in self._merger.keywords(declared).get("type", ("string",))

    def _family(self, name: str, owner: str) -> Family:
        meant = self._meant_by(owner)
        if name != owner:
            inside = {name, *self._below(name)}
            meant = {value: each for value, each in meant.items() if each in inside}
        return Family(name, self._told[owner].property_name, meant)

    def _meant_by(self, owner: str) -> Mapping[str, str]:
        """What each value of a schema's own discriminator means."""
        if owner not in self._meant:
            found = dict(self._told[owner].mapping)
            meant = set(found.values())
            for each in (*self._below(owner), owner):
                if each not in meant:
                    schema = self._schemas[each]
                    found.setdefault(value_of(schema, schema.get(REQUEST_OF, each)), each)
            self._meant[owner] = found
        return self._meant[owner]

    def _below(self, name: str) -> dict[str, None]:
        found: dict[str, None] = {}
        waiting = list(self._children.get(name, ()))
        for each in waiting:
            if each not in found and each != name:
                found[each] = None
                waiting.extend(self._children.get(each, ()))
        return found


def told_apart(schema: Schema, schemas: Mapping[str, Schema]) -> tuple[str, Mapping[str, Schema]] | None:
    """The property that says which of several schemas an object of one has, and what its values mean."""
    seen: set[str] = set()
    while schema.ref is not None and not schema.keywords and schema.ref not in seen:
        seen.add(schema.ref)
        name, schema = schema.ref, schemas[schema.ref]
    told = _told(schema)
    branches = [each.ref for key in CHOICES for each in schema.get(key, ()) if each.ref is not None]
    if told is not None and branches:
        values = {ref.rsplit(".", 1)[-1]: ref for ref in branches if ref not in told.mapping.values()}
        values.update(told.mapping)
        return told.property_name, {value: schemas[ref] for value, ref in values.items()}
    for family in Families(schemas, Merger(schemas)).found() if seen else ():
        if family.name == name:
            return family.property_name, {value: schemas[each] for value, each in family.members.items()}
    return None


def _told(schema: Schema) -> Discriminator | None:
    """The discriminator a schema says itself, be it in a part of its ``allOf`` that has no name."""
    for each in (schema, *(branch for branch in schema.get("allOf", ()) if branch.ref is None)):
        told: Any = each.get("discriminator")
        if isinstance(told, Discriminator):
            return told
    return None
