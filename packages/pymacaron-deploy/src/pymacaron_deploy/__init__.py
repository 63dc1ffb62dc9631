"""Builds, tests, pushes and runs the docker image of a PyMacaron service.

Names are imported when first used (PEP 562), so that reading a configuration does not load the client of docker;
``__init__.pyi`` tells type checkers what they are.
"""

from importlib import import_module

__version__ = "3.0.0"

_ROOMS = {
    "pymacaron_deploy.config": ("Config",),
    "pymacaron_deploy.errors": (
        "BuildFailed",
        "ConfigError",
        "DeployError",
        "Interrupted",
        "Locked",
        "PreflightError",
        "PushFailed",
        "RollbackFailed",
        "RolledBack",
        "StageFailed",
        "StartFailed",
        "TestsFailed",
        "UsageError",
    ),
    "pymacaron_deploy.image.builder": ("Image",),
    "pymacaron_deploy.needs": ("Needs",),
    "pymacaron_deploy.pipeline": ("Pipeline",),
    "pymacaron_deploy.report": ("JsonReport", "Report", "SilentReport", "TerminalReport"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ROOM_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
