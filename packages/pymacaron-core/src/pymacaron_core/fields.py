"""Fields: what a caller sends as a form, made of a body's value; the other side of the forms that bodies read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic_core import from_json

from pymacaron_core.bodies import form_text, joined_fields
from pymacaron_core.call import ParsedForm
from pymacaron_core.errors import PyMacaronError, Unsendable
from pymacaron_core.models.upload import Upload
from pymacaron_core.sending import is_same, plain_value
from pymacaron_core.spec.operation import EMPTY, MediaType, Operation, Specification
from pymacaron_core.wire import shape_of
from pymacaron_core.writers import text_of


@dataclass(frozen=True, slots=True)
class Fields:
    """A form to be sent: its fields, and its files, in their order."""

    texts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, Upload], ...] = ()

    def urlencoded(self) -> bytes:
        """The fields as ``application/x-www-form-urlencoded`` (URL Standard, section 5.2), which holds no files."""
        return urlencode(self.texts).encode("ascii")


def form_writer(
    operation: Operation, media: MediaType, specification: Specification
) -> Callable[[Mapping[str, Any]], Fields]:
    """What writes a form, from values by the names of its fields; None is not sent.

    It raises ``Unsendable`` where a form cannot carry a value: an array without items, or one whose items have the
    letter that stands between them.
    """
    shape, joined = shape_of(media.schema, specification), joined_fields(media)

    def write(values: Mapping[str, Any]) -> Fields:
        texts: list[tuple[str, str]] = []
        files: list[tuple[str, Upload]] = []
        plain: dict[str, Any] = {}
        for name, value in values.items():
            several = value if isinstance(value, (list, tuple)) else [value]
            if several and all(isinstance(each, Upload) for each in several):
                files += [(name, each) for each in several]
            elif value is not None:
                plain[name], written = _written(operation, name, value, joined.get(name))
                texts += [(name, text) for text in written]
        fields = Fields(tuple(texts), tuple(files))
        _check(operation, fields, plain, lambda form: form_text(form, shape, {}, EMPTY, joined))
        return fields

    return write


def _written(operation: Operation, name: str, value: Any, delimiter: str | None) -> tuple[Any, list[str]]:
    """The value as JSON has it, and the texts of its field."""
    try:
        plain = plain_value(value)
        texts = list(_texts(plain, delimiter))
        urlencode([(name, text) for text in texts])  # what is no text is told here
    except (TypeError, ValueError) as error:
        reason = "has a letter that is none" if isinstance(error, UnicodeError) else f"cannot be written: {error}"
        raise Unsendable(f"{operation.label}: the field {name!r} {reason}") from None
    return plain, texts


def _texts(value: Any, delimiter: str | None) -> Iterator[str]:
    if not isinstance(value, list):
        yield _text(value)
    elif delimiter is None:
        yield from map(_text, value)
    else:
        yield delimiter.join(map(_text, value))


def _text(value: Any) -> str:
    """One value; an object, or an array in an array, is JSON (OpenAPI 3.0, Encoding Object)."""
    return json.dumps(value, allow_nan=False) if isinstance(value, (list, dict)) else text_of(value)


def _check(operation: Operation, fields: Fields, plain: Mapping[str, Any], read: Callable[[ParsedForm], str]) -> None:
    try:
        found = from_json(read(ParsedForm(list(fields.texts), [])))
    except (PyMacaronError, ValueError) as error:
        raise Unsendable(f"{operation.label}: the form cannot be written: {error}") from None
    for name, value in plain.items():
        if name not in found or not is_same(value, found[name]):
            told = "is empty, which a form cannot tell from absent" if value == [] else "would be read as another value"
            raise Unsendable(f"{operation.label}: the field {name!r} {told}")
