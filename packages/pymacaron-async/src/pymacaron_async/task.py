"""Tasks: plain functions that ``@asynctask()`` lets a worker run, and where a worker finds them."""

from __future__ import annotations

import inspect
import math
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from pymacaron_core.application import current_application
from pymacaron_core.context import current_call
from pymacaron_core.discovery import plugin_of
from typing_extensions import ParamSpec

from pymacaron_async.errors import MessageRefused

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A call of a task. ``queued`` tells whether a worker runs it; else it ran at once, and is over."""

    id: str
    """Its name in log lines and reports, new for each call."""
    queued: bool


class AsyncTask(Generic[P, R]):
    """A function that runs in a worker when called below an endpoint or a task, and at once when called elsewhere.

    ``run`` (and ``__wrapped__``) is the function itself, ``name`` is ``module.function``.
    """

    def __init__(self, function: Callable[P, R], delay: float = 0) -> None:
        _check_function(function)
        update_wrapper(self, function)
        self.run = function
        self.delay = delay
        self.name = f"{_module_name(function)}.{function.__qualname__}"
        self._signature = inspect.signature(function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> TaskRef:
        """Queue a call of the function; outside of a call, in a script or a shell, run it now.

        Raises ``TypeError`` for arguments the function does not take, ``ArgumentRefused`` for those that cannot
        travel, ``TaskQueueUnavailable`` (503) when the broker does not take it in time;
        what the function raises where it runs at once.
        """
        call = current_call()
        if call is None:
            self.run(*args, **kwargs)
            return TaskRef(str(uuid.uuid4()), queued=False)
        self.check_arguments(args, kwargs)
        application = call.application or current_application()
        tasks: Any = plugin_of(application, "async", f"the task {self.name} is called")
        sent: TaskRef = tasks.send(self, args, kwargs)
        return sent

    def check_arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Raises ``TypeError`` for arguments the function does not take."""
        self._signature.bind(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<AsyncTask {self.name}>"


_tasks: dict[str, AsyncTask[..., Any]] = {}
"""By name, as modules are in ``sys.modules``."""


def asynctask(delay: float = 0) -> Callable[[Callable[P, R]], AsyncTask[P, R]]:
    """Have a function run in the background: ``@asynctask()``, or ``@asynctask(delay=60)`` to run it a minute later.

    Raises ``TypeError`` when the parentheses are forgotten, or for a function that no worker could find.
    """
    if callable(delay):
        raise TypeError("You forgot parenthesis when calling asynctask: @asynctask()")
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay < math.inf:
        raise TypeError(f"asynctask: the delay is a number of seconds from 0 on, not {delay!r}")

    def decorate(function: Callable[P, R]) -> AsyncTask[P, R]:
        task = AsyncTask(function, delay)
        _tasks[task.name] = task
        return task

    return decorate


def find_task(name: str, root: Path) -> AsyncTask[..., Any]:
    """The task of that name; its module is imported when it is one of the project and nobody did yet.

    Raises ``MessageRefused`` when there is none.
    """
    if name not in _tasks and _is_module_of(root, name.rpartition(".")[0]):
        try:
            import_module(name.rpartition(".")[0])
        except Exception as error:
            raise MessageRefused(f"the module of the task {name!r} cannot be imported: {error!r}") from error
    if name not in _tasks:
        raise MessageRefused(f"there is no task {name!r} in this service")
    return _tasks[name]


def _is_module_of(root: Path, module: str) -> bool:
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        return False
    path = root.joinpath(*parts)
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _check_function(function: Any) -> None:
    if not inspect.isfunction(function):
        raise TypeError(f"asynctask decorates a function, not {function!r}: put it nearest to the function")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(f"asynctask: {function.__qualname__} must be a plain function, neither async nor a generator")
    if "<" in function.__qualname__:
        raise TypeError(
            f"asynctask: {function.__qualname__} is defined inside of a function, where no worker can find it: "
            "define it at the top of its module"
        )


def _module_name(function: Callable[..., Any]) -> str:
    """The module as a worker imports it: a script's own, ``__main__``, goes by its file."""
    if function.__module__ != "__main__":
        return function.__module__
    main = sys.modules["__main__"]
    spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
    return str(spec.name) if spec is not None else Path(file).stem if file else "__main__"
