"""The formats of strings, by JSON Schema (2020-12, validation, 7.3) and OpenAPI's registry: is a text of one.

Every check takes time that grows with the text and nothing else. A name that is not here is an annotation, and so are
``binary``, ``password``, ``html`` and ``commonmark``, which ask nothing of a text. ``float`` and ``double`` ask that a
number is finite, which every number is here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from pydantic_core import ValidationError

from pymacaron_core.models import hostnames, leaves, uris
from pymacaron_core.models.ecma import is_regular

Check = Callable[[str], bool]

INTEGERS: dict[str, tuple[int, int]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "double-int": (-(2**53) + 1, 2**53 - 1),
}
"""The least and the greatest integer of each format of integers."""


def checker(name: str) -> Check | None:
    """Whether a text is of the format. None where the name has no meaning here: then it is an annotation."""
    return _CHECKS.get(name)


def meaning(name: str) -> str:
    """What the format asks for, in the words of a fault: "an email address"."""
    if name in INTEGERS:
        return f"an integer from {INTEGERS[name][0]} to {INTEGERS[name][1]}"
    return _MEANINGS.get(name, name)


def _read_by(read: leaves.Reader) -> Check:
    def check(text: str) -> bool:
        try:
            read(text)
        except ValidationError:
            return False
        return True

    return check


def _of(pattern: str) -> Check:
    fullmatch = re.compile(pattern, re.DOTALL).fullmatch
    return lambda text: fullmatch(text) is not None


_TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t -~])*"'
_POINTER = re.compile("(?:/.*)?", re.DOTALL)
_LOOSE_TILDE = re.compile("~(?![01])")
_RELATIVE = re.compile("(?:0|[1-9][0-9]*)(?:[+-][1-9][0-9]*)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HTTP_DATE = re.compile(
    rf"({'|'.join(_DAYS)}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}}) "
    r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60) GMT"
)
_SPAN = r"P(?:[0-9]+W|(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?{})"
_TIME = r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"


def _json_pointer(text: str) -> bool:
    return _POINTER.fullmatch(text) is not None and not _LOOSE_TILDE.search(text)


def _relative_json_pointer(text: str) -> bool:
    found = _RELATIVE.match(text)
    return found is not None and (text[found.end() :] == "#" or _json_pointer(text[found.end() :]))


def _http_date(text: str) -> bool:
    found = _HTTP_DATE.fullmatch(text)
    if found is None:
        return False
    try:
        day = dt.date(int(found[4]), _MONTHS.index(found[3]) + 1, int(found[2]))
    except ValueError:
        return False
    return _DAYS[day.weekday()] == found[1]


def _base64url(text: str) -> bool:
    bare = text.rstrip("=")
    padded = len(text) % 4 == 0 and len(text) - len(bare) <= 2
    return (bare == text or padded) and len(bare) % 4 != 1 and _URL_SAFE.fullmatch(bare) is not None


_URL_SAFE = re.compile("[A-Za-z0-9_-]*")

_FORMATS: dict[str, tuple[str, Check]] = {
    "date": (leaves.MEANINGS["date"], _read_by(leaves.read_date)),
    "date-time": (leaves.MEANINGS["date-time"], _read_by(leaves.read_date_time)),
    "date-time-local": (leaves.MEANINGS["date-time-local"], _read_by(leaves.read_date_time_local)),
    "time": (leaves.MEANINGS["time"], _read_by(leaves.read_time)),
    "time-local": (leaves.MEANINGS["time-local"], _read_by(leaves.read_time_local)),
    "duration": ("a duration (P1DT2H)", _of(_SPAN.format(_TIME))),
    "uuid": (leaves.MEANINGS["uuid"], _read_by(leaves.read_uuid)),
    "byte": (leaves.MEANINGS["byte"], _read_by(leaves.read_bytes)),
    "decimal": (leaves.MEANINGS["decimal"], _read_by(leaves.read_decimal)),
    "decimal128": (leaves.MEANINGS["decimal"], _read_by(leaves.read_decimal)),
    "base64url": ("base64 in its url-safe alphabet", _base64url),
    "email": ("an email address", hostnames.is_email),
    "idn-email": ("an email address", hostnames.is_idn_email),
    "hostname": ("the name of a host", hostnames.is_hostname),
    "idn-hostname": ("the name of a host", hostnames.is_idn_hostname),
    "ipv4": ("an IPv4 address", hostnames.is_ipv4),
    "ipv6": ("an IPv6 address", hostnames.is_ipv6),
    "uri": ("a URI", uris.is_uri),
    "uri-reference": ("a URI or a relative reference", uris.is_uri_reference),
    "iri": ("an IRI", uris.is_iri),
    "iri-reference": ("an IRI or a relative reference", uris.is_iri_reference),
    "uri-template": ("a URI template", uris.is_uri_template),
    "json-pointer": ("a JSON pointer", _json_pointer),
    "relative-json-pointer": ("a relative JSON pointer", _relative_json_pointer),
    "regex": ("a regular expression", is_regular),
    "char": ("one character", lambda text: len(text) == 1),
    "http-date": ("a date of HTTP (Sun, 06 Nov 1994 08:49:37 GMT)", _http_date),
    "media-range": (
        "a media type or a range of them",
        _of(rf"(?:\*/\*|{_TOKEN}/{_TOKEN})(?:[ \t]*;[ \t]*{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))*"),
    ),
    "sf-integer": ("a structured field's integer", _of("-?[0-9]{1,15}")),
    "sf-decimal": ("a structured field's decimal", _of(r"-?[0-9]{1,12}\.[0-9]{1,3}")),
    "sf-string": ("a structured field's string", _of(r'"(?:[ !#-\[\]-~]|\\["\\])*"')),
    "sf-token": ("a structured field's token", _of("[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*")),
    "sf-binary": (
        "a structured field's bytes",
        _of("(?::(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?:)"),
    ),
    "sf-boolean": ("a structured field's boolean", _of(r"\?[01]")),
}
_CHECKS = {name: check for name, (_, check) in _FORMATS.items()}
_MEANINGS = {name: told for name, (told, _) in _FORMATS.items()}
NAMES = tuple(_FORMATS)
"""The formats that ask something of a text."""
