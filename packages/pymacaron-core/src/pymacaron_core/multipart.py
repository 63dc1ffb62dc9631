"""Multipart forms: their parts, each with its headers (RFC 7578).

The bytes are taken apart by Werkzeug's decoder; files are spooled to disk above its threshold. Werkzeug's own parser
drops the headers of fields, and replaces what is no text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import IO, Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from pymacaron_core.charsets import UnknownCharset, charset_of, text_of_bytes

LARGEST_HEAD = 16 * 1024
"""How many bytes the headers of one part may have together."""
CHUNK = 64 * 1024
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Text(str):
    """The text of a field that is more than a text: it has headers, or cannot be read.

    ``headers`` are those of its part by names in lower case, ``data`` the bytes as they came, ``unreadable`` says why
    it is no text.
    """

    __slots__ = ("data", "headers", "unreadable")

    headers: Mapping[str, str]
    data: bytes
    unreadable: str

    @classmethod
    def of(cls, text: str, headers: Mapping[str, str] = NO_HEADERS, data: bytes = b"", unreadable: str = "") -> Text:
        made = cls(text)
        made.headers, made.data, made.unreadable = headers, data, unreadable
        return made

    @classmethod
    def decoded(cls, data: bytes, headers: Mapping[str, str]) -> Text:
        """The text of a part by its headers."""
        content_type = headers.get("content-type", "")
        try:
            return cls.of(text_of_bytes(data, content_type), headers, data)
        except UnknownCharset as error:
            return cls.of("", headers, data, str(error))
        except UnicodeError:
            return cls.of("", headers, data, f"must be {charset_of(content_type).upper()}")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def filename(self) -> None:
        return None

    @property
    def stream(self) -> IO[bytes]:
        return BytesIO(self.data)


class StrictParser(FormDataParser):
    """Werkzeug's parser, telling of a form that cannot be read instead of taking it for an empty one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "silent": False})

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if mimetype != "multipart/form-data":
            return super().parse(stream, mimetype, content_length, options)
        boundary = (options or {}).get("boundary", "").encode("ascii")
        fields, files = self._parts(stream, boundary, content_length)
        return stream, self.cls(fields), self.cls(files)

    def _parts(
        self, stream: IO[bytes], boundary: bytes, length: int | None
    ) -> tuple[list[tuple[str, str]], list[tuple[str, FileStorage]]]:
        fields: list[tuple[str, str]] = []
        files: list[tuple[str, FileStorage]] = []
        container: IO[bytes] = BytesIO()
        most = math.inf if self.max_form_memory_size is None else self.max_form_memory_size
        part: Field | File | None = None
        try:
            for event in self._events(stream, boundary):
                if isinstance(event, (Field, File)):
                    part, container = event, self._container(event, length)
                elif isinstance(event, Data) and part is not None:
                    container.write(event.data)
                    if isinstance(part, Field) and container.tell() > most:
                        raise RequestEntityTooLarge()
                    if not event.more_data and isinstance(part, Field):
                        fields.append((part.name, _text(part, container)))
                    elif isinstance(part, File) and not event.more_data:
                        container.seek(0)
                        files.append(
                            (part.name, FileStorage(container, part.filename, part.name, headers=part.headers))
                        )
        except BaseException:
            for _, file in files:
                file.close()
            container.close()
            raise
        return fields, files

    def _events(self, stream: IO[bytes], boundary: bytes) -> Iterator[Any]:
        most = self.max_form_memory_size
        decoder = MultipartDecoder(boundary, max_form_memory_size=most, max_parts=self.max_form_parts)
        data: bytes | None = b""
        while data is not None:
            data = stream.read(CHUNK) or None
            decoder.receive_data(data)
            while not isinstance(event := decoder.next_event(), (Epilogue, NeedData)):
                if isinstance(event, (Field, File)) and sum(len(k) + len(v) for k, v in event.headers) > LARGEST_HEAD:
                    raise RequestEntityTooLarge()
                yield event

    def _container(self, part: Field | File, length: int | None) -> IO[bytes]:
        if isinstance(part, Field):
            return BytesIO()
        content_type = part.headers.get("content-type")
        return self.stream_factory(total_content_length=length, filename=part.filename, content_type=content_type)


def headers_of(pairs: Any) -> dict[str, str]:
    """The headers of a part, by their names in lower case."""
    return {name.lower(): value for name, value in pairs if name.lower() != "content-disposition"}


def _text(part: Field, container: IO[bytes]) -> str:
    container.seek(0)
    text = Text.decoded(container.read(), headers_of(part.headers))
    return text if text.headers or text.unreadable else str(text)
