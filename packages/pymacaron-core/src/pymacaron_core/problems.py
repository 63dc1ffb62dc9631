"""Errors as bodies: any exception as one that can be answered, in PyMacaron's form and in that of RFC 9457."""

from __future__ import annotations

import traceback
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import BadHost, HTTPException, SecurityError
from werkzeug.exceptions import MethodNotAllowed as WerkzeugMethodNotAllowed
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.http import parse_accept_header

from pymacaron_core.errors import InternalValidationError, PyMacaronException

ErrorBody = dict[str, Any]
JSON, PROBLEM = "application/json", "application/problem+json"

CODES = {
    400: "INVALID_PARAMETER",
    401: "AUTHORIZATION_HEADER_MISSING",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "REQUEST_TIMEOUT",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    428: "PRECONDITION_REQUIRED",
    429: "TOO_MANY_REQUESTS",
    500: "SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "SERVICE_UNAVAILABLE",
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
    phrase = phrase_of(status)
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
    if isinstance(exception, (BadHost, SecurityError)):
        return "the Host header names no host of this service"
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
        cause = cause_of(error, exception)
        if cause is not error:
            body["error_caught"] = "".join(traceback.format_exception(cause))
    return body


def problem_body(error: PyMacaronException, instance: str, exception: BaseException | None = None) -> ErrorBody:
    """A problem (RFC 9457): ``error``, ``error_id``, ``user_message`` and ``errors`` are its extension members.

    Its type is ``about:blank``: what it means is the status, and ``error`` is the word for programs. ``instance`` is
    the path of the request, as a URI reference.
    """
    told = error_body(error, exception)
    body = {"type": "about:blank", "title": phrase_of(error.status), "status": error.status, "detail": error.message}
    kept = {name: told[name] for name in told if name not in ("status", "error_description")}
    return {**body, "instance": instance, **kept}


def wants_problem(accept: str | None) -> bool:
    """Whether an ``Accept`` header names problems, and wants them no less than plain JSON (RFC 9110, 12.5.1)."""
    if not accept or "problem+json" not in accept.lower():
        return False
    named = dict(parse_accept_header(accept.lower(), MIMEAccept))
    quality = named.get(PROBLEM, 0)
    return quality > 0 and quality >= named.get(JSON, 0)


def phrase_of(status: int) -> str:
    """What HTTP calls a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def cause_of(error: PyMacaronException, exception: BaseException) -> BaseException:
    """What led to an error, which the log and debug mode tell."""
    original = getattr(exception, "original_exception", None)
    return original or error.caught_exception or exception
