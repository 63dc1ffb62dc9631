"""What ``to_json`` adds to pydantic's dump: date-times as they are or encoded, and nulls for what was never set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from pymacaron_core.models.wire_names import nullable_names, wire_names


def with_datetimes(dumped: Any, native: Any, encode: Callable[[datetime], Any]) -> Any:
    """A dump with date-times encoded, given the same dump as Python values."""
    if isinstance(native, datetime):
        return encode(native)
    if isinstance(dumped, dict):
        return {key: with_datetimes(value, native[key], encode) for key, value in dumped.items()}
    if isinstance(dumped, list):
        return [with_datetimes(*pair, encode) for pair in zip(dumped, native, strict=True)]
    return dumped


def add_nulls(dumped: Any, value: Any) -> None:
    """Write null into the dump of a value for nullable properties that are None and were never set."""
    if isinstance(value, BaseModel):
        nullable = nullable_names(type(value))
        for name, wire in wire_names(type(value)).items():
            if wire in dumped:
                add_nulls(dumped[wire], getattr(value, name))
            elif wire in nullable and getattr(value, name) is None:
                dumped[wire] = None
    elif isinstance(value, Mapping) and isinstance(dumped, dict):
        for key, inner in value.items():
            add_nulls(dumped.get(key), inner)
    elif isinstance(value, (list, tuple)) and isinstance(dumped, list):
        for pair in zip(dumped, value, strict=False):
            add_nulls(*pair)
