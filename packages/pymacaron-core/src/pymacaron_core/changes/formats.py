"""Compares formats: which take in others, and which ask nothing of a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

FORMATS = frozenset(
    (
        *(
            "date",
            "date-time",
            "date-time-local",
            "time",
            "time-local",
            "duration",
            "http-date",
            "uuid",
            "email",
            "idn-email",
            "hostname",
        ),
        *("idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "uri-template", "iri", "iri-reference", "regex"),
        *("json-pointer", "relative-json-pointer", "media-range", "char", "byte", "base64url", "binary"),
        *("decimal", "decimal128", "float", "double", "double-int", "int8", "int16", "int32", "int64"),
        *("uint8", "uint16", "uint32", "uint64"),
        *("sf-integer", "sf-decimal", "sf-string", "sf-token", "sf-binary", "sf-boolean"),
    )
)
"""Formats that ask something of a value, or say how it is kept; others are annotations."""
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "int8": ("int16", "int32", "int64", "double-int", "float", "double"),
    "int16": ("int32", "int64", "double-int", "float", "double"),
    "int32": ("int64", "double-int", "double"),
    "double-int": ("int64", "double"),
    "uint8": ("int16", "uint16", "int32", "uint32", "int64", "uint64", "double-int", "float", "double"),
    "uint16": ("int32", "uint32", "int64", "uint64", "double-int", "float", "double"),
    "uint32": ("int64", "uint64", "double-int", "double"),
    "float": ("double",),
    "email": ("idn-email",),
    "hostname": ("idn-hostname",),
    "uri": ("uri-reference", "iri", "iri-reference"),
    "iri": ("iri-reference",),
    "uri-reference": ("iri-reference",),
}
"""The formats that take in all that one does."""


def compare_formats(old: str | None, new: str | None) -> Iterator[tuple[str, str, str]]:
    """A rule, what is told by it, and the keyword."""
    before, after = (name if name in FORMATS else None for name in (old, new))
    told = f"has {_called(new)} now, was {_called(old)}"
    if before == after and old != new:
        yield "format-noted", told, "format"
    elif before is None and after is not None:
        yield "format-added", f"has the format `{after}` now", "format"
    elif before is not None and after is None:
        yield "format-removed", f"has the format `{before}` no more", "format"
    elif before is not None and after is not None and before != after:
        rule = "format-widened" if after in _INSIDE.get(before, ()) else "format-changed"
        yield "format-narrowed" if before in _INSIDE.get(after, ()) else rule, told, "format"


def _called(name: str | None) -> str:
    return "no format" if name is None else f"the format `{name}`"
