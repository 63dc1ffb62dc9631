"""Equality as JSON means it: ``1`` is ``1.0`` and is not ``true``; the order of properties says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pymacaron_core.models.judge.rule import Memo

_NUMBERS = ("numbers of values",)
_BY_IDENTITY = ("numbers of values", "by identity")


def equal(value: Any, other: Any) -> bool:
    """Whether two JSON values are equal. Goes no deeper than the shallower of them."""
    if isinstance(value, dict):
        if not isinstance(other, dict) or len(value) != len(other):
            return False
        return all(name in other and equal(inner, other[name]) for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(value) != len(other):
            return False
        return all(equal(*pair) for pair in zip(value, other, strict=True))
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list, tuple))


def scalar_key(value: Any) -> tuple[bool, Any]:
    """Two scalars are equal where their keys are."""
    return isinstance(value, bool), value


def all_different(items: list[Any], memo: Memo) -> bool:
    """Whether no two items are equal, in time linear in their size, however deep they are."""
    if all(type(item) is str for item in items):
        return len(set(items)) == len(items)
    return len({number(item, memo) for item in items}) == len(items)


def number(value: Any, memo: Memo) -> int:
    """A number that equal values have in common in one judgement, and no others."""
    known: dict[Any, int] = memo.setdefault(_NUMBERS, {})
    if is_scalar(value):
        return known.setdefault(scalar_key(value), len(known))
    numbered: dict[int, int] = memo.setdefault(_BY_IDENTITY, {})
    waiting = [value]
    while waiting:
        last = waiting[-1]
        inside = [each for each in _parts(last) if not is_scalar(each) and id(each) not in numbered]
        if inside:
            waiting.extend(inside)
            continue
        waiting.pop()
        numbered[id(last)] = known.setdefault(_key(last, known, numbered), len(known))
    return numbered[id(value)]


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _key(value: Any, known: dict[Any, int], numbered: dict[int, int]) -> Any:
    def of(each: Any) -> int:
        if is_scalar(each):
            return known.setdefault(scalar_key(each), len(known))
        return numbered[id(each)]

    if isinstance(value, dict):
        return "object", frozenset((name, of(each)) for name, each in value.items())
    return "array", tuple([of(each) for each in value])
