"""Single values as text and back, losing nothing: text, numbers, moments, identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from pymacaron_dynamodb.errors import LimitExceeded, ValueRefused

DIGITS = 38
"""Significant digits of a number, whose exponent is from -130 to 125 (Developer Guide, "Data types: number")."""

_BITS = 430
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DURATION = re.compile(r"(-?)P(\d+)DT(\d+)\.(\d{6})S\Z")


class Leaf(NamedTuple):
    """A value as its kind and its exact text: ``("decimal", "12.30")``."""

    kind: str
    text: str


def leaf_of(value: Any, pointer: str) -> Leaf | None:
    """A value as a leaf; None where it is none. Raises ``LimitExceeded``, ``ValueRefused``."""
    for kind, writer in _WRITERS.items():
        if isinstance(value, kind):
            name, write = writer
            return Leaf(name, write(value, pointer))
    return None


def value_of(leaf: Leaf) -> Any:
    """The value of a leaf. Raises ``ValueError`` when the text is none of its kind."""
    try:
        return _READERS[leaf.kind](leaf.text)
    except KeyError:
        raise ValueError(f"{leaf.kind!r} is no kind of value") from None
    except ArithmeticError:
        raise ValueError(f"{leaf.text!r} is no number") from None


def is_number(leaf: Leaf) -> bool:
    return leaf.kind in ("integer", "number", "decimal")


def canonical(number: Decimal) -> Decimal:
    """The same number in the one form that equal numbers share: databases differ in how they write it."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return number
    while digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    if not digits:
        return Decimal(0)
    plain = Decimal((sign, digits, exponent))
    short = exponent >= -DIGITS and len(digits) + exponent <= DIGITS
    return Decimal(format(plain, "f")) if short else plain


def number_text(number: Decimal, pointer: str) -> str:
    """A number as DynamoDB keeps it: without zeros behind, the same text for equal numbers.

    Raises ``LimitExceeded`` beyond 38 digits, or its smallest and largest number.
    """
    kept = canonical(number)
    digits = len("".join(map(str, kept.as_tuple().digits)).strip("0"))
    if digits > DIGITS:
        raise LimitExceeded(f"{pointer}: a number can have {DIGITS} digits, not {digits}")
    if kept and not -130 <= kept.adjusted() <= 125:
        raise LimitExceeded(f"{pointer}: a number must be between 1E-130 and 9.99E+125, or 0")
    return format(kept, "f") if abs(kept.adjusted()) <= DIGITS else str(kept)


def sortable(moment: datetime, pointer: str) -> str:
    """A date-time as a key: equal moments are equal texts, later ones come behind."""
    if moment.utcoffset() is None:
        raise ValueRefused(f"{pointer}: a date-time in a key needs an offset: {moment.isoformat()} has none")
    since = moment - _EPOCH  # astimezone() fails at both ends of the calendar
    try:
        text = (_EPOCH + since).replace(tzinfo=None).isoformat(timespec="microseconds")
    except OverflowError:
        raise LimitExceeded(f"{pointer}: {moment.isoformat()} is outside of the years 1 to 9999 in UTC") from None
    return f"{text}Z"


def _text(value: str, pointer: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise LimitExceeded(f"{pointer}: the text has half a character (a lone surrogate), which UTF-8 lacks") from None
    return str.__str__(value)


def _integer(value: int, pointer: str) -> str:
    if value.bit_length() > _BITS:
        raise LimitExceeded(f"{pointer}: a number must be between 1E-130 and 9.99E+125, or 0")
    return int.__repr__(value)


def _float(value: float, pointer: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueRefused(f"{pointer}: {value} is no number that an item can hold")
    return float.__repr__(value)


def _decimal(value: Decimal, pointer: str) -> str:
    if not value.is_finite():
        raise ValueRefused(f"{pointer}: {value} is no number that an item can hold")
    return str(value)


def _duration(value: timedelta, pointer: str) -> str:
    whole = abs(value)
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}P{whole.days}DT{whole.seconds}.{whole.microseconds:06d}S"


def _read_duration(text: str) -> timedelta:
    match = _DURATION.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration as this package writes it")
    days, seconds, microseconds = (int(group) for group in match.groups()[1:])
    whole = timedelta(days, seconds, microseconds)
    return -whole if match[1] else whole


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)


def _read_time(text: str) -> time:
    return time.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)


def _iso(value: Any, pointer: str) -> str:
    written: str = value.isoformat()
    return written


_WRITERS: Mapping[type, tuple[str, Callable[[Any, str], str]]] = {
    str: ("string", _text),
    int: ("integer", _integer),
    float: ("number", _float),
    Decimal: ("decimal", _decimal),
    datetime: ("date-time", _iso),
    date: ("date", _iso),
    time: ("time", _iso),
    timedelta: ("duration", _duration),
    UUID: ("uuid", lambda value, pointer: str(value)),
}
"""The kind and the text of each class of values; ``datetime`` stands before its parent ``date``."""

_READERS: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "integer": lambda text: int(Decimal(text)),
    "number": float,
    "decimal": Decimal,
    "date-time": _read_moment,
    "date": date.fromisoformat,
    "time": _read_time,
    "duration": _read_duration,
    "uuid": UUID,
}
