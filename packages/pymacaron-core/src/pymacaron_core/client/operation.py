"""Operations of a client: each is called like a function, with its body and its parameters."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.client.credentials import Shown, credentials_step
from pymacaron_core.client.passing import passed_on
from pymacaron_core.client.replies import Received, reply_reader
from pymacaron_core.client.requests import body_writer
from pymacaron_core.client.retries import may_repeat, pause_before, sleep
from pymacaron_core.client.transport import Limits, Transport
from pymacaron_core.config import ClientSettings
from pymacaron_core.context import current_call, new_request_id
from pymacaron_core.errors import CallError, Unsendable
from pymacaron_core.forms import Adapters
from pymacaron_core.sending import Sent, head_writer
from pymacaron_core.spec.operation import Operation, Specification

log = logging.getLogger(__name__)

OPTIONS = ("connect_timeout", "read_timeout", "timeout", "max_attempts")
_OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "content-encoding")
)
"""Headers that say how a request is sent, and that no caller sets."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*\Z")


@dataclass(frozen=True, slots=True)
class Around:
    """What the operations of a client share: where the service is, how it is called, and who calls."""

    specification: Specification
    origin: Callable[[], tuple[Transport, str, str]]
    """The transport, the path before every path of the document, and the address for messages."""
    settings: ClientSettings
    credentials: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Steps:
    head: Callable[[Mapping[str, Any]], Sent]
    body: Callable[[Any, str | None], Any]
    read: Callable[[Any], Received]
    credentials: Callable[[Any], Shown]
    accept: str


class ClientOperation:
    """One operation of another service: ``client.create_order(order, dry_run=True)``.

    The body comes first, parameters by keyword, named as the function that serves the operation would have them.
    ``timeout``, ``connect_timeout``, ``read_timeout`` (seconds), ``max_attempts``, ``headers`` (in 2.x
    ``request_headers``) and ``content_type`` are options of a call, where the operation has no parameter of that name.

    It returns the value of the reply, a model or plain data. Raises ``ErrorReply`` where the service answers with an
    error, ``BadReply`` for what its document does not declare, ``Unreachable`` and ``CallTimeout`` where no reply
    comes, and ``Unsendable`` for what the document does not take; all are ``PyMacaronError``.
    """

    def __init__(self, operation: Operation, adapters: Adapters, around: Around) -> None:
        self.operation = operation
        self._adapters, self._around = adapters, around
        self._arguments = frozenset(each.argument for each in operation.parameters)
        body = operation.body
        self._fields = {argument: name for name, argument in body.arguments.items()} if body and body.spread else {}
        self._lock = threading.Lock()
        self._made: _Steps | None = None
        self.__doc__ = operation.summary or operation.description or None

    def __call__(self, body: Any = None, /, **values: Any) -> Any:
        return self.detailed(body, **values).value

    def detailed(self, body: Any = None, /, **values: Any) -> Received:
        """The same, with the status and the headers of the reply."""
        steps = self._steps()
        settings, extra, wanted = self._options(values)
        if self._fields:
            if body is not None:
                raise Unsendable(f"{self.operation.label} takes the fields of its form by keyword")
            fields = {self._fields[name]: values.pop(name) for name in list(values) if name in self._fields}
            fields = {name: value for name, value in fields.items() if value is not None}
            body = fields or None
        sent, content = steps.head(values), steps.body(body, wanted)
        call = current_call()
        request_id = call.request_id if call is not None else new_request_id()
        shown = steps.credentials(call)
        headers = {
            "Accept": steps.accept,
            "User-Agent": "pymacaron",
            **passed_on(call, request_id, settings.internal),
            **shown.headers,
        }
        if content is not None:
            headers["Content-Type"] = content.content_type
        headers = _over(_over(headers, dict(sent.headers)), extra)
        if shown.cookies:
            own = next((text for name, text in headers.items() if name.lower() == "cookie"), "")
            headers = _over(headers, {"Cookie": "; ".join([*([own] if own else []), *shown.cookies])})
        transport, prefix, address = self._around.origin()
        path = f"{prefix}{sent.path}" or "/"
        query = "&".join([*([sent.query] if sent.query else []), *shown.query])
        attempt = 1
        ends = time.monotonic() + settings.timeout
        while True:
            limits = Limits(settings.connect_timeout, settings.read_timeout, ends, settings.max_reply_bytes)
            try:
                raw = transport.exchange(
                    self.operation.method,
                    f"{path}?{query}" if query else path,
                    headers,
                    content.body if content is not None else None,
                    limits,
                )
                received = steps.read(raw)
                return Received(received.status, received.headers, received.value, request_id)
            except CallError as error:
                error.operation, error.url = (
                    f"{self._around.specification.name}: {self.operation.label}",
                    address + path,
                )
                error.request_id, error.attempts = request_id, attempt
                if attempt >= settings.max_attempts or not may_repeat(error, self.operation.method):
                    raise
                pause = pause_before(attempt + 1, error)
                if time.monotonic() + pause >= ends:
                    raise
                log.info("attempt %s of %s, the next in %.1f s: %s", attempt, settings.max_attempts, pause, error)
            sleep(pause)
            attempt += 1

    def _options(self, values: dict[str, Any]) -> tuple[ClientSettings, dict[str, str], str | None]:
        """The options of a call, taken out of its values."""
        settings = self._around.settings

        def taken(name: str) -> Any:
            is_ours = name not in self._arguments and name not in self._fields
            return values.pop(name, None) if is_ours else None

        said = {name: value for name in OPTIONS if (value := taken(name)) is not None}
        if said:
            known = settings.model_dump()
            try:
                settings = ClientSettings(**{**known, **said})
            except ValueError as error:
                raise Unsendable(f"{self.operation.label}: an option of the call is wrong: {error}") from None
        headers: dict[str, str] = {}
        for name in ("headers", "request_headers"):
            for header, text in dict(taken(name) or {}).items():
                headers = _over(headers, {_checked(self.operation, header, text): text})
        return settings, headers, taken("content_type")

    def _steps(self) -> _Steps:
        """What makes requests and reads replies, made at the first call."""
        if self._made is None:
            with self._lock:
                self._made = self._made or self._make()
        return self._made

    def _make(self) -> _Steps:
        around, operation = self._around, self.operation
        return _Steps(
            head_writer(operation, around.specification),
            body_writer(operation, around.specification, self._adapters),
            reply_reader(operation, around.specification, self._adapters),
            credentials_step(operation, around.specification, around.credentials, around.settings.internal),
            _accepted(operation),
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.operation.label}>"


def _accepted(operation: Operation) -> str:
    """The media types that the document declares, those of the success first."""
    replies = sorted(operation.replies, key=lambda reply: reply is not operation.success)
    names = dict.fromkeys(media.name for reply in replies for media in reply.content)
    return ", ".join(name for name in names if name.isascii()) or "*/*"


def _over(headers: dict[str, str], others: Mapping[str, str]) -> dict[str, str]:
    """Headers with others in place of those of the same name, in whatever case."""
    replaced = {name.lower() for name in others}
    return {**{name: text for name, text in headers.items() if name.lower() not in replaced}, **others}


def _checked(operation: Operation, name: Any, text: Any) -> str:
    """The name of a header that a caller sets. Raises ``Unsendable`` for what would be another request."""
    if not isinstance(name, str) or not _NAME.match(name) or not isinstance(text, str) or not _VALUE.match(text):
        raise Unsendable(f"{operation.label}: {str(name)[:50]!r} is no header that can be sent (RFC 9110, section 5)")
    if name.lower() in _OURS:
        raise Unsendable(f"{operation.label}: the header {name!r} is set by the client itself")
    return name
