"""Writes schemas of the vocabulary as JSON Schema 2020-12, as OpenAPI 3.1 holds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pymacaron_core.spec.operation import Discriminator, Schema

Reference = Callable[[str], str]
"""The reference to a named schema."""


def write_schema(schema: Schema, reference: Reference, *, implied: bool = False) -> dict[str, Any] | bool:
    """A schema as JSON values. ``implied``: the values of discriminators that are names of schemas are left out."""

    def write(value: Any) -> Any:
        if isinstance(value, Schema):
            return write_schema(value, reference, implied=implied)
        if isinstance(value, Discriminator):
            return _discriminator(value, reference, implied)
        if isinstance(value, tuple):
            return [write(item) for item in value]
        return value

    if schema.refuses_all:
        return False
    written: dict[str, Any] = {} if schema.ref is None else {"$ref": reference(schema.ref)}
    for name, value in schema.keywords.items():
        if name == "type":
            written[name] = value[0] if len(value) == 1 else list(value)
        elif isinstance(value, dict) and any(isinstance(inner, (Schema, tuple)) for inner in value.values()):
            written[name] = {key: write(inner) for key, inner in value.items()}
        else:
            written[name] = write(value)
    return written


def _discriminator(value: Discriminator, reference: Reference, implied: bool) -> dict[str, Any]:
    mapping = {
        key: reference(name)
        for key, name in value.mapping.items()
        if not implied or reference(name) != f"#/components/schemas/{key}"
    }
    return {"propertyName": value.property_name, **({"mapping": mapping} if mapping else {})}


def write_media_types(found: Any, write: Callable[[Schema], Any]) -> Mapping[str, Any]:
    """The ``content`` of a body or reply."""
    return {each.name: _media_type(each, write) for each in found}


def _media_type(media_type: Any, write: Callable[[Schema], Any]) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if media_type.schema is not None:
        written["schema"] = write(media_type.schema)
    if media_type.examples:
        written["example"] = media_type.examples[0]
    encoding = {
        name: {key: value for key, value in (("style", each.style), ("explode", each.explode)) if value is not None}
        for name, each in media_type.encoding.items()
    }
    return {**written, "encoding": encoding} if encoding else written
