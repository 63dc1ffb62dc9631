"""The keywords of arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.judge import phrases, words
from pymacaron_core.models.judge.equality import all_different
from pymacaron_core.models.judge.rule import Breach, Check, Descent, Finding, Memo, Rule, said

Compile = Callable[[Any], Rule]


def checks(schema: Mapping[str, Any], compile_: Compile) -> Iterator[Check]:
    """The checks of an array, in the order in which they are made: cheap ones first."""
    if "minItems" in schema:
        yield min_items(schema["minItems"])
    if "maxItems" in schema:
        yield max_items(schema["maxItems"])
    if "prefixItems" in schema:
        yield prefix_items([compile_(each) for each in schema["prefixItems"]])
    if "items" in schema:
        yield items(compile_(schema["items"]), len(schema.get("prefixItems", ())))
    if "contains" in schema:
        told = phrases.third_person(schema["contains"])
        rule = compile_(schema["contains"])
        yield contains(rule, schema.get("minContains", 1), schema.get("maxContains"), told)
    if schema.get("uniqueItems") is True:
        yield said(all_different, "uniqueItems", "must not have an item twice")


def min_items(limit: Any) -> Check:
    return said(lambda value, memo: len(value) >= limit, "minItems", f"must have {limit} or more items")


def max_items(limit: Any) -> Check:
    return said(lambda value, memo: len(value) <= limit, "maxItems", f"must have {limit} or fewer items")


def prefix_items(rules: list[Rule]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for rule, item in zip(rules, value, strict=False):
            if not rule.fits(item, memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for at, (rule, item) in enumerate(zip(rules, value, strict=False)):
            if not rule.fits(item, memo):
                yield Descent((at,), rule, item)

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(range(min(len(rules), len(value))))

    return Check(fits, tell, evaluate)


def items(rule: Rule, start: int) -> Check:
    """``items``: every item after those of ``prefixItems``."""
    is_it = rule.fits

    def fits(value: Any, memo: Memo) -> bool:
        for item in value[start:] if start else value:
            if not is_it(item, memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for at in range(start, len(value)):
            if rule.refuses_all:
                yield Breach((at,), "items", f"is one item too many: there may be {start}")
            elif not is_it(value[at], memo):
                yield Descent((at,), rule, value[at])

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(range(len(value)))

    return Check(fits, tell, evaluate)


def contains(rule: Rule, least: Any, most: Any, told: str) -> Check:
    is_it = rule.fits
    enough = least if most is None else None
    one = f" that {told}" if told else " of the kind asked for"
    several = f", each of which {told}" if told else one

    def count(value: Any, memo: Memo) -> int:
        found = 0
        for item in value:
            if is_it(item, memo):
                found += 1
                if found == enough:
                    break
        return found

    def fits(value: Any, memo: Memo) -> bool:
        if enough == 0:
            return True
        found = count(value, memo)
        return bool(found >= least and (most is None or found <= most))

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        if count(value, memo) < least:
            keyword, what = ("contains", "an item") if least == 1 else ("minContains", f"{least} or more items")
            yield Breach((), keyword, words.cut(f"must contain {what}{one if least == 1 else several}"))
        else:
            yield Breach((), "maxContains", words.cut(f"must contain {most} or fewer items{several}"))

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(at for at, item in enumerate(value) if is_it(item, memo))

    return Check(fits, tell, evaluate)
