"""Values that JSON writes as strings: dates, date-times, times, durations, uuids, bytes and decimals, read from them.

Each reader takes a JSON value as a Python object and gives the Python value, or raises
:class:`pydantic_core.ValidationError`. They read the same whether the value comes straight from JSON text or from a
validator function before them, and they are strict however they are called.

- ``date``: RFC 3339, full-date. ``date-time``: RFC 3339, date-time; the offset is kept as it was sent.
- ``time``: RFC 3339, full-time. ``time-local`` and ``date-time-local`` are the same without offset.
- What a datetime cannot hold: more digits than microseconds are cut off; a leap second (``23:59:60`` UTC) is read as
  the last microsecond before it ends, so that it stays on its day; the year 0000 is refused.
- ``duration``: ISO 8601, as RFC 3339 gives it in appendix A: weeks, or days, hours, minutes and seconds. Years and
  months have no fixed length and are refused. Seconds may have a fraction and the whole a minus sign, which is how
  durations of Python are written.
- ``uuid``: RFC 9562, with its dashes. ``byte``: base64, RFC 4648 section 4: padded, and not its url-safe alphabet.
- Any other value: no number in it is NaN or too large for a float (``1e400``).
- ``decimal``: a string of digits or a number, never NaN or an infinity. Strings are exact; of a number with a fraction,
  JSON's reader keeps 17 digits.
"""

from __future__ import annotations

import binascii
import calendar
import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pydantic_core import (
    CoreSchema,
    PydanticCustomError,
    PydanticKnownError,
    SchemaValidator,
    ValidationError,
    core_schema,
)

Reader = Callable[[Any], Any]

AS_USUAL: dict[Reader, CoreSchema] = {}
"""For readers of strings what reads them as they nearly always are, itself strict whatever is around it."""

MEANINGS = {
    "date": "a date (2006-01-31)",
    "date-time": "a date-time with its offset (2006-01-31T12:00:00Z)",
    "date-time-local": "a date-time without offset (2006-01-31T12:00:00)",
    "time": "a time with its offset (12:00:00Z)",
    "time-local": "a time without offset (12:00:00)",
    "duration": "a duration of weeks, days, hours, minutes and seconds (P1DT2H)",
    "uuid": "a uuid",
    "byte": "base64",
    "decimal": "a decimal number",
}
"""What each format asks for, as faults say it."""

_DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_OFFSET = f"(?:[Zz]|[+-]{_MINUTE})"
_CLOCK = rf"{_MINUTE}:[0-5][0-9](?:\.[0-9]+)?"
_LEAP = re.compile(rf"({_DATE}[Tt]{_MINUTE}):60(?:\.[0-9]+)?({_OFFSET})")
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_SPAN = re.compile(
    r"(?P<sign>-?)P(?=[0-9T])(?:(?P<weeks>[0-9]{1,18})W"
    r"|(?:(?P<days>[0-9]{1,18})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,18})H)?(?:(?P<minutes>[0-9]{1,18})M)?"
    r"(?:(?P<seconds>[0-9]{1,18}(?:\.[0-9]+)?)S)?)?)"
)
_BASE64 = re.compile("[A-Za-z0-9+/]*={0,2}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?")


def unfit(name: str) -> PydanticCustomError:
    """The error of a value that is not of the format."""
    return PydanticCustomError("format", "Input should be {what}", {"format": name, "what": MEANINGS[name]})


def _reader(name: str, *choices: CoreSchema) -> Reader:
    """A reader of strings by the first of several core schemas that takes one."""
    text = core_schema.str_schema(strict=True)
    wanted = core_schema.custom_error_schema(
        core_schema.union_schema(list(choices), mode="left_to_right") if len(choices) > 1 else choices[0],
        custom_error_type="format",
        custom_error_message="Input should be {what}",
        custom_error_context={"format": name, "what": MEANINGS[name]},
    )
    reader = SchemaValidator(core_schema.chain_schema([text, wanted])).validate_python
    if choices[0]["type"] == "chain":
        AS_USUAL[reader] = choices[0]
    return reader


def _of_pattern(pattern: str, schema: CoreSchema) -> CoreSchema:
    return core_schema.chain_schema([core_schema.str_schema(strict=True, pattern=f"^(?:{pattern})$"), schema])


def _times(pattern: str) -> CoreSchema:
    return _of_pattern(pattern, core_schema.time_schema(strict=False, microseconds_precision="truncate"))


def _calling(function: Callable[[str], Any]) -> CoreSchema:
    return core_schema.no_info_plain_validator_function(function)


def _leap_second(text: str) -> dt.datetime:
    """A date-time in a leap second: one microsecond before its end. Leap seconds end a month of UTC."""
    found = _LEAP.fullmatch(text)
    if found is None:
        raise ValueError("no leap second")
    moment, utc = _before_leap_second(found[1], found[2])
    if utc.day != calendar.monthrange(utc.year, utc.month)[1]:
        raise ValueError("no leap second")
    return moment


def _leap_second_of_day(text: str) -> dt.time:
    found = _LEAP.fullmatch(f"2001-01-15T{text}")
    if found is None:
        raise ValueError("no leap second")
    return _before_leap_second(found[1], found[2])[0].timetz()


def _before_leap_second(minute: str, offset: str) -> tuple[dt.datetime, dt.datetime]:
    moment: dt.datetime = _MOMENTS.validate_python(f"{minute}:59.999999{offset}")
    try:
        utc = moment.replace(tzinfo=None) - (moment.utcoffset() or dt.timedelta())
    except OverflowError:
        raise ValueError("no leap second") from None
    if (utc.hour, utc.minute) != (23, 59):
        raise ValueError("no leap second")
    return moment, utc


_MOMENTS = SchemaValidator(core_schema.datetime_schema())


def _span(text: str) -> dt.timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError("no duration")
    parts = {name: part for name, part in found.groupdict().items() if part and name != "sign"}
    seconds, _, fraction = parts.pop("seconds", "0").partition(".")
    try:
        whole = dt.timedelta(seconds=int(seconds), **{name: int(part) for name, part in parts.items()})
        length = whole + dt.timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
    except OverflowError:
        raise ValueError("more days than Python's timedelta holds") from None
    return -length if found["sign"] else length


def write_duration(value: Any) -> Any:
    """A timedelta as ISO 8601 writes it, without the years of 365 days that pydantic writes."""
    if not isinstance(value, dt.timedelta):
        return value
    length = abs(value)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    second = f"{seconds}.{length.microseconds:06}".rstrip("0").rstrip(".") if length.microseconds else str(seconds)
    parts = [f"{part}{unit}" for part, unit in ((hours, "H"), (minutes, "M"), (second, "S")) if part not in (0, "0")]
    days = f"{length.days}D" if length.days else ""
    time = f"T{''.join(parts)}" if parts else ""
    return f"{'-' if value < dt.timedelta() else ''}P{days}{time}" if days or time else "PT0S"


def _bytes(text: str) -> bytes:
    if len(text) % 4 or not _BASE64.fullmatch(text):
        raise ValueError("no base64")
    return binascii.a2b_base64(text)


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    if not _NUMBER.fullmatch(value):
        raise unfit("decimal")
    return Decimal(value)


def read_finite(value: Any) -> Any:
    """Any JSON value but one that holds a number which is not finite."""
    kind = type(value)
    if kind is dict or kind is list:
        place = None if _is_finite(value) else _infinite(value)
        if place is not None:
            fault: Any = {"type": "finite_number", "loc": place, "input": None}
            raise ValidationError.from_exception_data("value", [fault])
    elif kind is float and not math.isfinite(value):
        raise PydanticKnownError("finite_number")
    return value


def _is_finite(value: Any) -> bool:
    """Whether every number in an array or object is finite; says so faster than it finds the place."""
    for inner in value.values() if type(value) is dict else value:
        kind = type(inner)
        if kind is float:
            if inner - inner != 0:
                return False
        elif (kind is dict or kind is list) and not _is_finite(inner):
            return False
    return True


def _infinite(value: Any) -> tuple[str | int, ...] | None:
    """Where in an array or object the first number stands that is not finite."""
    for key, inner in value.items() if type(value) is dict else enumerate(value):
        kind = type(inner)
        if kind is float:
            if not math.isfinite(inner):
                return (key,)
        elif (kind is dict or kind is list) and (place := _infinite(inner)) is not None:
            return (key, *place)
    return None


read_date = _reader("date", _of_pattern(_DATE, core_schema.date_schema(strict=False)))
read_date_time = _reader(
    "date-time",
    _of_pattern(
        rf"{_DATE}[Tt]{_CLOCK}{_OFFSET}",
        core_schema.datetime_schema(strict=False, microseconds_precision="truncate"),
    ),
    _calling(_leap_second),
)
read_date_time_local = _reader(
    "date-time-local",
    _of_pattern(
        rf"{_DATE}[Tt]{_CLOCK}",
        core_schema.datetime_schema(strict=False, microseconds_precision="truncate"),
    ),
)
read_time = _reader("time", _times(f"{_CLOCK}{_OFFSET}"), _calling(_leap_second_of_day))
read_time_local = _reader("time-local", _times(_CLOCK))
read_any_time = _reader("time", _times(f"{_CLOCK}{_OFFSET}?"), _calling(_leap_second_of_day))
"""Of a type that says nothing of offsets."""
read_duration = _reader("duration", _calling(_span))
read_uuid = _reader("uuid", _of_pattern(_UUID, core_schema.uuid_schema(strict=False)))
read_bytes = _reader("byte", _calling(_bytes))


def read_decimal_number(value: Any) -> Any:
    """A decimal from one of JSON's numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticKnownError("float_type")
    number = Decimal(repr(value))
    if not number.is_finite():
        raise PydanticKnownError("finite_number")
    return number


read_decimal: Reader = SchemaValidator(core_schema.no_info_plain_validator_function(_decimal)).validate_python
