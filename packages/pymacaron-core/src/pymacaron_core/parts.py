"""Parts: what a document says of the single parts of a multipart form, beside their values (Encoding Object).

A part may be held to media types and headers; and what comes as a file may be meant as a value, or the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from pymacaron_core.call import Form, ParsedForm
from pymacaron_core.encodings import PLAIN, Styled
from pymacaron_core.errors import PayloadTooLarge, RequestFault
from pymacaron_core.media import covers, is_json
from pymacaron_core.models.faults import faults_of
from pymacaron_core.multipart import Text, headers_of
from pymacaron_core.readers import reader
from pymacaron_core.receiving import LARGEST_FIELD, from_headers
from pymacaron_core.repetitions import repeated_in
from pymacaron_core.spec.operation import EMPTY, Encoding, MediaType, Parameter, Specification
from pymacaron_core.strays import pointer_of
from pymacaron_core.wire import TEXT, Shape, members, shape_of

UNREADABLE = Text.of("")
"""What stands for the text of a field that has been told already."""
_PLAIN_ENCODINGS = ("", "7bit", "8bit", "binary")
Check = Callable[[Mapping[str, str]], "list[tuple[str, str]]"]
"""Looks at the headers of a part; the rules that it breaks, each with a message."""


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a form are held to: checks by name, which of them are of media types, the encoding of texts
    that are encoded (RFC 2045), and whether a key of JSON comes once in an object."""

    checks: Mapping[str, Check] = field(default_factory=lambda: EMPTY)
    typed: frozenset[str] = frozenset()
    encoded: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    once: bool = False

    def admitted(self, form: Form, shape: Shape, faults: list[RequestFault], styled: Styled = PLAIN) -> Form:
        """The form with each part as the value or the file it is meant as; what cannot be read is told.

        Fields that are ``styled`` are left for their readers.
        """
        if not form.files and not self.checks and not any(type(text) is Text for _, text in form.fields):
            return form
        admitted = _Admitted(self, shape, faults)
        for name, text in form.fields:
            if styled.has(name):
                admitted.fields.append((name, text))
            else:
                admitted.take_text(name, text)
        for name, file in form.files:
            admitted.take_file(name, file)
        return ParsedForm(admitted.fields, admitted.files)

    def broken(self, name: str, headers: Mapping[str, str]) -> list[tuple[str, str]]:
        """The rules that the headers of a part break, each with a message."""
        coding = headers.get("content-transfer-encoding", "").strip().lower()
        broken = list(self.checks[name](headers)) if name in self.checks else []
        if coding not in _PLAIN_ENCODINGS and coding != self.encoded.get(name):
            message = "must be sent as it is: Content-Transfer-Encoding has no meaning in forms (RFC 7578, section 4.7)"
            broken.append(("encoding", message))
        return broken


class _Admitted:
    """A form on its way in, part after part."""

    def __init__(self, parts: Parts, shape: Shape, faults: list[RequestFault]) -> None:
        self.parts, self.shape, self.faults = parts, shape, faults
        self.fields: list[tuple[str, str]] = []
        self.files: list[tuple[str, Any]] = []
        self._numbers: dict[str, int] = {}

    def take_text(self, name: str, text: str) -> None:
        inner = self._meant(name)
        headers = text.headers if isinstance(text, Text) else EMPTY
        if self._is_told(name, self.parts.broken(name, headers)):
            self.fields.append((name, UNREADABLE))
        elif isinstance(text, Text) and "file" in inner.types and text.content_type:
            self.files.append((name, text))
        elif isinstance(text, Text) and text.unreadable:
            self._is_told(name, [("encoding", text.unreadable)])
            self.fields.append((name, UNREADABLE))
        else:
            self.fields.extend((name, each) for each in self._several(name, text))

    def _several(self, name: str, text: str) -> list[str]:
        """The items of an array that came as one part of JSON; else the text alone."""
        outer = self.shape.member(name)
        is_whole = outer.is_array and not (outer.items or TEXT).is_array and text.lstrip().startswith("[")
        if not (is_whole and isinstance(text, Text) and is_json(_media_type(text.headers))):
            return [text]
        try:
            items = from_json(text, allow_inf_nan=False)
        except ValueError:
            return [text]
        if self.parts.once:
            self.faults.extend(repeated_in(text, pointer_of(name)))
        return [item if isinstance(item, str) else to_json(item).decode() for item in items]

    def take_file(self, name: str, file: Any) -> None:
        inner, headers = self._meant(name), headers_of(file.headers)
        if file.filename == "" and "file" in inner.types and not _has_content(file):
            if name in self._numbers:  # a form where no file was chosen sends this (HTML, section 4.10.21.4)
                self._numbers[name] -= 1
        elif self._is_told(name, self.parts.broken(name, headers)):
            self.fields.append((name, UNREADABLE))
        elif "file" in inner.types or name not in self.shape.properties:
            self.files.append((name, file))
        elif self._is_value(name, inner, _media_type(headers)):
            self.fields.append((name, self._read(name, file, headers)))
        else:
            self._is_told(name, [("type", "must not be a file")])
            self.fields.append((name, UNREADABLE))

    def _is_value(self, name: str, inner: Shape, media_type: str) -> bool:
        """Whether what came as a file is the value of a field."""
        if "string" in inner.types and (name in self.parts.typed or media_type.startswith("text/")):
            return True
        return is_json(media_type) and inner.types != TEXT.types

    def _read(self, name: str, file: Any, headers: Mapping[str, str]) -> str:
        """The content of a file that is meant as a value: browsers send a Blob with a media type as a file."""
        data = file.stream.read(LARGEST_FIELD + 1)
        if len(data) > LARGEST_FIELD:
            raise PayloadTooLarge(
                f"a field of the form has more than the {LARGEST_FIELD} bytes that this service takes"
            )
        text = Text.decoded(data, headers)
        return UNREADABLE if text.unreadable and self._is_told(name, [("encoding", text.unreadable)]) else text

    def _meant(self, name: str) -> Shape:
        """The shape of one part: where several make an array, that of an item."""
        inner = self.shape.member(name)
        if inner.is_array:
            self._numbers[name] = self._numbers.get(name, -1) + 1
        return inner.items or TEXT if inner.is_array else inner

    def _is_told(self, name: str, broken: list[tuple[str, str]]) -> bool:
        number = self._numbers.get(name)
        pointer = pointer_of(name or "") + ("" if number is None else f"/{number}")
        self.faults.extend(RequestFault("body", pointer, rule, message) for rule, message in broken)
        return bool(broken)


def _has_content(file: Any) -> bool:
    has_content = bool(file.stream.read(1))
    file.stream.seek(0)
    return has_content


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def form_parts(media: MediaType, specification: Specification, adapters: Adapters, once: bool = False) -> Parts:
    """What the parts of a form are held to by its encoding; ``once`` where a key of JSON comes once in an object."""
    checks: dict[str, Check] = {}
    for name, encoding in media.encoding.items():
        check = _check(encoding, specification, adapters)
        if check is not None and media.name == "multipart/form-data":
            checks[name] = check
    properties = specification.resolve(media.schema).properties() if media.schema is not None else EMPTY
    encoded = {name: str(specification.resolve(s).get("contentEncoding", "")).lower() for name, s in properties.items()}
    typed = frozenset(name for name in checks if media.encoding[name].content_type)
    return Parts(checks, typed, {name: coding for name, coding in encoded.items() if coding}, once)


def _check(encoding: Encoding, specification: Specification, adapters: Adapters) -> Check | None:
    ranges = [each.partition(";")[0].strip().lower() for each in (encoding.content_type or "").split(",")]
    ranges = [each for each in ranges if each]
    of_headers = _headers_check(encoding.headers, specification, adapters) if encoding.headers else None
    if not ranges and of_headers is None:
        return None

    def check(headers: Mapping[str, str]) -> list[tuple[str, str]]:
        broken, name = of_headers(headers) if of_headers else [], _media_type(headers)
        if name and ranges and not any(covers(each, name) for each in ranges):
            broken.append(("contentType", f"must have the Content-Type {' or '.join(ranges)}"))
        return broken

    return check


def _headers_check(declared: Mapping[str, Parameter], specification: Specification, adapters: Adapters) -> Check:
    """What holds the headers of a part to the document, as parameters in headers are."""
    found = tuple(replace(p, style="simple", explode=False, argument=p.name) for p in declared.values())
    readers = [(p.name, reader(p, shape_of(p.content.schema if p.content else p.schema, specification))) for p in found]
    validate = adapters.parameters_adapter(found).validator.validate_json

    def check(headers: Mapping[str, str]) -> list[tuple[str, str]]:
        call = from_headers(headers)
        try:
            texts = ((name, read(call)) for name, read in readers)
            validate(members((name, text) for name, text in texts if text is not None), strict=True)
        except ValidationError as error:
            told = faults_of(error, "body")
            return [(fault.rule, f"header {fault.pointer.lstrip('/')}: {fault.message}") for fault in told]
        return []

    return check
