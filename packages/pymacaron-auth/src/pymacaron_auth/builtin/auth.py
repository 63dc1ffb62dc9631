"""The functions of the auth API."""

from __future__ import annotations

from pymacaron_core.application import current_application
from pymacaron_core.builtin.ping import version_of


def auth_version() -> dict[str, object]:
    """What is running here, told to those with a token."""
    return version_of(current_application())
