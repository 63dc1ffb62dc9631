"""What the values of discriminators mean where a document leaves it to the schemas (OpenAPI, Discriminator Object)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.spec.document import Library
from pymacaron_core.spec.operation import Discriminator, Schema

MOST = 100_000
"""How many values the discriminators of a document may have that it does not list."""

_VALUES = ("x-ms-discriminator-value", "x-discriminator-value")


def complete_discriminators(named: dict[str, Schema], library: Library) -> None:
    """Give the discriminator of a parent (``allOf`` in its children) the values that mean its children."""
    children: dict[str, list[str]] = {}
    for name, schema in named.items():
        for branch in schema.get("allOf", ()):
            if branch.ref is not None:
                children.setdefault(branch.ref, []).append(name)
    left = MOST
    for name, schema in list(named.items()):
        known = schema.get("discriminator")
        if not isinstance(known, Discriminator) or schema.get("oneOf") or schema.get("anyOf"):
            continue
        below = _below(name, children, left)
        left -= len(below)
        if left <= 0:
            message = f"the discriminators of this document mean more than {MOST} schemas by their names alone"
            library.faults.error(schema.place, message, "discriminator")
            left = 1
            continue
        for child in below:
            library.uses.add(schema.place, named[child].place)
        complete = replace(known, mapping=_with_children(known.mapping, below, named))
        named[name] = replace(schema, keywords={**schema.keywords, "discriminator": complete})


def _with_children(mapping: Mapping[str, str], below: list[str], named: Mapping[str, Schema]) -> dict[str, str]:
    found = dict(mapping)
    meant = set(mapping.values())
    for child in below:
        if child not in meant:
            found.setdefault(value_of(named[child], child), child)
    return found


def value_of(schema: Schema, name: str) -> str:
    """The value of a discriminator that means a schema where no mapping says so: its name, or its own key's."""
    own: Any = next((schema.get(key) for key in _VALUES if schema.get(key)), name)
    return str(own)


def _below(name: str, children: Mapping[str, list[str]], most: int) -> list[str]:
    found: dict[str, None] = {}
    waiting = deque(children.get(name, ()))
    while waiting and len(found) < most:
        child = waiting.popleft()
        if child not in found and child != name:
            found[child] = None
            waiting.extend(children.get(child, ()))
    return list(found)
