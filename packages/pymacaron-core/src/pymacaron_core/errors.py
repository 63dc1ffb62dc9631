"""The errors of pymacaron-core: those answered over HTTP, and those that stop the start.

::

    Exception
    └── PyMacaronError                     everything this package raises on purpose
        ├── PyMacaronException             answered over HTTP in the error body
        │   ├── InvalidParameter           400 INVALID_PARAMETER, carries the faults of the request
        │   ├── AuthorizationHeaderMissing 401 AUTHORIZATION_HEADER_MISSING
        │   ├── TokenExpired               401 TOKEN_EXPIRED
        │   ├── TokenInvalid               401 TOKEN_INVALID
        │   ├── Forbidden                  403 FORBIDDEN
        │   ├── NotFound                   404 NOT_FOUND
        │   ├── MethodNotAllowed           405 METHOD_NOT_ALLOWED
        │   ├── NotAcceptable              406 NOT_ACCEPTABLE
        │   ├── RequestTimeout             408 REQUEST_TIMEOUT
        │   ├── Conflict                   409 CONFLICT
        │   ├── PreconditionFailed         412 PRECONDITION_FAILED
        │   ├── PayloadTooLarge            413 PAYLOAD_TOO_LARGE
        │   ├── UnsupportedMediaType       415 UNSUPPORTED_MEDIA_TYPE
        │   ├── PreconditionRequired       428 PRECONDITION_REQUIRED
        │   ├── TooManyRequests            429 TOO_MANY_REQUESTS
        │   ├── BadResponse                500 BAD_RESPONSE
        │   ├── InternalValidationError    500 INTERNAL_VALIDATION_ERROR
        │   ├── NotWritten                 501 NOT_IMPLEMENTED
        │   └── ServiceUnavailable         503 SERVICE_UNAVAILABLE
        ├── Unsendable                     a value cannot be sent to an operation as its document has it
        ├── CallError                      a call to another service failed; says the operation and the request id
        │   ├── ErrorReply                 it answered with an error; carries its status and its error model
        │   ├── BadReply                   it answered what its document does not declare
        │   ├── Unreachable                it could not be reached, or the connection broke off
        │   └── CallTimeout                it did not answer in time
        └── StartError                     one clear message, and the command ends with status 2
            ├── DocumentError              an OpenAPI document is wrong; carries its faults
            ├── ConfigError                pym-config.yaml is wrong
            ├── BindingError               an operation and its function do not fit
            │   └── FunctionMissing        the name of a function leads nowhere
            ├── GuardMissing               an operation wants a security scheme nobody guards
            ├── PluginMissing              something is asked for that a package not installed provides
            └── ModelError                 a model cannot be made, or is asked for and does not exist
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class PyMacaronError(Exception):
    """Base of every error this package raises on purpose."""


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One thing wrong with a request, as the error body shows it under ``errors``.

    ``place`` is ``path``, ``query``, ``header``, ``cookie`` or ``body``; ``pointer`` a JSON pointer (RFC 6901)
    into it (for a parameter: a slash and its name); ``rule`` the JSON Schema keyword broken.
    """

    place: str
    pointer: str
    rule: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"in": self.place, "pointer": self.pointer, "rule": self.rule, "message": self.message}


class PyMacaronException(PyMacaronError):
    """An error answered to the caller: subclass it, or raise it with its ``status`` and ``code``.

    ``status`` is the HTTP status, ``code`` the machine's word for it (``error`` in the body), ``user_message`` a
    sentence fit for the caller's user, ``error_id`` a mark to find the error by in logs.
    """

    status: int = 500
    code: str = "SERVER_ERROR"
    user_message: str | None = None
    error_id: str | None = None
    headers: Mapping[str, str] = {}

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        code: str | None = None,
        user_message: str | None = None,
        error_id: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message if message is not None else (self.__doc__ or "").split("\n")[0])
        for name, value in (
            ("status", status),
            ("code", code),
            ("user_message", user_message),
            ("error_id", error_id),
            ("headers", headers),
        ):
            if value is not None:
                setattr(self, name, value)
        self.caught_exception: BaseException | None = None

    @property
    def message(self) -> str:
        return str(self.args[0]) if self.args else ""

    @property
    def faults(self) -> tuple[RequestFault, ...]:
        return ()

    def caught(self, exception: BaseException) -> PyMacaronException:
        """Remember the exception that led here; the error body shows it in debug mode. Returns self."""
        self.caught_exception = exception
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _revive, (type(self), self.args), self.__dict__


def _revive(cls: type[PyMacaronException], args: tuple[object, ...]) -> PyMacaronException:
    error = cls.__new__(cls)
    error.args = args
    return error


class InvalidParameter(PyMacaronException):
    """The request does not fit the document."""

    status, code = 400, "INVALID_PARAMETER"

    def __init__(self, message: str | None = None, faults: Iterable[RequestFault] = (), **kwargs: object) -> None:
        self._faults = tuple(faults)
        if message is None and self._faults:
            message = "; ".join(_told(fault) for fault in self._faults[:5])
            if len(self._faults) > 5:
                message += f"; and {len(self._faults) - 5} more"
        super().__init__(message, **kwargs)  # type: ignore[arg-type]

    @property
    def faults(self) -> tuple[RequestFault, ...]:
        return self._faults


def _told(fault: RequestFault) -> str:
    name = fault.pointer.lstrip("/")
    if not name:
        return f"{fault.place}: {fault.message}"
    return f"{fault.place} {name}: {fault.message}" if fault.place != "body" else f"{name}: {fault.message}"


class AuthorizationHeaderMissing(PyMacaronException):
    """This call needs credentials, and the request has none."""

    status, code = 401, "AUTHORIZATION_HEADER_MISSING"


class TokenExpired(PyMacaronException):
    """The credentials of this request were valid once."""

    status, code = 401, "TOKEN_EXPIRED"


class TokenInvalid(PyMacaronException):
    """The credentials of this request are not valid."""

    status, code = 401, "TOKEN_INVALID"


class Forbidden(PyMacaronException):
    """The caller may not do this."""

    status, code = 403, "FORBIDDEN"


class NotFound(PyMacaronException):
    """There is nothing at this address."""

    status, code = 404, "NOT_FOUND"


class MethodNotAllowed(PyMacaronException):
    """This address does not take this method."""

    status, code = 405, "METHOD_NOT_ALLOWED"


class NotAcceptable(PyMacaronException):
    """None of the media types the caller accepts can be answered."""

    status, code = 406, "NOT_ACCEPTABLE"


class RequestTimeout(PyMacaronException):
    """The caller left before the request was read."""

    status, code = 408, "REQUEST_TIMEOUT"


class Conflict(PyMacaronException):
    """What is asked for conflicts with what is there."""

    status, code = 409, "CONFLICT"


class PreconditionFailed(PyMacaronException):
    """What is there is not what the caller knows, or is there already."""

    status, code = 412, "PRECONDITION_FAILED"


class PayloadTooLarge(PyMacaronException):
    """The body of the request is larger than this service takes."""

    status, code = 413, "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(PyMacaronException):
    """This operation does not read bodies of this media type."""

    status, code = 415, "UNSUPPORTED_MEDIA_TYPE"


class PreconditionRequired(PyMacaronException):
    """This call must say which state it is meant for, with If-Match."""

    status, code = 428, "PRECONDITION_REQUIRED"


class TooManyRequests(PyMacaronException):
    """The caller calls too often."""

    status, code = 429, "TOO_MANY_REQUESTS"


class BadResponse(PyMacaronException):
    """The endpoint returned what its document does not declare."""

    status, code = 500, "BAD_RESPONSE"


class InternalValidationError(PyMacaronException):
    """The endpoint built a model wrongly."""

    status, code = 500, "INTERNAL_VALIDATION_ERROR"


class NotWritten(PyMacaronException):
    """This operation is in the document, and its function is not written yet."""

    status, code = 501, "NOT_IMPLEMENTED"


class ServiceUnavailable(PyMacaronException):
    """The service cannot answer now."""

    status, code = 503, "SERVICE_UNAVAILABLE"


class Unsendable(PyMacaronError):
    """A value cannot be sent to an operation: its style cannot carry it, or it is required and missing."""


class CallError(PyMacaronError):
    """A call to another service failed. Where an endpoint lets it pass, its own caller gets 500 ``SERVER_ERROR``.

    ``operation`` is how the operation is named, ``url`` its address without the query, ``request_id`` the id that went
    with the call, and ``attempts`` how often it was made.
    """

    operation: str = ""
    url: str = ""
    request_id: str = ""
    attempts: int = 1

    @property
    def fault(self) -> str:
        """What went wrong, alone."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        where = f"{self.operation} at {self.url}: " if self.operation else ""
        often = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        told = f" (request id {self.request_id})" if self.request_id else ""
        return f"{where}{self.fault}{often}{told}"


class ErrorReply(CallError):
    """A service answered with an error.

    ``status`` is its HTTP status and ``headers`` its headers, by names in lower case. ``model`` is the error as the
    document declares it, ``content`` the same as plain JSON data, or as text; None where the reply has none that can
    be read.
    """

    status: int = 0
    headers: Mapping[str, str] = {}
    model: Any = None
    content: Any = None

    @property
    def code(self) -> str | None:
        """The machine's word for the error, where its body has one under ``error``, ``code`` or ``type``."""
        content = self.content if isinstance(self.content, Mapping) else {}
        return next((v for name in ("error", "code", "type") if isinstance(v := content.get(name), str)), None)


class BadReply(CallError):
    """A service answered what its document does not declare. ``status`` is the HTTP status of the reply."""

    status: int = 0


class Unreachable(CallError):
    """A service could not be reached, or the connection broke off. ``sent`` tells whether it may have the request."""

    sent: bool = False


class CallTimeout(Unreachable):
    """A service did not answer in time."""


class StartError(PyMacaronError):
    """Something that stops the start. The message says what is wrong, where, and what to do."""

    exit_code = 2


class ConfigError(StartError):
    """``pym-config.yaml`` or the environment is wrong."""


class BindingError(StartError):
    """An operation has no function, or one that does not fit."""


class FunctionMissing(BindingError):
    """The name of a function leads to no module, or to nothing inside one."""


class GuardMissing(StartError):
    """An operation declares ``security`` and nothing guards its schemes."""


class PluginMissing(StartError):
    """A document or the configuration asks for what a package provides that is not installed."""


class ModelError(StartError, AttributeError):
    """A model cannot be made, or is asked for and does not exist."""


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """One thing wrong with a document: ``file:line:column: message``, the JSON pointer and the rule broken.

    ``severity`` is ``error`` (the document is not served) or ``warning`` (served, and named).
    """

    file: str
    pointer: str
    message: str
    line: int = 0
    column: int = 0
    rule: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        shown = self.pointer if len(self.pointer) <= 300 else f"{self.pointer[:297]}..."
        return f"{where}: {self.message} (at {shown})" if shown else f"{where}: {self.message}"

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


class DocumentError(StartError):
    """An OpenAPI document is wrong. ``faults`` holds every fault found, ``str()`` one line for each."""

    def __init__(self, faults: Iterable[DocumentFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.faults,)


def add_error(name: str, code: str, status: int) -> type[PyMacaronException]:
    """Make an exception class answered with ``status`` and ``code``; hand it to ``raise``.

    Raises ``ValueError`` when ``name`` is no identifier, or ``status`` is not an HTTP error status (400-599).
    """
    if not name.isidentifier():
        raise ValueError(f"add_error: the name of an error class must be an identifier, not {name!r}")
    if not isinstance(status, int) or not 400 <= status <= 599:
        raise ValueError(f"add_error: the status of {name} must be an HTTP error status (400 to 599), not {status!r}")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return type(name, (PyMacaronException,), {"code": code, "status": status, "__doc__": f"{words.capitalize()}."})


def is_error(value: object) -> bool:
    """Whether a value is an error: an exception of ours, or an error model (it has ``status`` and ``error``)."""
    if isinstance(value, PyMacaronError):
        return True
    names = getattr(value, "get_property_names", None)
    return callable(names) and {"status", "error"} <= set(names())
