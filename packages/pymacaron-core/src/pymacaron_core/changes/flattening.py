"""Schemas as one set of keywords: references followed and ``allOf`` merged, as far as it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.spec.operation import Place, Schema, Specification

TYPES = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))
CONDITIONS = frozenset(
    (
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "dependentSchemas"),
        *("dependentRequired", "patternProperties", "unevaluatedItems", "unevaluatedProperties"),
    )
)
"""Keywords of which it is told only that they changed."""
_HIGHEST = frozenset(f"min{what}" for what in ("Length", "Items", "Properties"))
_LOWEST = frozenset(f"max{what}" for what in ("Length", "Items", "Properties"))
_TYPES_OF: Mapping[type, tuple[str, ...]] = {
    type(None): ("null",),
    bool: ("boolean",),
    int: ("integer",),
    float: ("integer", "number"),
    str: ("string",),
    list: ("array",),
    tuple: ("array",),
}
_LOWER, _UPPER = frozenset(("minimum", "exclusiveMinimum")), frozenset(("maximum", "exclusiveMaximum"))


@dataclass(frozen=True, slots=True)
class Flat:
    """A schema's keywords, and its ``types`` (``number`` has ``integer`` beside it).

    ``branches`` are those of its ``oneOf`` and ``anyOf`` but null; ``conditions`` the keywords that are compared as a
    whole; ``refused``: nothing fits.
    """

    keywords: Mapping[str, Any]
    types: frozenset[str]
    branches: tuple[Schema, ...]
    conditions: Mapping[str, tuple[Any, ...]]
    place: Place
    places: Mapping[str, Place]
    refused: bool

    def place_of(self, keyword: str) -> Place:
        """Where a keyword stands, or the schema without it."""
        return self.places.get(keyword, self.place)

    def get(self, name: str, default: Any = None) -> Any:
        return self.keywords.get(name, default)


class Flattener:
    """Flattens the schemas of one specification, each once."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self._known: dict[Any, tuple[Schema, Flat]] = {}

    def flat(self, schema: Schema) -> Flat:
        key = identity(schema)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (schema, _flat(list(self._parts(schema))))
        return known[1]

    def _parts(self, schema: Schema) -> Iterator[tuple[Schema, bool]]:
        """The schema and what it is made of, each once, and whether null is allowed beside it."""
        waiting: list[tuple[Schema, bool]] = [(schema, False)]
        seen: set[Any] = set()
        while waiting:
            part, nullable = waiting.pop()
            key = identity(part)
            if key in seen:
                continue
            seen.add(key)
            yield part, nullable
            for inner, null in _inside(part):
                waiting.append((inner, nullable or null))
            if part.ref is not None and part.ref in self.specification.schemas:
                waiting.append((self.specification.schemas[part.ref], nullable))


def identity(schema: Schema) -> Any:
    """What two schemas of one document have in common when they are the same."""
    if schema.ref is not None and not schema.keywords:
        return schema.ref
    parts = schema.get("allOf", ()) if not schema.place.file and len(schema.keywords) == 1 else ()
    return frozenset(identity(each) for each in parts) if parts else id(schema)


def both(one: Schema, other: Schema) -> Schema:
    """A schema of which both are true."""
    if identity(one) == identity(other):
        return one
    parts = [part for each in (one, other) for part in ([each] if each.place.file else each.get("allOf", (each,)))]
    return Schema({"allOf": tuple({identity(part): part for part in parts}.values())})


def _inside(schema: Schema) -> Iterator[tuple[Schema, bool]]:
    """What is true of all that fits a schema, and whether null is allowed beside that."""
    for part in reversed(schema.get("allOf", ())):
        yield part, False
    for name in ("oneOf", "anyOf"):
        branches = schema.get(name, ())
        kept = [branch for branch in branches if not _is_null(branch)]
        if len(kept) == 1:
            yield kept[0], len(branches) > 1


def _flat(parts: list[tuple[Schema, bool]]) -> Flat:
    keywords: dict[str, Any] = {}
    types = TYPES
    conditions: dict[str, tuple[Any, ...]] = {}
    branches: tuple[Schema, ...] = ()
    places: dict[str, Place] = {}
    for part, nullable in parts:
        places |= {name: part.place / name for name in part.keywords if part.place.file}
        types &= _with_integers(part.types) | ({"null"} if nullable else frozenset())
        for name, value in part.keywords.items():
            if name in CONDITIONS:
                conditions[name] = (*conditions.get(name, ()), value)
            elif name in ("oneOf", "anyOf"):
                kept = tuple(branch for branch in value if not _is_null(branch))
                types = types if len(kept) < len(value) else types - {"null"} if len(kept) > 1 else types
                branches += kept if len(kept) > 1 else ()
            elif name not in ("allOf", "type"):
                keywords[name] = _merged(name, keywords[name], value) if name in keywords else value
    types &= _types_of_values(keywords)
    known = [part.place for part, _ in parts if part.place.file]
    place = next((part.place for part, _ in parts if part.keywords and part.place.file), known[0] if known else Place())
    return Flat(keywords, types, branches, conditions, place, places, any(part.refuses_all for part, _ in parts))


def _is_null(schema: Schema) -> bool:
    return schema.types == ("null",) and schema.ref is None


def _with_integers(types: tuple[str, ...]) -> frozenset[str]:
    return frozenset((*types, "integer")) if "number" in types else frozenset(types) or TYPES


def _types_of_values(keywords: Mapping[str, Any]) -> frozenset[str]:
    """The types that the listed values have; all, where none are listed."""
    if "const" in keywords:
        values = [keywords["const"]]
    elif "enum" in keywords:
        values = keywords["enum"]
    else:
        return TYPES
    return frozenset(name for value in values for name in _TYPES_OF.get(type(value), ("object",)))


def _merged(name: str, one: Any, other: Any) -> Any:
    merge = _MERGES.get(name)
    if merge is not None:
        return merge(one, other)
    if name in _HIGHEST or name in _LOWER:
        return max(one, other)
    if name in _LOWEST or name in _UPPER:
        return min(one, other)
    return other


def _properties(one: Mapping[str, Schema], other: Mapping[str, Schema]) -> dict[str, Schema]:
    return {**one, **{name: both(one[name], schema) if name in one else schema for name, schema in other.items()}}


def _items(one: Any, other: Any) -> Any:
    return both(one, other) if isinstance(one, Schema) and isinstance(other, Schema) else other


_MERGES: Mapping[str, Callable[[Any, Any], Any]] = {
    "properties": _properties,
    "required": lambda one, other: tuple(dict.fromkeys((*one, *other))),
    "enum": lambda one, other: tuple(value for value in one if value in other),
    "items": _items,
    "additionalProperties": _items,
    "uniqueItems": lambda one, other: one or other,
}
