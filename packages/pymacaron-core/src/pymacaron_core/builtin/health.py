"""The functions of the health API."""

from __future__ import annotations

import logging
from typing import Any

from pymacaron_core.application import current_application
from pymacaron_core.errors import ServiceUnavailable
from pymacaron_core.problems import error_body

log = logging.getLogger(__name__)


def live() -> dict[str, object]:
    """The process answers; nothing else is asked."""
    return {"status": "live"}


def ready() -> Any:
    """Run every readiness check. What failed is named to the caller, and told in full in the log only.

    Whoever asks does so every few seconds: not to be ready is no failure to report.
    """
    failed, checks = [], dict(current_application().readiness)  # a plugin may be found meanwhile
    for name, check in checks.items():
        try:
            check()
        except Exception as error:
            log.warning("not ready: %s: %s: %s", name, type(error).__name__, error)
            failed.append(name)
    if failed:
        return error_body(ServiceUnavailable(f"not ready: {', '.join(failed)}")), 503, {"Retry-After": "5"}
    return {"status": "ready", "checks": list(checks)}
