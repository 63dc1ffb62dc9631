"""Inflow: a body as a stream, for functions that take it piece by piece and never hold it in memory."""

from __future__ import annotations

import inspect
import io
import typing
from collections.abc import Callable
from typing import IO, Any

from pymacaron_core.call import Call
from pymacaron_core.errors import PayloadTooLarge, RequestTimeout
from pymacaron_core.models.upload import Upload

PIECE = 64 * 1024
"""How many bytes are asked of the server at a time."""


class Inflow(io.RawIOBase):
    """The bytes of a body as they come. Reading raises ``PayloadTooLarge`` above the limit, and ``RequestTimeout``
    where the caller left before the end."""

    def __init__(self, call: Call) -> None:
        self._call, self._source, self._count = call, call.stream(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        call = self._call
        data: bytes = call.within_limit(lambda call: self._source.read(len(buffer)))
        self._count += len(data)
        if call.limit is not None and self._count > call.limit:
            raise PayloadTooLarge(f"the body is larger than the {call.limit} bytes this service takes")
        if not data and len(buffer) and self._count < (call.content_length or 0):
            raise RequestTimeout("the caller left before the body was read")
        buffer[: len(data)] = data
        return len(data)


def uploaded(call: Call) -> Upload | None:
    """The body of a call as an upload to be read; None where nothing was sent."""
    length = call.content_length
    if length == 0 or (length is None and not call.environ.get("wsgi.input_terminated")):
        return None
    stream = io.BufferedReader(Inflow(call), PIECE)
    if length is None and not stream.peek(1):
        return None
    content_type = str(call.environ.get("CONTENT_TYPE") or "application/octet-stream")
    return Upload(None, content_type, typing.cast(IO[bytes], stream))


def takes_upload(function: Callable[..., Any]) -> bool:
    """Whether a function's first argument is annotated as an ``Upload``, alone or in a union."""
    function = inspect.unwrap(function)
    try:
        first = next(iter(inspect.signature(function).parameters), "")
        wanted = typing.get_type_hints(function).get(first)
    except (NameError, TypeError, ValueError):  # annotations that mean nothing at run time ask for nothing
        return False
    return wanted is Upload or Upload in typing.get_args(wanted)
