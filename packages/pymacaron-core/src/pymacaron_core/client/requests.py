"""Requests: the body of a call, from a model or data to bytes, held to the document before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pydantic_core
from pydantic import ValidationError
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from pymacaron_core.bodies import read_media
from pymacaron_core.errors import Unsendable
from pymacaron_core.fields import form_writer
from pymacaron_core.media import covers, is_json, is_range, way_of
from pymacaron_core.models.model import Model
from pymacaron_core.models.upload import Upload
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.protocol import is_model
from pymacaron_core.receiving import URLENCODED
from pymacaron_core.representations import is_file, ways_for
from pymacaron_core.sending import plain_value
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import MediaType, Operation, Schema, Specification
from pymacaron_core.written import Adapters, told


class Content(NamedTuple):
    """A body as it is sent, and its ``Content-Type``."""

    content_type: str
    body: bytes


Write = Callable[[Any, str], Content]


def body_writer(
    operation: Operation, specification: Specification, adapters: Adapters
) -> Callable[[Any, str | None], Content | None]:
    """What writes the body of an operation, given its value and the media type wanted (None: the first that fits).

    It raises ``Unsendable`` for a value that is not of the schema.
    """
    body = operation.body
    if body is None:
        return lambda value, wanted: _none(operation, value)
    media = read_media(body, specification)
    writers = [(each, _writer(operation, each, specification, adapters)) for each in media]

    def write(value: Any, wanted: str | None = None) -> Content | None:
        if value is None:
            if body.required:
                raise Unsendable(f"{operation.label} needs a body")
            return None
        name = (wanted or "").partition(";")[0].strip().lower()
        for each, write_it in writers if name else _fitting(writers, value, specification):
            if not name or covers(each.name, name):
                return write_it(value, wanted or each.name)
        offered = " or ".join(each.name for each in media)
        raise Unsendable(f"{operation.label} takes {offered}, and not {wanted or type(value).__name__}")

    return write


def _none(operation: Operation, value: Any) -> None:
    if value is not None:
        raise Unsendable(f"{operation.label} takes no body")


def _fitting(
    writers: list[tuple[MediaType, Write]], value: Any, specification: Specification
) -> list[tuple[MediaType, Write]]:
    """The media types a value may be sent as, the likeliest first: a mapping with files in it as a form."""
    has_files = isinstance(value, Mapping) and any(map(_holds_file, value.values()))
    forms = any(way_of(each, specification) == "form" for each, _ in writers)
    order = ("form",) if has_files and forms else (*ways_for(value), "form")
    ranked = [
        (order.index(way), pair) for pair in writers if (way := way_of(pair[0], specification) or "bytes") in order
    ]
    return [pair for _, pair in sorted(ranked, key=lambda each: each[0])]


def _holds_file(value: Any) -> bool:
    several = value if isinstance(value, (list, tuple)) else (value,)
    return any(isinstance(each, Upload) or is_file(each) for each in several)


def _writer(operation: Operation, media: MediaType, specification: Specification, adapters: Adapters) -> Write:
    way = way_of(media, specification)
    if way == "form":
        return _form(operation, media, specification)
    as_json = _json(operation, media, specification, adapters)
    if way == "json":
        return as_json
    as_text = _text(operation, media, adapters) if way == "text" else None

    def write(value: Any, name: str) -> Content:
        if way == "any" and is_json(name.partition(";")[0].strip().lower()):
            return as_json(value, name)
        if way == "any" and is_range(name):
            if not isinstance(value, (str, bytes)) and not is_file(value):
                return as_json(value, "application/json")
            name = "text/plain; charset=utf-8" if isinstance(value, str) else "application/octet-stream"
        return as_text(value, name) if as_text else Content(name, _bytes(operation, value))

    return write


def _json(operation: Operation, media: MediaType, specification: Specification, adapters: Adapters) -> Write:
    schema = media.schema or Schema()
    adapter = adapters.adapter(schema)
    withhold = Withholding(schema, specification.schemas, RECEIVED)

    def write(value: Any, name: str) -> Content:
        try:
            body = _given_json(value)
            if withhold.has_some:
                body = pydantic_core.to_json(withhold(pydantic_core.from_json(body, allow_inf_nan=False)))
            pydantic_core.from_json(body, allow_inf_nan=False)
            adapter.validator.validate_json(body, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            raise Unsendable(f"{operation.label}: the body does not fit the document: {told(error)}") from None
        except (pydantic_core.PydanticSerializationError, ValueError, RecursionError) as error:
            raise Unsendable(f"{operation.label}: the body cannot be written as JSON: {error}") from None
        return Content(name, body)

    return write


def _given_json(value: Any) -> bytes:
    """A model with what it was given, or plain data with models in it, as JSON."""
    if is_model(value) and hasattr(value, "__pydantic_serializer__"):
        written: bytes = value.__pydantic_serializer__.to_json(value, exclude_unset=True, by_alias=True)
        return written
    return pydantic_core.to_json(_data(value))


def _data(value: Any) -> Any:
    """As ``plain_value``, with the nulls of plain data kept."""
    if is_model(value):
        return (
            pydantic_core.from_json(_given_json(value))
            if hasattr(value, "__pydantic_serializer__")
            else value.to_json()
        )
    if isinstance(value, Mapping):
        return {str(key): _data(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_data(each) for each in value]
    return plain_value(value) if not isinstance(value, float) else value


def _text(operation: Operation, media: MediaType, adapters: Adapters) -> Write:
    adapter = adapters.adapter(media.schema or Schema({"type": ("string",)}))

    def write(value: Any, name: str) -> Content:
        if isinstance(value, (bytes, bytearray)):
            return Content(name, bytes(value))
        try:
            text = value if isinstance(value, str) else pydantic_core.from_json(pydantic_core.to_json(value))
            adapter.validator.validate_json(pydantic_core.to_json(text), strict=True)
            encoded = str(text).encode()
        except ValidationError as error:
            raise Unsendable(f"{operation.label}: the body does not fit the document: {told(error)}") from None
        except (ValueError, pydantic_core.PydanticSerializationError) as error:
            raise Unsendable(f"{operation.label}: the body is no text: {error}") from None
        return Content(name if "charset" in name else f"{name}; charset=utf-8", encoded)

    return write


def _bytes(operation: Operation, value: Any) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    read = getattr(value, "read", None)
    found = read() if read is not None else None
    if not isinstance(found, bytes):
        raise Unsendable(
            f"{operation.label} takes bytes or an open binary file as its body, not {type(value).__name__}"
        )
    return found


def _form(operation: Operation, media: MediaType, specification: Specification) -> Write:
    write_fields = form_writer(operation, media, specification)

    def write(value: Any, name: str) -> Content:
        values = value if isinstance(value, Mapping) else _members(operation, value)
        fields = write_fields({key: _uploaded(each) for key, each in values.items()})
        if media.name == URLENCODED:
            return Content(URLENCODED, fields.urlencoded())
        parts = [_part(key, text.encode()) for key, text in fields.texts]
        for key, upload in fields.files:
            part = _part(key, upload.read(), upload.filename or "file")
            part.headers["Content-Type"] = upload.content_type
            parts.append(part)
        body, content_type = encode_multipart_formdata(parts)
        return Content(content_type, body)

    return write


def _part(name: str, data: bytes, filename: str | None = None) -> RequestField:
    part = RequestField(name, data, filename)
    part.make_multipart()
    return part


def _members(operation: Operation, value: Any) -> Mapping[str, Any]:
    """The fields of a model, by the names of the document."""
    if not isinstance(value, Model):
        raise Unsendable(f"{operation.label} takes a form: a model or a mapping, not {type(value).__name__}")
    fields = type(value).model_fields
    given = {name: getattr(value, name) for name in fields if name in value.model_fields_set}
    return {fields[name].serialization_alias or fields[name].alias or name: each for name, each in given.items()}


def _uploaded(value: Any) -> Any:
    """A field with its files as uploads; an open file has the name that the system has for it."""
    if isinstance(value, (list, tuple)):
        return [_uploaded(each) for each in value]
    if isinstance(value, Upload) or not hasattr(value, "read"):
        return value
    name = getattr(value, "name", None)
    filename = name.replace("\\", "/").rpartition("/")[2] if isinstance(name, str) else None
    return Upload(filename or "file", "application/octet-stream", value)
