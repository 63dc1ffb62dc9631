"""The keywords of schemas: which there are, what each must hold, and how old spellings become JSON Schema 2020-12."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.spec.faults import hint, nearest
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import Schema

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
FORMATS = (
    *(
        "date",
        "date-time",
        "date-time-local",
        "time",
        "time-local",
        "duration",
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
    ),
    *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "uuid", "regex", "json-pointer"),
    *("relative-json-pointer", "byte", "binary", "password", "decimal", "int32", "int64", "float", "double"),
)
SCHEMA = frozenset(
    (
        "additionalProperties",
        "not",
        "contains",
        "propertyNames",
        "if",
        "then",
        "else",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
    )
)
SCHEMA_LIST = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
SCHEMA_MAPPING = frozenset(("properties", "patternProperties", "dependentSchemas"))
COUNTS = frozenset(
    f"{bound}{what}" for bound in ("min", "max") for what in ("Length", "Items", "Properties", "Contains")
)
NUMBERS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
TEXTS = frozenset(("title", "description", "format", "pattern", "contentEncoding", "contentMediaType"))
FLAGS = frozenset(("uniqueItems", "readOnly", "writeOnly", "deprecated"))
ANYTHING = frozenset(("default", "const", "xml", "externalDocs"))
OTHER = frozenset(
    (
        *("type", "enum", "required", "items", "additionalItems", "discriminator", "nullable", "example", "examples"),
        *("dependencies", "dependentRequired", "definitions", "$defs", "$ref", "$schema", "$id", "$anchor"),
        *("$comment", "$dynamicRef", "$dynamicAnchor", "$vocabulary"),
    )
)
KNOWN = SCHEMA | SCHEMA_LIST | SCHEMA_MAPPING | COUNTS | NUMBERS | TEXTS | FLAGS | ANYTHING | OTHER
NOT_NULL = KNOWN - ANYTHING - {"type", "enum", "example"}
ANNOTATIONS = frozenset(("title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated"))
"""Keywords that stay outside when a schema is wrapped to allow null as well."""
VALUE, TYPED, CONDITION = range(3)
"""Where a schema stands: for a value of its own, in the place of one that says a type, below a condition."""
_IN_PLACE = frozenset(("allOf", "anyOf", "oneOf"))
_CONDITIONS = frozenset(
    (
        *("not", "if", "then", "else", "contains", "propertyNames", "dependentSchemas", "dependencies"),
        *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
    )
)
_MEANT = {
    "int": "integer",
    "float": "number",
    "double": "number",
    "long": "integer",
    "decimal": "number",
    "str": "string",
    "text": "string",
    "date": "string` with `format: date",
    "datetime": "string` with `format: date-time",
    "date-time": "string` with `format: date-time",
    "uuid": "string` with `format: uuid",
    "file": "string` with `format: binary",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
    "none": "null",
    "any": "(no type at all)",
}


_KINDS: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def position(around: int, name: str, schema: Mapping[str, Any]) -> int:
    """Where the schemas under a keyword stand, when the schema itself stands ``around``."""
    if around == CONDITION or name in _CONDITIONS:
        return CONDITION
    return TYPED if name in _IN_PLACE and (around == TYPED or "type" in schema) else VALUE


def means_object(found: Mapping[str, Any], position: int) -> bool:
    """Whether a schema with ``properties`` is read as one of objects only: where nothing says another type."""
    return (
        position == VALUE
        and "type" not in found
        and not any("type" in each.keywords for each in found.get("allOf", ()))
    )


def types(node: Node, lists: bool) -> tuple[str, ...] | None:
    """The type names of a schema; ``lists`` says whether the dialect knows lists of types."""
    value = node.value.get("type")
    if value is None:
        if "type" in node.value:
            node.error("`type` is null; write `type: 'null'` in quotes, or leave it out", "type", "type")
        return None
    if isinstance(value, list) and not lists:
        node.warning("a list of types is OpenAPI 3.1; it is read as there", "type", "type")
    found: dict[str, None] = {}
    for name in value if isinstance(value, list) else [value]:
        if name is None:
            node.warning("null in a list of types is written in quotes: 'null'", "type", "type")
            name = "null"
        if name not in TYPES:
            _unknown_type(node, name)
            return None
        found[name] = None
    return tuple(found)


def _unknown_type(node: Node, name: Any) -> None:
    if not isinstance(name, str):
        node.error(f"`type` must be the name of a type, and here is {kind(name)}", "type", "type")
        return
    meant = _MEANT.get(name.lower())
    told = f"; did you mean `{meant}`?" if meant else hint(name, TYPES)
    node.error(f"unknown type `{name[:60]}`{told or '; it is one of ' + ', '.join(TYPES)}", "type", "type")


def plain(node: Node, name: str, value: Any) -> Any:
    """The value of a keyword that holds no schema; None where it is of no use (and a fault is told)."""
    if name in COUNTS or name in NUMBERS:
        return _number(node, name, value, whole=name in COUNTS)
    if name in TEXTS:
        return node.text(name) if value is not None else None
    if name in FLAGS:
        return node.flag(name) if value is not None else None
    return value


def _number(node: Node, name: str, value: Any, whole: bool) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            node.error(f"`{name}` must be a number, and here is text", "shape", name)
            return None
        node.warning(f"`{name}` must be a number without quotes", "shape", name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        node.error(f"`{name}` must be a number, and here is {kind(value)}", "shape", name)
        return None
    if not math.isfinite(value) or (whole and (value < 0 or value != int(value))):
        node.error(f"`{name}` cannot be {value}", "shape", name)
        return None
    if name == "multipleOf" and value <= 0:
        node.error("`multipleOf` must be more than 0", "shape", name)
        return None
    return int(value) if value == int(value) and (whole or isinstance(node.value[name], str)) else value


def bounds(node: Node) -> dict[str, Any]:
    """The bounds of a schema as numbers: ``exclusiveMinimum: true`` makes its ``minimum`` exclusive."""
    found: dict[str, Any] = {}
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        value = node.value.get(name)
        if value is not None and not isinstance(value, bool):
            number = plain(node, name, value)
            if number is not None:
                found[name] = number
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.title()}"
        if node.value.get(exclusive) is True:
            if bound in found:
                found[exclusive] = found.pop(bound)
            else:
                node.warning(f"`{exclusive}: true` does nothing without `{bound}`", "bounds", exclusive)
    return found


def check_enum(node: Node, found: dict[str, Any]) -> None:
    """Warn of values of an ``enum`` that its ``type`` refuses: numbers for texts, texts for numbers."""
    if "type" not in found:
        return
    kinds = tuple(kind for name in found["type"] for kind in _KINDS[name])
    for value in found.get("enum", ()):
        if value is None or (isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)):
            continue
        told = "; put it in quotes" if str in kinds and not isinstance(value, (dict, list, str)) else ""
        shown = json.dumps(value, ensure_ascii=False, default=str)[:60]
        node.warning(f"`enum` holds `{shown}`, which is no `{found['type'][0]}`{told}", "enum", "enum")
        return  # the others are likely wrong in the same way


def check_format(node: Node, found: dict[str, Any]) -> None:
    """Warn of a ``format`` that looks like a misspelt one; others are the author's own, and say nothing to us."""
    name = str(found.get("format", "date"))
    if name in FORMATS or "string" not in found.get("type", ("string",)):
        return
    close = nearest(name.lower(), FORMATS, cutoff=0.8)
    if close is not None:
        node.warning(f"unknown format `{name[:60]}`; did you mean `{close}`?", "format", "format")


def with_null(schema: Schema) -> Schema:
    """The schema, allowing null as well."""
    words = dict(schema.keywords)
    if schema.ref is None and not any(name in words for name in ("allOf", "anyOf", "oneOf", "not", "if")):
        return replace(schema, keywords=_null_beside(words))
    null = Schema({"type": ("null",)}, place=schema.place)
    outside = {name: value for name, value in words.items() if name in ANNOTATIONS or name.startswith("x-")}
    inside = {name: value for name, value in words.items() if name not in outside}
    if schema.ref is None and set(inside) == {"anyOf"}:
        return Schema({**outside, "anyOf": (*inside["anyOf"], null)}, place=schema.place)
    return Schema({**outside, "anyOf": (replace(schema, keywords=inside), null)}, place=schema.place)


def _null_beside(words: dict[str, Any]) -> dict[str, Any]:
    if "type" in words:
        words["type"] = tuple(dict.fromkeys((*words["type"], "null")))
    if "enum" in words and None not in words["enum"]:
        words["enum"] = (*words["enum"], None)
    if words.get("const") is not None:
        words["enum"] = (words.pop("const"), None)
    return words
