"""Passwords: which names of a document hold values that nobody may see (OpenAPI's registry, ``format: password``)."""

from __future__ import annotations

from pymacaron_core.spec.directions import parts
from pymacaron_core.spec.operation import Schema, Specification


def password_names(specification: Specification) -> frozenset[str]:
    """The names of parameters and properties that are passwords, wherever they stand."""
    found = set()
    waiting: list[Schema] = list(specification.schemas.values())
    for operation in specification.operations:
        for parameter in operation.parameters:
            if _is_password(parameter.schema, specification):
                found.add(parameter.name)
            waiting.append(parameter.schema)
        for content in (operation.body.content if operation.body else ()), *(r.content for r in operation.replies):
            waiting.extend(media.schema for media in content if media.schema is not None)
    for schema in (part for each in waiting for part in parts(each)):
        found |= {name for name, each in schema.properties().items() if _is_password(each, specification)}
    return frozenset(found)


def _is_password(schema: Schema, specification: Specification) -> bool:
    return bool(specification.resolve(schema).get("format") == "password")
