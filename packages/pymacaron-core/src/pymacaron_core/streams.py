"""Streams: replies whose items are written as they come, each checked by itself, never held together.

What ends a stream before its time is logged and reported. Events can tell of it: the last one is ``error``, with the
service's error body. In other media types nothing can be said in between, so the connection is cut off: the caller's
client sees that the reply is not whole.
"""

from __future__ import annotations

import contextvars
from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pydantic_core

from pymacaron_core.answers import bad
from pymacaron_core.coroutines import Awaited
from pymacaron_core.media import EVENTS, SEQUENCES
from pymacaron_core.spec.operation import Schema, Specification
from pymacaron_core.written import Adapters, Written

FIELDS = frozenset(("data", "event", "id", "retry"))


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event of a reply that is ``text/event-stream`` (WHATWG HTML, section 9.2).

    ``data`` is text, sent as it is, or what is sent as JSON; ``event`` is the event's name, ``id`` what a client that
    connects again sends as ``Last-Event-ID``, ``retry`` after how many milliseconds it does so.
    """

    data: Any
    event: str | None = None
    id: str | None = None
    retry: int | None = None


class Stream:
    """The items of a reply as bytes. The first one is made at once: until then an error is an ordinary reply."""

    def __init__(self, items: Iterable[Any] | AsyncIterable[Any], write: Callable[[Any], bytes], name: str) -> None:
        self.items: Iterator[Any] = Awaited(items) if isinstance(items, AsyncIterable) else iter(items)
        self.write = write
        self.tells_errors = name == EVENTS
        try:
            self._first = [self.write(item) for item in _first(self.items)]
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        return self._first.pop() if self._first else self.write(next(self.items))

    def close(self) -> None:
        """Have the source of the items clean up after itself."""
        close = getattr(self.items, "close", None)
        if close is not None:
            close()


def _first(items: Iterator[Any]) -> list[Any]:
    for item in items:
        return [item]
    return []


class Sending:
    """A body on its way: made within the context of its call, whichever thread asks for the next piece.

    ``told`` logs and reports an error, and gives the error body.
    """

    def __init__(self, body: Iterator[bytes], told: Callable[[Exception], Any]) -> None:
        self._context = contextvars.copy_context()
        self._body = body
        self._told = told
        self._is_over = False

    def __iter__(self) -> Sending:
        return self

    def __next__(self) -> bytes:
        if self._is_over:
            raise StopIteration
        try:
            return self._context.run(next, self._body)
        except StopIteration:
            self._is_over = True
            raise
        except Exception as error:
            self.close()
            body = self._context.run(self._told, error)
            if not getattr(self._body, "tells_errors", False):
                raise
            return event_bytes(ServerSentEvent(pydantic_core.to_json(body).decode(), "error"))

    def close(self) -> None:
        """End it, wherever it is: the caller may have left."""
        self._is_over = True
        close = getattr(self._body, "close", None)
        if close is not None:
            self._context.run(close)


def items_writer(
    name: str, schema: Schema | None, specification: Specification, adapters: Adapters
) -> Callable[[Any, str, str], bytes]:
    """What writes one item of a sequence, given the item, the operation's label and the mode.

    The schema is that of the items; where it is one of arrays, it is that of the whole (OpenAPI 3.2), and its items'
    is taken. Events may be described whole, by their fields (3.2), or by their data alone.
    """
    inner = item_schema(schema, specification)
    written = Written(inner, specification, adapters)
    if name == EVENTS:
        return _event_writer(written, _is_of_events(inner, specification))
    begin = SEQUENCES.get(name, b"\x1e")

    def write(item: Any, label: str, mode: str) -> bytes:
        return begin + written.json(item, label, mode) + b"\n"

    return write


def item_schema(schema: Schema | None, specification: Specification) -> Schema | None:
    """The schema of one item."""
    if schema is None:
        return None
    resolved = specification.resolve(schema)
    if resolved.types != ("array",):
        return schema
    items = resolved.get("items")
    return items if isinstance(items, Schema) else None


def _is_of_events(schema: Schema | None, specification: Specification) -> bool:
    names = specification.resolve(schema).properties().keys() if schema is not None else set()
    return "data" in names and names <= FIELDS


def _event_writer(written: Written, is_whole: bool) -> Callable[[Any, str, str], bytes]:
    def write(item: Any, label: str, mode: str) -> bytes:
        event = item if isinstance(item, ServerSentEvent) else None
        if is_whole:
            return _whole(written.json(_fields(event) if event else item, label, mode))
        data = pydantic_core.from_json(body := written.json(event.data if event else item, label, mode))
        text = data if isinstance(data, str) else body.decode()
        return event_bytes(
            ServerSentEvent(text, event.event, event.id, event.retry) if event else ServerSentEvent(text)
        )

    return write


def _fields(event: ServerSentEvent) -> dict[str, Any]:
    data = event.data if isinstance(event.data, str) else pydantic_core.to_json(event.data).decode()
    fields = {"data": data, "event": event.event, "id": event.id, "retry": event.retry}
    return {name: value for name, value in fields.items() if value is not None}


def _whole(body: bytes) -> bytes:
    fields = pydantic_core.from_json(body)
    if not isinstance(fields, dict):
        return event_bytes(ServerSentEvent(body.decode()))
    return event_bytes(ServerSentEvent(**{"data": "", **{name: fields[name] for name in FIELDS & fields.keys()}}))


def event_bytes(event: ServerSentEvent) -> bytes:
    """An event as it is sent. Raises ``BadResponse`` for a field that would be read as several."""
    lines = []
    for name, value in (("event", event.event), ("id", event.id), ("retry", event.retry)):
        if value is not None:
            text = str(value)
            if any(sign in text for sign in "\r\n\0"):
                raise bad(f"the {name} of an event is one line")
            lines.append(f"{name}: {text}")
    data = event.data if isinstance(event.data, str) else pydantic_core.to_json(event.data).decode()
    lines.extend(f"data: {line}" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")
