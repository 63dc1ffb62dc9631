"""How breaches are said. The words are those in which faults found by pydantic are said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

KINDS = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}
NEVER = "is never accepted"
_MOST_VALUES = 20
LONGEST = 200


def either(words: Iterable[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    *before, last = dict.fromkeys(words)
    return f"{', '.join(before)} or {last}" if before else last


def must_be_kind(kinds: Sequence[str]) -> str:
    if not kinds:
        return NEVER
    return f"must be {either(KINDS.get(kind, kind) for kind in kinds)}"


def must_be_one_of(values: Sequence[Any]) -> str:
    if not values:
        return NEVER
    if len(values) > _MOST_VALUES or any(isinstance(value, (dict, list, tuple)) for value in values):
        return "must be one of the values of the enum" if len(values) > 1 else "must be the value of the document"
    return cut(f"must be {either(_written(value) for value in values)}")


def _written(value: Any) -> str:
    return repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def cut(message: str) -> str:
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 3]}..."
