"""Replies: what a service answered, held to what its document declares, as models or plain values.

A reply is a stranger's word: its status, its media type and its body are judged as those of a request are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from pymacaron_core.bodies import json_decoder
from pymacaron_core.charsets import UnknownCharset, text_of_bytes
from pymacaron_core.client.transport import RawReply
from pymacaron_core.declarations import WITHOUT_BODY
from pymacaron_core.errors import BadReply, ErrorReply, RequestFault
from pymacaron_core.forms import Adapters
from pymacaron_core.media import EVENTS, SEQUENCES, covers, is_json, is_sequence, way_of
from pymacaron_core.spec.operation import MediaType, Operation, Reply, Schema, Specification
from pymacaron_core.streams import item_schema
from pymacaron_core.written import told as told_faults


@dataclass(frozen=True, slots=True)
class Received:
    """A reply: its status, its headers by names in lower case, its value, and the id that went with the call."""

    status: int
    headers: Mapping[str, str]
    value: Any
    request_id: str = ""


Decode = Callable[[bytes, str], Any]
"""A body and its Content-Type to a value. Raises ``BadReply``."""


class _Declared:
    """One declared reply, and what reads its media types; made when it first comes."""

    def __init__(self, reply: Reply, specification: Specification, adapters: Adapters) -> None:
        self.decoders = [(each.name, _decoder(each, specification, adapters)) for each in reply.content]

    def value(self, raw: RawReply) -> Any:
        """The value of a reply's body; None where the document declares none. Raises ``BadReply``."""
        if not self.decoders or raw.status in WITHOUT_BODY:
            return None
        content_type = raw.headers.get("content-type", "")
        name = content_type.partition(";")[0].strip().lower()
        if not name:
            if not raw.body:
                raise BadReply("the reply has no body, and the document declares one")
            name = content_type = next((each for each, _ in self.decoders if is_json(each)), self.decoders[0][0])
        exact = next((decode for each, decode in self.decoders if each == name), None)
        decode = exact or next((decode for each, decode in self.decoders if covers(each, name)), None)
        if decode is None:
            offered = " or ".join(each for each, _ in self.decoders)
            raise BadReply(f"the reply is {name[:100]!r}, and the document declares {offered}")
        return decode(raw.body, content_type)


def reply_reader(
    operation: Operation, specification: Specification, adapters: Adapters
) -> Callable[[RawReply], Received]:
    """What reads the replies of an operation. It raises ``ErrorReply`` for errors, and ``BadReply``."""
    replies = {reply.status: reply for reply in operation.replies}
    made: dict[str, _Declared] = {}
    says_nothing = operation.success is None

    def declared(status: int) -> _Declared | None:
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in replies:
                return made.get(key) or made.setdefault(key, _Declared(replies[key], specification, adapters))
        return None

    def read(raw: RawReply) -> Received:
        try:
            _check_coding(raw)
            found = declared(raw.status)
            if raw.status >= 400:
                raise _error(raw, found)
            if found is None:
                if not (says_nothing and 200 <= raw.status < 300):
                    raise _undeclared(raw)
                return Received(raw.status, raw.headers, _anything(raw))
            if operation.method == "HEAD":
                return Received(raw.status, raw.headers, None)
            return Received(raw.status, raw.headers, found.value(raw))
        except BadReply as error:
            error.status = raw.status
            raise

    return read


def _check_coding(raw: RawReply) -> None:
    coding = raw.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity") and raw.body:
        raise BadReply(f"the reply is compressed ({coding[:50]!r}), which was not asked for")


def _undeclared(raw: RawReply) -> BadReply:
    where = raw.headers.get("location")
    if 300 <= raw.status < 400 and where is not None:
        return BadReply(f"the reply, {raw.status}, leads to {where[:200]!r}, and no redirection is followed")
    return BadReply(f"the status of the reply is {raw.status}, which the document does not declare")


def _anything(raw: RawReply) -> Any:
    """The body of a reply of which the document says nothing: JSON as plain data, text, or bytes; None for none."""
    if not raw.body:
        return None
    content_type = raw.headers.get("content-type", "")
    name = content_type.partition(";")[0].strip().lower()
    try:
        if is_json(name):
            return from_json(raw.body, allow_inf_nan=False)
        return text_of_bytes(raw.body, content_type) if name.startswith("text/") else raw.body
    except ValueError:
        raise BadReply(f"the body of the reply is not {name}") from None


def _error(raw: RawReply, declared: _Declared | None) -> ErrorReply:
    """An error with whatever of its body can be read: what is wrong with an error is still an error."""
    model = content = None
    try:
        content = _anything(raw)
    except BadReply:
        content = raw.body[:1000].decode("utf-8", "replace")
    if declared is not None:
        try:
            model = declared.value(raw)
        except BadReply:
            model = None
    error = ErrorReply(f"it answered {raw.status}{_said(content)}")
    error.status, error.headers, error.model, error.content = raw.status, raw.headers, model, content
    return error


def _said(content: Any) -> str:
    """What an error body says, on one line."""
    if not isinstance(content, dict):
        return ""
    words = [content.get(name) for name in ("error", "code", "error_description", "title", "detail", "message")]
    text = ": ".join(dict.fromkeys(word for word in words if isinstance(word, str) and word))
    plain = "".join(letter if letter.isprintable() else " " for letter in text[:500])
    return f", {plain}" if plain else ""


def _decoder(media: MediaType, specification: Specification, adapters: Adapters) -> Decode:
    if is_sequence(media.name):
        return _events if media.name == EVENTS else _items(media, specification, adapters)
    way = way_of(media, specification) or "bytes"
    if way == "json":
        return _json(media, specification, adapters)
    if way == "text":
        return _text(media, adapters)
    if way != "any":
        return lambda body, content_type: body
    as_json = _json(media, specification, adapters)

    def decode(body: bytes, content_type: str) -> Any:
        return as_json(body, content_type) if is_json(content_type.partition(";")[0].strip().lower()) else body

    return decode


def _json(media: MediaType, specification: Specification, adapters: Adapters) -> Decode:
    read = json_decoder(media, specification, adapters, True).read

    def decode(body: bytes, content_type: str) -> Any:
        faults: list[RequestFault] = []
        value = read(body, faults)
        if faults:
            told = "; ".join(f"{fault.pointer or 'it'}: {fault.message}" for fault in faults[:5])
            more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
            raise BadReply(f"the body of the reply does not fit the document: {told}{more}")
        return value

    return decode


def _items(media: MediaType, specification: Specification, adapters: Adapters) -> Decode:
    """A sequence of JSON values, as a list of them."""
    schema = item_schema(media.schema, specification) or Schema()
    decode_one = _json(MediaType("application/json", schema, place=media.place), specification, adapters)
    begin = SEQUENCES.get(media.name, b"\x1e")

    def decode(body: bytes, content_type: str) -> Any:
        lines = body.split(begin) if begin else body.splitlines()
        return [decode_one(line.strip(), content_type) for line in lines if line.strip()]

    return decode


def _events(body: bytes, content_type: str) -> str:
    try:
        return body.decode()
    except UnicodeError:
        raise BadReply("the events of the reply are not UTF-8") from None


def _text(media: MediaType, adapters: Adapters) -> Decode:
    validate = adapters.adapter(media.schema or Schema({"type": ("string",)})).validator.validate_json

    def decode(body: bytes, content_type: str) -> Any:
        try:
            return validate(encode_basestring_ascii(text_of_bytes(body, content_type)), strict=True)
        except UnknownCharset:
            raise BadReply("the charset of the reply is none that is read here") from None
        except UnicodeError:
            raise BadReply("the text of the reply is not in the charset that it names") from None
        except ValidationError as error:
            raise BadReply(f"the text of the reply does not fit the document: {told_faults(error)}") from None

    return decode
