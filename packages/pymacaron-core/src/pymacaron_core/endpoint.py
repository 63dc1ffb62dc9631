"""The whole path of a request through one operation: guard, body admitted, parameters, body, function, reply.

:func:`endpoint` composes an operation's steps into one closure when the document is loaded. A step that an operation
does not need is not there; nothing is looked up, resolved or decided again while serving.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from werkzeug.wrappers import Response

from pymacaron_core import forms, parameters, written
from pymacaron_core.acceptance import accepts_step, offered_by
from pymacaron_core.answers import Answer
from pymacaron_core.bodies import ReadText, body_steps, refusal_headers
from pymacaron_core.call import Call
from pymacaron_core.conditions import made_headers, required_step
from pymacaron_core.config import OperationSettings
from pymacaron_core.errors import InvalidParameter, RequestFault
from pymacaron_core.guard import Guard, guard_step
from pymacaron_core.inflow import takes_upload
from pymacaron_core.parameters import parameters_steps
from pymacaron_core.replies import errors_step, reply_step
from pymacaron_core.resolver import Binding
from pymacaron_core.spec.operation import Specification
from pymacaron_core.watch import Watch

Endpoint = Callable[[Call], "Answer | Response"]
Gate = Callable[[Call], None]
Reader = Callable[[Call, list[Any], dict[str, Any], list[RequestFault]], None]


class Adapters(forms.Adapters, parameters.Adapters, written.Adapters, Protocol):
    """Where an operation's validators come from: the catalog of models."""


class Usual(NamedTuple):
    """How nearly all requests to an operation come: with JSON, under these names, by callers who take these."""

    readers: Mapping[str, ReadText]
    taken: frozenset[str | None]


@dataclass(frozen=True, slots=True)
class Steps:
    """What an operation needs done, in order: ``gates`` let pass or refuse, ``readers`` fill the arguments.

    ``guard`` is the first of the gates, and ``failed`` is told of what the function raises. With ``usual`` the last of
    the readers is that of the body, and the gates after the guard judge nothing else.
    """

    guard: Gate | None
    gates: tuple[Gate, ...]
    readers: tuple[Reader, ...]
    function: Callable[..., Any]
    reply: Callable[[Any, Call], Answer | Response]
    failed: Callable[[Exception], None]
    usual: Usual | None = None


def endpoint(steps: Steps, watch: Watch) -> Endpoint:
    """A request's whole way, as one function of the call, watched."""
    guard, gates, readers, function, reply = steps.guard, steps.gates, steps.readers, steps.function, steps.reply
    failed = steps.failed

    def serve(call: Call) -> Answer | Response:
        for gate in gates:  # media types (406, 415), size (413)
            gate(call)
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        faults: list[RequestFault] = []
        for read in readers:  # parameters, body
            read(call, positional, keywords, faults)
        if faults:
            raise InvalidParameter(faults=faults)
        try:
            value = function(*positional, **keywords) if keywords else function(*positional)
        except Exception as error:
            failed(error)
            raise
        return reply(value, call)

    if steps.usual is not None:
        return _quick(steps, steps.usual, serve, watch)
    if guard is None:
        return watch.around(serve)

    def serve_guarded(call: Call) -> Answer | Response:
        guard(call)  # who calls (401, 403)
        return serve(call)

    return watch.around(serve_guarded)


def _quick(steps: Steps, usual: Usual, serve: Endpoint, watch: Watch) -> Endpoint:
    """The same in one go for requests as they usually come; ``serve`` does what the guard leaves of all others."""
    guard, readers, function, reply, failed = steps.guard, steps.readers[:-1], steps.function, steps.reply, steps.failed
    reading, taken = usual.readers.get, usual.taken
    now, limit = time.perf_counter, watch.limit

    def serve_quickly(call: Call) -> Answer | Response:
        started = now()
        if call.called is None:
            call.started = started
        else:
            call.called.started = started
        try:
            if guard is not None:
                guard(call)
            environ = call.environ
            read_text = reading(environ.get("CONTENT_TYPE", ""))
            if (
                read_text is None
                or environ.get("HTTP_ACCEPT") not in taken
                or "HTTP_CONTENT_ENCODING" in environ
                or not (text := call.body())
            ):
                answer = serve(call)
            else:
                faults: list[RequestFault] = []
                if readers:
                    positional: list[Any] = []
                    keywords: dict[str, Any] = {}
                    for read in readers:
                        read(call, positional, keywords, faults)
                    positional.append(read_text(text, faults))
                else:
                    only = read_text(text, faults)
                if faults:
                    raise InvalidParameter(faults=faults)
                try:
                    value = function(*positional, **keywords) if readers else function(only)
                except Exception as error:
                    failed(error)
                    raise
                answer = reply(value, call)
        except Exception as error:
            watch.fail(error, started)
            raise
        if now() - started > limit or type(answer) is not Answer or answer[0] >= 500:
            watch.end(answer, started)
        return answer

    return serve_quickly


class LateEndpoint:
    """An endpoint that is composed when first called. ``made`` is what it is then; who knows it may call that."""

    __slots__ = ("_lock", "_make", "made")

    def __init__(self, make: Callable[[], Endpoint]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self.made: Endpoint | None = None

    def __call__(self, call: Call) -> Answer | Response:
        if self.made is None:
            with self._lock:
                self.made = self.made or self._make()
        return self.made(call)


def steps_of(
    binding: Binding,
    specification: Specification,
    adapters: Adapters,
    guards: Mapping[str, Guard],
    settings: OperationSettings | None = None,
    answered: Iterable[int] = (),
) -> Steps:
    """The steps of one operation; ``answered`` are the statuses of errors that it answers by itself.

    Raises ``GuardMissing`` when a scheme it needs has no guard.
    """
    operation = binding.operation
    mode = (settings and settings.replies) or "raise"
    sample = 1.0 if settings is None or settings.replies_sample is None else settings.replies_sample
    guard = guard_step(operation, specification, guards)
    once = forms.Once(
        field=settings is not None and settings.repeated_parameters == "refuse",
        key=settings is None or settings.repeated_keys != "ignore",
    )
    told, streamed = (
        refusal_headers(operation, specification),
        operation.body is not None and takes_upload(binding.function),
    )
    body = body_steps(operation.body, specification, adapters, once, told, streamed)
    offered, conditions = offered_by(operation, specification), required_step(operation)
    gates = (accepts_step(offered), body.admit if body else None, conditions)
    usual = None
    if body is not None and body.json and offered and conditions is None:
        usual = Usual(body.json, frozenset((None, "", "*/*", *offered)))
    readers: list[Reader | None] = [
        *parameters_steps(operation, specification, adapters, settings),
        body.read if body else None,
    ]
    return Steps(
        guard,
        tuple(gate for gate in gates if gate),
        tuple(reader for reader in readers if reader),
        binding.adapted(),
        reply_step(operation, specification, adapters, mode, sample, made_headers(operation)),
        errors_step(operation, mode, answered),
        usual,
    )
