"""A call straight from a WSGI environment, beside a request of Flask's that nobody may ever ask for."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Token
from typing import IO, Any

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import get_input_stream

from pymacaron_core.call import Call
from pymacaron_core.context import CallContext
from pymacaron_core.lean.contexts import LeanContext
from pymacaron_core.receiving import from_flask


class WsgiContext(CallContext):
    """The call context of a request, its headers read from the environment."""

    __slots__ = ("environ", "token")

    def __init__(self, application: Any, url: str, environ: Mapping[str, Any], operation_id: str | None) -> None:
        self.application = application
        self.url = url
        self.method = environ["REQUEST_METHOD"]
        self.environ = environ
        self.operation_id = operation_id
        self.identity = None
        self._request_id = None
        self.token: Token[CallContext | None] | None = None

    def header(self, name: str) -> str | None:
        key = name.upper().replace("-", "_")
        found = self.environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
        return None if found is None else str(found)


def lean_call(inner: LeanContext, values: Mapping[str, str], context: CallContext, limit: int | None) -> Call:
    """The call of a request; where somebody has asked for the request already, beside that."""
    if "request" in inner.__dict__:
        return from_flask(inner.request, values, context, limit)
    most = inner.app.config["MAX_CONTENT_LENGTH"]
    if most is not None and (limit is None or most < limit):
        limit = most
    inner.limit = limit

    def read(call: Call) -> bytes:
        if "request" in inner.__dict__:
            data: bytes = inner.request.get_data()
            return data
        length = inner.environ.get("CONTENT_LENGTH")
        if length and "HTTP_TRANSFER_ENCODING" not in inner.environ:
            body = _whole(inner.environ["wsgi.input"], int(length))  # its size was looked at before
        else:
            body = get_input_stream(inner.environ, max_content_length=None if limit is None else limit + 1).read()
        inner.body = body
        return body

    def read_form(call: Call) -> Any:
        return beside(call)._read_form(call)

    def open_stream(call: Call) -> Any:
        opened = beside(call)._open
        return opened(call) if opened is not None else None

    def beside(call: Call) -> Call:
        return from_flask(inner.request, values, context, limit)

    return Call(inner.environ, values, context, read, read_form, limit, None, open_stream)


def _whole(stream: IO[bytes], length: int) -> bytes:
    """So many bytes of a stream, less where it ends before. Raises ``ClientDisconnected`` where it fails."""
    try:
        body = stream.read(length)
        while len(body) < length:
            piece = stream.read(length - len(body))
            if not piece:
                break
            body += piece
        return body
    except (OSError, ValueError):
        raise ClientDisconnected from None
