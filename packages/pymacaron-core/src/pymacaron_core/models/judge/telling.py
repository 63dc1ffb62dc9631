"""Breaches as errors of pydantic, so that what a judge finds and what a type finds are told together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import InitErrorDetails, PydanticCustomError

from pymacaron_core.models.judge.rule import Breach

RULE_ERROR = "pymacaron_rule"
"""The type of the errors; their context holds the ``keyword`` and the ``message``."""


def errors_of(breaches: Iterable[Breach], value: Any, place: tuple[str | int, ...] = ()) -> list[InitErrorDetails]:
    """The breaches of a value (at a place) as what ``ValidationError.from_exception_data`` takes."""
    return [
        InitErrorDetails(
            type=PydanticCustomError(RULE_ERROR, "{message}", {"message": each.message, "keyword": each.keyword}),
            loc=(*place, *each.steps),
            input=_at(value, each.steps),
        )
        for each in breaches
    ]


def _at(value: Any, steps: Iterable[str | int]) -> Any:
    """The part of the value at these steps; what was to hold it where there is none."""
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return value
    return value
