"""The judge: a schema made into rules when first asked, and values judged by them, however deep they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from pymacaron_core.errors import ModelError
from pymacaron_core.models.judge.compiling import Compiler
from pymacaron_core.models.judge.rule import MOST, Breach, Memo, Rule, Steps
from pymacaron_core.models.patterns import TooSlow
from pymacaron_core.spec.operation import EMPTY

T = TypeVar("T")

_TOO_SLOW = Breach((), "pattern", "takes too long to match a pattern")
_TOO_DEEP = Breach((), "depth", "is nested too deeply")


class Judge:
    """Says whether JSON values fit a schema, and why not.

    ``schema`` is plain JSON Schema 2020-12; ``{"$ref": "Pet"}`` means ``schemas["Pet"]``. Values are what a JSON parser
    gives. Every pair of a named schema and a part of the value is judged once, so the cost is linear in both.
    Raises :class:`ModelError` at the first use where the schema cannot be made into rules.
    """

    def __init__(self, schema: Mapping[str, Any] | bool, schemas: Mapping[str, Any] = EMPTY) -> None:
        self._schema = schema
        self._schemas = schemas

    @cached_property
    def _compiled(self) -> tuple[Rule, tuple[Rule, ...]]:
        compiler = Compiler(self._schemas)
        try:
            rule = compiler.rule(self._schema)
            compiler.complete()
        except RecursionError:
            raise ModelError("a schema is nested too deeply to be judged by") from None
        return rule, tuple(each for each in compiler.named.values() if each.is_reference)

    def fits(self, value: Any) -> bool:
        """Whether the value fits. One that is nested too deeply, or takes too long to match a pattern, does not."""
        rule, named = self._compiled
        try:
            return rule.fits(value, {})
        except RecursionError:
            return bool(_from_inside(named, value, lambda memo: rule.fits(value, memo)))
        except TooSlow:
            return False

    def breaches(self, value: Any) -> list[Breach]:
        """Every way in which the value does not fit, in the order of the schema, or the first thousand and one."""
        rule, named = self._compiled
        try:
            return _told(rule, value, {})
        except RecursionError:
            told = _from_inside(named, value, lambda memo: _told(rule, value, memo))
            return [_TOO_DEEP] if told is None else told
        except TooSlow:
            return [_TOO_SLOW]


def _told(rule: Rule, value: Any, memo: Memo) -> list[Breach]:
    if rule.fits(value, memo):
        return []
    told: dict[Breach, None] = {}
    seen: set[tuple[int, Steps]] = set()
    waiting: list[tuple[Steps, Rule, Any]] = [((), rule, value)]
    while waiting and len(told) < MOST:
        steps, each, part = waiting.pop()
        if (id(each), steps) in seen:
            continue
        seen.add((id(each), steps))
        deeper: list[tuple[Steps, Rule, Any]] = []
        for finding in each.findings(part, memo):
            if isinstance(finding, Breach):
                told[Breach((*steps, *finding.steps), finding.keyword, finding.message)] = None
            else:
                deeper.append(((*steps, *finding.steps), finding.rule, finding.value))
            if len(told) + len(deeper) >= MOST:
                break
        waiting += reversed(deeper)
    return list(told) or [Breach((), "schema", "is not what the document asks for")]


def _from_inside(named: tuple[Rule, ...], value: Any, judge: Callable[[Memo], T]) -> T | None:
    """Judge the innermost parts by every named schema first, which leaves little to do for those around them.

    None where a schema is too deep even so.
    """
    memo: Memo = {}
    try:
        for part in _innermost_first(value):
            for rule in named:
                rule.fits(part, memo)
        return judge(memo)
    except RecursionError:
        return None


def _innermost_first(value: Any) -> Iterator[Any]:
    found, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (dict, list)):
            found.append(part)
            waiting.extend(part.values() if isinstance(part, dict) else part)
    return reversed(found)
