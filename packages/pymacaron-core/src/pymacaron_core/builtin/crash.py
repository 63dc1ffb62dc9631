"""The functions of the crash API: every way a service can fail, to try what becomes of its reports."""

from __future__ import annotations

import time
from typing import Any

from pymacaron_core.application import current_application, get_config, report_error
from pymacaron_core.errors import PyMacaronException
from pymacaron_core.problems import error_body

SLOWEST = 10.0


def _error(kind: str) -> PyMacaronException:
    return PyMacaronException(f"this is a test of {kind}", user_message="This is only a test.", error_id="crash")


def internal_exception() -> dict[str, Any]:
    """Raise what nobody expected."""
    raise RuntimeError("this is a test of an internal exception")


def framework_exception() -> dict[str, Any]:
    """Raise an error that says how it is answered."""
    raise _error("an exception of the framework")


def reported_error() -> dict[str, Any]:
    """Report an error, and answer well."""
    caught = ValueError("this is a test of an exception that was caught")
    report_error("this is a test of a reported error", {"from": "crash"}, caught, is_fatal=False)
    return {}


def slow_call() -> dict[str, Any]:
    """Take longer than calls should, ten seconds at most."""
    limit = (get_config().core.report_call_exceeding_ms or 0) / 1000
    time.sleep(min(limit + 0.1, SLOWEST))
    return {}


def error_response() -> Any:
    """Return the body of an error with its status."""
    error = _error("a returned body")
    return error_body(error), error.status


def error_model() -> Any:
    """Return an error as a model of the document."""
    api = next(
        api for api in current_application().apis.values() if api.builtin and "CrashError" in api.catalog.names()
    )
    return api.catalog.model("CrashError").from_json(error_body(_error("a returned model")))


def error_instance() -> Any:
    """Return an error, which is answered as if it were raised."""
    return _error("a returned instance")
