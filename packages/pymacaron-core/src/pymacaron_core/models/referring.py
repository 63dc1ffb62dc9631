"""References by name (``{"$ref": "Pet"}``) in the keywords of marks, as references within a model's JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NAMED = "$named"


@dataclass(frozen=True, eq=False, slots=True)
class _Named:
    """A reference that pydantic shall not follow."""

    name: str
    schemas: Mapping[str, Any]


def held(keywords: Any, schemas: Mapping[str, Any]) -> Any:
    """Keywords with their references held back until the whole schema is written."""
    if isinstance(keywords, Mapping):
        return dict(_held(key, value, schemas) for key, value in keywords.items())
    return [held(each, schemas) for each in keywords] if isinstance(keywords, (list, tuple)) else keywords


def _held(key: str, value: Any, schemas: Mapping[str, Any]) -> tuple[str, Any]:
    if key == "$ref" and isinstance(value, str):
        return _NAMED, _Named(value, schemas)
    return key, value if key in ("const", "enum") else held(value, schemas)


def released(written: dict[str, Any]) -> dict[str, Any]:
    """The whole schema with those references, and what they lead to among its ``$defs``."""
    waiting: dict[str, _Named] = {}
    found: dict[str, Any] = _released(written, waiting)
    done: dict[str, Any] = {}
    while waiting:
        key, named = waiting.popitem()
        done[key] = {}
        inner: dict[str, _Named] = {}
        done[key] = _released(held(named.schemas[named.name], named.schemas), inner)
        waiting.update({other: each for other, each in inner.items() if other not in done})
    return {**found, "$defs": {**found.get("$defs", {}), **dict(sorted(done.items()))}} if done else found


def _released(part: Any, waiting: dict[str, _Named]) -> Any:
    if isinstance(part, Mapping):
        found = {key: _released(value, waiting) for key, value in part.items() if key != _NAMED}
        named = part.get(_NAMED)
        if not isinstance(named, _Named):
            return found
        key = f"schema:{named.name}"
        waiting[key] = named
        return {"$ref": f"#/$defs/{key.replace('~', '~0').replace('/', '~1')}", **found}
    return [_released(each, waiting) for each in part] if isinstance(part, list) else part
