"""Fields: what a caller sends as a form, made of a body's value; the other side of the forms that bodies read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from urllib.parse import quote

from pydantic_core import from_json

from pymacaron_core.call import Call, Form, ParsedForm
from pymacaron_core.context import CallContext
from pymacaron_core.encodings import styled_fields
from pymacaron_core.errors import PyMacaronError, RequestFault, Unsendable
from pymacaron_core.forms import form_text
from pymacaron_core.models.upload import Upload
from pymacaron_core.receiving import URLENCODED, from_wsgi
from pymacaron_core.sending import is_same, plain_value
from pymacaron_core.spec.operation import EMPTY, MediaType, Operation, Specification
from pymacaron_core.wire import shape_of
from pymacaron_core.writers import Pairs, Write, text_of, writer


@dataclass(frozen=True, slots=True)
class Fields:
    """A form to be sent: names and texts, escaped where the form is urlencoded, and its files, in their order."""

    texts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, Upload], ...] = ()

    def urlencoded(self) -> bytes:
        """The body of a form that is ``application/x-www-form-urlencoded`` (URL Standard, section 5.2)."""
        return "&".join(f"{name}={text}" for name, text in self.texts).encode("ascii")


def form_writer(
    operation: Operation, media: MediaType, specification: Specification
) -> Callable[[Mapping[str, Any]], Fields]:
    """What writes a form, from values by the names of its fields; None is not sent.

    It raises ``Unsendable`` where a form cannot carry a value: an array without items, a file in what is urlencoded.
    """
    shape = shape_of(media.schema, specification)
    styled, is_urlencoded = styled_fields(media, shape), media.name == URLENCODED
    place = "query" if is_urlencoded else "body"
    writers = {name: writer(replace(parameter, place_in=place)) for name, parameter in styled.parameters.items()}

    def write(values: Mapping[str, Any]) -> Fields:
        texts: Pairs = []
        files: list[tuple[str, Upload]] = []
        plain: dict[str, Any] = {}
        for name, value in values.items():
            several = value if isinstance(value, (list, tuple)) else [value]
            if several and all(isinstance(each, Upload) for each in several):
                files += [(name, each) for each in several]
            elif value is not None:
                plain[name], pairs = _written(
                    operation, name, value, writers.get(name) or _plainly(name, is_urlencoded)
                )
                texts += pairs
        if files and is_urlencoded:
            raise Unsendable(f"{operation.label}: the field {files[0][0]!r} is a file, which needs {MULTIPART}")
        fields = Fields(tuple(texts), tuple(files))
        _check(operation, plain, lambda: received(fields))
        return fields

    def received(fields: Fields) -> Any:
        call, form = _as_received(fields, media.name)
        faults: list[RequestFault] = []
        found = styled.read(call, form, faults)
        if faults:
            raise ValueError(faults[0].message)
        return from_json(form_text(form, shape, {}, EMPTY, styled, found))

    return write


MULTIPART = "multipart/form-data"


def _plainly(name: str, is_urlencoded: bool) -> Write:
    """What writes a field that has no style: the items of an array one by one, an object as JSON."""

    def escape(text: str) -> str:
        return quote(text, safe="") if is_urlencoded else text

    def write(value: Any) -> Pairs:
        return [(escape(name), escape(_text(each))) for each in (value if isinstance(value, list) else [value])]

    return write


def _written(operation: Operation, name: str, value: Any, write: Write) -> tuple[Any, Pairs]:
    """The value as JSON has it, and the texts of its field."""
    try:
        plain = plain_value(value)
        pairs = write(plain)
        "".join(text for _, text in pairs).encode("utf-8")  # what is no text is told here
    except (TypeError, ValueError) as error:
        reason = "has a letter that is none" if isinstance(error, UnicodeError) else f"cannot be written: {error}"
        raise Unsendable(f"{operation.label}: the field {name!r} {reason}") from None
    return plain, pairs


def _text(value: Any) -> str:
    """One value; an object, or an array in an array, is JSON (OpenAPI 3.0, Encoding Object)."""
    return json.dumps(value, allow_nan=False) if isinstance(value, (list, dict)) else text_of(value)


def _as_received(fields: Fields, media_type: str) -> tuple[Call, Form]:
    """The call and the form as a server gets them."""
    body = fields.urlencoded() if media_type == URLENCODED else b""
    environ = {"CONTENT_TYPE": media_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    call = from_wsgi(environ, {}, CallContext())
    return call, call.form() if media_type == URLENCODED else ParsedForm(list(fields.texts), [])


def _check(operation: Operation, plain: Mapping[str, Any], received: Callable[[], Any]) -> None:
    """Raise ``Unsendable`` where a server would read another value than is sent."""
    try:
        found = received()
    except (PyMacaronError, ValueError) as error:
        raise Unsendable(f"{operation.label}: the form cannot be written: {error}") from None
    for name, value in plain.items():
        if name not in found or not is_same(value, found[name]):
            told = "is empty, which a form cannot tell from absent" if value == [] else "would be read as another value"
            raise Unsendable(f"{operation.label}: the field {name!r} {told}")
