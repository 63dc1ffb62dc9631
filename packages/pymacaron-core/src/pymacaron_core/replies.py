"""Replies: what a function returned, checked against what the document declares, as status, headers and body.

A function returns a model, plain data, text, bytes, a file, a generator, any of them as ``(value, status)``,
``(value, headers)`` or ``(value, status, headers)``, nothing, or a Flask ``Response``, which is sent as it is. A reply
that the document does not declare is ``BAD_RESPONSE`` in mode ``raise``, a warning in mode ``log``, and sent unseen in
mode ``off``.
"""

from __future__ import annotations

import logging
import random
import zlib
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from pydantic_core import PydanticSerializationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pymacaron_core.answers import Answer, Given, Pairs, complain, given
from pymacaron_core.call import Call
from pymacaron_core.coroutines import finish
from pymacaron_core.declarations import WITHOUT_BODY, Declared
from pymacaron_core.errors import PyMacaronException, is_error
from pymacaron_core.protocol import is_model
from pymacaron_core.spec.operation import Operation, Reply, Specification
from pymacaron_core.written import Adapters, Written, plain_json

log = logging.getLogger(__name__)

ReplyStep = Callable[[Any, Call], "Answer | Response"]


def reply_step(
    operation: Operation,
    specification: Specification,
    adapters: Adapters,
    mode: str = "raise",
    sample: float = 1.0,
    made: Collection[str] = (),
) -> ReplyStep:
    """The step that turns what the function returned into an :class:`Answer`, or hands a Response through.

    Where the document says nothing of success, whatever the function returns is one. Of ``sample`` less than 1, that
    part of all requests is looked at, and the others are answered as in mode ``off``. ``made`` are headers, in lower
    case, that are added later where the function gives none.
    Raises ``BadResponse`` when the value is not what the document declares.
    """
    label = operation.label
    declared = {r.status: Declared(_without(r, made), label, specification, adapters) for r in operation.replies}
    success = declared.get(operation.success.status) if operation.success else None
    tuples = success.json if success is not None and success.json is not None and success.json.is_tuple else None
    by_model = _by_model(list(declared.values()), success)

    quick = {model: each.quick for model, each in by_model.items() if each.quick is not None}
    if success is not None and success.quick is not None:
        quick[dict] = quick[list] = success.quick
    ready: dict[Any, tuple[int, str, Callable[[Any], bytes] | None, Written]] = {}
    new = tuple.__new__

    def answer(value: Any, call: Call, mode: str = mode) -> Answer | Response:
        kind = type(value)
        way = ready.get(kind)
        if way is None and kind in quick:
            status, content_type, written = quick[kind]
            way = ready[kind] = (status, content_type, written.shortest(kind), written)
        if way is not None:
            status, content_type, shortest, written = way
            if shortest is not None and mode != "off":
                try:
                    return new(Answer, (status, content_type, shortest(value), ()))
                except (TypeError, PydanticSerializationError):
                    pass  # told below
            return Answer(status, content_type, written.json(value, label, mode))
        if isinstance(value, Awaitable):
            value = finish(value)
        if isinstance(value, (Response, PyMacaronException)):
            if isinstance(value, PyMacaronException):
                raise value
            return value
        is_whole = type(value) is tuple and tuples is not None and tuples.native_json(value) is not None
        told = Given(value) if is_whole else given(value, label)
        if isinstance(told.value, Response):
            return _dressed(told.value, told)
        if told.status is None:
            chosen = by_model.get(type(told.value), success) if is_model(told.value) else success
            status = _status_of(chosen, told.value)
        else:
            status = told.status
            chosen = declared.get(str(status)) or declared.get(f"{status // 100}XX") or declared.get("default")
        if chosen is None and success is None and status < 300:
            return _undeclared(told, status, mode)
        return _answer(told, status, chosen, label, mode, call)

    if mode == "off" or sample >= 1:
        return answer
    return lambda value, call: answer(value, call, mode if _is_sampled(call, sample) else "off")


def _without(reply: Reply, made: Collection[str]) -> Reply:
    """A reply that asks the function for none of the headers that are made."""
    if all(header.name.lower() not in made for header in reply.headers):
        return reply
    headers = (replace(h, required=h.required and h.name.lower() not in made) for h in reply.headers)
    return replace(reply, headers=tuple(headers))


def errors_step(operation: Operation, mode: str, known: Iterable[int] = ()) -> Callable[[Exception], None]:
    """The step that tells, once for each status, of errors a function raises which the document does not declare.

    They are answered all the same, in the error body of the service. ``known`` are the statuses that operations answer
    by themselves, and that the served document has.
    """
    declared = {reply.status for reply in operation.replies} | {str(status) for status in known}
    told: set[int] = set()

    def step(error: Exception) -> None:
        status = error.status if isinstance(error, PyMacaronException) else None
        if isinstance(error, HTTPException):
            status = error.code
        if mode == "off" or not isinstance(status, int) or status in told:
            return
        if declared.isdisjoint((str(status), f"{status // 100}XX", "default")):
            told.add(status)
            log.warning("%s raises %s, which the document does not declare", operation.label, status)

    return step


def _is_sampled(call: Call, sample: float) -> bool:
    """Whether a request is looked at: by its id where the caller gave one, so that all services look at the same."""
    name = call.header("X-Request-ID")
    return (zlib.crc32(name.encode("utf-8", "replace")) / 2**32 if name else random.random()) < sample


def _by_model(declared: list[Declared], success: Declared | None) -> dict[Any, Declared]:
    """The reply of each class: one that declares the class itself comes before one that declares a parent of it."""
    ordered = [success, *declared] if success is not None else declared
    found: dict[Any, Declared] = {}
    for each in ordered:
        if each.models:
            found.setdefault(each.models[0], each)
    for each in ordered:
        for model in each.models:
            found.setdefault(model, each)
    return found


def _status_of(chosen: Declared | None, value: Any) -> int:
    """The status of a value returned without one: its reply's; an error model says its own."""
    if chosen is not None and chosen.status is not None:
        return chosen.status
    status = chosen.reply.status if chosen is not None else "200"
    own = getattr(value, "status", None)
    if is_error(value) and isinstance(own, int) and 400 <= own <= 599:
        return own
    if not status[0].isdigit():
        return 500 if is_error(value) else 200
    return int(status[0]) * 100


def _answer(told: Given, status: int, declared: Declared | None, label: str, mode: str, call: Call) -> Answer:
    if declared is None:
        complain(f"{label} returned the status {status}, which the document does not declare", mode)
        return _undeclared(told, status, mode)
    if declared.check is not None and mode != "off":
        declared.check(told, label, mode)
    if status in WITHOUT_BODY:
        if told.value is not None:
            complain(f"{label} returned a value with the status {status}, which has no body", mode)
        return Answer(status, None, b"", told.headers)
    if not declared.representations:
        if told.value is not None:
            complain(
                f"{label} returned a value, and the document declares no content for {declared.reply.status}", mode
            )
        return _undeclared(told, status, mode)
    if not declared.is_negotiated:
        return declared.representation(told, None, mode).answer(told, status, label, mode)
    answer = declared.representation(told, call.header("Accept"), mode).answer(told, status, label, mode)
    return answer._replace(headers=(*answer.headers, ("Vary", "Accept")))


def _undeclared(told: Given, status: int, mode: str) -> Answer:
    """A reply of which the document says nothing: text and bytes as they are, anything else as JSON."""
    own, headers = told.header("content-type"), _without_type(told.headers)
    if told.value is None or status in WITHOUT_BODY:
        return Answer(status, None, b"", told.headers)
    if own is not None and isinstance(told.value, (str, bytes)):
        body = told.value.encode("utf-8", "replace") if isinstance(told.value, str) else told.value
        return Answer(status, own, body, headers)
    return Answer(status, own or "application/json", plain_json(told.value, mode), headers)


def _without_type(headers: Pairs) -> Pairs:
    return tuple(pair for pair in headers if pair[0].lower() != "content-type")


def _dressed(response: Response, told: Given) -> Response:
    """A Response that was returned with a status or headers beside it."""
    if told.status is not None:
        response.status_code = told.status
    for name in {name for name, _ in told.headers}:
        response.headers.pop(name, None)
    response.headers.extend(told.headers)
    return response
