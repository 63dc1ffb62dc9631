"""Sending: what a caller of an operation sends, made of the values of its arguments.

Whatever is written is read again, by the readers that serve: a value that would arrive as another, or not at all, is
an error that says so, and is never sent.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import unquote

from pydantic_core import from_json, to_jsonable_python

from pymacaron_core.call import Call
from pymacaron_core.context import CallContext
from pymacaron_core.errors import PyMacaronError, Unsendable
from pymacaron_core.parameters import parameter_readers
from pymacaron_core.receiving import from_wsgi
from pymacaron_core.spec.operation import Operation, Parameter, Specification
from pymacaron_core.styles import Unreadable
from pymacaron_core.writers import Pairs, writer

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_NO_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]\Z|[^\x00-\xff]")


@dataclass(frozen=True, slots=True)
class Sent:
    """The head of a request: ``path`` and ``query`` escaped, ``headers`` with the cookies among them."""

    path: str
    query: str
    headers: tuple[tuple[str, str], ...]


def head_writer(operation: Operation, specification: Specification) -> Callable[[Mapping[str, Any]], Sent]:
    """What writes an operation's parameters, from their values by argument name; None is not sent.

    It raises ``Unsendable`` where a required one is missing or a style cannot carry a value.
    """
    writers = [(parameter, writer(parameter)) for parameter in operation.parameters]
    readers = parameter_readers(operation, specification)
    known = {parameter.argument for parameter in operation.parameters}

    def write(values: Mapping[str, Any]) -> Sent:
        if unknown := sorted(set(values) - known):
            raise Unsendable(f"{operation.label} has no parameter {unknown[0]!r}")
        plain: dict[str, Any] = {}
        pairs: dict[str, Pairs] = {"path": [], "query": [], "header": [], "cookie": []}
        for parameter, each in writers:
            value = values.get(parameter.argument)
            if value is not None:
                plain[parameter.argument] = value = _plain(operation, parameter, value)
                pairs[parameter.place_in] += _written(operation, parameter, each, value)
            elif parameter.required:
                raise _unsendable(operation, parameter, "is required")
        sent = Sent(
            _path(operation, dict(pairs["path"])),
            "&".join(f"{name}={text}" for name, text in pairs["query"]),
            _headers(pairs),
        )
        call = _as_received(operation, sent, dict(pairs["path"]))
        for parameter, read in readers:
            _check(operation, parameter, read, call, plain.get(parameter.argument))
        return sent

    return write


def plain_value(value: Any) -> Any:
    """A value as JSON has it; models by their own word, and ``Decimal`` as it is. Raises ``ValueError`` for others."""
    if hasattr(value, "__pym_protocol__"):
        return plain_value(value.to_json())
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items() if each is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain_value(each) for each in value]
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (str, int, float, Decimal)) or value is None:
        return value
    return to_jsonable_python(value)


def _plain(operation: Operation, parameter: Parameter, value: Any) -> Any:
    try:
        return plain_value(value)
    except ValueError:
        raise _unsendable(operation, parameter, f"is no value that can be written: {type(value).__name__}") from None


def _written(operation: Operation, parameter: Parameter, write: Callable[[Any], Pairs], value: Any) -> Pairs:
    try:
        pairs = write(value)
    except UnicodeError:
        raise _unsendable(operation, parameter, "has a letter that is none (a lone surrogate)") from None
    except (TypeError, ValueError) as error:
        raise _unsendable(operation, parameter, f"cannot be written: {error}") from None
    if parameter.place_in == "header" and any(_NO_HEADER.search(text) for _, text in pairs):
        raise _unsendable(operation, parameter, "has what no header can hold: line ends, blanks at its ends, or others")
    if parameter.place_in == "cookie" and not all(_TOKEN.match(name) for name, _ in pairs):
        raise _unsendable(operation, parameter, "has a name that no cookie can have")
    return pairs


def _path(operation: Operation, texts: Mapping[str, str]) -> str:
    segments = operation.path.split("/")
    filled = [_VARIABLE.sub(lambda match: texts.get(match[1], match[0]), segment) for segment in segments]
    for segment, template in zip(filled, segments, strict=True):
        if segment == template:
            continue
        plain = unquote(segment)
        if "/" in plain or plain in ("", ".", ".."):
            message = "a value in a path is neither empty nor dots alone, and has no slash: servers could not tell it"
            raise Unsendable(f"{operation.label}: {message}")
    return "/".join(filled)


def _headers(pairs: Mapping[str, Pairs]) -> tuple[tuple[str, str], ...]:
    cookies = "; ".join(f"{name}={text}" for name, text in pairs["cookie"])
    return (*pairs["header"], *([("Cookie", cookies)] if cookies else []))


def _as_received(operation: Operation, sent: Sent, texts: Mapping[str, str]) -> Call:
    """The call as a server gets it."""
    names = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
    headers = {names.get(n.lower(), "HTTP_" + n.upper().replace("-", "_")): text for n, text in sent.headers}
    environ = {"QUERY_STRING": sent.query, "RAW_URI": sent.path, "PATH_INFO": sent.path, **headers}
    return from_wsgi(environ, {name: unquote(text) for name, text in texts.items()}, CallContext())


def _check(
    operation: Operation, parameter: Parameter, read: Callable[[Call], str | None], call: Call, value: Any
) -> None:
    """Raise ``Unsendable`` where a server would read another value than is sent."""
    try:
        text = read(call)
        found = None if text is None else from_json(text)
    except (Unreadable, PyMacaronError) as error:
        raise _unsendable(operation, parameter, f"would be refused: {error}") from None
    if not is_same(value, found):
        raise _unsendable(operation, parameter, _reason(value))


def _reason(value: Any) -> str:
    if value is None:
        return "is not sent, but what is sent for others would be read as it"
    if value in ([], {}):
        return "is empty, which cannot be told from absent here"
    return "cannot be carried by its style: it would be read as another value"


def is_same(sent: Any, read: Any) -> bool:
    """Whether what was read is what was sent, as JSON has it: 1 and 1.0 are one number, 1 and true are not one."""
    if isinstance(sent, Decimal):
        return isinstance(read, (int, float, str)) and not isinstance(read, bool) and _is_number(sent, read)
    if isinstance(sent, dict) and isinstance(read, dict):
        return sent.keys() == read.keys() and all(is_same(sent[key], read[key]) for key in sent)
    if isinstance(sent, list) and isinstance(read, list):
        return len(sent) == len(read) and all(map(is_same, sent, read))
    return isinstance(sent, bool) == isinstance(read, bool) and bool(sent == read)


def _is_number(sent: Decimal, read: object) -> bool:
    try:
        return Decimal(json.dumps(read)) == sent if not isinstance(read, str) else Decimal(read) == sent
    except ArithmeticError:
        return False


def _unsendable(operation: Operation, parameter: Parameter, message: str) -> Unsendable:
    return Unsendable(f"{operation.label}: the {parameter.place_in} parameter {parameter.name!r} {message}")
