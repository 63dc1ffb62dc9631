"""Bodies of requests: which media type came, and what it means for the schema that declares it.

:func:`body_steps` gives two steps: one that admits or refuses (415, then 413) before anything is read, and one that
reads the body into the arguments. JSON goes from bytes to model in one call; forms become JSON text first.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from pymacaron_core.call import Call
from pymacaron_core.errors import RequestFault, UnsupportedMediaType
from pymacaron_core.forms import Adapters, Decode, Faults, form_decoder
from pymacaron_core.media import is_json, way_of
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.repetitions import repeated_names
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import Body, MediaType, Schema, Specification

Values = dict[str, Any]
Read = Callable[[Call, list[Any], Values, Faults], None]


class BodySteps(NamedTuple):
    """``admit`` refuses media types and sizes; ``read`` fills the arguments."""

    admit: Callable[[Call], None]
    read: Read


def read_media(body: Body, specification: Specification) -> tuple[MediaType, ...]:
    """The media types of a body that are read: those this service can make the schema's values of.

    Where that is none of them, all are: the function is handed the bytes.
    """
    known = tuple(media for media in body.content if way_of(media, specification) is not None)
    return known or body.content


def body_steps(
    body: Body | None, specification: Specification, adapters: Adapters, once: bool = False
) -> BodySteps | None:
    """The steps for an operation's body; None when it takes none (what is sent all the same is not read).

    With ``once``, JSON that has a name twice in one object is refused; else the last one counts.
    """
    if body is None:
        return None
    decoders = {m.name: _decoder(m, body, specification, adapters, once) for m in read_media(body, specification)}
    ranges = [(name, decoders[name]) for name in sorted(decoders, reverse=True) if "*" in name]
    assumed = next((decoders[name] for name in decoders if is_json(name)), next(iter(decoders.values()), None))

    def chosen(call: Call) -> Decode | None:
        name = call.content_type
        if not name:
            return assumed
        return decoders.get(name) or next((decode for known, decode in ranges if _covers(known, name)), None)

    def admit(call: Call) -> None:
        if chosen(call) is None and call.has_body:
            raise UnsupportedMediaType(
                f"this call reads {' or '.join(decoders) or 'no body'}, not {call.content_type[:80]}"
            )
        call.check_size()

    return BodySteps(admit, _spread_read(body, chosen, assumed) if body.spread else _body_read(body, chosen))


def _body_read(body: Body, chosen: Callable[[Call], Decode | None]) -> Read:
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


def _spread_read(body: Body, chosen: Callable[[Call], Decode | None], assumed: Decode | None) -> Read:
    absent: Values = dict.fromkeys(body.arguments.values())

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        keywords.update(absent)
        decode = chosen(call) if call.has_body else assumed
        if decode is not None:
            keywords.update(decode(call, faults) or {})

    return read


def _covers(declared: str, name: str) -> bool:
    """Whether a declared media type or range (``image/*``, ``*/*``) covers the one that came."""
    if declared == "*/*":
        return bool(name)
    return declared.endswith("/*") and name.startswith(declared[:-1])


def _decoder(media: MediaType, body: Body, specification: Specification, adapters: Adapters, once: bool) -> Decode:
    way = way_of(media, specification)
    if way == "form":
        return form_decoder(media, body, specification, adapters)
    if way == "json":
        return _json_decoder(media, specification, adapters, once)
    if way == "any":
        return _range_decoder(_json_decoder(media, specification, adapters, once))
    if way == "text":
        return _text_decoder(media, adapters)
    return lambda call, faults: call.body()


def _range_decoder(json_decode: Decode) -> Decode:
    """A media type range reads JSON as JSON and anything else as bytes."""
    return lambda call, faults: json_decode(call, faults) if is_json(call.content_type) else call.body()


def _json_decoder(media: MediaType, specification: Specification, adapters: Adapters, once: bool) -> Decode:
    schema = media.schema or Schema()
    validate = adapters.adapter(schema).validator.validate_json
    received = Withholding(schema, specification.schemas, RECEIVED)
    refuses = specification.policy.read_only == "refuse"

    def decode(call: Call, faults: Faults) -> Any:
        body = call.body()
        if (b"NaN" in body or b"Infinity" in body) and not _is_strict_json(body):
            faults.append(RequestFault("body", "", "json", "is not valid JSON"))
            return None
        if once:
            faults.extend(repeated_names(body))
        if received.is_beyond_types:
            body = _without_received(body, received, faults if refuses else None)
        try:
            return validate(body, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            faults.extend(faults_of(error, "body"))
            return None

    return decode


def _without_received(body: bytes, received: Withholding, faults: Faults | None) -> bytes:
    """The body without what only replies have, where models hold plain data and could not leave it out themselves."""
    try:
        sent = from_json(body)
    except ValueError:
        return body
    kept = received(sent)
    if kept != sent and faults is not None:
        message = "has properties that are set by the service, and not by requests"
        faults.append(RequestFault("body", "", "readOnly", message))
    return body if kept == sent else to_json(kept)


def _is_strict_json(body: bytes) -> bool:
    """Whether a body is JSON (RFC 8259): pydantic takes NaN and Infinity where any value may stand."""
    try:
        from_json(body, allow_inf_nan=False)
    except ValueError:
        return False
    return True


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
