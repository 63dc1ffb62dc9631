"""The errors of pydantic as the faults of a request: JSON pointers, JSON Schema's keywords, short messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from pymacaron_core.errors import RequestFault
from pymacaron_core.models.json_mode import BRANCH, TAGGED
from pymacaron_core.models.judge import RULE_ERROR
from pymacaron_core.models.patterns import source_of

_LONGEST = 200
_MOST = 1_000
"""How many faults of one request are told; a small body can have millions, and telling them would cost gigabytes."""

_TYPES = {
    "a string": "string_type string_sub_type bytes_type",
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
        "datetime_parsing datetime_type datetime_from_date_parsing datetime_object_invalid timezone_naive"
    ),
    "a time (12:00:00)": "time_parsing time_type",
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
    "enum": ("enum", "must be one of the values of the enum"),
    "extra_forbidden": ("additionalProperties", "is not a property of this object"),
    "unique_items": ("uniqueItems", "must not have an item twice"),
    "union_tag_not_found": ("required", "is required"),
    "union_tag_invalid": ("discriminator", "must be one of {expected_tags}"),
    "json_invalid": ("json", "is not valid JSON: {error}"),
    "json_type": ("json", "is not valid JSON"),
    "no_such_attribute": ("additionalProperties", "is not a property of this object"),
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
    found = error.errors(include_url=False, include_input=False)
    return tuple(
        RequestFault(place, pointer, rule, message)
        for pointer, rule, message in _merged([_Entry(each) for each in found])
    )


class _Entry:
    """One error: the steps to it, branches of choices included, and what it says."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code: str = error["type"]
        self.steps: tuple[str | int, ...] = (*_without_tags(error["loc"]), *_picking(error))
        self.rule, self.message = _said(error)

    def branch_at(self) -> int | None:
        """Where the first branch of a choice is among the steps."""
        return next((at for at, step in enumerate(self.steps) if _is_branch(step)), None)

    def shortened(self, at: int) -> _Entry:
        """The same error without the branch at ``at``."""
        other = object.__new__(_Entry)
        other.steps = (*self.steps[:at], *self.steps[at + 1 :])
        other.code, other.rule, other.message = self.code, self.rule, self.message
        return other


Told = tuple[str, str, str]


def _merged(entries: Iterable[_Entry]) -> list[Told]:
    """One fault for each error, the errors of one choice taken together."""
    told: list[Told] = []
    choices: dict[tuple[str | int, ...], list[_Entry]] = {}
    for entry in entries:
        at = entry.branch_at()
        if at is None:
            told.append((_pointer(entry.steps), entry.rule, entry.message))
        else:
            choices.setdefault(entry.steps[:at], []).append(entry)
    for steps, inside in choices.items():
        told.extend(_choice(steps, inside))
    return list(dict.fromkeys(told))


def _choice(steps: tuple[str | int, ...], inside: list[_Entry]) -> list[Told]:
    at = len(steps)
    branches: dict[str | int, list[_Entry]] = {}
    for entry in inside:
        branches.setdefault(entry.steps[at], []).append(entry.shortened(at))
    near = [errors for errors in branches.values() if not _is_wrong_kind(errors, at)]
    if len(near) == 1:
        return _merged(near[0])
    if not near:
        return [(_pointer(steps), "anyOf", _either(errors[0].message for errors in branches.values()))]
    names = ", ".join(str(name).removeprefix(BRANCH) for name in branches)
    return [(_pointer(steps), "anyOf", _cut(f"fits none of {names}"))]


def _is_wrong_kind(errors: list[_Entry], at: int) -> bool:
    """Whether a branch failed as a whole: the value is of another type altogether."""
    return any(len(each.steps) == at and each.rule in ("type", "enum", "format") for each in errors)


def _either(messages: Iterable[str]) -> str:
    distinct = dict.fromkeys(messages)
    whats = [message.removeprefix("must be ") for message in distinct]
    return _cut("must be " + " or ".join(whats))


def _said(error: Mapping[str, Any]) -> tuple[str, str]:
    known = _KNOWN.get(error["type"])
    context = error.get("ctx", {})
    if error["type"] == RULE_ERROR:
        return context["keyword"], context["message"]
    if known is not None:
        if "pattern" in context:
            context = {**context, "pattern": source_of(context["pattern"])}
        return known[0], _cut(known[1].format_map(_Shown(context)))
    lengths = {"too_short": ("min", "min_length", "or more"), "too_long": ("max", "max_length", "or fewer")}
    if error["type"] in lengths:
        bound, key, words = lengths[error["type"]]
        kind, noun = ("Properties", "properties") if context.get("field_type") == "Dictionary" else ("Items", "items")
        return f"{bound}{kind}", f"must have {context[key]} {words} {noun}"
    return error["type"], "is not valid"


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "what the document says"


def _without_tags(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The steps without the discriminators' values and without pydantic's mark for keys of dicts."""
    *before, last = location or ("",)
    kept: list[str | int] = []
    for step in before:
        if step == TAGGED:
            kept.pop()
        else:
            kept.append(step)
    if last == TAGGED:
        return tuple(kept[:-1])
    return tuple(kept) if last in ("", "[key]") else (*kept, last)


def _picking(error: Mapping[str, Any]) -> tuple[str, ...]:
    """The property whose value picks the class, where that is what is wrong."""
    return (error["ctx"]["discriminator"].strip("'"),) if error["type"].startswith("union_tag_") else ()


def _is_branch(step: str | int) -> bool:
    return isinstance(step, str) and step.startswith(BRANCH)


def _pointer(steps: Iterable[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps if not _is_branch(step))


def _cut(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - 3]}..."
