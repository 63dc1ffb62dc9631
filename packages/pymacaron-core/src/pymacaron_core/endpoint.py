"""The whole path of a request through one operation: guard, body admitted, parameters, body, function, reply.

:func:`endpoint` composes an operation's steps into one closure when the document is loaded. A step that an operation
does not need is not there; nothing is looked up, resolved or decided again while serving.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Response

from pymacaron_core import forms, parameters, written
from pymacaron_core.acceptance import accepts_step
from pymacaron_core.answers import Answer
from pymacaron_core.bodies import body_steps, refusal_headers
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

Endpoint = Callable[[Call], "Answer | Response"]
Gate = Callable[[Call], None]
Reader = Callable[[Call, list[Any], dict[str, Any], list[RequestFault]], None]


class Adapters(forms.Adapters, parameters.Adapters, written.Adapters, Protocol):
    """Where an operation's validators come from: the catalog of models."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What an operation needs done, in order: ``gates`` let pass or refuse, ``readers`` fill the arguments.

    ``failed`` is told of what the function raises.
    """

    gates: tuple[Gate, ...]
    readers: tuple[Reader, ...]
    function: Callable[..., Any]
    reply: Callable[[Any, Call], Answer | Response]
    failed: Callable[[Exception], None]


def endpoint(steps: Steps) -> Endpoint:
    """A request's whole way, as one function of the call."""
    gates, readers, function, reply, failed = steps.gates, steps.readers, steps.function, steps.reply, steps.failed

    def serve(call: Call) -> Answer | Response:
        for gate in gates:  # who calls (401, 403), media types (406, 415), size (413)
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

    return serve


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
    gates: list[Gate | None] = [
        guard,
        accepts_step(operation, specification),
        body.admit if body else None,
        required_step(operation),
    ]
    readers: list[Reader | None] = [
        *parameters_steps(operation, specification, adapters, settings),
        body.read if body else None,
    ]
    return Steps(
        tuple(gate for gate in gates if gate),
        tuple(reader for reader in readers if reader),
        binding.adapted(),
        reply_step(operation, specification, adapters, mode, sample, made_headers(operation)),
        errors_step(operation, mode, answered),
    )
