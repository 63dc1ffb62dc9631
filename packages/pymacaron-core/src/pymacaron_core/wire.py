"""Text from the wire as JSON: what the letters of a parameter or form field mean for the schema that declares it.

A parameter is text; its schema says whether ``1`` is a number or a word. Everything is turned into JSON text once and
judged by the same strict validators as bodies, so that a rule means the same wherever a value comes from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii
from typing import Any

from pydantic_core import from_json

from pymacaron_core.models.families import told_apart
from pymacaron_core.spec.operation import Schema, Specification

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
MOST_DIGITS = 4_300
"""The longest integer that Python reads (``sys.set_int_max_str_digits``)."""
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a schema lets a value be: JSON types (and ``file``), the shape of items and of properties."""

    types: frozenset[str] = frozenset({"string"})
    items: Shape | None = None
    properties: Mapping[str, Shape] = field(default_factory=dict)
    additional: Shape | None = None

    @property
    def is_array(self) -> bool:
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        return "object" in self.types and not self.is_array


TEXT = Shape()
Known = dict[tuple[Schema, int], "Shape | None"]


LEVELS = 2
"""How far a shape goes: a form has properties, a property items, and what is deeper comes as JSON or not at all."""


def shape_of(schema: Schema | None, specification: Specification, levels: int = LEVELS) -> Shape:
    """The shape of a schema; combined schemas (``allOf``, ``oneOf``, ``anyOf``) add up.

    ``levels`` of items and properties are looked into: none where only the types are asked for.
    """
    return _shape(schema, specification, levels, {}) or TEXT


def _shape(schema: Schema | None, specification: Specification, levels: int, known: Known) -> Shape | None:
    """The shape of a schema, made once; None for one that is part of itself and being made."""
    if schema is None:
        return TEXT
    if (schema, levels) not in known:
        known[schema, levels] = None
        known[schema, levels] = _made(schema, specification, levels, known)
    return known[schema, levels]


def _made(schema: Schema, specification: Specification, levels: int, known: Known) -> Shape:
    def inside(inner: Any) -> Shape | None:
        return _shape(inner, specification, levels - 1, known) if isinstance(inner, Schema) and levels else None

    types: set[str] = {"file"} if schema.get("format") == "binary" else set(schema.types)
    items, additional = inside(schema.get("items")), schema.get("additionalProperties")
    properties = {name: inside(s) or TEXT for name, s in schema.properties().items()} if levels else {}
    extra = inside(additional)
    if not types:
        types |= _types_of_values(schema)
    if not types and (schema.properties() or additional is not None):
        types.add("object")
    for part in _parts(schema, specification):
        shape = _shape(part, specification, levels, known)
        if shape is None:
            continue
        if "type" not in schema.keywords and part.keywords.keys() | ({part.ref} if part.ref else set()):
            types |= shape.types
        items = items or shape.items
        properties = {**shape.properties, **properties}
        extra = extra or shape.additional
    return Shape(frozenset(types) or frozenset({"string"}), items, properties, extra)


def _parts(schema: Schema, specification: Specification) -> Iterable[Schema]:
    if schema.ref is not None:
        yield specification.schemas[schema.ref]
    for name in ("allOf", "oneOf", "anyOf"):
        yield from schema.get(name, ())


def _types_of_values(schema: Schema) -> set[str]:
    values = [schema.get("const")] if "const" in schema.keywords else list(schema.get("enum", ()))
    return {_type_of(value) for value in values}


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shape of a form, by the value of the property that says which schema it has, where one does."""

    default: Shape
    property_name: str = ""
    by_value: Mapping[str, Shape] = field(default_factory=dict)

    def of(self, fields: Iterable[tuple[str, str]]) -> Shape:
        """The shape of a form with these fields."""
        value = next((text for name, text in fields if name == self.property_name), "") if self.by_value else ""
        return self.by_value.get(value, self.default)


def shapes_of(schema: Schema | None, specification: Specification) -> Shapes:
    """The shapes of the forms of a schema."""
    default = shape_of(schema, specification)
    told = None if schema is None else told_apart(schema, specification.schemas)
    if told is None:
        return Shapes(default)
    name, meant = told
    return Shapes(default, name, {value: shape_of(each, specification) for value, each in meant.items()})


def scalar(text: str, shape: Shape) -> str:
    """One value as JSON text: a number, boolean or null where the shape has such and the text is one, else a string."""
    types = shape.types
    if "integer" in types and len(text) <= MOST_DIGITS and INTEGER.match(text):
        return text
    if "number" in types and NUMBER.match(text) and math.isfinite(float(text)):
        return text
    if "boolean" in types and text in ("true", "false"):
        return text
    if "null" in types and text in ("", "null") and "string" not in types:
        return "null"
    return encode_basestring_ascii(text)


def part(text: str, shape: Shape) -> str:
    """One field of a form as JSON text. An object comes as JSON, and so does an array within another (OpenAPI 3.0,
    Encoding Object: a complex value is ``application/json``); text that is none is left for the validator to refuse."""
    if "string" in shape.types or not shape.types & {"object", "array"}:
        return scalar(text, shape)
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError:
        return encode_basestring_ascii(text)
    return text


def array(texts: Iterable[str], shape: Shape) -> str:
    """Texts as a JSON array, each by the shape of the items."""
    items = shape.items or TEXT
    return f"[{','.join(scalar(text, items) for text in texts)}]"


def mapping(pairs: Iterable[tuple[str, str]], shape: Shape) -> str:
    """Pairs of name and text as a JSON object, each value by the shape of its property."""
    members = (
        f"{encode_basestring_ascii(name)}:{scalar(text, shape.properties.get(name) or shape.additional or TEXT)}"
        for name, text in pairs
    )
    return "{" + ",".join(members) + "}"


def members(fragments: Iterable[tuple[str, str]]) -> str:
    """Pairs of name and JSON text as a JSON object."""
    return "{" + ",".join(f"{encode_basestring_ascii(name)}:{text}" for name, text in fragments) + "}"
