"""The default of a property, as the argument of ``Field`` that says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from pymacaron_core.models.literals import literal, text
from pymacaron_core.models.types import Type

_READERS: dict[str, Any] = {
    "dt.date": dt.date,
    "AwareDatetime": AwareDatetime,
    "dt.time": dt.time,
    "UUID": UUID,
}
_KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "Int32": int,
    "Int64": int,
    "float": (int, float),
    "bool": bool,
}


def default_text(value: Any, kind: Type) -> str | None:
    """``default=10``; None where the value does not fit the type, or is none that can be written."""
    if value is None:
        return "default=None" if kind.nullable else None
    return _written(value, kind.text)


def _written(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if kind in _KINDS:
        fits = isinstance(value, _KINDS[kind]) and (isinstance(value, bool) == (kind == "bool"))
        return f"default={literal(value)}" if fits else None
    if kind.startswith("Literal["):
        choices = kind[len("Literal[") : -1].split(", ")
        return f"default={literal(value)}" if literal(value) in choices else None
    if kind in _READERS:
        return _moment(value, kind)
    if kind == "Any":
        return f"default={literal(value)}"
    if kind.startswith("list[") and isinstance(value, (list, tuple)):
        items = [_written(item, kind[5:-1]) for item in value]
        if all(item is not None and item.startswith("default=") for item in items):
            return f"default={literal(list(value))}"
    if kind.startswith("dict[") and isinstance(value, Mapping) and not value:
        return "default={}"
    return None


def _moment(value: Any, kind: str) -> str | None:
    try:
        read = TypeAdapter(_READERS[kind]).validate_python(value)
    except ValidationError:
        return None
    if isinstance(read, UUID):
        return f"default=UUID({text(str(read))})"
    name = {"AwareDatetime": "dt.datetime"}.get(kind, kind)
    return f"default={name}.fromisoformat({text(read.isoformat())})"
