"""The JSON types that a schema is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def kinds_of(keywords: Mapping[str, Any]) -> tuple[str, ...]:
    """The JSON types that a schema names; none: it is for values of any."""
    named: tuple[str, ...] = keywords.get("type", ())
    return tuple(kind for kind in named if not (kind == "integer" and "number" in named))


def with_types_of_values(keywords: Mapping[str, Any]) -> Mapping[str, Any]:
    """An ``enum`` without ``type`` is of the types of its values."""
    if keywords.get("type") or ("enum" not in keywords and "const" not in keywords):
        return keywords
    values = [keywords["const"]] if "const" in keywords else keywords["enum"]
    return {**keywords, "type": tuple(dict.fromkeys(kind_of_value(value) for value in values))}


def kind_of_value(value: Any) -> str:
    """The JSON type of a value; ``integer`` is ``number`` here."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


def is_of(value: Any, types: tuple[str, ...]) -> bool:
    """Whether a value is of one of the JSON types; a float without fraction is an integer."""
    kind = kind_of_value(value)
    if kind == "number" and "integer" in types and (isinstance(value, int) or value.is_integer()):
        return True
    return kind in types
