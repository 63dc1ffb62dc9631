"""Makes pydantic's core schemas read JSON as JSON Schema means it, without leaving pydantic-core.

JSON Schema takes ``1.0`` for an integer, a property that is merely optional refuses ``null`` (:data:`Maybe`), what
JSON writes as a string is read as its RFC says (:mod:`~pymacaron_core.models.leaves`), and no number is infinite. All
are said by a branch of their own for JSON, which takes JSON's text and what a validator function passes on alike;
Python values are not touched.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, TypeAlias, TypeVar, cast

from pydantic import Field, GetCoreSchemaHandler
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from pymacaron_core.models.judge.words import must_be_one_of
from pymacaron_core.models.leaves import (
    Reader,
    read_any_time,
    read_bytes,
    read_date,
    read_date_time,
    read_date_time_local,
    read_decimal,
    read_decimal_number,
    read_duration,
    read_finite,
    read_time,
    read_time_local,
    read_uuid,
    write_duration,
)
from pymacaron_core.models.places import TAGGED, branch, is_branch
from pymacaron_core.models.referring import released
from pymacaron_core.models.refusals import CLOSED_BY, read_items

T = TypeVar("T")

INTEGER = "pymacaron_integer"
"""Marks what reads an integer, whose last step is the integer itself."""
LEAF = "pymacaron_leaf"
"""Marks what reads a value in a way of JSON's own, strictly however it is called."""
_NOT_NULL = "pymacaron_not_null"
AS_NUMBER = "pymacaron_as_number"
"""Marks a decimal that is a number in JSON, never a string."""
READ_AS = "pymacaron_read_as"
"""Marks a time with the name of its format."""
_LEAVES: dict[str, Reader] = {
    "any": read_finite,
    "bytes": read_bytes,
    "date": read_date,
    "datetime": read_date_time,
    "decimal": read_decimal,
    "time": read_any_time,
    "timedelta": read_duration,
    "uuid": read_uuid,
}
"""How each of pydantic's types is read from JSON."""
_READ_WHOLE = ("date", "datetime", "time", "uuid")
"""Those whose readers leave nothing to be looked at, where there are no constraints."""
_UNCONSTRAINED = {"type", "metadata", "tz_constraint", "microseconds_precision"}
"""What such a core schema has; whether there is an offset is for the reader."""
_TIMES: dict[str, Reader] = {"time": read_time, "time-local": read_time_local}
_INNER = ("schema", "items_schema", "values_schema", "extras_schema")


class OptionalNotNullable:
    """Marks a field that may be absent and may not be ``null``: see :data:`Maybe`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        cast(dict[str, Any], schema).setdefault("metadata", {})[_NOT_NULL] = True
        return schema

    def __repr__(self) -> str:
        return "OptionalNotNullable()"


Maybe: TypeAlias = Annotated[T | None, OptionalNotNullable(), Field(exclude_if=partial(operator.is_, None))]
"""An optional property: None in Python where it is absent. JSON's ``null`` is refused, and None never sent."""


def read_as_json_schema(schema: CoreSchema) -> CoreSchema:
    """The same core schema, with the JSON branches in place. Other models inside are left to themselves."""
    plain = cast(dict[str, Any], schema)
    kind = plain["type"]
    if kind == "int":
        return _integer(cast(core_schema.IntSchema, schema))
    if kind == "literal":
        return _literal(cast(core_schema.LiteralSchema, schema))
    if kind in _LEAVES:
        return _leaf(schema)
    if kind in ("model", "definition-ref", "json-or-python"):
        return schema
    if kind == "nullable" and plain.get("metadata", {}).get(_NOT_NULL):
        inner = read_as_json_schema(plain["schema"])
        return core_schema.json_or_python_schema(inner, core_schema.nullable_schema(inner))
    if kind in ("list", "dict") and _holds_anything(plain):
        finite = core_schema.no_info_after_validator_function(read_finite, schema)
        return core_schema.json_or_python_schema(finite, schema, metadata={LEAF: True})
    for key in _INNER:
        if isinstance(plain.get(key), dict):
            plain[key] = read_as_json_schema(plain[key])
    if kind in ("model-fields", "typed-dict"):
        for field in plain["fields"].values():
            field["schema"] = read_as_json_schema(field["schema"])
    elif kind == "union":
        _tell_values(plain)
        plain["choices"] = [_choice(choice) for choice in plain["choices"]]
    elif kind == "tagged-union":
        plain["choices"] = {tag: read_as_json_schema(choice) for tag, choice in plain["choices"].items()}
    elif kind == "tuple":
        plain["items_schema"] = [read_as_json_schema(item) for item in plain["items_schema"]]
        closed_by = plain.get("metadata", {}).get(CLOSED_BY, "maxItems")
        read = partial(read_items, len(plain["items_schema"]), closed_by)
        reads_json = core_schema.no_info_wrap_validator_function(read, schema)
        return core_schema.json_or_python_schema(reads_json, schema, metadata={LEAF: True})
    return schema


def _holds_anything(plain: dict[str, Any]) -> bool:
    """Whether a list or dict holds any values: then its numbers are looked at all at once."""
    inner = plain.get("items_schema") if plain["type"] == "list" else plain.get("values_schema")
    keys = plain.get("keys_schema") or {"type": "str"}
    return (inner is None or inner == {"type": "any"}) and bool(keys["type"] == "str")


def _leaf(schema: CoreSchema) -> CoreSchema:
    plain = cast(dict[str, Any], schema)
    read = _LEAVES[plain["type"]]
    if plain.get("metadata", {}).get(AS_NUMBER):
        read = read_decimal_number
    elif plain.get("tz_constraint") == "naive":
        read = read_date_time_local
    elif READ_AS in plain.get("metadata", {}):
        read = _TIMES[plain["metadata"][READ_AS]]
    if plain["type"] == "timedelta" and "serialization" not in plain:
        plain["serialization"] = core_schema.plain_serializer_function_ser_schema(
            write_duration, return_schema=core_schema.str_schema(), when_used="json"
        )
    if plain["type"] in _READ_WHOLE and plain.keys() <= _UNCONSTRAINED:
        written = core_schema.simple_ser_schema(plain["type"])
        reads_json: CoreSchema = core_schema.no_info_plain_validator_function(read, serialization=written)
    else:  # The schema itself comes last: it holds the constraints, and says how the value is written.
        reads_json = core_schema.chain_schema([core_schema.no_info_plain_validator_function(read), schema])
    return core_schema.json_or_python_schema(reads_json, schema, metadata={LEAF: True})


def _choice(choice: Any) -> Any:
    schema, label = choice if isinstance(choice, tuple) else (choice, "")
    label = label or _label(schema)
    return read_as_json_schema(schema), label if label == TAGGED or is_branch(label) else branch(label)


def as_choice(schema: CoreSchema, keyword: str) -> CoreSchema:
    """The same core schema; a union tells in the locations of its errors that it is one of a keyword."""
    plain = cast(dict[str, Any], schema)
    if plain["type"] == "union":
        pairs = [each if isinstance(each, tuple) else (each, _label(each)) for each in plain["choices"]]
        plain["choices"] = [(each, branch(label, keyword)) for each, label in pairs]
    return schema


def tagged(schema: CoreSchema) -> CoreSchema:
    """What a discriminator's value means, told from a property of that name in the locations of errors."""
    return core_schema.union_schema([(schema, TAGGED)], mode="left_to_right", auto_collapse=False)


def _label(schema: Any) -> str:
    """The name of a branch in messages: that of its class, or of its type."""
    while "schema" in schema and (schema["type"].startswith("function-") or schema["type"] == "custom-error"):
        schema = schema["schema"]
    if schema["type"] == "union":
        inside = [each[0] if isinstance(each, tuple) else each for each in schema["choices"]]
        return " or ".join(dict.fromkeys(map(_label, inside)))
    if schema["type"] == "json-or-python" and schema["json_schema"]["type"] == "tagged-union":
        return " or ".join(dict.fromkeys(_label(each) for each in schema["json_schema"]["choices"].values()))
    if schema["type"] == "definition-ref":
        return str(schema["schema_ref"]).rsplit(":", 1)[0].rsplit(".", 1)[-1]
    return schema["cls"].__name__ if schema["type"] == "model" else str(schema["type"])


def _integer(schema: core_schema.IntSchema) -> CoreSchema:
    reads_json = core_schema.chain_schema([_any_integer(), schema], metadata={INTEGER: True})
    return core_schema.json_or_python_schema(reads_json, schema)


def _any_integer() -> CoreSchema:
    whole_float = core_schema.no_info_after_validator_function(_whole, core_schema.float_schema(allow_inf_nan=False))
    return core_schema.union_schema(
        [core_schema.int_schema(strict=True), whole_float],
        mode="left_to_right",
        custom_error_type="int_type",
    )


def _whole(value: float) -> int:
    """``1.0`` is an integer. pydantic's own ``multiple_of`` forgives a billionth: ``1.0000000001`` would be one too."""
    if not value.is_integer():
        raise ValueError("no integer")
    return int(value)


def _literal(schema: core_schema.LiteralSchema) -> CoreSchema:
    """Literals of one kind are read as that kind first: ``1`` is equal to ``True`` in Python, and not in JSON."""
    kinds = {type(value) for value in schema["expected"]}
    if kinds not in ({int}, {bool}):
        return schema
    first = _any_integer() if kinds == {int} else core_schema.bool_schema(strict=True)
    reads_json = core_schema.custom_error_schema(
        core_schema.chain_schema([first, schema], metadata={INTEGER: True}),
        custom_error_type="literal_error",
        custom_error_context={"expected": _expected([schema])},
    )
    return core_schema.json_or_python_schema(reads_json, schema)


def _tell_values(union: dict[str, Any]) -> None:
    """Literals of several kinds are one ``enum``, and tell so together."""
    choices = [each[0] if isinstance(each, tuple) else each for each in union["choices"]]
    if all(each["type"] == "literal" for each in choices):
        union["custom_error_type"] = "literal_error"
        # Python keeps one order of a union's members for all that are equal: which one came first is chance.
        choices.sort(key=lambda each: type(each["expected"][0]).__name__)
        union["custom_error_context"] = {"expected": _expected(choices)}


def _expected(literals: Iterable[core_schema.LiteralSchema]) -> str:
    return must_be_one_of([each for literal in literals for each in literal["expected"]]).removeprefix("must be ")


class JsonSchemaGenerator(GenerateJsonSchema):
    """Writes a model's JSON Schema (2020-12) as if the branches above were plain types.

    The model's own keywords stand at the root, also where the model refers to itself.
    """

    def generate(self, schema: CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        written = super().generate(schema, mode)
        name = str(written.get("$ref", "")).removeprefix("#/$defs/")
        if not name:
            return released(written)
        beside = {key: value for key, value in written.items() if key != "$ref"}
        return released({**written["$defs"][name], **beside})

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def json_or_python_schema(self, schema: core_schema.JsonOrPythonSchema) -> JsonSchemaValue:
        leaf = (schema.get("metadata") or {}).get(LEAF)
        return self.generate_inner(schema["python_schema"] if leaf else schema["json_schema"])

    def chain_schema(self, schema: core_schema.ChainSchema) -> JsonSchemaValue:
        if (schema.get("metadata") or {}).get(INTEGER):
            return self.generate_inner(schema["steps"][-1])
        return super().chain_schema(schema)
