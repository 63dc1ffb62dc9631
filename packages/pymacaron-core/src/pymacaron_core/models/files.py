"""Which schemas are files: the binary strings directly in a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymacaron_core.models.families import told_apart
from pymacaron_core.models.merge import Merger
from pymacaron_core.spec.operation import FORMS, Schema, Specification


def files(specification: Specification, merger: Merger) -> Iterator[Schema]:
    """The schemas of a specification's forms whose values are files."""
    for operation in specification.operations:
        for media in operation.body.content if operation.body else ():
            if media.name in FORMS and media.schema is not None:
                told = told_apart(media.schema, specification.schemas)
                for form in (media.schema, *(told[1].values() if told else ())):
                    properties: Mapping[str, Schema] = merger.keywords(form).get("properties", {})
                    for schema in properties.values():
                        yield from _inside(schema, merger)


def is_file(keywords: Mapping[str, Any]) -> bool:
    """Whether the keywords are those of bytes as they are: ``format: binary``, or since OpenAPI 3.1 the
    ``contentMediaType`` of what is no text and not encoded (OpenAPI 3.1.1, section 4.4.2)."""
    if keywords.get("format") == "binary":
        return True
    name = str(keywords.get("contentMediaType") or "").partition(";")[0].strip().lower()
    is_text = name.startswith("text/") or name.endswith(("/json", "+json", "/xml", "+xml"))
    types = keywords.get("type") or ("string",)
    return bool(name) and not is_text and not keywords.get("contentEncoding") and "string" in types


def _inside(schema: Schema, merger: Merger) -> Iterator[Schema]:
    keywords = merger.keywords(schema)
    if is_file(keywords):
        yield schema
    elif isinstance(keywords.get("items"), Schema):
        yield from _inside(keywords["items"], merger)
