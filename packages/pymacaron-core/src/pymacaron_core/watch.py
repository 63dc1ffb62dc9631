"""What is told of calls that went well by the form and not by the matter: slow ones, and errors that were returned."""

from __future__ import annotations

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


def watched(
    serve: Endpoint,
    operation: Operation,
    reporting: Reporting,
    limit_ms: int | None,
    quiet: Collection[int] = (),
) -> Endpoint:
    """An endpoint that tells of slow calls, and of errors of the service that are returned.

    Those in ``quiet`` are returned on purpose. Calls that take longer than ``limit_ms`` are slow.
    """
    if not limit_ms:
        return _untimed(serve, operation, reporting, quiet)
    limit = limit_ms / 1000
    now = time.perf_counter

    def serve_timed(call: Call) -> Answer | Response:
        started = now()
        if call.called is None:
            call.started = started
        else:
            call.called.started = started
        try:
            answer = serve(call)
        except Exception as error:
            status = reporting.status_of(as_error(error))
            if status < 500 and now() - started > limit:
                reporting.report_slow(operation.label, now() - started, status)
            raise
        status = answer[0] if type(answer) is Answer else _status(answer)
        if status >= 500 and status not in quiet:
            _report_returned(answer, operation, reporting)
        elif now() - started > limit:
            reporting.report_slow(operation.label, now() - started, status)
        return answer

    return serve_timed


def _untimed(serve: Endpoint, operation: Operation, reporting: Reporting, quiet: Collection[int]) -> Endpoint:

    def serve_untimed(call: Call) -> Answer | Response:
        answer = serve(call)
        status = answer[0] if type(answer) is Answer else _status(answer)
        if status >= 500 and status not in quiet:
            _report_returned(answer, operation, reporting)
        return answer

    return serve_untimed


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
