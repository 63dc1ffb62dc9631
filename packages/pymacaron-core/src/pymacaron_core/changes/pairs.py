"""Pairs of schemas that are compared: what changed in each, and which it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.choices import Branch
from pymacaron_core.changes.flattening import Flattener
from pymacaron_core.spec.operation import Schema

Key = tuple[Any, Any, str]


@dataclass
class Pair:
    """Two schemas that were compared: what changed in them, and the named ones they hold."""

    label: str
    changes: list[Change] = field(default_factory=list)
    inside: set[Key] = field(default_factory=set)


class Comparing(Protocol):
    """What the comparison of one pair asks of that of all."""

    old: Flattener
    new: Flattener

    def inner(self, pair: Pair, old: Schema, new: Schema, direction: str, label: str) -> bool:
        """Whether two schemas inside of others are a pair of their own: where one has a name, or is made of such."""

    def related(self, old: Schema, new: Schema, direction: str) -> tuple[bool, bool]:
        """Whether all that had the old schema has the new one, and all that has the new one had the old one."""

    def harmless(self, old: str, new: str, direction: str) -> bool:
        """Whether it breaks nobody when one named schema takes the place of another."""

    def branches(self, flattener: Flattener, schema: Schema) -> tuple[Branch, ...]:
        """The schemas that a value of a schema may have."""


def reachable(key: Key, holders: Mapping[Key, list[Key]]) -> set[Key]:
    """A pair, and all that it is inside of."""
    found: set[Key] = set()
    waiting = [key]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(holders.get(each, ()))
    return found
