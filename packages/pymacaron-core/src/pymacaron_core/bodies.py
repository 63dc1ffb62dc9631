"""Bodies of requests: which media type came, and what it means for the schema that declares it.

:func:`body_steps` gives two steps: one that admits or refuses (415, then 413) before anything is read, and one that
reads the body into the arguments. JSON goes from bytes to model in one call; forms become JSON text first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple, Protocol

from pydantic import TypeAdapter, ValidationError

from pymacaron_core.call import Call, Form
from pymacaron_core.errors import RequestFault, UnsupportedMediaType
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.upload import Upload
from pymacaron_core.spec.operation import Body, MediaType, Parameter, Schema, Specification
from pymacaron_core.wire import TEXT, Shape, members, scalar, shape_of

Values = dict[str, Any]
Faults = list[RequestFault]
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def adapter(self, schema: Schema) -> TypeAdapter[Any]: ...

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]: ...


class BodySteps(NamedTuple):
    """``admit`` refuses media types and sizes; ``read`` fills the arguments."""

    admit: Callable[[Call], None]
    read: Callable[[Call, list[Any], Values, Faults], None]


Decode = Callable[[Call, Faults], Any]


def body_steps(body: Body | None, specification: Specification, adapters: Adapters) -> BodySteps | None:
    """The steps for an operation's body; None when it takes none (what is sent all the same is not read)."""
    if body is None:
        return None
    decoders = tuple((m.name, _decoder(m, body, specification, adapters)) for m in body.content)
    exact = dict(decoders)

    def chosen(call: Call) -> Decode | None:
        name = call.content_type or _assumed(decoders)
        return exact.get(name) or next((decode for known, decode in decoders if _covers(known, name)), None)

    def admit(call: Call) -> None:
        if call.has_body and chosen(call) is None:
            raise UnsupportedMediaType(
                f"this call reads {' or '.join(exact) or 'no body'}, not {call.content_type[:80] or 'a body without a Content-Type'}"
            )
        call.check_size()

    return BodySteps(admit, _spread_read(body, chosen) if body.spread else _body_read(body, chosen))


def _body_read(body: Body, chosen: Callable[[Call], Decode | None]) -> Callable[[Call, list[Any], Values, Faults], None]:
    required = body.required

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        decode = chosen(call) if call.has_body else None
        if decode is not None:
            positional.append(decode(call, faults))
            return
        if required:
            faults.append(RequestFault("body", "", "required", "this call needs a body"))
        positional.append(None)

    return read


def _spread_read(
    body: Body, chosen: Callable[[Call], Decode | None]
) -> Callable[[Call, list[Any], Values, Faults], None]:
    absent: Values = dict.fromkeys(body.arguments.values())

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        keywords.update(absent)
        decode = chosen(call)
        if decode is not None:
            keywords.update(decode(call, faults) or {})

    return read


def _assumed(decoders: tuple[tuple[str, Decode], ...]) -> str:
    """The media type meant where a request names none: JSON where the operation reads it, else its first."""
    names = [name for name, _ in decoders]
    return next((name for name in names if _is_json(name)), names[0] if names else "")


def _is_json(name: str) -> bool:
    return name == "application/json" or name.endswith("+json")


def _covers(declared: str, name: str) -> bool:
    """Whether a declared media type or range (``image/*``, ``*/*``) covers the one that came."""
    if declared == "*/*":
        return bool(name)
    return declared.endswith("/*") and name.startswith(declared[:-1])


def _decoder(media: MediaType, body: Body, specification: Specification, adapters: Adapters) -> Decode:
    if media.name in FORMS:
        return _form_decoder(media, body, specification, adapters)
    if _is_json(media.name) or "*" in media.name:
        json_decode = _json_decoder(media, adapters)
        return json_decode if "*" not in media.name else _range_decoder(json_decode)
    if media.name.startswith("text/"):
        return _text_decoder(media, adapters)
    return lambda call, faults: call.body()


def _range_decoder(json_decode: Decode) -> Decode:
    """A media type range reads JSON as JSON and anything else as bytes."""
    return lambda call, faults: json_decode(call, faults) if _is_json(call.content_type) else call.body()


def _json_decoder(media: MediaType, adapters: Adapters) -> Decode:
    validate = adapters.adapter(media.schema or Schema()).validator.validate_json

    def decode(call: Call, faults: Faults) -> Any:
        try:
            return validate(call.body(), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            faults.extend(faults_of(error, "body"))
            return None

    return decode


def _text_decoder(media: MediaType, adapters: Adapters) -> Decode:
    validate = adapters.adapter(media.schema or Schema({"type": ("string",)})).validator.validate_json

    def decode(call: Call, faults: Faults) -> Any:
        try:
            return validate(encode_basestring_ascii(call.body().decode("utf-8")), strict=True)
        except UnicodeDecodeError:
            faults.append(RequestFault("body", "", "encoding", "must be UTF-8"))
        except ValidationError as error:
            faults.extend(faults_of(error, "body"))
        return None

    return decode


def _form_decoder(media: MediaType, body: Body, specification: Specification, adapters: Adapters) -> Decode:
    shape = shape_of(media.schema, specification)
    if body.spread:
        fields = _fields_of(media.schema or Schema(), body, specification)
        validate, wire_names = adapters.parameters_adapter(fields).validator.validate_json, {p.argument: p.name for p in fields}
        named: Mapping[str, str] = {p.name: p.argument for p in fields}
    else:
        validate, wire_names, named = adapters.adapter(media.schema or Schema()).validator.validate_json, {}, {}

    def decode(call: Call, faults: Faults) -> Any:
        uploads: dict[str, Upload] = {}
        text = form_text(call.form() if call.has_body else None, shape, uploads, named)
        try:
            return validate(text, strict=True, by_alias=True, by_name=False, context={"uploads": uploads})
        except ValidationError as error:
            faults.extend(_renamed(fault, wire_names) for fault in faults_of(error, "body"))
            return None

    return decode


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


def form_text(form: Form | None, shape: Shape, uploads: dict[str, Upload], named: Mapping[str, str]) -> str:
    """A form as JSON text. A file is a token that stands for it in ``uploads``, never text that a caller could forge."""
    fragments: dict[str, list[str]] = {}
    for name, text in form.fields if form else ():
        inner = shape.properties.get(name) or shape.additional or TEXT
        fragments.setdefault(name, []).append(scalar(text, inner.items or TEXT if inner.is_array else inner))
    for name, file in form.files if form else ():
        token = secrets.token_hex(16)
        uploads[token] = Upload.of(file)
        fragments.setdefault(name, []).append(encode_basestring_ascii(token))
    return members((named.get(name, name), _field(texts, shape, name)) for name, texts in fragments.items())


def _field(texts: list[str], shape: Shape, name: str) -> str:
    inner = shape.properties.get(name) or shape.additional or TEXT
    return f"[{','.join(texts)}]" if inner.is_array else texts[-1]


