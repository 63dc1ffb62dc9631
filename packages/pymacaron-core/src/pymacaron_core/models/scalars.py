"""The types of strings and numbers, and the keywords that they say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.models import formats
from pymacaron_core.models.expression import Type
from pymacaron_core.models.literals import literal, raw_text, text
from pymacaron_core.models.patterns import reading

STRINGS = {
    "date": "dt.date",
    "date-time": "AwareDatetime",
    "time": "dt.time",
    "duration": "dt.timedelta",
    "uuid": "UUID",
    "byte": "Base64",
    "decimal": "Decimal",
}
"""The formats of strings that are another type in Python."""
_ROUNDED = {
    "minimum": ("ge", math.ceil),
    "exclusiveMinimum": ("gt", math.floor),
    "maximum": ("le", math.floor),
    "exclusiveMaximum": ("lt", math.ceil),
}
_WIDTHS = {"int32": ("Int32", 2**31), "int64": ("Int64", 2**63)}


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
    if keywords.get("format") == "decimal":
        return _decimal(keywords)
    given = [(_ROUNDED[key][0], literal(keywords[key])) for key in _ROUNDED if key in keywords]
    return Type("float", tuple(given)), {"format", *_ROUNDED}


def _integer(keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    name, limit = _WIDTHS.get(str(keywords.get("format", "")), ("int", math.inf))
    used = {"format", *_ROUNDED}
    given = list(_bounds(keywords, limit))
    multiple = keywords.get("multipleOf")
    if multiple is not None and multiple == int(multiple):
        given.append(("multiple_of", str(int(multiple))))
        used.add("multipleOf")
    return Type(name, tuple(given)), used


def _bounds(keywords: Mapping[str, Any], limit: float) -> Iterator[tuple[str, str]]:
    """The bounds that are tighter than those of the type itself, in whose place they stand."""
    for key, (argument, rounded) in _ROUNDED.items():
        if key in keywords:
            bound = rounded(keywords[key])
            if not (argument == "ge" and bound <= -limit) and not (argument == "le" and bound >= limit - 1):
                yield argument, str(bound)


def _decimal(keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
    given = [(_ROUNDED[key][0], _exact(keywords[key])) for key in _ROUNDED if key in keywords]
    if "multipleOf" in keywords:
        given.append(("multiple_of", _exact(keywords["multipleOf"])))
    return Type("Decimal", tuple(given), ("AsNumber()",)), {"format", "multipleOf", *_ROUNDED}


def _exact(value: int | float) -> str:
    return str(value) if isinstance(value, int) else f"Decimal({text(repr(value))})"
