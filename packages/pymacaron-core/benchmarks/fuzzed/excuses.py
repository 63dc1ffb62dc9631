"""What schemathesis reports and is right all the same: each with its reason, each as narrow as it can be said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

Fits = Callable[[Any, Any, Any], bool]

_NAMED = re.compile(r"in body - (?:violates `type` at /properties/)?([^:\s]+)")


@dataclass(frozen=True)
class Excuse:
    """A kind of finding that is none: the check, which findings of it, and why."""

    check: str
    what: str
    why: str
    fits: Fits


def _is_form(failure: Any, case: Any, response: Any) -> bool:
    return case.media_type in FORMS


def _is_xml(failure: Any, case: Any, response: Any) -> bool:
    return response.status_code == 415 and str(case.media_type).endswith("xml")


def _has_what_no_form_says(failure: Any, case: Any, response: Any) -> bool:
    """Whether all faults are of arrays that are empty, or that hold objects."""
    body = case.body if isinstance(case.body, dict) else {}
    told = response.json().get("errors", []) if response.status_code == 400 else []

    def is_unsaid(fault: dict[str, str]) -> bool:
        name, _, rest = fault["pointer"][1:].partition("/")
        if fault["rule"] == "required":
            return body.get(name) == []
        return isinstance(body.get(name), list) and bool(rest) and fault["message"] == "must be an object"

    return _is_form(failure, case, response) and bool(told) and all(map(is_unsaid, told))


def _is_text(failure: Any, case: Any, response: Any) -> bool:
    """Whether the property that has another type than it should is one that takes any text."""
    named = _NAMED.search(str(failure))
    if not _is_form(failure, case, response) or named is None or "ype" not in str(failure):
        return False
    declared = [each.definition for each in case.operation.body if each.media_type == case.media_type]
    schema = next((each.get("schema", each) for each in declared), {})
    wanted = schema.get("properties", {}).get(named[1], {}) if "$ref" not in schema else {"type": "array"}
    return wanted.get("type") in ("string", "array")


def _is_of_no_field(failure: Any, case: Any, response: Any) -> bool:
    is_2 = "swagger" in case.operation.schema.raw_schema
    told = str(failure)
    return _is_form(failure, case, response) and is_2 and ("unexpected properties" in told or "additionalProp" in told)


def _is_a_decimal(failure: Any, case: Any, response: Any) -> bool:
    told = response.json().get("errors", []) if response.status_code == 400 else []
    return bool(told) and all(
        (each["rule"], each["message"]) == ("format", "must be a decimal number") for each in told
    )


def _promises_no_success(failure: Any, case: Any, response: Any) -> bool:
    declared = case.operation.definition.raw.get("responses", {})
    return 200 <= response.status_code < 300 and not any(str(s).startswith(("2", "default")) for s in declared)


def _needs_nothing(failure: Any, case: Any, response: Any) -> bool:
    fields = [p for p in case.operation.definition.raw.get("parameters", []) if p.get("in") == "formData"]
    return bool(fields) and not any(p.get("required") for p in fields) and "Missing request body" in str(failure)


def _is_no_xml(failure: Any, case: Any, response: Any) -> bool:
    return str(case.media_type).endswith("xml") and not response.request.body


def _is_empty(failure: Any, case: Any, response: Any) -> bool:
    return not response.content


EXCUSES = (
    Excuse(
        "UndefinedStatusCode",
        "a success of an operation whose document declares errors alone",
        "The published Petstore declares no reply of success for these.",
        _promises_no_success,
    ),
    Excuse(
        "RejectedPositiveData",
        "415 for a body of XML",
        "XML is not read; `pymacaron check` tells so of these documents.",
        _is_xml,
    ),
    Excuse(
        "RejectedPositiveData",
        "a form with an array that is empty, or that holds objects",
        "A form cannot say an empty array: no field is sent for an absent one too (RFC 6570, 2.3). Of objects in an "
        "array only the names are sent, as no style says (OpenAPI 3.1.1, Appendix C).",
        _has_what_no_form_says,
    ),
    Excuse(
        "AcceptedNegativeData",
        "a form with another type for a string or an array of strings",
        "The text of a form has no type: `null` and `1` are strings, and `tags=a` is an array of one.",
        _is_text,
    ),
    Excuse(
        "AcceptedNegativeData",
        "a field that the form of a 2.0 document does not declare",
        "2.0 has no schema for a form as a whole that could refuse it; it is passed over.",
        _is_of_no_field,
    ),
    Excuse(
        "RejectedPositiveData",
        "a text that is no decimal number for `format: decimal`",
        "The format is of OpenAPI's registry, and schemathesis does not know it.",
        _is_a_decimal,
    ),
    Excuse(
        "AcceptedNegativeData",
        "no body at all in place of XML, where the body is not required",
        "schemathesis writes an empty array as XML of no bytes, and a body of none is absent.",
        _is_no_xml,
    ),
    Excuse(
        "AcceptedNegativeData",
        "no body, where the document is 2.0 and no field of the form is required",
        "Each field of a form says by itself whether it is required (2.0, Parameter Object); none is.",
        _needs_nothing,
    ),
    Excuse(
        "MissingContentType",
        "a reply without a body",
        "A reply with no content has no Content-Type (RFC 9110, 8.3), whatever `produces` says of the operation.",
        _is_empty,
    ),
)


class Excused:
    """How often each was needed."""

    def __init__(self) -> None:
        self.counts: Counter[Excuse] = Counter()

    def __call__(self, failure: Any, case: Any, response: Any) -> bool:
        for excuse in EXCUSES:
            if type(failure).__name__ == excuse.check and excuse.fits(failure, case, response):
                self.counts[excuse] += 1
                return True
        return False
