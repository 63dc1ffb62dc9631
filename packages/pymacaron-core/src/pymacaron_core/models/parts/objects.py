"""The keywords that say which properties an object may have, of two schemas that must both hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pymacaron_core.spec.operation import Schema

Both = Callable[[Schema, Schema], Schema]
"""Makes one schema of two that must both hold."""
OUTER = ("unevaluatedProperties", "unevaluatedItems")
"""Keywords that mean what the whole schema around them leaves over."""
WHOLE = "whole"
"""Among folded keywords: schemas that must hold as well, and cannot be taken apart."""
_TOGETHER = ("properties", "patternProperties", "additionalProperties")
_DYNAMIC = ("oneOf", "anyOf", "if", "dependentSchemas", "allOf", WHOLE)
_OPEN = Schema()


def in_both(mine: Mapping[str, Schema], theirs: Mapping[str, Schema], both: Both) -> dict[str, Schema]:
    """What is in either, and what is in both folded."""
    return {**mine, **{name: both(mine[name], each) if name in mine else each for name, each in theirs.items()}}


def is_open(keywords: Mapping[str, Any]) -> bool:
    """Whether undeclared properties may be anything."""
    rest = keywords.get("additionalProperties", _OPEN)
    return not rest.refuses_all and not rest.keywords and rest.ref is None


def merge(merged: dict[str, Any], other: dict[str, Any], both: Both) -> None:
    """Move the keywords about properties from ``other`` to ``merged``.

    A property that only one of the two declares is an additional one to the other.
    """
    if not any(key in merged for key in _TOGETHER) or not any(key in other for key in _TOGETHER):
        return
    theirs = {key: other.pop(key) for key in _TOGETHER if key in other}
    mine = {key: merged.pop(key) for key in _TOGETHER if key in merged}
    patterns = [side.get("patternProperties", {}) for side in (mine, theirs)]
    if any(patterns):
        left = [_only_names(side) for side in (mine, theirs) if not is_open(side)]
        if left:
            merged["allOf"] = (*merged.get("allOf", ()), *left)
        merged["patternProperties"] = in_both(patterns[0], patterns[1], both)
        rests = [_OPEN, _OPEN]
    else:
        rests = [side.get("additionalProperties", _OPEN) for side in (mine, theirs)]
        rest = both(*rests)
        if not is_open({"additionalProperties": rest}) or any("additionalProperties" in s for s in (mine, theirs)):
            merged["additionalProperties"] = rest
    found = _properties(mine.get("properties", {}), theirs.get("properties", {}), rests, both)
    if found or "properties" in mine or "properties" in theirs:
        merged["properties"] = found


def _properties(
    mine: Mapping[str, Schema], theirs: Mapping[str, Schema], rests: list[Schema], both: Both
) -> dict[str, Schema]:
    found = {}
    for name in dict.fromkeys((*mine, *theirs)):
        sides = mine.get(name), theirs.get(name)
        meant = both(sides[0] or rests[0], sides[1] or rests[1])
        if not meant.refuses_all or all(sides) or any(side is not None and side.refuses_all for side in sides):
            found[name] = meant
    return found


def _only_names(side: Mapping[str, Any]) -> Schema:
    """What one side says of properties it does not name."""
    named = {key: dict.fromkeys(side[key], _OPEN) for key in ("properties", "patternProperties") if key in side}
    return Schema({**named, "additionalProperties": side["additionalProperties"]})


def close(merged: dict[str, Any], schema: Schema) -> None:
    """``unevaluatedProperties``, as ``additionalProperties`` where all that others evaluate is known beforehand."""
    rest = schema.get("unevaluatedProperties")
    if rest is None or "additionalProperties" in merged:
        return
    if any(key in merged for key in _DYNAMIC):
        merged[WHOLE] = (*merged.get(WHOLE, ()), schema)
    elif not is_open({"additionalProperties": rest}):
        merged["additionalProperties"] = rest
