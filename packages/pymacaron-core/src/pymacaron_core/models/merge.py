"""One schema in place of several that must all hold (``allOf``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pymacaron_core.spec.operation import Schema

_TIGHTER: dict[str, Callable[..., Any]] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}
_CHOICES = ("oneOf", "anyOf")
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "$id", "$schema"),
    }
)


class Merger:
    """Folds ``allOf`` and what stands beside a reference into one mapping of keywords, once for each schema."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._done: dict[Schema, Mapping[str, Any]] = {}
        self._going_on: set[int] = set()

    def keywords(self, schema: Schema) -> Mapping[str, Any]:
        """The keywords of a schema with every reference it consists of followed and every ``allOf`` folded in."""
        found = self._done.get(schema)
        if found is None:
            found = self._done[schema] = self._fold(schema)
        return found

    def _fold(self, schema: Schema) -> Mapping[str, Any]:
        if id(schema) in self._going_on:
            return {}
        if schema.ref is None and "allOf" not in schema.keywords:
            return schema.keywords
        self._going_on.add(id(schema))
        try:
            merged: dict[str, Any] = {}
            if schema.ref is not None:
                both(merged, self.keywords(self._schemas[schema.ref]))
            for branch in schema.get("allOf", ()):
                both(merged, self.keywords(branch))
            both(merged, {key: value for key, value in schema.keywords.items() if key != "allOf"})
            return merged
        finally:
            self._going_on.discard(id(schema))


def both(merged: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Add the keywords of another schema that must hold as well."""
    for key, value in other.items():
        if key not in merged or key in ANNOTATIONS or key.startswith("x-"):
            merged[key] = value
        elif key == "type":
            merged[key] = tuple(t for t in value if t in merged[key]) or value
        elif key == "required":
            merged[key] = tuple(dict.fromkeys((*merged[key], *value)))
        elif key == "properties":
            merged[key] = _properties(merged[key], value)
        elif key == "enum":
            merged[key] = [each for each in merged[key] if each in value] or value
        elif key in _TIGHTER:
            merged[key] = _TIGHTER[key](merged[key], value)
        elif key in _CHOICES:
            merged.setdefault("allOf", ())
            merged["allOf"] += (Schema({key: value}),)
        elif key == "pattern" and merged[key] != value:
            merged.setdefault("allOf", ())
            merged["allOf"] += (Schema({key: merged[key]}),)
            merged[key] = value
        elif key == "additionalProperties" and isinstance(value, Schema) and not value.refuses_all:
            continue
        else:
            merged[key] = value


def _properties(mine: Mapping[str, Schema], theirs: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """A property in both must fit both, which is an ``allOf`` again."""
    merged = dict(mine)
    for name, schema in theirs.items():
        clash = name in merged and merged[name] is not schema
        merged[name] = Schema({"allOf": (merged[name], schema)}, place=schema.place) if clash else schema
    return merged
