"""Repetitions: names that stand twice in one object of a JSON text, which most readers of JSON pass over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from jiter import from_json

from pymacaron_core.errors import RequestFault
from pymacaron_core.strays import LONGEST, MOST_TOLD, pointer_of


class _Object(list[tuple[str, Any]]):
    """An object of a JSON text as it is written, name after name."""


def repeated_names(text: bytes) -> list[RequestFault]:
    """The names that come more than once (RFC 8259, section 4), as faults of a body; none in what is no JSON."""
    try:
        from_json(text, catch_duplicate_keys=True, cache_mode="none")
    except ValueError:
        return _places(text)
    return []


def repeated_in(text: str, pointer: str) -> list[RequestFault]:
    """The same for JSON in a field of a form, whose place is ``pointer``."""
    if not text.lstrip().startswith(("{", "[")):
        return []
    found = repeated_names(text.encode("utf-8", "surrogatepass"))
    return [RequestFault("body", pointer + fault.pointer, fault.rule, fault.message) for fault in found]


def _places(text: bytes) -> list[RequestFault]:
    """The same for the one in many texts that has some, or that is not read as simply."""
    try:
        value = json.loads(text, object_pairs_hook=_Object, parse_int=len, parse_float=len)
        found = list(islice(_repeated(value, ""), MOST_TOLD))
    except (ValueError, RecursionError):
        return []
    return [RequestFault("body", place, "repeated", "must not be given more than once") for place in found]


def _repeated(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, _Object):
        seen: dict[str, int] = {}
        for name, inner in value:
            seen[name] = seen.get(name, 0) + 1
            inside = place + pointer_of(name[:LONGEST])
            if seen[name] == 2:
                yield inside
            yield from _repeated(inner, inside)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _repeated(inner, f"{place}/{number}")
