"""Forms: the fields and files of a body as one JSON text, judged by the validators of its schema."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from pymacaron_core.call import Call, Form
from pymacaron_core.encodings import PLAIN, Styled, styled_fields
from pymacaron_core.errors import InvalidParameter, RequestFault
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.upload import Upload
from pymacaron_core.parts import UNREADABLE, form_parts
from pymacaron_core.receiving import URLENCODED
from pymacaron_core.repetitions import repeated_in
from pymacaron_core.spec.operation import Body, MediaType, Parameter, Schema, Specification
from pymacaron_core.strays import pointer_of
from pymacaron_core.wire import TEXT, Shape, members, part, shapes_of

Faults = list[RequestFault]
Decode = Callable[[Call, Faults], Any]
NO_FILE = "null"
"""What stands for a file where none is wanted: a value that no text or number is."""


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def adapter(self, schema: Schema) -> TypeAdapter[Any]: ...

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]: ...

    def type_of(self, schema: Schema) -> Any: ...


@dataclass(frozen=True, slots=True)
class Once:
    """What may come once only: a ``field`` of one value in a form, a ``key`` in an object of JSON."""

    field: bool = False
    key: bool = False


LENIENT = Once()
"""Everything may come as often as it likes."""


def form_decoder(
    media: MediaType, body: Body, specification: Specification, adapters: Adapters, once: Once = LENIENT
) -> Decode:
    """What reads a form into the value of its schema, or into its fields by their arguments."""
    shapes = shapes_of(media.schema, specification)
    if body.spread:
        fields = _fields_of(media.schema or Schema(), body, specification)
        adapter = adapters.parameters_adapter(fields)
        named: Mapping[str, str] = {p.name: p.argument for p in fields}
    else:
        adapter, named = adapters.adapter(media.schema or Schema()), {}
    validate, wire_names = adapter.validator.validate_json, {argument: name for name, argument in named.items()}
    styled, parts = styled_fields(media, shapes.default), form_parts(media, specification, adapters, once.key)
    ours = styled if media.name == URLENCODED else PLAIN  # what is no text is told where it is split

    def decode(call: Call, faults: Faults) -> Any:
        uploads: dict[str, Upload] = {}
        try:
            form = call.form() if call.has_body else None
            shape = shapes.of(form.fields) if form else shapes.default
            form = parts.admitted(form, shape, faults, ours) if form else None
            if form is not None:
                faults.extend(_repeated(form, shape, once, styled))
            texts = styled.read(call, form, faults) if form else []
            text = form_text(form, shape, uploads, named, styled, texts)
            return validate(text, strict=True, by_alias=True, by_name=False, context={"uploads": uploads})
        except InvalidParameter as error:
            faults.extend(error.faults)
            return None
        except ValidationError as error:
            told = [_renamed(fault, wire_names) for fault in faults_of(error, "body")]
            unreadable = {fault.pointer for fault in faults if fault.place == "body"}
            faults.extend(fault for fault in told if fault.pointer not in unreadable)
            return None

    return decode


def _repeated(form: Form, shape: Shape, once: Once, styled: Styled) -> Iterator[RequestFault]:
    """The fields, and the keys in fields, that came more than once and must not."""
    counts: dict[str, int] = {}
    for name, text in (*form.fields, *form.files):
        inner = shape.member(name)
        counts[name] = number = counts.get(name, 0) + 1
        if once.field and number == 2 and not inner.is_array and name in shape.properties and not styled.has(name):
            yield RequestFault("body", pointer_of(name), "repeated", "must not be given more than once")
        if once.key and isinstance(text, str):
            types = (inner.items or TEXT if inner.is_array else inner).types
            if "string" not in types and types & {"object", "array"}:
                yield from repeated_in(text, pointer_of(name) + (f"/{number - 1}" if inner.is_array else ""))


def _renamed(fault: RequestFault, wire_names: Mapping[str, str]) -> RequestFault:
    head, slash, rest = fault.pointer.lstrip("/").partition("/")
    name = wire_names.get(head, head)
    return RequestFault("body", f"/{name}{slash}{rest}" if head else "", fault.rule, fault.message)


def _fields_of(schema: Schema, body: Body, specification: Specification) -> tuple[Parameter, ...]:
    """The fields of a form handed over one by one, as parameters that stand in the body."""
    schema = specification.resolve(schema)
    required = schema.get("required", ())
    return tuple(
        Parameter(name, "body", field, name in required, argument=body.arguments[name], place=field.place)
        for name, field in schema.properties().items()
    )


def form_text(
    form: Form | None,
    shape: Shape,
    uploads: dict[str, Upload],
    named: Mapping[str, str],
    styled: Styled = PLAIN,
    texts: Iterable[tuple[str, str]] = (),
) -> str:
    """A form as JSON text. A file is a token that stands for it in ``uploads``, never text that a caller could forge.

    ``named`` has the arguments of a form whose fields are handed over one by one; what it has not is left out.
    ``texts`` are the JSON texts of its ``styled`` fields.
    """
    fragments: dict[str, list[str]] = {}
    for name, text in form.fields if form else ():
        if not styled.has(name):
            inner = shape.member(name)
            fragments.setdefault(name, []).append(_fragment(text, inner.items or TEXT if inner.is_array else inner))
    for name, file in form.files if form else ():
        inner = shape.member(name)
        is_wanted = "file" in (inner.items or TEXT if inner.is_array else inner).types
        fragments.setdefault(name, []).append(_token(file, uploads) if is_wanted else NO_FILE)
    found = [*((name, _field(each, shape, name)) for name, each in fragments.items()), *texts]
    kept = ((named.get(name) if named else name, text) for name, text in found)
    return members((key, text) for key, text in kept if key is not None)


def _fragment(text: str, shape: Shape) -> str:
    return NO_FILE if text is UNREADABLE else part(text, shape)


def _token(file: Any, uploads: dict[str, Upload]) -> str:
    token = secrets.token_hex(16)
    uploads[token] = Upload.of(file)
    return encode_basestring_ascii(token)


def _field(texts: list[str], shape: Shape, name: str) -> str:
    return f"[{','.join(texts)}]" if shape.member(name).is_array else texts[-1]
