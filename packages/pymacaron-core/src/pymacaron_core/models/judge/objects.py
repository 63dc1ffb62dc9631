"""The keywords of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.judge.rule import Breach, Check, Descent, Finding, Memo, Rule, said
from pymacaron_core.models.patterns import matcher

Compile = Callable[[Any], Rule]
Matches = Callable[[str], bool]


def checks(schema: Mapping[str, Any], compile_: Compile) -> Iterator[Check]:
    """The checks of an object, in the order in which they are made: cheap ones first."""
    if schema.get("required"):
        yield required(tuple(schema["required"]))
    if "minProperties" in schema:
        yield min_properties(schema["minProperties"])
    if "maxProperties" in schema:
        yield max_properties(schema["maxProperties"])
    if schema.get("dependentRequired"):
        yield dependent_required(schema["dependentRequired"])
    named = {name: compile_(each) for name, each in schema.get("properties", {}).items()}
    if named:
        yield properties(named)
    patterns = [(matcher(name), compile_(each)) for name, each in schema.get("patternProperties", {}).items()]
    if patterns:
        yield pattern_properties(patterns)
    if "additionalProperties" in schema:
        yield additional_properties(
            compile_(schema["additionalProperties"]), frozenset(named), [m for m, _ in patterns]
        )
    if "propertyNames" in schema:
        yield property_names(compile_(schema["propertyNames"]))
    if schema.get("dependentSchemas"):
        yield dependent_schemas({name: compile_(each) for name, each in schema["dependentSchemas"].items()})


def required(names: tuple[str, ...]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for name in names:
            if name not in value:
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return [Breach((name,), "required", "is required") for name in names if name not in value]

    return Check(fits, tell)


def min_properties(limit: Any) -> Check:
    return said(lambda value, memo: len(value) >= limit, "minProperties", f"must have {limit} or more properties")


def max_properties(limit: Any) -> Check:
    return said(lambda value, memo: len(value) <= limit, "maxProperties", f"must have {limit} or fewer properties")


def dependent_required(wanted: Mapping[str, Iterable[str]]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        return not any(tell(value, memo))

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for name, others in wanted.items():
            if name in value:
                for other in others:
                    if other not in value:
                        yield Breach((other,), "dependentRequired", f"is required where {name!r} is given")

    return Check(fits, tell)


def properties(rules: Mapping[str, Rule]) -> Check:
    pairs = [(name, rule.fits) for name, rule in rules.items()]

    def fits(value: Any, memo: Memo) -> bool:
        for name, is_it in pairs:
            if name in value and not is_it(value[name], memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for name, rule in rules.items():
            if name in value and not rule.fits(value[name], memo):
                yield Descent((name,), rule, value[name])

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(name for name in rules if name in value)

    return Check(fits, tell, evaluate)


def pattern_properties(rules: list[tuple[Matches, Rule]]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for name, inner in value.items():
            for matches, rule in rules:
                if matches(name) and not rule.fits(inner, memo):
                    return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for name, inner in value.items():
            for matches, rule in rules:
                if matches(name) and not rule.fits(inner, memo):
                    yield Descent((name,), rule, inner)

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(name for name in value if any(matches(name) for matches, _ in rules))

    return Check(fits, tell, evaluate)


def additional_properties(rule: Rule, named: frozenset[str], patterns: list[Matches]) -> Check:
    is_it = rule.fits

    def others(value: Any) -> Iterator[str]:
        for name in value:
            if name not in named and not any(matches(name) for matches in patterns):
                yield name

    def fits(value: Any, memo: Memo) -> bool:
        for name in others(value):
            if not is_it(value[name], memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return undeclared(value, others(value), rule, "additionalProperties", memo)

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        found.update(others(value))

    return Check(fits, tell, evaluate)


def undeclared(value: Any, names: Iterable[str], rule: Rule, keyword: str, memo: Memo) -> Iterator[Finding]:
    for name in names:
        if rule.refuses_all:
            yield Breach((name,), keyword, "is not a property of this object")
        elif not rule.fits(value[name], memo):
            yield Descent((name,), rule, value[name])


def property_names(rule: Rule) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for name in value:
            if not rule.fits(name, memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for name in value:
            if not rule.fits(name, memo):
                for message in _complaints(rule, name, memo):
                    yield Breach((name,), "propertyNames", f"its name {message}")

    return Check(fits, tell)


def _complaints(rule: Rule, name: str, memo: Memo) -> Iterator[str]:
    """What a rule has against a name, those it refers to included."""
    waiting, seen = [rule], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            for finding in each.findings(name, memo):
                if isinstance(finding, Breach):
                    yield finding.message
                else:
                    waiting.append(finding.rule)


def dependent_schemas(rules: Mapping[str, Rule]) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        for name, rule in rules.items():
            if name in value and not rule.fits(value, memo):
                return False
        return True

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        for name, rule in rules.items():
            if name in value and not rule.fits(value, memo):
                yield Descent((), rule, value)

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        for name, rule in rules.items():
            if name in value:
                rule.evaluate(value, memo, found, seen)

    return Check(fits, tell, evaluate)
