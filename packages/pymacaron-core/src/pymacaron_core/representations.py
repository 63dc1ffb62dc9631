"""Representations: a declared reply, compiled; each media type knows which values it is for, and how to write them."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterable, Callable, Iterator
from typing import Any

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from pymacaron_core.acceptance import best
from pymacaron_core.answers import Answer, Given, Pairs, StoredFile, bad, complain
from pymacaron_core.coroutines import Awaited
from pymacaron_core.errors import BadResponse
from pymacaron_core.headers import headers_check
from pymacaron_core.media import BYTES, EVENTS, is_sequence, way_of
from pymacaron_core.models.upload import Upload
from pymacaron_core.spec.operation import MediaType, Reply, Specification
from pymacaron_core.streams import Stream, items_writer
from pymacaron_core.wire import shape_of
from pymacaron_core.written import Adapters, Written, kind_of, told

_EVENT_HEADERS: Pairs = (("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"))
"""What keeps proxies from collecting events: no cache, and no buffer in nginx."""

_WAYS_OF_BYTES = ("bytes", "text", "any")
_WAYS_OF_TEXT = ("text", "json", "bytes", "any")
_WAYS_OF_ITEMS = ("items", "json", "text", "bytes", "any")
_WAYS_OF_DATA = ("json", "items", "any")


def ways_for(value: Any) -> tuple[str, ...]:
    """The ways of writing that a value is fit for."""
    if isinstance(value, str):
        return _WAYS_OF_TEXT
    if is_file(value) or isinstance(value, (bytes, bytearray, memoryview)):
        return _WAYS_OF_BYTES
    if isinstance(value, (Iterator, AsyncIterable)):
        return _WAYS_OF_ITEMS
    return _WAYS_OF_DATA


def is_file(value: Any) -> bool:
    """Whether a value is a file: its path, an open one, or one that was uploaded."""
    return isinstance(value, (os.PathLike, io.IOBase, Upload)) or (
        hasattr(type(value), "read") and hasattr(type(value), "close")
    )


WITHOUT_BODY = frozenset((204, 205, 304))
"""Statuses whose replies have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""


WriteItem = Callable[[Any, str, str], bytes]


class Representation:
    """One media type of a reply: how a value of it becomes an answer."""

    __slots__ = ("content_type", "item", "name", "takes_text", "text", "way", "written")

    def __init__(self, media: MediaType, specification: Specification, adapters: Adapters) -> None:
        self.name = media.name
        self.way = "items" if is_sequence(media.name) else way_of(media, specification) or "bytes"
        if self.way == "form":
            self.way = "bytes"
        if self.way == "any" and media.name in ("*/*", "application/*"):
            self.name, self.way = "application/json", "free"
        self.content_type = _content_type(self.name, self.way)
        json_schema = media.schema if self.way in ("json", "free") else None
        self.takes_text = json_schema is None or "string" in shape_of(json_schema, specification, levels=0).types
        self.written = Written(json_schema, specification, adapters)
        self.item = items_writer(media.name, media.schema, specification, adapters) if self.way == "items" else None
        has_text = self.way == "text" and media.schema is not None and not is_file_schema(media)
        self.text: TypeAdapter[Any] | None = adapters.adapter(media.schema) if has_text and media.schema else None

    def is_for(self, ways: tuple[str, ...]) -> bool:
        """Whether values of these ways can be written so."""
        return self.way in ways or self.way == "free"

    def answer(self, given: Given, status: int, label: str, mode: str) -> Answer:
        """A value as a finished reply. Raises ``BadResponse`` where it cannot be one."""
        value = given.value
        content_type, headers = self.content_type, given.headers
        own = given.header("content-type")
        if own is not None:
            content_type, headers = own, _without(headers, "content-type")
        if self.way == "json" or (self.way == "free" and not _is_raw(value)):
            if isinstance(value, (Iterator, AsyncIterable)) and not is_file(value):
                value = _collected(value)
            return Answer(status, content_type, self.written.json(value, label, mode), headers)
        if self.item is not None:
            return self._items(self.item, content_type, Given(value, status, headers), label, mode)
        if self.way == "free" and own is None:
            content_type = BYTES
        return Answer(status, content_type, self._raw(value, label, mode), headers)

    def _items(self, item: WriteItem, content_type: str, given: Given, label: str, mode: str) -> Answer:
        value = given.value
        if not isinstance(value, (list, tuple, Iterator, AsyncIterable)):
            raise bad(
                f"{label} returned a {kind_of(value)}, and its reply is {content_type}: return a list or a generator"
            )
        headers = given.headers
        if self.name == EVENTS:
            headers += tuple(pair for pair in _EVENT_HEADERS if given.header(pair[0].lower()) is None)
        return Answer(
            given.status or 200, content_type, Stream(value, _item_step(item, label, mode), self.name), headers
        )

    def _raw(self, value: Any, label: str, mode: str) -> bytes | StoredFile | Stream:
        if isinstance(value, str):
            self._check_text(value, label, mode)
        if is_file(value):
            return _stored(value, label, self.content_type)
        if isinstance(value, (Iterator, AsyncIterable)):
            return Stream(value, lambda piece: _bytes(piece, label, self.content_type), self.name)
        return _bytes(value, label, self.content_type)

    def _check_text(self, value: str, label: str, mode: str) -> None:
        if self.text is None or mode == "off":
            return
        try:
            self.text.validator.validate_json(pydantic_core.to_json(value), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            complain(f"{label} returned text that is not what the document declares: {told(error)}", mode)


def is_file_schema(media: MediaType) -> bool:
    """Whether a schema is about bytes, whatever the media type."""
    schema = media.schema
    return schema is not None and ("file" in schema.types or schema.get("format") in ("binary", "byte"))


def _item_step(write: WriteItem, label: str, mode: str) -> Callable[[Any], bytes]:
    """What writes the items of one stream. In mode ``log`` the first that is wrong is told of, and no other."""
    if mode != "log":
        return lambda item: write(item, label, mode)
    modes = ["raise"]

    def step(item: Any) -> bytes:
        try:
            return write(item, label, modes[0])
        except BadResponse:
            modes[0] = "off"
            return write(item, label, "log")

    return step


def _collected(value: Any) -> list[Any]:
    """All items of a generator, for a reply that is one array."""
    if not isinstance(value, AsyncIterable):
        return list(value)
    awaited = Awaited(value)
    try:
        return list(awaited)
    finally:
        awaited.close()


def _is_raw(value: Any) -> bool:
    return is_file(value) or isinstance(value, (bytes, bytearray, memoryview))


def _stored(value: Any, label: str, name: str) -> StoredFile:
    if isinstance(value, io.TextIOBase):
        raise bad(f"{label} returned a file opened as text, and its reply is {name}: open it with mode 'rb'")
    if isinstance(value, os.PathLike):
        return StoredFile(os.path.abspath(value))
    return StoredFile(value.stream if isinstance(value, Upload) else value)


def _bytes(value: Any, label: str, name: str) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise bad(f"{label} returned a {kind_of(value)}, and its reply is {name}: return text or bytes")


def _content_type(name: str, way: str) -> str:
    if way == "any":
        return "text/plain; charset=utf-8" if name.startswith("text/") else BYTES
    is_text = name.startswith("text/") and name != EVENTS
    return f"{name}; charset=utf-8" if is_text else name


def _without(headers: Pairs, name: str) -> Pairs:
    return tuple(pair for pair in headers if pair[0].lower() != name)


class Declared:
    """One declared reply, compiled."""

    __slots__ = ("check", "json", "label", "models", "quick", "reply", "representations", "status")

    def __init__(self, reply: Reply, label: str, specification: Specification, adapters: Adapters) -> None:
        self.reply = reply
        self.label = label
        self.status = int(reply.status) if reply.status.isdigit() else None
        self.representations = tuple(Representation(media, specification, adapters) for media in reply.content)
        self.check = headers_check(reply, specification, adapters)
        written = (each.written for each in self.representations if each.way in ("json", "free"))
        self.json: Written | None = next(written, None)
        self.models: tuple[Any, ...] = self.json.models if self.json is not None else ()

        self.quick = self._quick()

    def _quick(self) -> tuple[int, str, Callable[[Any, str, str], bytes]] | None:
        """The shortest way, where there is one media type, JSON, and nothing else to look at: status, type, JSON."""
        if self.status is None or self.status in WITHOUT_BODY or self.check is not None or self.is_negotiated:
            return None
        only = next((each for each in self.representations if each.way in ("json", "free")), None)
        return (self.status, only.content_type, only.written.json) if only is not None else None

    @property
    def is_negotiated(self) -> bool:
        """Whether the caller's ``Accept`` may decide how the reply is written."""
        return len(self.representations) > 1

    def representation(self, given: Given, accept: str | None, mode: str) -> Representation:
        """The each of a value: by the media type it names, else the one of those fit for it that is liked best."""
        own = given.header("content-type")
        if own is not None:
            return self._named(own.partition(";")[0].strip().lower(), given, mode)
        if len(self.representations) == 1:
            return self.representations[0]
        ways = ways_for(given.value)
        fit = [each for each in self.representations if each.is_for(ways)] or list(self.representations)
        if ways is _WAYS_OF_ITEMS:
            fit.sort(key=lambda each: each.way != "items")
        elif ways is _WAYS_OF_TEXT:
            fit = [w for w in fit if w.way != "json" or w.takes_text] or fit
            fit.sort(key=lambda each: each.way != "json")
        liked = best(accept, [each.name for each in fit])
        return next((each for each in fit if each.name == liked), fit[0])

    def _named(self, name: str, given: Given, mode: str) -> Representation:
        for each in self.representations:
            if each.name == name or each.way == "free":
                return each
        for each in self.representations:
            if each.way == "any" and name.partition("/")[0] == each.name.partition("/")[0]:
                return each
        complain(f"{self.label} returned {name or 'an empty Content-Type'}, which the document does not declare", mode)
        ways = ways_for(given.value)
        return next((each for each in self.representations if each.is_for(ways)), self.representations[0])
