"""The constraints of JSON Schema that pydantic has no word for, and the types that need one."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeAlias, cast

from pydantic import BaseModel, GetCoreSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typing_extensions import Never

from pymacaron_core.models import formats, patterns
from pymacaron_core.models.json_mode import AS_NUMBER, as_choice, read_as_json_schema, tagged
from pymacaron_core.models.rules import JsonSchema

Base64: TypeAlias = Annotated[
    bytes, PlainSerializer(lambda value: base64.b64encode(value).decode("ascii"), return_type=str, when_used="json")
]
"""Bytes in Python, base64 (RFC 4648) on the wire."""


@dataclass(frozen=True, slots=True)
class Format:
    """The string or integer is of a format: ``Format("email")``. A name without meaning is an annotation."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] == "int" and self.name in formats.INTEGERS:
            return _bounded(cast(core_schema.IntSchema, schema), *formats.INTEGERS[self.name])
        is_of_format = formats.checker(self.name)
        if is_of_format is None:
            return schema
        context = {"format": self.name, "what": formats.meaning(self.name)}

        def check(text: Any) -> Any:
            if isinstance(text, str) and not is_of_format(text):
                raise PydanticCustomError("format", "Input should be {what}", context)
            return text

        return core_schema.no_info_after_validator_function(check, schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "format": self.name}


@dataclass(frozen=True, slots=True)
class Pattern:
    """The string matches a regular expression of ECMA-262 somewhere: ``Pattern(r"^(?=.*[0-9])")``."""

    ecma: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        found = patterns.reading(self.ecma)
        if found.kind == "linear" and schema["type"] == "str" and not schema.get("pattern"):
            patterns.remember(found.rust, self.ecma)
            return cast(CoreSchema, {**schema, "pattern": found.rust, "regex_engine": "rust-regex"})
        return core_schema.no_info_after_validator_function(self._check(found.match), schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "pattern": self.ecma}

    def _check(self, match: patterns.Match) -> Callable[[Any], Any]:
        context = {"pattern": self.ecma}

        def check(text: Any) -> Any:
            try:
                if isinstance(text, str) and not match(text):
                    raise PydanticCustomError("string_pattern_mismatch", "Input should match {pattern}", context)
            except patterns.TooSlow:
                raise PydanticCustomError("pattern_time", "Input takes too long to match {pattern}", context) from None
            return text

        return check


def _bounded(schema: core_schema.IntSchema, least: int, greatest: int) -> CoreSchema:
    bounded: dict[str, Any] = {**schema}
    bounded["ge"] = max(least, bounded.get("ge", least))
    bounded["le"] = min(greatest, bounded.get("le", greatest))
    return cast(CoreSchema, bounded)


Int32: TypeAlias = Annotated[int, Format("int32")]
Int64: TypeAlias = Annotated[int, Format("int64")]


class _NumberInJson:
    """Reads a decimal from JSON's numbers only."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        cast(dict[str, Any], schema).setdefault("metadata", {})[AS_NUMBER] = True
        return schema

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(core_schema.float_schema()), "format": "decimal"}


def _as_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


DecimalNumber: TypeAlias = Annotated[
    Decimal, _NumberInJson(), PlainSerializer(_as_number, return_type=int | float, when_used="json")
]
"""A decimal in Python that is a number on the wire. ``Decimal`` itself is a string there."""


class _Refused:
    """Refuses every value (the schema ``false``)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_never)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {"not": {}}


def _never(value: Any) -> NoReturn:
    raise PydanticCustomError("never", "No value is accepted here")


Nothing: TypeAlias = Annotated[Never, _Refused()]
"""No value at all."""


@dataclass(frozen=True, slots=True)
class UniqueItems:
    """No two items of the array are equal, as JSON (``uniqueItems``)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        items = cast(dict[str, Any], schema).get("items_schema", {})
        if isinstance(items, dict) and items.get("type") in _DIFFER_AS_IN_JSON:
            return core_schema.no_info_after_validator_function(_unique, schema)
        return JsonSchema({"uniqueItems": True}).around(schema)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "uniqueItems": True}


_DIFFER_AS_IN_JSON = frozenset(("str", "int", "float", "bool", "literal"))
"""Types whose values are equal in Python where they are in JSON."""


def _unique(items: list[Any]) -> list[Any]:
    if len({(isinstance(item, bool), item) for item in items}) != len(items):
        raise PydanticCustomError("unique_items", "Items should be unique")
    return items


@dataclass(frozen=True, slots=True)
class OneOfValues:
    """The value is one of these JSON values (``enum``, where ``Literal`` cannot hold them)."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(repr(self.values))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.values)}

    def _check(self, value: Any) -> Any:
        if not any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in self.values):
            raise PydanticCustomError("enum", "Input should be one of the values of the enum")
        return value


_OTHERWISE = "pymacaron:otherwise"


@dataclass(frozen=True, slots=True)
class Discriminated:
    """The property ``name`` says which of several classes an object is (``discriminator`` with its ``mapping``).

    Python values may be instances of any of the classes; a dict is read as the class it names. What is written is the
    whole object, of whatever class.
    """

    name: str
    classes: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        branches = {value: tagged(handler.generate_schema(each)) for value, each in self.classes.items()}
        in_python: dict[Any, CoreSchema] = {**branches, _OTHERWISE: tagged(handler(source))}
        return core_schema.json_or_python_schema(
            core_schema.tagged_union_schema(cast(Any, branches), self.name),
            core_schema.tagged_union_schema(in_python, self._named_by),
            serialization=core_schema.wrap_serializer_function_ser_schema(_whole, schema=core_schema.any_schema()),
        )

    def __hash__(self) -> int:
        return hash((self.name, *self.classes))

    def _named_by(self, value: Any) -> str:
        named = value.get(self.name) if isinstance(value, Mapping) else None
        return named if isinstance(named, str) and named in self.classes else _OTHERWISE


def _whole(value: Any, write: Callable[[Any], Any]) -> Any:
    """What is written of a value by its own class; older ones of pydantic want that class to be built."""
    if isinstance(value, BaseModel) and not value.__pydantic_complete__:
        type(value).model_rebuild()
    return write(value)


class OneOf:
    """The branches of the union are those of a ``oneOf``, of which no value fits two. Faults are told by that rule."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return as_choice(handler(source), "oneOf")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        written: dict[str, Any] = handler(schema)
        return {("oneOf" if key == "anyOf" else key): value for key, value in written.items()}


class ReadsJson:
    """Makes a type outside of a model read JSON as models do. Catalogs put it around every adapter."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return read_as_json_schema(handler(source))
