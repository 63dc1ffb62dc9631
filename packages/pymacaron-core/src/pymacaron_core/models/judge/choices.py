"""The keywords that judge the same value by other schemas: ``allOf``, ``anyOf``, ``oneOf``, ``not``, ``if``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.judge import phrases, words
from pymacaron_core.models.judge.rule import Breach, Check, Descent, Finding, Memo, Rule

Compile = Callable[[Any], Rule]
_WRONG_KIND = 10_000
_WRONG_TAG = 100
_MISSING = 2


def checks(schema: Mapping[str, Any], compile_: Compile) -> Iterator[Check]:
    for branch in schema.get("allOf", ()):
        yield every(compile_(branch))
    if schema.get("anyOf"):
        yield any_of([compile_(branch) for branch in schema["anyOf"]])
    if schema.get("oneOf"):
        yield one_of([compile_(branch) for branch in schema["oneOf"]])
    if "not" in schema:
        yield none_of(compile_(schema["not"]), schema["not"])
    if "if" in schema and ("then" in schema or "else" in schema):
        yield condition(*[compile_(schema.get(key, True)) for key in ("if", "then", "else")])
    elif "if" in schema:
        yield condition(compile_(schema["if"]), compile_(True), compile_(True))


def every(rule: Rule) -> Check:
    """One branch of ``allOf``, or what a reference leads to."""
    return Check(rule.fits, lambda value, memo: (Descent((), rule, value),), rule.evaluate)


def any_of(rules: list[Rule]) -> Check:
    branches = [rule.fits for rule in rules]

    def fits(value: Any, memo: Memo) -> bool:
        for is_it in branches:
            if is_it(value, memo):
                return True
        return False

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return (_nearest("anyOf", rules, value, memo),)

    return Check(fits, tell, _evaluate_fitting(rules))


def one_of(rules: list[Rule]) -> Check:
    branches = [rule.fits for rule in rules]

    def fits(value: Any, memo: Memo) -> bool:
        found = False
        for is_it in branches:
            if is_it(value, memo):
                if found:
                    return False
                found = True
        return found

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        fitting = [rule.name or f"number {at}" for at, rule in enumerate(rules, 1) if rule.fits(value, memo)]
        if not fitting:
            return (_nearest("oneOf", rules, value, memo),)
        told = f"must fit only one of the schemas it may be, and fits {len(fitting)} ({', '.join(fitting)})"
        return (Breach((), "oneOf", words.cut(told)),)

    return Check(fits, tell, _evaluate_fitting(rules))


def none_of(rule: Rule, schema: Any) -> Check:
    told = _forbidden(schema)

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return (Breach((), "not", told),)

    return Check(lambda value, memo: not rule.fits(value, memo), tell)


def condition(if_: Rule, then: Rule, else_: Rule) -> Check:
    def fits(value: Any, memo: Memo) -> bool:
        return then.fits(value, memo) if if_.fits(value, memo) else else_.fits(value, memo)

    def tell(value: Any, memo: Memo) -> Iterable[Finding]:
        return (Descent((), then if if_.fits(value, memo) else else_, value),)

    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        if if_.fits(value, memo):
            if_.evaluate(value, memo, found, seen)
            then.evaluate(value, memo, found, seen)
        else:
            else_.evaluate(value, memo, found, seen)

    return Check(fits, tell, evaluate)


def _evaluate_fitting(rules: list[Rule]) -> Callable[[Any, Memo, set[Any], Any], None]:
    def evaluate(value: Any, memo: Memo, found: set[Any], seen: Any) -> None:
        for rule in rules:
            if rule.fits(value, memo):
                rule.evaluate(value, memo, found, seen)

    return evaluate


def _nearest(keyword: str, rules: list[Rule], value: Any, memo: Memo) -> Finding:
    """What the branch tells that the value comes closest to; where there is none such, what the choice is."""
    measured = [(distance(rule, value, memo), rule) for rule in rules]
    least = min(far for far, _ in measured)
    if least >= _WRONG_KIND:
        kinds = [kind for rule in rules for kind in rule.kinds]
        if all(rule.kinds for rule in rules) and type(value) not in _types(kinds):
            return Breach((), keyword, words.must_be_kind(kinds))
    near = [rule for far, rule in measured if far == least]
    if len(near) == 1:
        return Descent((), near[0], value)
    missing = [_missing(rule, value, memo) for rule in near]
    if all(missing):
        return Breach((), keyword, words.cut(f"must have the property {words.either(missing)}"))
    names = _names(rules)
    return Breach((), keyword, words.cut(f"fits none of {names}" if names else "fits none of the schemas it may be"))


def _missing(rule: Rule, value: Any, memo: Memo) -> str:
    """The properties that a value of this branch lacks, where they are all that is wrong with it."""
    found = list(rule.findings(value, memo))
    if any(isinstance(each, Descent) or each.keyword != "required" for each in found):
        return ""
    return " and ".join(f"'{each.steps[0]}'" for each in found if isinstance(each, Breach))


def distance(rule: Rule, value: Any, memo: Memo) -> int:
    """How far a value that does not fit is from doing so, as far as can be seen without looking inside its parts."""
    key = ("distance", id(rule), id(value))
    if key not in memo:
        memo[key] = _WRONG_KIND
        memo[key] = sum(_weight(each, memo) for each in rule.findings(value, memo))
    return int(memo[key])


def _weight(finding: Finding, memo: Memo) -> int:
    if isinstance(finding, Descent):
        if not finding.steps:
            return distance(finding.rule, finding.value, memo)
        return _WRONG_TAG if finding.rule.tags else 1
    if finding.keyword == "required":
        return _MISSING
    return _WRONG_KIND if not finding.steps and finding.keyword in ("type", "enum", "const", "not") else 1


def _types(kinds: Iterable[str]) -> set[type]:
    python = {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "array": (list,),
        "object": (dict,),
        "null": (type(None),),
    }
    return {each for kind in kinds for each in python.get(kind, ())}


def _names(rules: Iterable[Rule]) -> str:
    names = [rule.name for rule in rules]
    return ", ".join(names) if all(names) else ""


def _forbidden(schema: Any) -> str:
    if schema is True or schema == {}:
        return words.NEVER
    told = phrases.infinitive(schema)
    return words.cut(f"must not {told}" if told else "must not be what the document excludes here")
