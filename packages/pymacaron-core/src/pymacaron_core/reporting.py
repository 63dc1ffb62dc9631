"""Errors told: to the caller as the error body, to the service's people through its reporter and its log."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pymacaron_core.context import capture, current_call, restore
from pymacaron_core.delivery import LAST_MOMENT, Delivery
from pymacaron_core.errors import PyMacaronException
from pymacaron_core.problems import (
    JSON,
    PROBLEM,
    ErrorBody,
    as_error,
    cause_of,
    error_body,
    problem_body,
    wants_problem,
)
from pymacaron_core.redaction import Redaction
from pymacaron_core.reports import Server, path_of, report_of, request_now, response_of, trace_of

log = logging.getLogger(__name__)

ErrorCallback = Callable[[Exception], "ErrorBody | tuple[ErrorBody, int]"]
ErrorReporter = Callable[..., Any]


class ErrorAnswer(NamedTuple):
    """An error as it is answered."""

    body: ErrorBody
    status: int
    headers: Mapping[str, str]
    content_type: str = JSON


@dataclass
class Reporting:
    """How one application tells of its errors: debug mode, the form of bodies, its own body, its reporter.

    ``form`` is ``pymacaron`` or ``problem``; ``fault_status`` answers requests that do not fit the document.
    """

    debug: bool = False
    error_callback: ErrorCallback | None = None
    error_reporter: ErrorReporter | None = None
    default_user_id: str | None = None
    form: str = "pymacaron"
    fault_status: int = 400
    server: Server = field(default_factory=Server)
    redaction: Redaction = field(default_factory=Redaction)
    delivery: Delivery = field(default_factory=Delivery)

    def answer(self, exception: Exception) -> ErrorAnswer:
        """What answers an exception; reports it when the fault is the service's."""
        error = as_error(exception)
        if not _is_error_status(error.status):
            log.error("%s has the status %r, which is no error's: answered as 500", type(error).__name__, error.status)
        error.status = self.status_of(error)
        if error.status >= 500 and error.status != 501:
            call = current_call()
            self._report(error, exception, f"{call.method} {call.url}" if call else "outside of a call")
        return self._answered(error, exception)

    def status_of(self, error: PyMacaronException) -> int:
        """The status that answers an error: faults of a request have the one that the service promises.

        One that is no error's (RFC 9110, sections 15.5 and 15.6) is 500.
        """
        if not _is_error_status(error.status):
            return 500
        return self.fault_status if error.faults and error.status == 400 else error.status

    def report_failure(self, exception: Exception, where: str) -> PyMacaronException:
        """Log and report what failed outside of a request, a task say, as an endpoint's failure is; the error told."""
        error = as_error(exception)
        self._report(error, exception, where)
        return error

    def _answered(self, error: PyMacaronException, exception: Exception) -> ErrorAnswer:
        if self.error_callback is not None:
            try:
                told: Any = self.error_callback(error)
                body, status = told if isinstance(told, tuple) else (told, error.status)
                json.dumps(body, allow_nan=False)
                if isinstance(body, dict) and isinstance(status, int) and 200 <= status <= 599:
                    return ErrorAnswer(body, status, error.headers)
                log.error("error_callback returned %s instead of a body, or a body and a status", type(told).__name__)
            except (Exception, SystemExit, asyncio.CancelledError):
                log.exception("error_callback failed; the error is answered in PyMacaron's own body")
        shown, call = exception if self.debug else None, current_call()
        if self.form == "problem" or (call is not None and wants_problem(call.header("Accept"))):
            body = problem_body(error, path_of(request_now()[0]), shown)
            return ErrorAnswer(body, error.status, error.headers, PROBLEM)
        return ErrorAnswer(error_body(error, shown), error.status, error.headers)

    def _report(self, error: PyMacaronException, exception: Exception, where: str) -> None:
        error.error_id = error.error_id or secrets.token_hex(8)
        cause = cause_of(error, exception)
        told_by_flask = getattr(exception, "original_exception", None) is not None
        log.error("%s: %r (error_id %s)", where, cause, error.error_id, exc_info=None if told_by_flask else cause)
        data = {"error_id": error.error_id, "is_fatal_error": True, "response": response_of(error)}
        self.report(f"{error.code}: {where}", data, cause)

    def report_slow(self, label: str, seconds: float, status: int) -> None:
        """Log and report a call that took long."""
        title = f"SLOW_CALL: {label} took {seconds * 1000:.0f} ms"
        log.warning("%s", title)
        self.report(title, {"is_fatal_error": False, "response": {"status": status}})

    def report_returned(self, label: str, status: int, body: Mapping[str, Any]) -> None:
        """Log and report an error of the service that a function returned instead of raising it."""
        named = {"error_code": "error", "error_description": "error_description", "user_message": "user_message"}
        response = {"status": status, **{name: body.get(key) for name, key in named.items()}}
        title = f"{response['error_code'] or status}: {label}"
        log.error("%s returned the status %d", label, status)
        self.report(title, {"error_id": body.get("error_id"), "is_fatal_error": True, "response": response})

    def report(self, title: str, data: Mapping[str, Any] | None = None, exception: BaseException | None = None) -> None:
        """Have the service's reporter told, on a thread of its own. Never waits for it, and never raises."""
        reporter = self.error_reporter
        if reporter is None:
            return
        try:
            told = dict(data) if isinstance(data, Mapping) else {} if data is None else {"data": data}
            if exception is not None:
                told.setdefault("trace", trace_of(exception))
            whole = report_of(self.server, self.redaction, told, self.default_user_id)
            hidden, captured, call = self.hide(str(title)), capture(), current_call()
        except Exception:
            log.exception("the report %r cannot be made", title)
            return

        def tell() -> Any:
            with restore(captured, call.application if call else None):
                return reporter(title=hidden, data=whole, exception=exception)

        self.delivery.put(hidden, tell)

    def flush(self, timeout: float = LAST_MOMENT) -> bool:
        """Wait until every report is told, so many seconds at most; whether all are."""
        return self.delivery.flush(timeout)

    def hide(self, text: str) -> str:
        """A text without secrets of the service and without the credentials of the call being served."""
        call = current_call()
        query = str(request_now()[0].get("QUERY_STRING", ""))
        return self.redaction.text(text, self.redaction.credentials(call.header, query) if call else ())


def _is_error_status(status: Any) -> bool:
    return isinstance(status, int) and 400 <= status <= 599
