"""Schemas that lead through too many others before they say what a value is: nothing is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymacaron_core.spec.operation import Schema
from pymacaron_core.spec.order import inner_first

DEEPEST = 1_000
"""How many schemas one may lead through, each to the next by a reference alone; half as many by ``allOf``, ``anyOf`` or
``oneOf``, where each is more work."""

BRANCHES = 500
"""How many schemas may stand in one ``allOf``, ``anyOf`` or ``oneOf``."""

MANY = 20 * BRANCHES
"""After so many nobody counts on."""

IN_PLACE = ("allOf", "anyOf", "oneOf")


def made_of(schema: Schema) -> list[str]:
    """The names of the schemas that one means by references and ``allOf``/``anyOf``/``oneOf`` alone."""
    if not schema.keywords:
        return [schema.ref] if schema.ref is not None else []
    found: dict[str, None] = {}
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if part.ref is not None:
            found[part.ref] = None
        for name in IN_PLACE:
            waiting += part.keywords.get(name, ())
    return list(found)


def branches(value: Mapping[str, Any], keyword: str) -> int:
    """How many schemas stand under a keyword of a schema as written, those in place of them counted as well."""
    found, waiting = 0, [value.get(keyword)]
    while waiting and found <= MANY:
        inside = waiting.pop()
        for branch in inside if isinstance(inside, list) else ():
            found += 1
            if isinstance(branch, dict) and len(branch) and "$ref" not in branch:
                waiting += [branch[name] for name in IN_PLACE if name in branch]
    return found


def too_deep(named: Mapping[str, Schema]) -> Iterator[tuple[str, bool]]:
    """The names of the schemas that are too deep, and whether one is the first on its way; none lies on a circle."""
    inside = {name: found for name, schema in named.items() if (found := made_of(schema))}
    depths: dict[str, int] = {}
    for name in inner_first(inside, lambda name: inside.get(name, ())):
        below = max((depths[each] for each in inside.get(name, ())), default=0)
        depths[name] = below + (2 if named[name].keywords else 1)
        if depths[name] > DEEPEST + 2:
            yield name, below <= DEEPEST + 2
