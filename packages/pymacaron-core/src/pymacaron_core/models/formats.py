"""The formats of strings, by JSON Schema (2020-12, validation, 7.3) and OpenAPI's registry: is a text of one."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from pydantic_core import ValidationError

from pymacaron_core.models import leaves

Check = Callable[[str], bool]


def checker(name: str) -> Check | None:
    """Whether a text is of the format. None where the name has no meaning here: then it is an annotation."""
    return _CHECKS.get(name)


def meaning(name: str) -> str:
    """What the format asks for, in the words of a fault: "an email address"."""
    return _MEANINGS.get(name, name)


def _read_by(read: leaves.Reader) -> Check:
    def check(text: str) -> bool:
        try:
            read(text)
        except ValidationError:
            return False
        return True

    return check


def _ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return text.isascii()


_MEANINGS = {**leaves.MEANINGS, "ipv4": "an IPv4 address"}
_CHECKS: dict[str, Check] = {
    "date": _read_by(leaves.read_date),
    "date-time": _read_by(leaves.read_date_time),
    "time": _read_by(leaves.read_time),
    "duration": _read_by(leaves.read_duration),
    "uuid": _read_by(leaves.read_uuid),
    "byte": _read_by(leaves.read_bytes),
    "ipv4": _ipv4,
}
