"""Keys of items: what DynamoDB takes as one, which of one hash a query means, and how a key is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pymacaron_core.protocol import Model

from pymacaron_dynamodb.errors import LimitExceeded, ValueRefused
from pymacaron_dynamodb.item import Attribute
from pymacaron_dynamodb.table import Key, Table

Keys = dict[str, Attribute]
_LONGEST = {"hash": 2048, "range": 1024}


@dataclass(frozen=True, slots=True)
class Range:
    """Which items of one hash are meant, in which order; the bounds are inclusive."""

    at_least: Attribute | None = None
    at_most: Attribute | None = None
    begins_with: Attribute | None = None
    descending: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the bounds leave nothing between them, which DynamoDB refuses to be asked for."""
        return self.at_least is not None and self.at_most is not None and _order(self.at_least) > _order(self.at_most)

    def holds(self, key: Attribute) -> bool:
        """Whether an item with that range is meant."""
        if self.begins_with is not None:
            return str(key.get("S", "")).startswith(self.begins_with["S"])
        if self.at_least is not None and _order(key) < _order(self.at_least):
            return False
        return self.at_most is None or _order(key) <= _order(self.at_most)


def checked_key(key: Key, part: str, attribute: Attribute) -> Attribute:
    """The attribute of a key, when it is of the key's type and size.

    (Developer Guide, "Quotas: partition key length, sort key length".) Raises ``ValueRefused``, ``LimitExceeded``.
    """
    value = attribute.get(key.type)
    if value is None:
        words = {"S": "a text", "N": "a number", "B": "bytes"}
        raise ValueRefused(f"/{key.name}: the {part} of a key must be {words[key.type]}")
    size = 1 if key.type == "N" else len(_bytes(value))
    if not 1 <= size <= _LONGEST[part]:
        raise LimitExceeded(f"/{key.name}: the {part} of a key has 1 to {_LONGEST[part]} bytes, not {size}")
    return attribute


def keys_of(table: Table, item: Mapping[str, Attribute]) -> Keys:
    """The key of an item. Raises ``ValueRefused`` where a part is not set, or as ``checked_key``."""
    keys = {}
    for key, part in zip(table.keys, ("hash", "range"), strict=False):
        if key.name not in item:
            raise ValueRefused(f"/{key.name}: the {part} of the key is not set")
        keys[key.name] = checked_key(key, part, item[key.name])
    return keys


def key_values(table: Table, model: Model) -> list[Any]:
    """The values of a model that are its key. Raises ``ValueRefused`` where one is not set."""
    native = model.to_native()
    for key in table.keys:
        if native.get(key.name) is None:
            raise ValueRefused(f"/{key.name}: this part of the key is not set")
    return [native[key.name] for key in table.keys]


def told(keys: Keys) -> str:
    """A key in words, cut short: ``user=ada``."""
    parts = []
    for name, attribute in keys.items():
        ((_, value),) = attribute.items()
        text = str(value)
        parts.append(f"{name}={text if len(text) <= 60 else text[:57] + '...'}")
    return " and ".join(parts)


def _order(attribute: Attribute) -> Any:
    """What DynamoDB sorts a key by: numbers by value, all else by bytes."""
    ((kind, value),) = attribute.items()
    return Decimal(value) if kind == "N" else _bytes(value)


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
