"""Cursors: where a page ended, as opaque text that is checked when it comes back."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from pymacaron_dynamodb.errors import CursorInvalid, LimitExceeded
from pymacaron_dynamodb.item import Attribute
from pymacaron_dynamodb.keys import Keys, Range, keys_of
from pymacaron_dynamodb.leaves import number_text
from pymacaron_dynamodb.table import Key, Table

ItemT = TypeVar("ItemT")
_WRONG = "the cursor was not given by this query: begin without one"


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some of the models a query found. ``cursor`` asks for those behind it; None where there are none."""

    items: list[ItemT]
    cursor: str | None = None


def cursor_of(table: Table, item: dict[str, Attribute]) -> str:
    """The cursor behind an item."""
    parts = []
    for key in table.keys:
        value = item[key.name][key.type]
        parts.append([key.type, base64.b64encode(value).decode() if key.type == "B" else value])
    text = json.dumps([table.name, *parts], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_of(table: Table, hash_key: Attribute, wanted: Range, cursor: str) -> Keys:
    """The key that a cursor stands behind. Raises ``CursorInvalid`` for one of another query, or of nobody's."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        told = {key.name: _told(key, *part) for key, part in zip(table.keys, parts, strict=True)}
        keys = keys_of(table, told)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, LimitExceeded):
        raise CursorInvalid(_WRONG) from None
    fits = table.range is None or wanted.holds(keys[table.range.name])
    if name != table.name or keys[table.hash.name] != hash_key or not fits:
        raise CursorInvalid(_WRONG)
    return keys


def _told(key: Key, kind: str, text: str) -> Attribute:
    """A part of a key as a cursor tells it. Raises ``ValueError``, ``ArithmeticError`` or ``LimitExceeded``."""
    if kind != key.type or not isinstance(text, str):
        raise ValueError(_WRONG)
    if kind == "B":
        return {kind: base64.b64decode(text, validate=True)}
    if kind == "S":
        return {kind: text}
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(_WRONG)
    return {kind: number_text(number, "")}
