"""Cursors: where a page ended, as opaque text that is checked when it comes back."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from pymacaron_dynamodb.errors import CursorInvalid
from pymacaron_dynamodb.item import Attribute
from pymacaron_dynamodb.table import Table

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


def key_of(table: Table, hash_key: Attribute, cursor: str) -> dict[str, Attribute]:
    """The key that a cursor stands behind. Raises ``CursorInvalid`` for one of another query, or of nobody's."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        types = [key.type for key in table.keys]
        if name != table.name or [kind for kind, _ in parts] != types:
            raise CursorInvalid(_WRONG)
        values = [base64.b64decode(text, validate=True) if kind == "B" else str(text) for kind, text in parts]
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise CursorInvalid(_WRONG) from None
    keys = {key.name: {key.type: value} for key, value in zip(table.keys, values, strict=True)}
    if keys[table.hash.name] != hash_key:
        raise CursorInvalid(_WRONG)
    return keys
