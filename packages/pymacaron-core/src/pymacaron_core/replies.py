"""Replies: what a function returned, checked against what the document declares, as status, headers and bytes.

A function returns a model, plain data, ``(value, status)``, ``(value, status, headers)``, nothing, or a Flask
``Response``, which is sent as it is. A value that its reply does not declare is ``BAD_RESPONSE`` in mode ``raise``,
a warning in mode ``log``, and sent unseen in mode ``off``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, get_args, get_origin

import pydantic_core
from pydantic import TypeAdapter, ValidationError
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from pymacaron_core.errors import BadResponse, NotAcceptable, PyMacaronException, is_error
from pymacaron_core.media import is_json, way_of
from pymacaron_core.models.constraints import Discriminated
from pymacaron_core.models.directions import REPLYING
from pymacaron_core.models.faults import faults_of
from pymacaron_core.models.model import Model
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.protocol import is_model, is_model_class
from pymacaron_core.spec.operation import Operation, Reply, Schema, Specification

log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """A finished reply."""

    status: int
    content_type: str | None
    body: bytes
    headers: Iterable[tuple[str, str]] = ()


class Adapters(Protocol):
    """Where validators come from: the catalog of models."""

    def adapter(self, schema: Schema) -> TypeAdapter[Any]: ...

    def type_of(self, schema: Schema) -> Any: ...


class Declared:
    """One declared reply, compiled: how a value of it becomes bytes."""

    __slots__ = (
        "adapter",
        "content_type",
        "is_tuple",
        "items",
        "json_schema",
        "models",
        "native",
        "reply",
        "textual",
        "withhold",
    )

    def __init__(self, reply: Reply, specification: Specification, adapters: Adapters) -> None:
        media = next((m for m in reply.content if is_json(m.name) or "*" in m.name), None)
        first = media or (reply.content[0] if reply.content else None)
        self.reply = reply
        self.content_type = None if first is None else ("application/json" if "*" in first.name else first.name)
        self.textual = first is not None and media is None
        schema = media.schema if media is not None else None
        self.json_schema = schema
        self.withhold = Withholding(schema, specification.schemas) if schema is not None else None
        self.adapter = adapters.adapter(schema) if schema is not None else None
        kind = adapters.type_of(schema) if schema is not None else None
        self.models = _classes(kind)
        self.is_tuple = _is_tuple(kind)
        self.native = _holds_native(kind)
        inner = next(iter(get_args(kind)), None) if get_origin(kind) is list else None
        self.items = _classes(inner)

    @property
    def model(self) -> Any:
        """The class the document declares, the parent of those below it; None where it is no class."""
        return next(iter(self.models), None)

    def native_json(self, value: Any) -> bytes | None:
        """The JSON of a Python value of the declared type, which JSON alone has no word for; None where it is none."""
        adapter = self.adapter
        if adapter is None:
            return None
        try:
            checked = adapter.validator.validate_python(value, strict=True)
        except ValidationError:
            return None
        written: bytes = adapter.serializer.to_json(
            checked, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING
        )
        return written


def _is_tuple(kind: Any) -> bool:
    return get_origin(getattr(kind, "__origin__", kind)) is tuple or get_origin(kind) is tuple


def _holds_native(kind: Any) -> bool:
    """Whether a type outside of classes has values that are written by their type alone: bytes, decimals, tuples."""
    if kind is bytes or kind is Decimal or _is_tuple(kind):
        return True
    return any(_holds_native(inner) for inner in get_args(kind))


def _classes(kind: Any) -> tuple[Any, ...]:
    """The classes whose instances are right by their class alone: one, or a parent with what is below it."""
    if is_model_class(kind):
        return (kind,)
    marks: tuple[Any, ...] = getattr(kind, "__metadata__", ())
    if len(marks) != 1 or not isinstance(marks[0], Discriminated):
        return ()
    first = kind.__origin__
    classes = dict.fromkeys((*(get_args(first) or (first,)), *marks[0].classes.values()))
    return tuple(classes) if all(map(is_model_class, classes)) else ()


ReplyStep = Callable[[Any], "Answer | Response"]


def reply_step(
    operation: Operation, specification: Specification, adapters: Adapters, mode: str = "raise"
) -> ReplyStep:
    """The step that turns what the function returned into an :class:`Answer`, or hands a Response through.

    Where the document says nothing of success, whatever the function returns is one.
    Raises ``BadResponse`` when the value is not what the document declares.
    """
    declared = {reply.status: Declared(reply, specification, adapters) for reply in operation.replies}
    success = declared.get(operation.success.status) if operation.success else None
    is_free = success is None
    by_model = _by_model(list(declared.values()), success)
    label = operation.label

    def step(value: Any) -> Answer | Response:
        if isinstance(value, Response):
            return value
        is_whole = success is not None and success.is_tuple and success.native_json(value) is not None
        value, status, headers = (value, None, ()) if is_whole else _unpacked(value, label)
        if status is None:
            chosen = by_model.get(type(value), success) if is_model(value) else success
            status = _status_of(chosen, value)
        else:
            chosen = declared.get(str(status)) or declared.get(f"{status // 100}XX") or declared.get("default")
        if chosen is None and is_free and status < 300:
            return _undeclared(value, status, headers)
        return _answer(value, status, headers, chosen, label, mode)

    return step


def _by_model(declared: list[Declared], success: Declared | None) -> dict[Any, Declared]:
    """The reply of each class: one that declares the class itself comes before one that declares a parent of it."""
    ordered = [success, *declared] if success is not None else declared
    found: dict[Any, Declared] = {}
    for each in ordered:
        if each.model is not None:
            found.setdefault(each.model, each)
    for each in ordered:
        for model in each.models:
            found.setdefault(model, each)
    return found


def _unpacked(value: Any, label: str) -> tuple[Any, int | None, Iterable[tuple[str, str]]]:
    if not isinstance(value, tuple):
        return value, None, ()
    if len(value) not in (2, 3) or not isinstance(value[1], int) or not 100 <= value[1] <= 599:
        raise _bad(f"{label} returned a tuple that is not (value, status) or (value, status, headers)")
    headers = value[2] if len(value) == 3 else ()
    return value[0], int(value[1]), tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)


def _status_of(chosen: Declared | None, value: Any) -> int:
    """The status of a value returned without one: its reply's; an error model says its own."""
    status = chosen.reply.status if chosen is not None else "200"
    if status.isdigit():
        return int(status)
    own = getattr(value, "status", None)
    if is_error(value) and isinstance(own, int) and 400 <= own <= 599:
        return own
    if status == "default":
        return 500 if is_error(value) else 200
    return int(status[0]) * 100


def _answer(
    value: Any, status: int, headers: Iterable[tuple[str, str]], declared: Declared | None, label: str, mode: str
) -> Answer:
    if declared is None:
        _complain(f"{label} returned the status {status}, which the document does not declare", mode)
        return _undeclared(value, status, headers)
    if value is None and (declared.content_type is None or status in (204, 304)):
        return Answer(status, None, b"", headers)
    if declared.content_type is None:
        if declared.reply.content or status in (204, 304):
            _complain(f"{label} returned a value with the status {status}, which has no body", mode)
            return Answer(status, None, b"", headers)
        _complain(f"{label} returned a value, and the document declares no content for {declared.reply.status}", mode)
        return _undeclared(value, status, headers)
    if declared.textual:
        return Answer(status, _text_type(declared.content_type), _raw(value, declared, label), headers)
    return Answer(status, declared.content_type, _json(value, declared, label, mode), headers)


def _undeclared(value: Any, status: int, headers: Iterable[tuple[str, str]]) -> Answer:
    if value is None:
        return Answer(status, None, b"", headers)
    return Answer(status, "application/json", _plain_json(value), headers)


def _bad(message: str) -> PyMacaronException:
    """The error for the caller, who learns nothing of the inside; the log and debug mode tell the message."""
    return BadResponse("the service answered what its document does not declare").caught(BadResponse(message))


def _complain(message: str, mode: str) -> None:
    if mode == "raise":
        raise _bad(message)
    if mode == "log":
        log.warning("%s", message)


def _json(value: Any, declared: Declared, label: str, mode: str) -> bytes:
    body = _typed_json(value, declared, label, mode)
    if declared.withhold is None or not declared.withhold.is_beyond_types:
        return body
    return pydantic_core.to_json(declared.withhold(pydantic_core.from_json(body)))


def _typed_json(value: Any, declared: Declared, label: str, mode: str) -> bytes:
    if declared.adapter is None:
        return _plain_json(value)
    if isinstance(value, declared.models):
        return _model_json(value, type(value).__pydantic_serializer__.to_json, label, mode)
    items = declared.items
    if items and type(value) is list and all(isinstance(each, items) for each in value):
        return _model_json(value, declared.adapter.serializer.to_json, label, mode)
    native = declared.native_json(value) if declared.native else None
    if native is not None:
        return native
    if mode == "off":
        return _withheld_json(value, declared)
    return _checked_json(value, declared, label, mode)


def _model_json(value: Any, to_json: Callable[..., bytes], label: str, mode: str) -> bytes:
    """Models of the declared class: the type is the check, and in the strict modes pydantic's own warnings."""
    if mode == "off":
        return to_json(value, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING)
    try:
        body = to_json(value, exclude_unset=True, by_alias=True, warnings="error", context=REPLYING)
    except pydantic_core.PydanticSerializationError as error:
        _complain(f"{label} returned a {_kind(value)} that was changed after it was validated: {error}", mode)
        body = to_json(value, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING)
    return body


def _checked_json(value: Any, declared: Declared, label: str, mode: str) -> bytes:
    """Plain data, lists of models and the like: written as JSON and validated as such."""
    adapter = declared.adapter
    body = _plain_json(value)
    if adapter is None or (is_model(value) and declared.model is None and declared.json_schema is None):
        return body
    if is_model(value) and declared.model is not None:
        message = f"{label} returned {_class(value)}, and the document declares {_class(declared.model)}"
        _complain(message + _how_to_make(declared.model, value), mode)
        return _withheld_json(value, declared)
    try:
        checked = adapter.validator.validate_json(body, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        faults = "; ".join(f"{f.pointer or 'the value'}: {f.message}" for f in faults_of(error, "body")[:3])
        what = "nothing" if value is None else f"a {_kind(value)} that is not what the document declares"
        _complain(f"{label} returned {what}: {faults}", mode)
        return _withheld_json(value, declared)
    written: bytes = adapter.serializer.to_json(
        checked, exclude_unset=True, by_alias=True, warnings=False, context=REPLYING
    )
    return written


def _withheld_json(value: Any, declared: Declared) -> bytes:
    """Anything as JSON, unchecked, without what the document says replies do not have."""
    plain = _plain(value)
    return _plain_json(plain if declared.withhold is None else declared.withhold(plain))


def _how_to_make(model: Any, value: Any) -> str:
    name, whole = type(value).__name__, model.__name__
    return f": make it with {whole}.from_request(body, ...)" if name.startswith(f"{whole}Request") else ""


def _kind(value: Any) -> str:
    return value.get_model_name() if is_model(value) else type(value).__name__


def _class(model: Any) -> str:
    """A model by the whole name of its class: two APIs may each have a ``Pet``."""
    kind = model if isinstance(model, type) else type(model)
    return f"{kind.__module__}.{kind.__qualname__}"


def _plain_json(value: Any) -> bytes:
    """Any mixture of models and plain data as JSON; models leave out what is unset."""
    try:
        return pydantic_core.to_json(_plain(value))
    except (pydantic_core.PydanticSerializationError, ValueError) as error:
        raise _bad(f"the function returned what JSON has no words for: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False, context=REPLYING)
    if is_model(value) and not isinstance(value, type):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


def _raw(value: Any, declared: Declared, label: str) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, str):
        return value.encode("utf-8")
    what = f"{label} returned a {_kind(value)}, and its reply is {declared.content_type}"
    raise _bad(f"{what}: return text or bytes")


def _text_type(name: str) -> str:
    return f"{name}; charset=utf-8" if name.startswith("text/") else name


def accepts_step(operation: Operation, specification: Specification) -> Callable[[str | None], None] | None:
    """The step that refuses (406) callers who accept none of the media types that the success reply can be had in."""
    reply = operation.success
    ways = {media.name: way_of(media, specification) for media in reply.content} if reply is not None else {}
    offered = tuple(name for name, way in ways.items() if way is not None) or tuple(ways)
    if not offered or "any" in ways.values():
        return None

    def step(accept: str | None) -> None:
        if not accept or "*/*" in accept or accept in offered:
            return
        parsed = parse_accept_header(accept, MIMEAccept)
        wanted = MIMEAccept([(name.partition(";")[0].strip(), quality) for name, quality in parsed])
        if any("/" in name for name, _ in wanted) and wanted.best_match(offered) is None:
            raise NotAcceptable(f"this call answers {' or '.join(offered)}, which the request does not accept")

    return step
