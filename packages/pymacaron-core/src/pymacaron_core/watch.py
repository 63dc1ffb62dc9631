"""What is told of calls that went well by the form and not by the matter: slow ones, and errors that were returned."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pydantic_core
from werkzeug.wrappers import Response

from pymacaron_core.answers import Answer
from pymacaron_core.call import Call
from pymacaron_core.problems import as_error
from pymacaron_core.reporting import Reporting
from pymacaron_core.spec.operation import Operation

Endpoint = Callable[[Call], "Answer | Response"]


class Watch:
    """Tells of an operation's slow calls, and of errors of the service that are returned.

    Those in ``quiet`` are returned on purpose. Calls that take longer than ``limit`` seconds are slow.
    """

    __slots__ = ("_operation", "_quiet", "_reporting", "limit")

    def __init__(
        self, operation: Operation, reporting: Reporting, limit_ms: int | None, quiet: Collection[int] = ()
    ) -> None:
        self._operation, self._reporting, self._quiet = operation, reporting, quiet
        self.limit = limit_ms / 1000 if limit_ms else math.inf

    def begin(self, call: Call) -> float:
        """A call came. Gives when that was, by ``time.perf_counter()``."""
        started = time.perf_counter()
        if call.called is None:
            call.started = started
        else:
            call.called.started = started
        return started

    def fail(self, error: Exception, started: float) -> None:
        """A call was refused, or failed."""
        seconds = time.perf_counter() - started
        if seconds > self.limit:
            status = self._reporting.status_of(as_error(error))
            if status < 500:
                self._reporting.report_slow(self._operation.label, seconds, status)

    def end(self, answer: Answer | Response, started: float) -> None:
        """A call was answered."""
        status = answer[0] if type(answer) is Answer else _status(answer)
        if status >= 500 and status not in self._quiet:
            _report_returned(answer, self._operation, self._reporting)
            return
        seconds = time.perf_counter() - started
        if seconds > self.limit:
            self._reporting.report_slow(self._operation.label, seconds, status)

    def around(self, serve: Endpoint) -> Endpoint:
        """An endpoint whose calls are watched."""

        def serve_watched(call: Call) -> Answer | Response:
            started = self.begin(call)
            try:
                answer = serve(call)
            except Exception as error:
                self.fail(error, started)
                raise
            self.end(answer, started)
            return answer

        return serve_watched


def _status(answer: Any) -> int:
    return int(answer.status_code if isinstance(answer, Response) else answer.status)


def _report_returned(answer: Any, operation: Operation, reporting: Reporting) -> None:
    told: Any = None
    if isinstance(answer, Answer) and isinstance(answer.body, bytes):
        try:
            told = pydantic_core.from_json(answer.body[:100_000])
        except ValueError:
            told = None
    reporting.report_returned(operation.label, _status(answer), told if isinstance(told, Mapping) else {})
