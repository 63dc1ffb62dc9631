"""What a schema with ``oneOf`` or ``anyOf`` may be: each branch together with what stands beside the choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pymacaron_core.changes.flattening import Flat, Flattener, is_null
from pymacaron_core.changes.folding import TOLD
from pymacaron_core.changes.merging import all_of
from pymacaron_core.changes.values import TYPES, key_of, listed
from pymacaron_core.spec.operation import Place, Schema

MOST = 600
"""How many branches several choices together may make; what is beyond that stays a choice."""
_FEW = 50
"""How many branches are looked at in pairs."""
_CHOOSING = frozenset(("oneOf", "anyOf", "discriminator"))
_NOT_NULL = Schema({"type": tuple(sorted(TYPES - {"null"}))})
_ONLY = {name: Schema({"type": (name,)}) for name in TYPES}


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the schemas that a value may have; ``name`` and ``place`` are of the branch as it is written."""

    schema: Schema
    name: str | None
    place: Place


def branches_of(schema: Schema, flattener: Flattener) -> tuple[Branch, ...]:
    """The schemas that a value of a schema may have but null; the schema itself, where it has no choice."""
    flat = flattener.flat(schema)
    if not flat.choices:
        only = _only(schema)
        if only is schema:
            return (Branch(_but_null(schema, flattener), schema.ref, schema.place),)
        words = {name: value for name, value in schema.keywords.items() if name not in _CHOOSING}
        return (_branch((Schema(words, schema.ref, schema.place),), (only,), flat.types, flattener),)
    taken: set[Place] = set()
    combined: list[tuple[Schema, ...]] = [()]
    for choice in flat.choices:
        if len(combined) * len(choice.branches) <= MOST:
            taken.add(choice.place)
            combined = [(*found, branch) for found in combined for branch in choice.branches]
    beside = tuple(_beside(flat, taken))
    return tuple(_branch(beside, found, flat.types, flattener) for found in combined)


def by_type(branch: Branch, flattener: Flattener) -> tuple[Schema, ...]:
    """A schema of several types, once for each; none, where it has one, or any."""
    types = flattener.flat(branch.schema).types
    names = types - {"integer"} if "number" in types else types
    if len(names) < 2 or types >= TYPES - {"null"}:
        return ()
    return tuple(all_of(branch.schema, _ONLY[name]) for name in sorted(names))


def overlaps(branches: tuple[Branch, ...], flattener: Flattener, objects: bool) -> int:
    """How many pairs of branches a value may have both of, as far as types and listed values tell.

    ``objects``: those count that may be both because they are objects.
    """
    flats = [flattener.flat(branch.schema) for branch in branches]
    if len(flats) > _FEW:
        return 0
    pairs = ((one, other) for number, one in enumerate(flats) for other in flats[:number])
    return sum(
        not _apart(one, other, flattener)
        for one, other in pairs
        if objects or one.types & other.types - {"object", "null"} or _is_any(one) or _is_any(other)
    )


def _only(schema: Schema) -> Schema:
    """The only branch of a choice; the schema itself, where there is none."""
    kept = [branch for name in ("oneOf", "anyOf") for branch in schema.get(name, ()) if not is_null(branch)]
    return kept[0] if len(kept) == 1 else schema


def _is_any(flat: Flat) -> bool:
    """Whether a schema says nothing but types."""
    return not flat.choices and not flat.conditions and not {*flat.keywords} - TOLD


def _apart(one: Flat, other: Flat, flattener: Flattener) -> bool:
    shared = one.types & other.types - {"null"}
    if not shared or one.refused or other.refused:
        return True
    values = [listed(flat.keywords) for flat in (one, other)]
    if values[0] is not None and values[1] is not None:
        return set(map(key_of, values[0])).isdisjoint(map(key_of, values[1]))
    if shared <= {"integer", "number"} and _beyond(one, other) | _beyond(other, one):
        return True
    if shared != {"object"}:
        return False
    both = set(one.get("required", ())) & set(other.get("required", ()))
    properties = [flat.get("properties", {}) for flat in (one, other)]
    return any(
        _apart(flattener.flat(properties[0][name]), flattener.flat(properties[1][name]), flattener)
        for name in both
        if name in properties[0] and name in properties[1] and not _is_object(properties[0][name], flattener)
    )


def _beyond(one: Flat, other: Flat) -> bool:
    """Whether all numbers of one schema are above those of the other."""
    least = max((one.get(name) for name in ("minimum", "exclusiveMinimum") if name in one.keywords), default=None)
    most = min((other.get(name) for name in ("maximum", "exclusiveMaximum") if name in other.keywords), default=None)
    return least is not None and most is not None and bool(least > most)


def _is_object(schema: Schema, flattener: Flattener) -> bool:
    return "object" in flattener.flat(schema).types


def _beside(flat: Flat, taken: set[Place]) -> Iterator[Schema]:
    """What a schema is made of, without the choices that are taken from it."""
    for part, nullable in flat.parts:
        words: dict[str, Any] = {}
        for name, value in part.keywords.items():
            if name in ("oneOf", "anyOf"):
                if part.place / name not in taken and sum(not is_null(each) for each in value) > 1:
                    words[name] = value
            elif name not in _CHOOSING and name != "allOf":
                words[name] = value
        if nullable and "type" in words:
            words["type"] = (*words["type"], "null")
        if words or part.refuses_all:
            yield Schema(words, place=part.place, refuses_all=part.refuses_all)


def _branch(
    beside: tuple[Schema, ...], found: tuple[Schema, ...], types: frozenset[str], flattener: Flattener
) -> Branch:
    first = found[0]
    alone = len(found) == 1 and not any(_says(each) for each in beside)
    if alone and flattener.flat(first).types <= types:
        schema = _but_null(first, flattener)
    else:
        schema = _but_null(all_of(*beside, *found), flattener)
    return Branch(schema, first.ref, first.place)


def _says(schema: Schema) -> bool:
    """Whether a schema says what fits, beside the types."""
    names = (name for name in schema.keywords if name != "type" and name not in TOLD and name[:2] != "x-")
    return schema.refuses_all or schema.ref is not None or any(names)


def _but_null(schema: Schema, flattener: Flattener) -> Schema:
    return all_of(schema, _NOT_NULL) if "null" in flattener.flat(schema).types else schema
