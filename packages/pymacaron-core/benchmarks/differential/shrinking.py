"""Makes a disagreement small: what can be left out of its schema and value while it stays one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

Case = tuple[Any, dict[str, Any], Any]
"""A schema, the named ones around it, and a value."""


def shrunk(case: Case, disagrees: Callable[[Case], bool], seconds: float = 3.0) -> Case:
    """The smallest case found within the time that still disagrees in the same way."""
    until = time.monotonic() + seconds
    smaller = True
    while smaller and time.monotonic() < until:
        smaller = False
        for candidate in _smaller(case):
            if time.monotonic() > until:
                break
            if _disagrees(candidate, disagrees):
                case, smaller = candidate, True
                break
    return case


def _disagrees(case: Case, disagrees: Callable[[Case], bool]) -> bool:
    try:
        return disagrees(case)
    except Exception:
        return False


def _smaller(case: Case) -> Iterator[Case]:
    schema, named, value = case
    used = json.dumps([schema, named])
    for name in named:
        if f'/{name}"' not in used:
            yield schema, {key: each for key, each in named.items() if key != name}, value
    if isinstance(schema, dict) and "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in named:
            yield named[name], named, value
    for each in _less(value):
        yield schema, named, each
    for each in _less(schema):
        if isinstance(each, (dict, bool)):
            yield each, named, value
    for name, inner in named.items():
        for each in _less(inner):
            if isinstance(each, (dict, bool)):
                yield schema, {**named, name: each}, value


def _less(value: Any) -> Iterator[Any]:
    """The same with one thing less, the largest parts first."""
    if isinstance(value, dict):
        yield from (inner for inner in value.values() if isinstance(inner, (dict, list)))
        yield from ({key: inner for key, inner in value.items() if key != name} for name in value)
        for name, inner in value.items():
            yield from ({**value, name: less} for less in _less(inner))
    elif isinstance(value, list):
        yield from (inner for inner in value if isinstance(inner, (dict, list)))
        for at, inner in enumerate(value):
            if len(value) > 1:
                yield value[:at] + value[at + 1 :]
            yield from ([*value[:at], less, *value[at + 1 :]] for less in _less(inner))
