"""Choices that keywords alone can say: ``oneOf`` of types is a list of types, ``anyOf`` of constants an ``enum``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pymacaron_core.changes.values import key_of, listed, type_of

TOLD = frozenset(
    (
        *("title", "description", "example", "examples", "externalDocs", "xml", "deprecated", "$comment"),
        *("default", "readOnly", "writeOnly", "$id", "$anchor", "$schema", "$defs"),
    )
)
"""Keywords that say nothing of what fits."""


class Branch(Protocol):
    """What is known of a branch: the room of flat schemas says more."""

    @property
    def keywords(self) -> Mapping[str, Any]: ...
    @property
    def types(self) -> frozenset[str]: ...
    @property
    def choices(self) -> Sequence[Any]: ...
    @property
    def conditions(self) -> Mapping[str, Any]: ...
    @property
    def refused(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Folded:
    """What a choice comes to: ``types``, and ``keywords`` that say the ``whole`` of it, or nothing."""

    types: frozenset[str]
    keywords: Mapping[str, Any]
    whole: bool


def folded(branches: Sequence[Branch], exclusive: bool, null: bool) -> Folded:
    """Branches as keywords, where these say the same; ``null``: null is allowed beside them."""
    beside = frozenset({"null"} if null else ())
    types = frozenset[str]().union(beside, *(each.types for each in branches if not each.refused))
    if any(each.choices or each.conditions or each.refused for each in branches):
        return Folded(types, {}, False)
    said = [{name for name in each.keywords if name not in TOLD and name[:2] != "x-"} for each in branches]
    if not any(said) and not (exclusive and _overlap([each.types for each in branches])):
        return Folded(types, {}, True)
    values = [_values(each) for each in branches]
    if all(values) and all(names <= {"const", "enum"} for names in said):
        known = [frozenset(map(key_of, each or ())) for each in values]
        if not (exclusive and _overlap(known)):
            once = {key_of(value): value for each in values for value in each or ()}
            return Folded(types, {"enum": (*once.values(), *((None,) if null and "null" not in once else ()))}, True)
    return Folded(types, {}, False)


def _overlap(sets: Sequence[frozenset[str]]) -> bool:
    return sum(map(len, sets)) > len(frozenset[str]().union(*sets))


def _values(branch: Branch) -> list[Any] | None:
    """The values that fit a branch, where they can be counted."""
    values = listed(branch.keywords)
    if values is None:
        return [True, False] if branch.types == {"boolean"} else None
    return [value for value in values if type_of(value) in branch.types]
