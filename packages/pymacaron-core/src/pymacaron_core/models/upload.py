"""A file that came with a form."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import IO, Any, Protocol

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


class FormFile(Protocol):
    """A file as form parsers hand it over; Werkzeug's ``FileStorage`` is one."""

    @property
    def filename(self) -> str | None: ...

    @property
    def content_type(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...

    @property
    def headers(self) -> Any: ...


class Upload:
    """One uploaded file: its name as the caller gave it, its media type, and its content as a binary stream.

    ``headers`` are those of its part, by names in lower case. The stream is closed when the call has been answered.

    A form's parts are validated as JSON in which each file is a token; the files themselves are handed to pydantic as
    ``context={"uploads": {token: upload}}``.
    """

    __slots__ = ("content_type", "filename", "headers", "stream")

    def __init__(
        self, filename: str | None, content_type: str, stream: IO[bytes], headers: Mapping[str, str] | None = None
    ) -> None:
        self.headers = headers or {}
        self.filename = filename
        self.content_type = content_type
        self.stream = stream

    @classmethod
    def of(cls, file: FormFile) -> Upload:
        """An upload of what a form parser found."""
        headers = {name.lower(): value for name, value in (file.headers or {}).items()}
        return cls(file.filename, file.content_type or "application/octet-stream", file.stream, headers)

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes, by default all that are left."""
        return self.stream.read(size)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what is left of the content to a file. ``filename`` is the caller's word: build no path from it."""
        with open(path, "wb") as target:
            shutil.copyfileobj(self.stream, target)

    def __repr__(self) -> str:
        return f"Upload({self.filename!r}, {self.content_type!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.json_or_python_schema(
            core_schema.with_info_plain_validator_function(_of_token),
            core_schema.is_instance_schema(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(repr, when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "binary"}


def _of_token(value: Any, info: core_schema.ValidationInfo) -> Upload:
    uploads: dict[str, Upload] = (info.context or {}).get("uploads", {})
    if not isinstance(value, str) or value not in uploads:
        raise PydanticCustomError("file_type", "Input should be a file")
    return uploads[value]
