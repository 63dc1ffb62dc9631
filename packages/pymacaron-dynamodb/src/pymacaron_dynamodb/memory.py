"""What is remembered of a model object beside its properties: the item it was loaded from, or last saved as.

Kept apart from the object, so that it works on any class and no comparison or copy of values sees it.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_dynamodb.errors import ValueRefused
from pymacaron_dynamodb.item import Attribute


@dataclass(frozen=True, slots=True)
class _Kept:
    """``reference`` takes the entry away with the object."""

    reference: weakref.ref[Any]
    item: Mapping[str, Attribute]


_kept: dict[int, _Kept] = {}


def remember(model: Any, item: Mapping[str, Attribute]) -> None:
    """Remember the item of a model, in place of the one before."""
    key = id(model)
    try:
        _kept[key] = _Kept(weakref.ref(model, lambda gone: _forget(key, gone)), item)
    except TypeError:
        name = type(model).__name__
        raise ValueRefused(
            f"a {name} cannot be remembered: its class needs '__weakref__' among its __slots__"
        ) from None


def recall(model: Any) -> Mapping[str, Attribute] | None:
    """The item of a model; None for one that was neither loaded nor saved."""
    found = _kept.get(id(model))
    return found.item if found is not None and found.reference() is model else None


def forget(model: Any) -> None:
    """Remember nothing of a model: it is a new one again."""
    _kept.pop(id(model), None)


def hand_on(model: Any, copy: Any) -> None:
    """Remember of a copy what is remembered of the model."""
    item = recall(model)
    if item is not None:
        remember(copy, item)


def _forget(key: int, gone: weakref.ref[Any]) -> None:
    found = _kept.get(key)
    if found is not None and found.reference is gone:
        del _kept[key]
