"""The keywords of numbers and strings, ``enum`` and ``const``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from pymacaron_core.models.formats import INTEGERS, checker, meaning
from pymacaron_core.models.judge import words
from pymacaron_core.models.judge.equality import equal, is_scalar, scalar_key
from pymacaron_core.models.judge.rule import Check, said
from pymacaron_core.models.patterns import matcher


def minimum(limit: Any) -> Check:
    return said(lambda value, memo: bool(value >= limit), "minimum", f"must be at least {limit}")


def exclusive_minimum(limit: Any) -> Check:
    return said(lambda value, memo: bool(value > limit), "exclusiveMinimum", f"must be more than {limit}")


def maximum(limit: Any) -> Check:
    return said(lambda value, memo: bool(value <= limit), "maximum", f"must be at most {limit}")


def exclusive_maximum(limit: Any) -> Check:
    return said(lambda value, memo: bool(value < limit), "exclusiveMaximum", f"must be less than {limit}")


def multiple_of(divisor: Any) -> Check:
    """Exact, in decimal: ``0.3`` is a multiple of ``0.1``."""
    exact = Fraction(str(divisor))
    over, under = exact.numerator, exact.denominator

    def fits(value: Any, memo: Any) -> bool:
        if type(value) is int:
            return bool(value * under % over == 0)
        if not isfinite(value):
            return False
        fraction = Fraction(str(value))
        return fraction.numerator * under % (fraction.denominator * over) == 0

    return said(fits, "multipleOf", f"must be a multiple of {divisor}")


def min_length(limit: Any) -> Check:
    return said(lambda value, memo: len(value) >= limit, "minLength", f"must have {limit} or more characters")


def max_length(limit: Any) -> Check:
    return said(lambda value, memo: len(value) <= limit, "maxLength", f"must have {limit} or fewer characters")


def pattern(expression: str) -> Check:
    matches = matcher(expression)
    return said(lambda value, memo: matches(value), "pattern", words.cut(f"must match {expression}"))


def text_format(name: str) -> Check | None:
    """``format`` of strings, where it is one that has a meaning."""
    is_of = checker(name)
    if is_of is None:
        return None
    return said(lambda value, memo: is_of(value), "format", f"must be {meaning(name)}")


def number_format(name: str) -> Check | None:
    if name not in INTEGERS:
        return None
    least, greatest = INTEGERS[name]
    return said(lambda value, memo: least <= value <= greatest, "format", f"must be {meaning(name)}")


def one_of_values(values: Any, keyword: str) -> Check:
    """``enum``, and ``const`` with its one value."""
    message = words.must_be_one_of(values)
    scalars = frozenset(scalar_key(value) for value in values if is_scalar(value))
    others = [value for value in values if not is_scalar(value)]

    def fits(value: Any, memo: Any) -> bool:
        if is_scalar(value):
            return (isinstance(value, bool), value) in scalars
        return any(equal(other, value) for other in others)

    return said(fits, keyword, message)


_NUMBERS: Mapping[str, Callable[[Any], Check | None]] = {
    "minimum": minimum,
    "exclusiveMinimum": exclusive_minimum,
    "maximum": maximum,
    "exclusiveMaximum": exclusive_maximum,
    "multipleOf": multiple_of,
    "format": number_format,
}
_STRINGS: Mapping[str, Callable[[Any], Check | None]] = {
    "minLength": min_length,
    "maxLength": max_length,
    "pattern": pattern,
    "format": text_format,
}
KEYWORDS = {int: _NUMBERS, float: _NUMBERS, str: _STRINGS}
