"""Values as JSON Schema compares them, and their types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

TYPES = frozenset(("null", "boolean", "integer", "number", "string", "array", "object"))
_TYPE_OF: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
}


def key_of(value: Any) -> str:
    """The same text for values that are equal in JSON."""
    return json.dumps(_with_whole_numbers(value), sort_keys=True, default=str)


def types_of(keywords: Mapping[str, Any]) -> frozenset[str]:
    """The types that the listed values have; all, where none are listed."""
    values = listed(keywords)
    if values is None:
        return TYPES
    types = frozenset(map(type_of, values))
    return types | {"integer"} if "number" in types else types


def listed(keywords: Mapping[str, Any]) -> list[Any] | None:
    """The values that ``const`` and ``enum`` list; None, where neither is there."""
    values = list(keywords["enum"]) if "enum" in keywords else None
    if "const" not in keywords:
        return values
    only = keywords["const"]
    return [only] if values is None or key_of(only) in map(key_of, values) else []


def type_of(value: Any) -> str:
    """The narrowest type that a value has."""
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return _TYPE_OF.get(type(value), "object")


def is_within(value: Any, keywords: Mapping[str, Any]) -> bool:
    """Whether a value keeps to the bounds; those of patterns and formats are not looked at."""
    if isinstance(value, str):
        return bool(keywords.get("minLength", 0) <= len(value) <= keywords.get("maxLength", len(value)))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    step = keywords.get("multipleOf")
    return bool(
        keywords.get("minimum", value) <= value <= keywords.get("maximum", value)
        and ("exclusiveMinimum" not in keywords or keywords["exclusiveMinimum"] < value)
        and ("exclusiveMaximum" not in keywords or keywords["exclusiveMaximum"] > value)
        and (step is None or abs(value / step - round(value / step)) < 1e-9)
    )


def shown(value: Any) -> str:
    """A value in a sentence."""
    told = json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= 40 else f"{told[:37]}..."


def _with_whole_numbers(value: Any) -> Any:
    """The value, its numbers as JSON Schema compares them: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _with_whole_numbers(inner) for key, inner in value.items()}
    return [_with_whole_numbers(inner) for inner in value] if isinstance(value, (list, tuple)) else value
