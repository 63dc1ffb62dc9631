"""What a document's schemas mean, as JSON Schema 2020-12, and the judgement of an implementation of others.

This is a reading of its own: it shares no line with what it is compared to. A change of meaning that PyMacaron makes
on purpose is made here as well, and named in :data:`MADE_ON_PURPOSE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema
import jsonschema_rs

MADE_ON_PURPOSE = {
    "`1.0` is an integer": "in every dialect, as JSON Schema has it since draft 6; draft 4 left it open",
    "`nullable: true` takes null": "also beside `$ref`, `enum`, `allOf` or no `type`, as most authors mean it",
    "`properties` without `type`": "makes a schema of objects, except below `not`, `if` and the like, and "
    "where the schema around it or a part of its `allOf` says a type",
    "`$ref` stands alone": "in 2.0 and 3.0 what stands beside it is passed over, as these dialects say",
    "a number is finite": "`1e400` is refused everywhere",
}
_SCHEMA = ("additionalProperties", "not", "contains", "propertyNames", "if", "then", "else", "items")
_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPPINGS = ("properties", "patternProperties", "dependentSchemas")
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("not", "if", "then", "else", "contains", "propertyNames", "dependentSchemas", *_UNEVALUATED)


def meaning(schema: Any, named: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """The schema with all those it may refer to, as plain JSON Schema 2020-12."""
    found = _translated(schema, dialect, typed=False, condition=False)
    definitions = {name: _translated(each, dialect, typed=False, condition=False) for name, each in named.items()}
    for pointer in sorted(_pointers([schema, named])):
        inner: Any = named
        for step in pointer.split("/"):
            inner = inner[step]
        definitions.setdefault(_key(pointer), _translated(inner, dialect, typed=False, condition=False))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [found], "$defs": definitions}


def _pointer(reference: str) -> str:
    return reference.removeprefix("#/definitions/").removeprefix("#/components/schemas/")


def _key(pointer: str) -> str:
    return pointer.replace("/", ".")


def _pointers(value: Any) -> set[str]:
    """Where the references in some schemas lead to."""
    if isinstance(value, dict):
        found = {name for each in value.values() for name in _pointers(each)}
        reference = value.get("$ref")
        return found | {_pointer(reference)} if isinstance(reference, str) else found
    return {name for each in value for name in _pointers(each)} if isinstance(value, list) else set()


def _translated(schema: Any, dialect: str, *, typed: bool, condition: bool) -> Any:
    if isinstance(schema, bool):
        return schema
    if "$ref" in schema:
        reference: dict[str, Any] = {"$ref": "#/$defs/" + _key(_pointer(schema["$ref"]))}
        if dialect != "3.1":
            nullable = schema.get("nullable", schema.get("x-nullable"))
            return {"anyOf": [{"type": "null"}, reference]} if nullable is True else reference
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return reference | _translated(beside, dialect, typed=typed, condition=condition) if beside else reference
    found = {key: _keyword(key, value, schema, dialect, typed, condition) for key, value in schema.items()}
    _bounds(found)
    nullable = found.pop("nullable", found.pop("x-nullable", False))
    if "properties" in schema and not (typed or condition or _says_type(schema)):
        found["type"] = "object"
    return {"anyOf": [{"type": "null"}, found]} if nullable is True else found


def _keyword(key: str, value: Any, schema: Any, dialect: str, typed: bool, condition: bool) -> Any:
    inside = condition or key in _CONDITIONS
    here = key in _IN_PLACE and (typed or "type" in schema)
    if key in _SCHEMA or key in _UNEVALUATED:
        return _translated(value, dialect, typed=here, condition=inside)
    if key in _LISTS:
        return [_translated(each, dialect, typed=here, condition=inside) for each in value]
    if key in _MAPPINGS:
        return {name: _translated(each, dialect, typed=here, condition=inside) for name, each in value.items()}
    return value


def _says_type(schema: Any) -> bool:
    return "type" in schema or any(isinstance(each, dict) and "type" in each for each in schema.get("allOf", ()))


def _bounds(schema: dict[str, Any]) -> None:
    for word in ("Minimum", "Maximum"):
        exclusive = schema.get(f"exclusive{word}")
        if exclusive is True and word.lower() in schema:
            schema[f"exclusive{word}"] = schema.pop(word.lower())
        elif isinstance(exclusive, bool):
            del schema[f"exclusive{word}"]


class Reference:
    """Judges values by ``jsonschema-rs``, and where asked by ``jsonschema``."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self._fast = jsonschema_rs.Draft202012Validator(schema)

    def fits(self, value: Any) -> bool:
        return self._fast.is_valid(value)

    def fits_by_another(self, value: Any) -> bool:
        return jsonschema.Draft202012Validator(self.schema).is_valid(value)
