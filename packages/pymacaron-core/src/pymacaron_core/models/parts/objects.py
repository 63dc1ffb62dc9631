"""The keywords that say which properties an object may have, of two schemas that must both hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec.operation import Schema

OUTER = ("unevaluatedProperties", "unevaluatedItems")
"""Keywords that mean what the whole schema around them leaves over."""
_TOGETHER = ("properties", "patternProperties", "additionalProperties")
_DYNAMIC = ("oneOf", "anyOf", "if", "dependentSchemas", "allOf")
_OPEN = Schema()


def both(mine: Schema, theirs: Schema) -> Schema:
    """One schema for what must fit two."""
    if mine is theirs or (not theirs.keywords and theirs.ref is None and not theirs.refuses_all):
        return mine
    if not mine.keywords and mine.ref is None and not mine.refuses_all:
        return theirs
    if mine.refuses_all or theirs.refuses_all:
        return mine if mine.refuses_all else theirs
    return Schema({"allOf": (mine, theirs)}, place=theirs.place)


def in_both(mine: Mapping[str, Schema], theirs: Mapping[str, Schema]) -> dict[str, Schema]:
    """What is in either, and what is in both folded."""
    return {**mine, **{name: both(mine[name], each) if name in mine else each for name, each in theirs.items()}}


def is_open(keywords: Mapping[str, Any]) -> bool:
    """Whether undeclared properties may be anything."""
    rest = keywords.get("additionalProperties", _OPEN)
    return not rest.refuses_all and not rest.keywords and rest.ref is None


def merge(merged: dict[str, Any], other: dict[str, Any]) -> None:
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
        merged["allOf"] = (*merged.get("allOf", ()), *left)
        merged["patternProperties"] = in_both(*patterns)
        rests = [_OPEN, _OPEN]
    else:
        rests = [side.get("additionalProperties", _OPEN) for side in (mine, theirs)]
        rest = both(*rests)
        if not is_open({"additionalProperties": rest}) or any("additionalProperties" in s for s in (mine, theirs)):
            merged["additionalProperties"] = rest
    found = _properties(mine.get("properties", {}), theirs.get("properties", {}), *rests)
    if found or "properties" in mine or "properties" in theirs:
        merged["properties"] = found


def _properties(
    mine: Mapping[str, Schema], theirs: Mapping[str, Schema], my_rest: Schema, their_rest: Schema
) -> dict[str, Schema]:
    found = {}
    for name in dict.fromkeys((*mine, *theirs)):
        meant = both(mine.get(name, my_rest), theirs.get(name, their_rest))
        if not meant.refuses_all or (name in mine and name in theirs):
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
        merged["allOf"] = (*merged.get("allOf", ()), schema)
    elif not is_open({"additionalProperties": rest}):
        merged["additionalProperties"] = rest
