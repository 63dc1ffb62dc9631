"""The errors of pydantic as the faults of a request: JSON pointers, JSON Schema's keywords, short messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pymacaron_core.errors import RequestFault
from pymacaron_core.models.judge import RULE_ERROR
from pymacaron_core.models.judge.words import cut
from pymacaron_core.models.narrowing import Entry, merged
from pymacaron_core.models.patterns import source_of
from pymacaron_core.models.places import Location, is_key, untagged
from pymacaron_core.models.refusals import NO_PROPERTY

_EXACT = 2**53
_MOST = 1_000
"""How many faults of one request are told; a small body can have millions, and telling them would cost gigabytes."""

_TYPES = {
    "a string": "string_type string_sub_type string_unicode bytes_type",
    "an integer": "int_type int_parsing int_parsing_size int_from_float",
    "a number": "float_type float_parsing decimal_type",
    "a boolean": "bool_type bool_parsing",
    "an array": "list_type tuple_type set_type",
    "an object": "model_type dict_type model_attributes_type dataclass_type mapping_type",
    "null": "none_required",
    "a file": "file_type is_instance_of",
    "a finite number": "finite_number",
}
_FORMATS = {
    "a date (2006-01-31)": "date_parsing date_type date_from_datetime_parsing date_from_datetime_inexact",
    "a date-time with its offset (2006-01-31T12:00:00Z)": (
        "datetime_parsing datetime_type datetime_from_date_parsing datetime_object_invalid timezone_aware"
    ),
    "a date-time without offset (2006-01-31T12:00:00)": "timezone_naive",
    "a time (12:00:00Z)": "time_parsing time_type",
    "a duration (P1DT2H)": "time_delta_parsing time_delta_type",
    "a uuid": "uuid_parsing uuid_type uuid_version",
    "base64": "bytes_invalid_encoding",
    "a decimal number": "decimal_parsing",
}
_OTHERS = {
    "missing": ("required", "is required"),
    "greater_than_equal": ("minimum", "must be at least {ge}"),
    "greater_than": ("exclusiveMinimum", "must be more than {gt}"),
    "less_than_equal": ("maximum", "must be at most {le}"),
    "less_than": ("exclusiveMaximum", "must be less than {lt}"),
    "multiple_of": ("multipleOf", "must be a multiple of {multiple_of}"),
    "string_too_short": ("minLength", "must have {min_length} or more characters"),
    "string_too_long": ("maxLength", "must have {max_length} or fewer characters"),
    "string_pattern_mismatch": ("pattern", "must match {pattern}"),
    "pattern_time": ("pattern", "takes too long to match {pattern}"),
    "format": ("format", "must be {what}"),
    "literal_error": ("enum", "must be {expected}"),
    "const": ("const", "must be {expected}"),
    "enum": ("enum", "must be one of the values of the enum"),
    "extra_forbidden": ("additionalProperties", NO_PROPERTY),
    "unique_items": ("uniqueItems", "must not have an item twice"),
    "union_tag_not_found": ("required", "is required"),
    "union_tag_invalid": ("discriminator", "must be one of {expected_tags}"),
    "json_invalid": ("json", "is not valid JSON: {error}"),
    "json_type": ("json", "is not valid JSON"),
    "no_such_attribute": ("additionalProperties", NO_PROPERTY),
    "read_only": ("readOnly", "is set by the service, and not by requests"),
    "never": ("not", "is never accepted"),
}
_KNOWN: dict[str, tuple[str, str]] = {
    **{code: ("type", f"must be {kind}") for kind, codes in _TYPES.items() for code in codes.split()},
    **{
        code: ("type" if code.endswith("_type") else "format", f"must be {kind}")
        for kind, codes in _FORMATS.items()
        for code in codes.split()
    },
    **_OTHERS,
}


def faults_of(error: ValidationError, place: str) -> tuple[RequestFault, ...]:
    """Every fault of a request that a validation found. ``place`` is where: ``body``, ``query``, ...

    Messages never hold what was sent. A value that fits no schema of a choice is one fault, or those of the schema it
    comes closest to. More than a thousand are counted, not told.
    """
    if (count := error.error_count()) > _MOST:
        return (RequestFault(place, "", "faults", f"has {count} faults, and no more than {_MOST} are told one by one"),)
    found = merged(_entry(each) for each in error.errors(include_url=False, include_input=False))
    return tuple(RequestFault(place, _pointer(each.steps), each.rule, each.message) for each in found)


def _entry(error: Mapping[str, Any]) -> Entry:
    location, (rule, message) = error["loc"], _said(error)
    if error["type"] == "closed":
        return Entry(untagged(location[:-1]), error["ctx"]["keyword"], NO_PROPERTY)
    if is_key(location, error["type"]):
        return Entry(untagged(location[:-1]), "propertyNames", f"its name {message}")
    only = error["type"] == "literal_error" and " or " not in error["ctx"]["expected"]
    steps = (*untagged(location), *_picking(error))
    return Entry(steps, rule, message, only or rule == "const")


def _said(error: Mapping[str, Any]) -> tuple[str, str]:
    known = _KNOWN.get(error["type"])
    context = error.get("ctx", {})
    if error["type"] == RULE_ERROR:
        return context["keyword"], context["message"]
    if known is not None:
        if "pattern" in context:
            context = {**context, "pattern": source_of(context["pattern"])}
        return known[0], cut(known[1].format_map(_Shown({key: _whole(value) for key, value in context.items()})))
    lengths = {"too_short": ("min", "min_length", "or more"), "too_long": ("max", "max_length", "or fewer")}
    if error["type"] in lengths:
        bound, key, words = lengths[error["type"]]
        kind, noun = ("Properties", "properties") if context.get("field_type") == "Dictionary" else ("Items", "items")
        return f"{bound}{kind}", f"must have {context[key]} {words} {noun}"
    return error["type"], "is not valid"


def _picking(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The property whose value picks the class, where that is what is wrong."""
    return (error["ctx"]["discriminator"][1:-1],) if error["type"].startswith("union_tag_") else ()


def _whole(value: Any) -> Any:
    """A number as documents write it: ``0`` where pydantic has ``0.0``."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "what the document says"


def _pointer(steps: Location) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
