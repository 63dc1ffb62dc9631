"""Answers: what a function returned, taken apart, and the finished reply that is made of it."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, NamedTuple

import pydantic_core
from werkzeug.datastructures import Headers

from pymacaron_core.errors import BadResponse, PyMacaronException

log = logging.getLogger(__name__)

Pairs = tuple[tuple[str, str], ...]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_STATUS = re.compile(r"([2-5][0-9]{2})( .*)?\Z")
_OF_THE_CONNECTION = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)


class StoredFile(NamedTuple):
    """A file to be sent: its path, or an open binary file, which is closed once it is sent."""

    source: str | os.PathLike[str] | IO[bytes]


class Answer(NamedTuple):
    """A finished reply. A body that is neither bytes nor a file is written as it comes, and closed."""

    status: int
    content_type: str | None
    body: bytes | StoredFile | Iterator[bytes]
    headers: Pairs = ()


class Given(NamedTuple):
    """What a function returned: its value, and where it said so the status and headers."""

    value: Any
    status: int | None = None
    headers: Pairs = ()

    def header(self, name: str) -> str | None:
        """A header by its name in lower case."""
        if not self.headers:
            return None
        return next((text for known, text in self.headers if known.lower() == name), None)


def given(value: Any, label: str) -> Given:
    """What a function returned, taken apart: a plain tuple is ``(value, status)``, ``(value, headers)`` or both.

    A list is never taken for a tuple, nor is a named tuple. Raises ``BadResponse`` for a tuple of anything else, and
    for headers that cannot be sent (RFC 9110, section 5).
    """
    if type(value) is not tuple:
        return Given(value)
    rest = value[1:]
    if len(rest) == 1:
        status = _status(rest[0])
        if status is not None:
            return Given(value[0], status)
        if isinstance(rest[0], (Mapping, list, Headers)):
            return Given(value[0], None, _headers(rest[0], label))
    elif len(rest) == 2:
        status = _status(rest[0])
        if status is not None and (rest[1] is None or isinstance(rest[1], (Mapping, list, tuple, Headers))):
            return Given(value[0], status, _headers(rest[1] or (), label))
    raise bad(f"{label} returned a tuple that is not (value, status), (value, headers) or (value, status, headers)")


def _status(said: Any) -> int | None:
    """A final status (RFC 9110, section 15): an integer, ``HTTPStatus`` or text as ``201`` or ``201 Created``."""
    if isinstance(said, bool) or not isinstance(said, (int, str)):
        return None
    found = _STATUS.match(said if isinstance(said, str) else str(int(said)))
    return int(found[1]) if found else None


def _headers(said: Mapping[str, Any] | Iterable[Any], label: str) -> Pairs:
    pairs = said.items() if isinstance(said, Mapping) else said
    found: list[tuple[str, str]] = []
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise bad(f"{label} returned headers that are no pairs of a name and a value")
        name, value = pair
        if not isinstance(name, str) or not _TOKEN.match(name):
            raise bad(f"{label} returned a header whose name is none")
        if name.lower() in _OF_THE_CONNECTION:
            raise bad(f"{label} returned the header {name}, which is the server's own (PEP 3333)")
        several = value if isinstance(value, (list, tuple)) and name.lower() == "set-cookie" else (value,)
        found.extend((name, _header_text(name, each, label)) for each in several)
    return tuple(found)


def _header_text(name: str, value: Any, label: str) -> str:
    """A header's value as text, in the style ``simple``: items and members with commas between them."""
    if not isinstance(value, str):
        try:
            value = _simple(pydantic_core.to_jsonable_python(value))
        except pydantic_core.PydanticSerializationError:
            raise bad(f"{label} returned the header {name} as a {type(value).__name__}: return text") from None
    if _UNSENDABLE.search(value):
        raise bad(f"{label} returned the header {name} with a character that no header can have")
    return str(value)


def _simple(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key},{_simple(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ",".join(_simple(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def bad(message: str) -> PyMacaronException:
    """The error for the caller, who learns nothing of the inside; the log and debug mode tell the message."""
    return BadResponse("the service answered what its document does not declare").caught(BadResponse(message))


def complain(message: str, mode: str) -> None:
    """Tell of a reply that is not as declared. Raises ``BadResponse`` in mode ``raise``."""
    if mode == "raise":
        raise bad(message)
    if mode == "log":
        log.warning("%s", message)
