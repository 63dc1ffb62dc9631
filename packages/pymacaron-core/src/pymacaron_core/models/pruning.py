"""JSON without its nulls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def prune_none(value: Any) -> Any:
    """A copy of a JSON value without the members of objects, at any depth, that are None."""
    if isinstance(value, Mapping):
        return {key: prune_none(inner) for key, inner in value.items() if inner is not None}
    return [prune_none(item) for item in value] if isinstance(value, list) else value
