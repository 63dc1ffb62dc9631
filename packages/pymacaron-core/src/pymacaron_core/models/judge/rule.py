"""What a compiled schema consists of: rules, their checks, and what a check has to tell of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Steps: TypeAlias = tuple[str | int, ...]
Memo: TypeAlias = dict[Any, Any]
"""What is known already in one judgement, by rule and identity of the value: no pair is judged twice."""
Fits: TypeAlias = Callable[[Any, Memo], bool]

JSON_TYPES: tuple[type, ...] = (dict, list, str, int, float, bool, type(None))
MOST = 1_001
"""How many breaches of one value are told: one more than a reply tells one by one."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a value does not fit: the steps to the place, the keyword of JSON Schema, what must be."""

    steps: Steps
    keyword: str
    message: str


@dataclass(frozen=True, slots=True)
class Descent:
    """A part of the value (or all of it, with no steps) that does not fit another rule, which tells why."""

    steps: Steps
    rule: Rule
    value: Any


Finding: TypeAlias = Breach | Descent
Seen: TypeAlias = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Check:
    """One keyword. ``tell`` is asked only of values that do not fit, and then tells at least one finding.

    ``evaluate`` adds the properties or places of items that the keyword looked at (for ``unevaluated...``).
    """

    fits: Fits
    tell: Callable[[Any, Memo], Iterable[Finding]]
    evaluate: Callable[[Any, Memo, set[Any], Seen], None] | None = None


@dataclass(slots=True, eq=False)
class Rule:
    """One schema. ``checks`` holds those of each type of JSON, ``kinds`` the types named, ``name`` what it is called.

    ``tags`` says that the schema is a fixed value, as those of properties are that tell schemas apart.
    """

    fits: Fits
    checks: Mapping[type, tuple[Check, ...]]
    kinds: tuple[str, ...] = ()
    name: str = ""
    tags: bool = False
    refuses_all: bool = False
    is_reference: bool = False

    def findings(self, value: Any, memo: Memo) -> Iterable[Finding]:
        """Why the value does not fit."""
        for check in self.checks.get(type(value), ()):
            if not check.fits(value, memo):
                yield from check.tell(value, memo)

    def evaluate(self, value: Any, memo: Memo, found: set[Any], seen: Seen) -> None:
        """Add what the schema's keywords looked at. To be asked of values that fit."""
        key = (id(self), id(value))
        if key not in seen:
            seen.add(key)
            for check in self.checks.get(type(value), ()):
                if check.evaluate is not None:
                    check.evaluate(value, memo, found, seen)


def said(fits: Fits, keyword: str, message: str) -> Check:
    """A check that has but one thing to tell."""
    breach = (Breach((), keyword, message),)
    return Check(fits, lambda value, memo: breach)
