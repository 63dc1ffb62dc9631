"""The functions of the ping API."""

from __future__ import annotations

from pymacaron_core.application import Application, current_application


def ping() -> dict[str, object]:
    """Run the service's ping hooks; one that raises makes the reply an error."""
    for hook in current_application().ping_hooks:
        hook()
    return {}


def version() -> dict[str, object]:
    """What is running here."""
    return version_of(current_application())


def version_of(application: Application) -> dict[str, object]:
    told: dict[str, object] = {
        "name": application.name,
        "version": application.version,
        "apis": [
            {"name": api.name, "version": api.specification.version}
            for api in application.apis.values()
            if not api.builtin
        ],
    }
    if application.environment:
        told["pym_env"] = application.environment
    return told
