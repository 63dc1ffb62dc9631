"""Schemas of the vocabulary as plain JSON Schema 2020-12, for the judge and for whoever reads a model's schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.spec.operation import Schema

_LEFT_OUT = frozenset(("example", "examples", "xml", "externalDocs", "discriminator"))


def written(schema: Schema) -> dict[str, Any] | bool:
    """The schema as JSON Schema; a reference is ``{"$ref": "Pet"}``, the name of a named schema.

    What is of OpenAPI alone (``discriminator``, ``xml``, ``example``, ``x-``) is left out.
    """
    if schema.refuses_all:
        return False
    found: dict[str, Any] = {} if schema.ref is None else {"$ref": schema.ref}
    for keyword, value in schema.keywords.items():
        if keyword == "type":
            found["type"] = value[0] if len(value) == 1 else list(value)
        elif keyword not in _LEFT_OUT and not keyword.startswith("x-"):
            found[keyword] = _plain(value)
    return found or True


def closure(schemas: Mapping[str, Schema], names: Iterable[str]) -> dict[str, dict[str, Any] | bool]:
    """The named schemas that these names lead to, as JSON Schema, by name."""
    found: dict[str, dict[str, Any] | bool] = {}
    waiting = list(names)[::-1]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = written(schemas[name])
            waiting.extend(references(schemas[name]))
    return found


class AllWritten(Mapping[str, "dict[str, Any] | bool"]):
    """Named schemas as JSON Schema, by name, each written when first asked for."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._done: dict[str, dict[str, Any] | bool] = {}

    def __getitem__(self, name: str) -> dict[str, Any] | bool:
        if name not in self._done:
            self._done[name] = written(self._schemas[name])
        return self._done[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)


def references(schema: Schema) -> Iterator[str]:
    """The names of the schemas that a schema refers to, anywhere inside it."""
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Schema):
            if part.ref is not None:
                yield part.ref
            waiting.extend(value for key, value in part.keywords.items() if not key.startswith("x-"))
        elif isinstance(part, Mapping):
            waiting.extend(part.values())
        elif isinstance(part, (tuple, list)):
            waiting.extend(part)


def _plain(value: Any) -> Any:
    if isinstance(value, Schema):
        return written(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, (tuple, list)) else value
