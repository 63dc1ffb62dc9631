"""What two documents say, in a form that can be compared: the vocabulary without its places."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pymacaron_core.spec.operation import Specification

PLACES = ("place", "file", "files", "digest", "document")
BY_DIALECT = (*PLACES, "dialect", "spread", "arguments")
"""Also without what differs between a document and the same in another dialect."""


def vocabulary(specification: Specification, without: Collection[str] = PLACES) -> Any:
    return _plain(specification, frozenset(without))


def _plain(value: Any, without: frozenset[str]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        told = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in without}
        return {name: _plain(inner, without) for name, inner in told.items()}
    if isinstance(value, Mapping):
        return {key: _plain(inner, without) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, without) for inner in value]
    return value
