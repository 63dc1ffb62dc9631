"""What a service needs around it, as ``pymacaron describe --json`` tells it inside the image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pymacaron_deploy.errors import StageFailed


@dataclass(frozen=True, slots=True)
class Needs:
    """What a service is and needs. ``secrets`` are names of environment variables, never values.

    ``tasks`` wants a worker and a broker, ``database`` a database. ``tables`` are the names that documents declare; the
    classes that keep models themselves know others.
    """

    name: str
    documents: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    tasks: bool = False
    database: bool = False


def parse_needs(text: str | bytes) -> Needs:
    """The needs told by a description in JSON; a key that is absent means that nothing is needed of its kind.

    Raises :class:`~pymacaron_deploy.errors.StageFailed` when the text is no such description.
    """
    try:
        told = json.loads(text)
    except ValueError:
        raise _unreadable("is no JSON") from None
    if not isinstance(told, dict) or not isinstance(told.get("name"), str) or not told["name"]:
        raise _unreadable("names no service")
    tables = _names(told, "tables")
    return Needs(
        name=told["name"],
        documents=tuple(document for api in _list(told, "apis") for document in _names(api, "documents")),
        secrets=_names(told, "secrets"),
        tables=tables,
        tasks=bool(told.get("tasks")),
        database=bool(tables) or "dynamodb" in _names(told, "plugins"),
    )


def _names(told: Any, key: str) -> tuple[str, ...]:
    names = _list(told, key)
    if not all(isinstance(name, str) for name in names):
        raise _unreadable(f"has '{key}' that are no names")
    return tuple(names)


def _list(told: Any, key: str) -> list[Any]:
    value = told.get(key) if isinstance(told, dict) else None
    if value is not None and not isinstance(value, list):
        raise _unreadable(f"has '{key}' that is no list")
    return value or []


def _unreadable(why: str) -> StageFailed:
    return StageFailed(
        f"what 'pymacaron describe --json' prints inside the image {why}: is pymacaron-core 3 in requirements.txt?"
    )
