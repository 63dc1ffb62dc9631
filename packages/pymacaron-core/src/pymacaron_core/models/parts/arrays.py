"""The keywords that say which items an array may have, of two schemas that must both hold."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from pymacaron_core.models.parts.objects import WHOLE, Both
from pymacaron_core.spec.operation import Schema

_TOGETHER = ("prefixItems", "items")
_DYNAMIC = ("oneOf", "anyOf", "if", "allOf", "contains", WHOLE)
_OPEN = Schema()


def merge(merged: dict[str, Any], other: dict[str, Any], both: Both) -> None:
    """Move ``prefixItems`` and ``items`` from ``other`` to ``merged``."""
    if not any(key in merged for key in _TOGETHER) or not any(key in other for key in _TOGETHER):
        return
    mine = {key: merged.pop(key) for key in _TOGETHER if key in merged}
    theirs = {key: other.pop(key) for key in _TOGETHER if key in other}
    rests = [side.get("items", _OPEN) for side in (mine, theirs)]
    firsts = [side.get("prefixItems", ()) for side in (mine, theirs)]
    if any(firsts):
        pairs = zip_longest(*firsts)
        merged["prefixItems"] = tuple(
            both(rests[0] if a is None else a, rests[1] if b is None else b) for a, b in pairs
        )
    if "items" in mine or "items" in theirs:
        merged["items"] = both(*rests)


def close(merged: dict[str, Any], schema: Schema) -> None:
    """``unevaluatedItems``, as ``items`` where all that others evaluate is known beforehand."""
    rest = schema.get("unevaluatedItems")
    if rest is None or "items" in merged:
        return
    if any(key in merged for key in _DYNAMIC):
        merged[WHOLE] = (*merged.get(WHOLE, ()), schema)
    else:
        merged["items"] = rest
