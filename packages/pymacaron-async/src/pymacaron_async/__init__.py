"""Background tasks for PyMacaron services: ``@asynctask()`` on Celery, made safe.

Names are imported when first used (PEP 562), and Celery when the first task is sent; ``__init__.pyi`` tells type
checkers what the names are.
"""

from importlib import import_module

__version__ = "3.0.0"

_ROOMS = {
    "pymacaron_async.development": ("get_celery_cmd",),
    "pymacaron_async.errors": ("ArgumentRefused", "BrokerError", "MessageRefused", "TaskEnded", "TaskQueueUnavailable"),
    "pymacaron_async.execution": ("is_celery_task",),
    "pymacaron_async.plugin": ("Tasks",),
    "pymacaron_async.settings": ("AsyncSettings",),
    "pymacaron_async.task": ("AsyncTask", "TaskRef", "asynctask"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pymacaron_async' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
