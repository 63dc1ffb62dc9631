"""``unevaluatedProperties`` and ``unevaluatedItems``: what no other keyword of the schema looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pymacaron_core.models.judge.objects import undeclared
from pymacaron_core.models.judge.rule import Breach, Check, Descent, Finding, Memo, Rule

Left = Callable[[Any, Memo], Iterator[Any]]


def unevaluated_properties(rule: Rule, others: Sequence[Check]) -> Check:
    left = _left(others, lambda value: value)

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return undeclared(value, left(value, memo), rule, "unevaluatedProperties", memo)

    return _check(left, rule, tell)


def unevaluated_items(rule: Rule, others: Sequence[Check]) -> Check:
    left = _left(others, lambda value: range(len(value)))

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for at in left(value, memo):
            if rule.refuses_all:
                yield Breach((at,), "unevaluatedItems", "is not an item of this array")
            elif not rule.fits(value[at], memo):
                yield Descent((at,), rule, value[at])

    return _check(left, rule, tell)


def _left(others: Sequence[Check], keys: Callable[[Any], Iterable[Any]]) -> Left:
    def left(value: Any, memo: Memo) -> Iterator[Any]:
        found: set[Any] = set()
        for check in others:
            if check.evaluate is not None:
                check.evaluate(value, memo, found, set())
        return (key for key in keys(value) if key not in found)

    return left


def _check(left: Left, rule: Rule, tell: Callable[[Any, Memo], Iterable[Finding]]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for key in left(value, memo):
            if not rule.fits(value[key], memo):
                return False
        return True

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(value if isinstance(value, dict) else range(len(value)))

    return Check(fits, tell, evaluate)
