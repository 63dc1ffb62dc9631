"""Bodies of requests: which media type came, and what it means for the schema that declares it.

:func:`body_steps` gives two steps: one that admits or refuses (415, then 413) before anything is read, and one that
reads the body into the arguments. JSON goes from bytes to model in one call; forms become JSON text first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from pymacaron_core.call import Call
from pymacaron_core.charsets import UnknownCharset, charset_of, text_of_bytes
from pymacaron_core.errors import RequestFault, UnsupportedMediaType
from pymacaron_core.forms import LENIENT, Adapters, Decode, Faults, Once, form_decoder
from pymacaron_core.inflow import uploaded
from pymacaron_core.media import covers, is_json, is_range, way_of
from pymacaron_core.models import Upload
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.quick import quick_reader
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.repetitions import repeated_names
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import EMPTY, FORMS, Body, MediaType, Operation, Schema, Specification
from pymacaron_core.tallies import LateTally
from pymacaron_core.wire import shape_of

Values = dict[str, Any]
Read = Callable[[Call, list[Any], Values, Faults], None]


ReadText = Callable[[bytes, Faults], Any]


class BodySteps(NamedTuple):
    """``admit`` refuses media types and sizes; ``read`` fills the arguments.

    ``json`` reads the one argument from what came under a media type of JSON, where that is all there is to it.
    """

    admit: Callable[[Call], None]
    read: Read
    json: Mapping[str, ReadText] = EMPTY


def read_media(body: Body, specification: Specification) -> tuple[MediaType, ...]:
    """The media types of a body that are read: those this service can make the schema's values of.

    Where that is none of them, all are: the function is handed the bytes.
    """
    known = tuple(media for media in body.content if way_of(media, specification) is not None)
    return known or body.content


def body_steps(
    body: Body | None,
    specification: Specification,
    adapters: Adapters,
    once: Once = LENIENT,
    refusal_headers: Mapping[str, str] = EMPTY,
    streamed: bool = False,
) -> BodySteps | None:
    """The steps for an operation's body; None when it takes none (what is sent all the same is not read).

    ``once`` says what is refused where it comes more than once; else the last one counts. ``refusal_headers``
    are those of a 415. With ``streamed``, bytes are handed over as an ``Upload`` that reads them as they come.
    """
    if body is None:
        return None
    decoders = {m.name: _decoder(m, body, specification, adapters, once) for m in read_media(body, specification)}
    ranges = [(name, decoders[name]) for name in sorted(decoders, key=_narrowest) if is_range(name)]
    assumed = _assumed(decoders)

    def chosen(call: Call) -> Decode | None:
        name = call.content_type
        if not name:
            return assumed
        return decoders.get(name) or next((decode for known, decode in ranges if covers(known, name)), None)

    def admit(call: Call) -> None:
        named = decoders.get(call.environ.get("CONTENT_TYPE", ""))  # as nearly everybody writes it
        call.chosen = named or chosen(call)
        if call.chosen is None and call.has_body:
            message = f"this call reads {' or '.join(decoders) or 'no body'}, and no other media type"
            raise UnsupportedMediaType(message, headers=refusal_headers)
        if "HTTP_CONTENT_ENCODING" in call.environ:
            check_coding(call)
        call.check_size()

    if body.spread:
        return BodySteps(admit, _spread_read(body, assumed))
    plain = {name: decode.read for name, decode in decoders.items() if isinstance(decode, JsonDecoder)}
    return BodySteps(admit, (_streamed_read if streamed else _body_read)(body), plain)


def _narrowest(name: str) -> tuple[int, str]:
    """Where a range stands in the order in which ranges are tried: ``application/*+json`` before ``application/*``."""
    return -len(name.replace("*", "")), name


def _assumed(decoders: Mapping[str, Decode]) -> Decode | None:
    """What reads a body that names no media type: JSON where that is declared, else the first."""
    names = sorted(decoders, key=lambda name: (not is_json(name), is_range(name)))
    return decoders[names[0]] if names else None


def refusal_headers(operation: Operation, specification: Specification) -> dict[str, str]:
    """What a 415 tells of the media types that are read (RFC 9110, section 12.5.1; RFC 5789, section 2.2)."""
    if operation.body is None:
        return {}
    names = ", ".join(media.name for media in read_media(operation.body, specification))
    by_method = {"PATCH": "Accept-Patch", "POST": "Accept-Post"}
    return {name: names for name in ("Accept", by_method.get(operation.method)) if name and names.isascii()}


def check_coding(call: Call) -> None:
    """Refuse a body in a content coding: none is undone here (RFC 9110, section 15.5.16)."""
    coding = (call.header("Content-Encoding") or "").strip().lower()
    if coding not in ("", "identity") and call.has_body:
        message = "this call reads no compressed bodies: send it without Content-Encoding"
        raise UnsupportedMediaType(message, headers={"Accept-Encoding": "identity"})


def _body_read(body: Body) -> Read:
    required = body.required

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        decode = call.chosen if call.has_body or _may_be_empty(call) else None
        if decode is not None:
            positional.append(decode(call, faults))
            return
        if required:
            faults.append(RequestFault("body", "", "required", "this call needs a body"))
        positional.append(None)

    return read


def _may_be_empty(call: Call) -> bool:
    """Whether nothing at all is a body: an empty file or text is one, where its media type and its length are told."""
    name = call.content_type
    if not name or is_json(name) or name in FORMS:
        return False
    return call.content_length is not None or bool(call.environ.get("wsgi.input_terminated"))


def _streamed_read(body: Body) -> Read:
    """As ``_body_read``, with what would be bytes as an upload: nothing is read before the function reads."""
    read_whole, required = _body_read(body), body.required

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        decode = call.chosen
        if decode is not _bytes and not (isinstance(decode, _Range) and decode.is_bytes(call)):
            read_whole(call, positional, keywords, faults)
            return
        upload = uploaded(call)
        if upload is None and _may_be_empty(call):
            upload = Upload(None, call.content_type, BytesIO())
        if upload is None and required:
            faults.append(RequestFault("body", "", "required", "this call needs a body"))
        positional.append(upload)

    return read


def _spread_read(body: Body, assumed: Decode | None) -> Read:
    absent: Values = dict.fromkeys(body.arguments.values())

    def read(call: Call, positional: list[Any], keywords: Values, faults: Faults) -> None:
        keywords.update(absent)
        decode = call.chosen if call.has_body else assumed
        if decode is not None:
            keywords.update(decode(call, faults) or {})

    return read


def _decoder(media: MediaType, body: Body, specification: Specification, adapters: Adapters, once: Once) -> Decode:
    way = way_of(media, specification)
    if way == "form":
        return form_decoder(media, body, specification, adapters, once)
    if way == "json" or (way == "any" and is_json(media.name)):
        return json_decoder(media, specification, adapters, once.key)
    if way == "any":
        return _range_decoder(media, specification, adapters, once.key)
    if way == "text":
        return _text_decoder(media, adapters)
    return _bytes


def _bytes(call: Call, faults: Faults) -> Any:
    return call.body()


class JsonDecoder:
    """Reads JSON: ``read`` makes a value of the text, or tells its faults and gives None."""

    def __init__(self, read: ReadText) -> None:
        self.read = read

    def __call__(self, call: Call, faults: Faults) -> Any:
        return self.read(call.body(), faults)


class _Range:
    """A media type range reads JSON as JSON, text as text where the schema is a string, and anything else as bytes."""

    def __init__(self, as_json: Decode, otherwise: Decode) -> None:
        self.as_json, self.otherwise = as_json, otherwise

    def __call__(self, call: Call, faults: Faults) -> Any:
        return (self.as_json if is_json(call.content_type) else self.otherwise)(call, faults)

    def is_bytes(self, call: Call) -> bool:
        return self.otherwise is _bytes and not is_json(call.content_type)


def _range_decoder(media: MediaType, specification: Specification, adapters: Adapters, once: bool) -> Decode:
    as_json = json_decoder(media, specification, adapters, once)
    types = shape_of(media.schema, specification, levels=0).types if media.schema is not None else frozenset[str]()
    is_text = media.name == "text/*" and "string" in types
    return _Range(as_json, _text_decoder(media, adapters) if is_text else _bytes)


def json_decoder(media: MediaType, specification: Specification, adapters: Adapters, once: bool) -> JsonDecoder:
    """What reads a body of JSON by the schema of its media type; with ``once``, no name comes twice in an object."""
    schema = media.schema or Schema()
    adapter = adapters.adapter(schema)
    validate, quick = adapter.validator.validate_json, Quick(adapter)
    received = Withholding(schema, specification.schemas, RECEIVED)
    refuses = specification.policy.read_only == "refuse"
    names = LateTally(adapters.type_of(schema))

    def is_json_text(body: bytes, faults: Faults) -> bool:
        """Whether a body is JSON, as far as the validator does not tell. What has names twice is, with faults."""
        if (b"NaN" in body or b"Infinity" in body) and not _is_strict_json(body):
            faults.append(RequestFault("body", "", "json", "is not valid JSON"))
            return False
        if once:
            faults.extend(repeated_names(body))
        return True

    def read(body: bytes, faults: Faults) -> Any:
        try:
            value = quick.read(body)
        except ValidationError as error:
            try:
                value = quick.again(body, error)
            except ValidationError as told:
                if is_json_text(body, faults):
                    faults.extend(faults_of(told, "body"))
                return None
        if body.count(b'"') <= names.quotes(value) or names.tell(body, value):
            return value
        return value if is_json_text(body, faults) else None

    def read_withheld(body: bytes, faults: Faults) -> Any:
        if not is_json_text(body, faults):
            return None
        try:
            kept = _without_received(body, received, faults if refuses else None)
            return validate(kept, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            faults.extend(faults_of(error, "body"))
            return None

    return JsonDecoder(read_withheld if received.is_beyond_types else read)


class Quick:
    """Reads JSON text by the quick validator of a type, made when its first value is there, or by its own.

    ``read`` raises ``ValidationError`` for what is not of the type, or not as it usually comes: ``again`` tells.
    """

    __slots__ = ("_adapter", "_is_quick", "_whole", "read")

    def __init__(self, adapter: TypeAdapter[Any]) -> None:
        self._adapter, self._is_quick = adapter, False
        self._whole = partial(adapter.validator.validate_json, strict=True, by_alias=True, by_name=False)
        self.read: Callable[[bytes], Any] = self._first

    def again(self, body: bytes, error: ValidationError) -> Any:
        """A text that was refused with an error, read by the type's own validator. Raises ``ValidationError``."""
        if self._is_quick:
            return self._whole(body)
        raise error

    def _first(self, body: bytes) -> Any:
        value = self._whole(body)
        quick = quick_reader(self._adapter)
        self._is_quick = quick is not None
        self.read = quick or self._whole
        return value


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
        content_type = str(call.environ.get("CONTENT_TYPE") or "")
        try:
            return validate(encode_basestring_ascii(text_of_bytes(call.body(), content_type)), strict=True)
        except UnknownCharset as error:
            raise UnsupportedMediaType(str(error)) from None
        except UnicodeError:
            faults.append(RequestFault("body", "", "encoding", f"must be {charset_of(content_type).upper()}"))
        except ValidationError as error:
            faults.extend(faults_of(error, "body"))
        return None

    return decode
