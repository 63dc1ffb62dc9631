"""Media types: in which way a body of one is read or written here, if in any."""

from __future__ import annotations

from pymacaron_core.spec.operation import FORMS, MediaType, Specification
from pymacaron_core.wire import shape_of

BYTES = "application/octet-stream"


EVENTS = "text/event-stream"
SEQUENCES = {
    "application/json-seq": b"\x1e",
    **dict.fromkeys(("application/jsonl", "application/jsonlines", "application/x-jsonlines"), b""),
    **dict.fromkeys(("application/x-ndjson", "application/ndjson"), b""),
}
"""Media types that are one JSON value after the other, each ended by a newline, and what each value begins with."""


def is_sequence(name: str) -> bool:
    """Whether a media type is items written one after the other: lines of JSON, RFC 7464's texts, or events."""
    return name in SEQUENCES or name == EVENTS or name.endswith("+json-seq")


def is_json(name: str) -> bool:
    return name == "application/json" or name.endswith("+json")


def is_range(name: str) -> bool:
    """Whether a media type that a document declares stands for several: ``text/*``, ``*/*``, ``application/*+json``."""
    return "*" in name


def covers(declared: str, name: str) -> bool:
    """Whether a declared media type or range covers one that came. Both are in lower case, without parameters."""
    if "*" not in declared:
        return declared == name
    if declared == "*/*":
        return bool(name)
    before, _, after = declared.partition("*")
    return "*" not in name and name.startswith(before) and name.endswith(after)


def way_of(media: MediaType, specification: Specification) -> str | None:
    """How a body of a media type is made of its schema: ``json``, ``form``, ``text``, ``bytes``, or ``any`` (a range).

    None where nobody here knows: XML that a schema describes, for one.
    """
    if is_range(media.name):
        return "any"
    if is_json(media.name):
        return "json"
    if media.name in FORMS:
        return "form"
    if media.name == BYTES:
        return "bytes"
    if media.schema is None or not (media.schema.keywords or media.schema.ref):
        return "text" if media.name.startswith("text/") else "bytes"
    types = shape_of(media.schema, specification, levels=0).types
    return "bytes" if "file" in types else "text" if "string" in types else None
