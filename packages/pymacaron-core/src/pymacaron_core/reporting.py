"""Errors told: to the caller as the error body, to the service's people through its reporter and its log."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as WerkzeugMethodNotAllowed
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from pymacaron_core.context import current_call
from pymacaron_core.errors import InternalValidationError, PyMacaronException
from pymacaron_core.logs import user_id

log = logging.getLogger(__name__)

ErrorBody = dict[str, Any]
ErrorCallback = Callable[[Exception], "ErrorBody | tuple[ErrorBody, int]"]
ErrorReporter = Callable[..., Any]

CODES = {
    400: "INVALID_PARAMETER",
    401: "AUTHORIZATION_HEADER_MISSING",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "TOO_MANY_REQUESTS",
    500: "SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "SERVICE_UNAVAILABLE",
}


@dataclass
class Reporting:
    """How one application tells of its errors: debug mode, the service's own body, its reporter."""

    debug: bool = False
    error_callback: ErrorCallback | None = None
    error_reporter: ErrorReporter | None = None
    default_user_id: str | None = None
    service: str = ""
    version: str = ""
    environment: str = ""

    def answer(self, exception: Exception) -> tuple[ErrorBody, int, Mapping[str, str]]:
        """The body, status and headers that answer an exception; reports it when the fault is the service's."""
        error = as_error(exception)
        if error.status >= 500 and error.status != 501:
            call = current_call()
            self._report(error, exception, f"{call.method} {call.url}" if call else "outside of a call")
        body, status = self._body(error, exception)
        return body, status, error.headers

    def report_failure(self, exception: Exception, where: str) -> PyMacaronException:
        """Log and report what failed outside of a request, a task say, as an endpoint's failure is; the error told."""
        error = as_error(exception)
        self._report(error, exception, where)
        return error

    def _body(self, error: PyMacaronException, exception: Exception) -> tuple[ErrorBody, int]:
        if self.error_callback is not None:
            try:
                told: Any = self.error_callback(error)
                body, status = told if isinstance(told, tuple) else (told, error.status)
                json.dumps(body)
                if isinstance(body, dict) and isinstance(status, int):
                    return body, status
                log.error("error_callback returned %s instead of a body, or a body and a status", type(told).__name__)
            except Exception:
                log.exception("error_callback failed; the error is answered in PyMacaron's own body")
        return error_body(error, exception if self.debug else None), error.status

    def _report(self, error: PyMacaronException, exception: Exception, where: str) -> None:
        error.error_id = error.error_id or secrets.token_hex(4)
        cause = _cause(error, exception)
        told_by_flask = getattr(exception, "original_exception", None) is not None
        log.error("%s: %r (error_id %s)", where, cause, error.error_id, exc_info=None if told_by_flask else cause)
        self.report(f"{error.code}: {where}", self.report_data(error, cause), cause)

    def report(self, title: str, data: Mapping[str, Any] | None = None, exception: BaseException | None = None) -> None:
        """Call the service's reporter. One that raises is logged, and touches nothing else."""
        if self.error_reporter is None:
            return
        try:
            self.error_reporter(title=title, data=dict(data or {}), exception=exception)
        except Exception:
            log.exception("error_reporter failed while it was told of %r", title)

    def report_data(self, error: PyMacaronException, cause: BaseException) -> dict[str, Any]:
        """What a report says: trace, response, user, server and request."""
        call = current_call()
        identity = call.identity if call else None
        return {
            "trace": "".join(traceback.format_exception(cause)),
            "error_id": error.error_id,
            "is_fatal_error": True,
            "response": {
                "status": error.status,
                "error_code": error.code,
                "error_description": error.message,
                "user_message": error.user_message,
            },
            "user": {"id": user_id(identity) or self.default_user_id, "is_auth": identity is not None},
            "server": {
                "fqdn": socket.gethostname(),
                "api_name": self.service,
                "api_version": self.version,
                "PYM_ENV": self.environment,
                "pid": os.getpid(),
            },
            "request": {"id": call.request_id, "url": call.url, "method": call.method} if call else {},
        }


def as_error(exception: Exception) -> PyMacaronException:
    """Any exception as one that can be answered. What is not the caller's doing says nothing of its inside."""
    if isinstance(exception, PyMacaronException):
        return exception
    if isinstance(exception, HTTPException):
        original = getattr(exception, "original_exception", None)
        if isinstance(original, Exception):
            return as_error(original)
        return _http_error(exception)
    if isinstance(exception, ValidationError):
        return InternalValidationError("the service built a value that its document does not allow").caught(exception)
    return PyMacaronException("the service failed to answer this call").caught(exception)


def _http_error(exception: HTTPException) -> PyMacaronException:
    status = exception.code or 500
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    code = CODES.get(status) or phrase.upper().replace(" ", "_").replace("'", "").replace("-", "_")
    headers = {
        name: value for name, value in exception.get_headers() if name.lower() not in ("content-type", "content-length")
    }
    message = _description(exception) if status < 500 else phrase
    return PyMacaronException(message, status=status, code=code, headers=headers).caught(exception)


def _description(exception: HTTPException) -> str | None:
    """What an HTTP error says; Werkzeug's stock words, meant for people who type addresses, are put in ours."""
    if exception.description != type(exception).description:
        return exception.description
    if isinstance(exception, WerkzeugNotFound):
        return "there is nothing at this address"
    if isinstance(exception, WerkzeugMethodNotAllowed):
        taken = sorted(set(exception.valid_methods or ()) - {"HEAD", "OPTIONS"})
        return f"this address takes {' and '.join(taken)} only" if taken else "this address does not take this method"
    return exception.description


def error_body(error: PyMacaronException, exception: BaseException | None = None) -> ErrorBody:
    """PyMacaron's error body. ``exception`` is shown as ``error_caught``: only hand it over in debug mode."""
    body: ErrorBody = {"status": error.status, "error": error.code, "error_description": error.message}
    if error.error_id:
        body["error_id"] = error.error_id
    if error.user_message:
        body["user_message"] = error.user_message
    if error.faults:
        body["errors"] = [fault.to_json() for fault in error.faults]
    if exception is not None:
        cause = _cause(error, exception)
        if cause is not error:
            body["error_caught"] = "".join(traceback.format_exception(cause))
    return body


def _cause(error: PyMacaronException, exception: BaseException) -> BaseException:
    original = getattr(exception, "original_exception", None)
    return original or error.caught_exception or exception
