"""Two schemas of which both are true, and what a keyword says when both say it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pymacaron_core.changes.values import key_of
from pymacaron_core.spec.operation import Schema

_HIGHEST = frozenset((*(f"min{what}" for what in ("Length", "Items", "Properties")), "minimum", "exclusiveMinimum"))
_LOWEST = frozenset((*(f"max{what}" for what in ("Length", "Items", "Properties")), "maximum", "exclusiveMaximum"))


def identity(schema: Schema) -> Any:
    """What two schemas of one document have in common when they are the same."""
    if schema.ref is not None and not schema.keywords:
        return schema.ref
    parts = schema.get("allOf", ()) if not schema.place.file and len(schema.keywords) == 1 else ()
    return frozenset(identity(each) for each in parts) if parts else id(schema)


def both(one: Schema, other: Schema) -> Schema:
    """A schema of which both are true."""
    return one if identity(one) == identity(other) else all_of(one, other)


def all_of(*schemas: Schema) -> Schema:
    """A schema of which all are true."""
    parts = [part for each in schemas for part in ([each] if each.place.file else each.get("allOf", (each,)))]
    return Schema({"allOf": tuple({identity(part): part for part in parts}.values())})


def merged(name: str, one: Any, other: Any) -> Any:
    """What a keyword says that is there twice; ``one``, which stands further out, is None where it is there once."""
    if one is None:
        return other
    merge = _MERGES.get(name)
    if merge is not None:
        return merge(one, other)
    if name in _HIGHEST:
        return max(one, other)
    return min(one, other) if name in _LOWEST else one


def _properties(one: Mapping[str, Schema], other: Mapping[str, Schema]) -> dict[str, Schema]:
    return {**one, **{name: both(one[name], schema) if name in one else schema for name, schema in other.items()}}


def _items(one: Any, other: Any) -> Any:
    return both(one, other) if isinstance(one, Schema) and isinstance(other, Schema) else other


def _listed(one: Any, other: Any) -> tuple[Any, ...]:
    known = set(map(key_of, other))
    return tuple(value for value in one if key_of(value) in known)


def _patterns(one: str, other: str) -> str:
    """Both, as text: nobody matches by it."""
    return " and ".join(sorted({*one.split(" and "), *other.split(" and ")}))


def _multiples(one: float, other: float) -> float:
    both = isinstance(one, int) and isinstance(other, int)
    return math.lcm(int(one), int(other)) if both else max(one, other)


_MERGES: Mapping[str, Callable[[Any, Any], Any]] = {
    "properties": _properties,
    "patternProperties": _properties,
    "required": lambda one, other: tuple(dict.fromkeys((*one, *other))),
    "enum": _listed,
    "items": _items,
    "additionalProperties": _items,
    "propertyNames": _items,
    "pattern": _patterns,
    "multipleOf": _multiples,
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated"), lambda one, other: one or other),
}
