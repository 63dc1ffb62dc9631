"""Documents of other services: their models are data here, without the classes that the other side gives them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from pymacaron_core.spec.operation import Schema, Specification

PARENTS = ("x-parent", "x-persist")
"""What names classes of whoever serves a document."""


def foreign(specification: Specification) -> Specification:
    """The same API as its callers see it. Its digest is another one: so are its models."""
    schemas = {name: _plain(schema) for name, schema in specification.schemas.items()}
    if all(schemas[name] is schema for name, schema in specification.schemas.items()):
        return specification
    digest = hashlib.sha256(f"{specification.digest} called".encode()).hexdigest()
    return replace(specification, schemas=schemas, digest=digest[: len(specification.digest) or None])


def _plain(schema: Schema) -> Schema:
    keywords = {key: value for key, value in schema.keywords.items() if key not in PARENTS}
    if "allOf" in keywords:
        parts = tuple(_plain(part) for part in keywords["allOf"])
        if any(one is not other for one, other in zip(parts, keywords["allOf"], strict=True)):
            keywords["allOf"] = parts
    if all(keywords.get(key) is value for key, value in schema.keywords.items()):
        return schema
    return replace(schema, keywords=keywords)
