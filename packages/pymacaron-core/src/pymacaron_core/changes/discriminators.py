"""Compares discriminators: by which property a value is told apart, and what each of its values means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pymacaron_core.changes.flattening import Flat, Flattener
from pymacaron_core.changes.values import listed
from pymacaron_core.spec.discriminators import value_of
from pymacaron_core.spec.operation import Discriminator, Schema


@dataclass(frozen=True, slots=True)
class Telling:
    """What tells the schema of a value: a property, and the named schema that each of its values means."""

    name: str
    meant: dict[str, str]


Told = tuple[Schema, Flat, Flattener]
"""A schema, flat, and what flattens others of its document."""


def picked_by_both(old: Told, new: Told) -> Iterator[tuple[str, str]]:
    """The names of the old and the new schema that each value of a parent's discriminator means."""
    before, after = _telling(*old), _telling(*new)
    if before is not None and after is not None and not old[1].choices and not new[1].choices:
        yield from ((meant, after.meant[value]) for value, meant in before.meant.items() if value in after.meant)


def compare_discriminators(
    old: Told, new: Told, harmless: Callable[[str, str], bool]
) -> Iterator[tuple[str, str, str]]:
    """A rule, what is told by it, and the keyword.

    ``harmless`` is whether it breaks nobody when one named schema takes the place of another.
    """
    before, after = _telling(*old), _telling(*new)
    if before is None or after is None:
        if after is not None and not _told_already(after, *old):
            yield "discriminator-added", f"is told apart by `{after.name}` now", "discriminator"
        if before is not None and not _told_already(before, *new):
            yield "discriminator-removed", f"is not told apart by `{before.name}` any more", "discriminator"
        return
    if before.name != after.name:
        told = f"is told apart by `{after.name}` now, was by `{before.name}`"
        yield "discriminator-changed", told, "discriminator"
    for value, meant in before.meant.items():
        if value not in after.meant:
            yield "enum-value-removed", f"cannot have `{before.name}: {value}` any more", "discriminator"
        elif after.meant[value] != meant and not harmless(meant, after.meant[value]):
            told = f"means `{after.meant[value]}` by `{after.name}: {value}` now, was `{meant}`"
            yield "discriminator-mapping-changed", told, "discriminator"
    for value in (value for value in after.meant if value not in before.meant):
        yield "enum-value-added", f"may have `{after.name}: {value}` now", "discriminator"


def _telling(schema: Schema, flat: Flat, flattener: Flattener) -> Telling | None:
    """The discriminator of a schema; None, where it picks nothing, or the schema is one of those it picks."""
    found = flat.get("discriminator")
    if not isinstance(found, Discriminator):
        return None
    schemas = flattener.specification.schemas
    meant = dict(found.mapping)
    known = set(meant.values())
    for choice in flat.choices:
        for branch in choice.branches:
            if branch.ref is not None and branch.ref not in known and branch.ref in schemas:
                meant.setdefault(value_of(schemas[branch.ref], branch.ref), branch.ref)
    parts = {id(schemas[name]) for name in meant.values() if name in schemas}
    picked = not flat.choices and (schema.ref in meant.values() or id(schema) in parts)
    return Telling(found.property_name, meant) if meant and not picked else None


def _told_already(telling: Telling, schema: Schema, flat: Flat, flattener: Flattener) -> bool:
    """Whether all values of a choice have the property, and only such as the discriminator knows."""
    branches = [branch for choice in flat.choices for branch in choice.branches]
    return bool(branches) and all(_has(flattener, flattener.flat(branch), telling) for branch in branches)


def _has(flattener: Flattener, flat: Flat, telling: Telling) -> bool:
    schema = flat.get("properties", {}).get(telling.name)
    if schema is None or telling.name not in flat.get("required", ()):
        return False
    values = listed(flattener.flat(schema).keywords)
    return values is not None and set(values) <= set(telling.meant)
