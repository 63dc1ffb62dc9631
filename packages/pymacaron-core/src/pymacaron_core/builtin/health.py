"""The functions of the health API."""

from __future__ import annotations

import logging

from pymacaron_core.application import current_application
from pymacaron_core.errors import ServiceUnavailable

log = logging.getLogger(__name__)


def live() -> dict[str, object]:
    """The process answers; nothing else is asked."""
    return {"status": "live"}


def ready() -> dict[str, object]:
    """Run every readiness check. What failed is named to the caller, and told in full in the log only."""
    failed = []
    for name, check in current_application().readiness.items():
        try:
            check()
        except Exception as error:
            log.warning("not ready: %s: %s: %s", name, type(error).__name__, error)
            failed.append(name)
    if failed:
        raise ServiceUnavailable(f"not ready: {', '.join(failed)}", headers={"Retry-After": "5"})
    return {"status": "ready", "checks": list(current_application().readiness)}
