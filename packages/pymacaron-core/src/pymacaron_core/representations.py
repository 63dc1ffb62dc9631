"""Representations: the media types of a declared reply; each knows which values it is for, and how to write them."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import AsyncIterable, Callable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pymacaron_core.answers import Answer, Given, Pairs, StoredFile, bad, complain
from pymacaron_core.coroutines import Awaited
from pymacaron_core.errors import BadResponse
from pymacaron_core.media import BYTES, EVENTS, covers, is_sequence, way_of
from pymacaron_core.models.upload import Upload
from pymacaron_core.spec.operation import MediaType, Specification
from pymacaron_core.streams import Stream, items_writer
from pymacaron_core.wire import shape_of
from pymacaron_core.written import Adapters, Written, kind_of, plain_json, told

_EVENT_HEADERS: Pairs = (("Cache-Control", "no-cache"), ("X-Accel-Buffering", "no"))
"""What keeps proxies from collecting events: no cache, and no buffer in nginx."""

WAYS_OF_BYTES = ("bytes", "text", "any")
WAYS_OF_TEXT = ("text", "json", "bytes", "any")
WAYS_OF_ITEMS = ("items", "json", "text", "bytes", "any")
WAYS_OF_DATA = ("json", "items", "any")


def ways_for(value: Any) -> tuple[str, ...]:
    """The ways of writing that a value is fit for."""
    if isinstance(value, str):
        return WAYS_OF_TEXT
    if is_file(value) or isinstance(value, (bytes, bytearray, memoryview)):
        return WAYS_OF_BYTES
    if isinstance(value, (Iterator, AsyncIterable)):
        return WAYS_OF_ITEMS
    return WAYS_OF_DATA


def is_file(value: Any) -> bool:
    """Whether a value is a file: its path, an open one, or one that was uploaded."""
    return isinstance(value, (os.PathLike, io.IOBase, Upload)) or (
        hasattr(type(value), "read") and hasattr(type(value), "close")
    )


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
        if own is None and self.way in ("free", "any") and (self.way == "free" or self.content_type == BYTES):
            content_type = self._found_type(value, label, mode)
        return Answer(status, content_type, self._raw(value, label, mode), headers)

    def _found_type(self, value: Any, label: str, mode: str) -> str:
        """The media type of a file or bytes where the document names a range: that of the file's name, if it fits."""
        name = value.content_type if isinstance(value, Upload) else _type_by_name(value)
        if name and (self.way == "free" or covers(self.name, name.partition(";")[0].strip().lower())):
            return str(name)
        if self.way == "any":
            how = "return it with a Content-Type among its headers"
            complain(f"{label} returned a {kind_of(value)}, and its reply is {self.name}: {how}", mode)
        return BYTES

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
            self.text.validator.validate_json(plain_json(value, mode), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            complain(f"{label} returned text that is not what the document declares: {told(error)}", mode)


def is_file_schema(media: MediaType) -> bool:
    """Whether a schema is about bytes, whatever the media type."""
    schema = media.schema
    return schema is not None and ("file" in schema.types or schema.get("format") in ("binary", "byte"))


def _type_by_name(value: Any) -> str | None:
    """What a file's name says of its media type."""
    name = value if isinstance(value, os.PathLike) else getattr(value, "name", None)
    if not isinstance(name, (str, os.PathLike)):
        return None
    found, coding = mimetypes.guess_type(os.fsdecode(name))
    return found if coding is None else None


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
