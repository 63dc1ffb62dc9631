"""Text from the wire as JSON: what the letters of a parameter or form field mean for the schema that declares it.

A parameter is text; its schema says whether ``1`` is a number or a word. Everything is turned into JSON text once and
judged by the same strict validators as bodies, so that a rule means the same wherever a value comes from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from json.encoder import encode_basestring_ascii
from typing import Any

from pydantic_core import from_json

from pymacaron_core.models.families import told_apart
from pymacaron_core.models.files import is_file
from pymacaron_core.spec.operation import Schema, Specification

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
MOST_DIGITS = 4_300
"""The longest integer that Python reads (``sys.set_int_max_str_digits``)."""
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a schema lets a value be: JSON types (and ``file``), the shape of items and of properties.

    ``first`` are the shapes of the first items, where those differ (``prefixItems``); ``additional`` is that of
    properties which are not declared: None where there are none, or none that would be kept.
    """

    types: frozenset[str] = frozenset({"string"})
    items: Shape | None = None
    properties: Mapping[str, Shape] = field(default_factory=dict)
    additional: Shape | None = None
    first: tuple[Shape, ...] = ()

    @property
    def is_array(self) -> bool:
        return "array" in self.types

    @property
    def is_object(self) -> bool:
        return "object" in self.types and not self.is_array

    @property
    def lone(self) -> Shape | None:
        """The shape of a value that is neither array nor object, where it may be one or the other; else None."""
        types = self.types - {"array", "object"}
        return Shape(types) if types and len(types) < len(self.types) else None

    def item(self, number: int) -> Shape:
        """The shape of an item, by its number."""
        return self.first[number] if number < len(self.first) else self.items or TEXT

    def member(self, name: str) -> Shape:
        """The shape of a property, by its name."""
        return self.properties.get(name) or self.additional or TEXT


TEXT = Shape()
Known = dict[tuple[Schema, int], "Shape | None"]


LEVELS = 2
"""How far a shape goes: a form has properties, a property items, and what is deeper comes as JSON or not at all."""


def shape_of(schema: Schema | None, specification: Specification, levels: int = LEVELS) -> Shape:
    """The shape of a schema: all that every part of ``allOf``, and any branch of ``oneOf`` or ``anyOf``, lets be.

    ``levels`` of items and properties are looked into: none where only the types are asked for.
    """
    shape = _shape(schema, specification, levels, {}) or TEXT
    return shape if shape.types else replace(shape, types=TEXT.types)


def _shape(schema: Schema | None, specification: Specification, levels: int, known: Known) -> Shape | None:
    """The shape of a schema, made once; None for one that is part of itself and being made.

    It has no types where the schema says nothing of them.
    """
    if schema is None:
        return TEXT
    if (schema, levels) not in known:
        known[schema, levels] = None
        known[schema, levels] = _made(schema, specification, levels, known)
    return known[schema, levels]


def _made(schema: Schema, specification: Specification, levels: int, known: Known) -> Shape:
    def inside(inner: Any) -> Shape | None:
        if not (isinstance(inner, Schema) and levels) or inner.refuses_all:
            return None
        shape = _shape(inner, specification, levels - 1, known)
        return shape if shape is None or shape.types else replace(shape, types=TEXT.types)

    own = Shape(
        types=_own_types(schema),
        items=inside(schema.get("items")),
        properties={name: inside(s) or TEXT for name, s in schema.properties().items()} if levels else {},
        additional=inside(schema.get("additionalProperties")),
        first=tuple(inside(s) or TEXT for s in schema.get("prefixItems", ())),
    )
    for parts, meet in _parts(schema, specification):
        shapes = [s for part in parts if (s := _shape(part, specification, levels, known)) is not None]
        own = _with_parts(own, shapes, meet)
    is_free = "object" in own.types and not own.properties and "additionalProperties" not in schema.keywords
    return replace(own, additional=TEXT) if is_free and own.additional is None and levels else own


def _own_types(schema: Schema) -> frozenset[str]:
    if is_file(schema.keywords):
        return frozenset({"file"})
    types = set(schema.types) or _types_of_values(schema)
    if not types and (schema.properties() or schema.get("additionalProperties") is not None):
        types = {"object"}
    return frozenset(types)


def _with_parts(own: Shape, parts: list[Shape], meet: bool) -> Shape:
    types: frozenset[str] = frozenset()
    for part in parts:
        types = _common(types, part.types) if meet else types | part.types
    if types and not meet and not all(part.types for part in parts):
        types |= TEXT.types
    return Shape(
        types=_common(own.types, types),
        items=own.items or next((part.items for part in parts if part.items), None),
        properties={name: shape for part in (*reversed(parts), own) for name, shape in part.properties.items()},
        additional=own.additional or next((part.additional for part in parts if part.additional), None),
        first=own.first or next((part.first for part in parts if part.first), ()),
    )


def _common(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The types that two schemas both let be; an integer is a number. None has a say where it names none."""
    if not one or not other:
        return one or other
    both = one & other
    if "integer" in one | other and "number" in one | other and not both & {"integer", "number"}:
        both |= {"integer"}
    return both or one | other


def _parts(schema: Schema, specification: Specification) -> Iterable[tuple[Sequence[Schema], bool]]:
    """What a schema is made of: schemas, and whether all of them must fit, or one."""
    if schema.ref is not None:
        yield (specification.schemas[schema.ref],), True
    for name in ("allOf", "oneOf", "anyOf"):
        if schema.get(name):
            yield schema.get(name), name == "allOf"


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
    return (types != TEXT.types and _word(text, types)) or encode_basestring_ascii(text)


def lone_scalar(text: str, shape: Shape) -> str | None:
    """One value as JSON text where the shape has such a value; None where only an array or an object is left."""
    word = _word(text, shape.types)
    return encode_basestring_ascii(text) if word is None and "string" in shape.types else word


def _word(text: str, types: frozenset[str]) -> str | None:
    if "integer" in types and len(text) <= MOST_DIGITS and INTEGER.match(text):
        return text
    if "number" in types and NUMBER.match(text) and math.isfinite(float(text)):
        return text
    if "boolean" in types and text in ("true", "false"):
        return text
    if "null" in types and text in ("", "null") and "string" not in types:
        return "null"
    return None


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
    """Texts as a JSON array, each by the shape of its item."""
    if shape.first:
        return f"[{','.join([scalar(text, shape.item(number)) for number, text in enumerate(texts)])}]"
    items = shape.items or TEXT
    return f"[{','.join([scalar(text, items) for text in texts])}]"


def mapping(pairs: Iterable[tuple[str, str]], shape: Shape) -> str:
    """Pairs of name and text as a JSON object, each value by the shape of its property."""
    return members((name, scalar(text, shape.member(name))) for name, text in pairs)


def members(fragments: Iterable[tuple[str, str]]) -> str:
    """Pairs of name and JSON text as a JSON object."""
    return "{" + ",".join([f"{encode_basestring_ascii(name)}:{text}" for name, text in fragments]) + "}"
