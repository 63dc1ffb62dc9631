"""JSON without its nulls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from pymacaron_core.models.places import steps_into


def prune_none(value: Any) -> Any:
    """A copy of a JSON value without the members of objects, at any depth, that are None."""
    if isinstance(value, Mapping):
        return {key: prune_none(inner) for key, inner in value.items() if inner is not None}
    return [prune_none(item) for item in value] if isinstance(value, list) else value


def without_refused_nulls(text: bytes, error: ValidationError) -> bytes | None:
    """The same JSON without the nulls the error complains of; None where it complains of no null."""
    document, pruned = from_json(text), False
    for fault in error.errors(include_url=False, include_context=False):
        if fault["input"] is None and fault["type"] != "missing":
            pruned |= _drop_null(document, steps_into(fault["loc"]))
    return to_json(document) if pruned else None


def _drop_null(document: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if isinstance(document, dict) and step in document:
            if document[step] is None:
                del document[step]
                return True
            document = document[step]
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
    return False
