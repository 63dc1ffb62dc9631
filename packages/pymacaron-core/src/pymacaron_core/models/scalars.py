"""The types of strings and numbers, and the keywords that they say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.models import formats
from pymacaron_core.models.expression import Type
from pymacaron_core.models.literals import literal, raw_text, text
from pymacaron_core.models.patterns import reading

STRINGS = {
    "date": "dt.date",
    "date-time": "AwareDatetime",
    "date-time-local": "LocalDatetime",
    "time": "AwareTime",
    "time-local": "LocalTime",
    "duration": "dt.timedelta",
    "uuid": "UUID",
    "byte": "Base64",
    "decimal": "Decimal",
    "decimal128": "Decimal",
}
"""The formats of strings that are another type in Python."""
_ROUNDED = {
    "minimum": ("ge", math.ceil),
    "exclusiveMinimum": ("gt", math.floor),
    "maximum": ("le", math.floor),
    "exclusiveMaximum": ("lt", math.ceil),
}
_INTEGERS = {"int32": "Int32", "int64": "Int64"}
_EXACT_IN_FLOATS = 2**53
"""From here on integers of JSON and floats of Python differ."""
_DECIMALS = ("decimal", "decimal128")


def string(keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    """The type of a string, and the keywords it says."""
    form = str(keywords.get("format", ""))
    if form in STRINGS:
        return Type(STRINGS[form]), {"format"}
    given = []
    used = {"format", "minLength", "maxLength"}
    for name, key in (("min_length", "minLength"), ("max_length", "maxLength")):
        if key in keywords:
            given.append((name, str(int(keywords[key]))))
    marks = [f"Format({text(form)})"] if formats.checker(form) is not None else []
    if "pattern" in keywords:
        used.add("pattern")
        return matching(Type("str", tuple(given), tuple(marks)), str(keywords["pattern"])), used
    return Type("str", tuple(given), tuple(marks)), used


def matching(kind: Type, pattern: str) -> Type:
    """Strings that match a pattern too: pydantic's own constraint where it means the same, else a mark."""
    found = reading(pattern)
    if found.kind == "unusable":
        return kind
    if found.rust == pattern:
        return replace(kind, constraints=(*kind.constraints, ("pattern", raw_text(pattern))))
    return replace(kind, marks=(f"Pattern({raw_text(pattern)})", *kind.marks))


def number(kind: str, keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    """The type of an integer or a number, and the keywords it says."""
    if kind == "integer":
        return _integer(keywords)
    if keywords.get("format") in _DECIMALS:
        return _decimal(keywords)
    exact = [key for key in _ROUNDED if key in keywords and abs(keywords[key]) < _EXACT_IN_FLOATS]
    given = [(_ROUNDED[key][0], literal(keywords[key])) for key in exact]
    return Type("float", tuple(given)), {*exact} if keywords.get("format") in formats.INTEGERS else {"format", *exact}


def _integer(keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    form = str(keywords.get("format", ""))
    used = {"format", *_ROUNDED}
    given = [(_ROUNDED[key][0], str(_ROUNDED[key][1](keywords[key]))) for key in _ROUNDED if key in keywords]
    multiple = keywords.get("multipleOf")
    if multiple is not None and multiple == int(multiple):
        given.append(("multiple_of", str(int(multiple))))
        used.add("multipleOf")
    if form in _INTEGERS and not given:
        return Type(_INTEGERS[form]), used
    return Type("int", tuple(given), (f"Format({text(form)})",) if form in formats.INTEGERS else ()), used


def _decimal(keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    given = [(_ROUNDED[key][0], _exact(keywords[key])) for key in _ROUNDED if key in keywords]
    if "multipleOf" in keywords:
        given.append(("multiple_of", _exact(keywords["multipleOf"])))
    return Type("DecimalNumber", tuple(given)), {"format", "multipleOf", *_ROUNDED}


def _exact(value: int | float) -> str:
    return str(value) if isinstance(value, int) else f"Decimal({text(repr(value))})"
