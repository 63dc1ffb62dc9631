"""The path of a message in a worker: read, restore the call it came from, run its function, tell how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask.ctx import RequestContext
from pymacaron_core.application import Application
from pymacaron_core.context import CapturedContext, restore
from pymacaron_core.problems import as_error

from pymacaron_async.carrying import Carrying
from pymacaron_async.codec import Codec
from pymacaron_async.errors import MessageRefused, TaskEnded
from pymacaron_async.message import Message
from pymacaron_async.task import AsyncTask, find_task

log = logging.getLogger(__name__)

LOCAL_URL = "https://127.0.0.1/local"
"""The url of a task that no request asked for, as in 2.x."""

_running: ContextVar[str | None] = ContextVar("pymacaron_task", default=None)


def is_celery_task() -> bool:
    """Whether a task runs here now, by its name of 2.x."""
    return _running.get() is not None


class Execution:
    """Runs messages for an application. ``keep(text, reason)`` puts one that cannot be run aside."""

    def __init__(
        self, application: Application, codec: Codec, carrying: Carrying, keep: Callable[[str, str], None]
    ) -> None:
        self._application = application
        self._codec = codec
        self._carrying = carrying
        self._keep = keep

    def run(self, text: str) -> None:
        """Run one message to its end. What the function raises is told, as an endpoint's failure is, and is done."""
        label, captured = "a message in the queue of tasks", None
        try:
            message = Message.from_text(text)
            label = message.label
            captured = self._carrying.unpacked(message.context, message.sealed_for)
            task = find_task(message.name, self._application.root)
            args, kwargs = self._arguments(message, task)
            request = self._request(captured)
        except MessageRefused as error:
            with restore(captured, self._application):
                self.refuse(text, error, label)
            return
        try:
            with running(message.id), request, restore(captured, self._application):
                self._run(message, task, args, kwargs)
        except Exception as error:  # what the service has Flask do at the end of a request
            self.tell_failure(error, label)

    def _arguments(self, message: Message, task: AsyncTask[..., Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        args, kwargs = message.read_arguments(self._codec)
        try:
            task.check_arguments(args, kwargs)
        except TypeError as error:
            raise MessageRefused(f"the task takes other arguments than the message holds: {error}") from None
        return args, kwargs

    def refuse(self, text: str, error: MessageRefused, label: str) -> None:
        """Put a message aside that cannot be run, and report it. Raises where it cannot be put aside either."""
        self._keep(text, str(error))
        self._application.reporting.report_failure(error, f"{label} is put aside")

    def _run(self, message: Message, task: AsyncTask[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        began = time.monotonic()
        log.info("%s starts", message.label)
        try:
            task.run(*args, **kwargs)
        except Exception as error:
            self.tell_failure(error, message.label)
        except BaseException as error:  # which would end the process, and have the task run again for ever
            self.tell_failure(TaskEnded(_told(error)), message.label)
        else:
            log.info("%s is done after %.3f s", message.label, time.monotonic() - began)

    def tell_failure(self, error: Exception, where: str) -> None:
        """Report what failed by the service's fault; what was the caller's is a line in the log."""
        told = as_error(error)
        if told.status >= 500:
            self._application.reporting.report_failure(error, where)
        else:
            log.warning("%s ended with %s %s: %s", where, told.status, told.code, told.message)

    def tell_killed(self, text: Any, why: str) -> None:
        """Report a task whose process was killed, from the process that saw it."""
        try:
            label = Message.from_text(text).label
        except MessageRefused:
            label = "a task"
        with restore(None, self._application):
            self.tell_failure(TaskEnded(why), label)

    def _request(self, captured: CapturedContext | None) -> RequestContext:
        """Flask's own context, as 2.x had it, for code that asks Flask. Raises ``MessageRefused`` for no url."""
        url, method = (captured.url or LOCAL_URL, captured.method or "GET") if captured else (LOCAL_URL, "GET")
        try:
            return self._application.app.test_request_context(url, method=method)
        except Exception as error:
            raise MessageRefused("the url or the method in the message is none") from error


def _told(error: BaseException) -> str:
    did = f"called sys.exit({error.code!r})" if isinstance(error, SystemExit) else f"raised {error!r}"
    return f"the task {did}: a task ends by returning or by raising an Exception"


@contextmanager
def running(task_id: str) -> Iterator[None]:
    """Within this block a task runs."""
    token = _running.set(task_id)
    try:
        yield
    finally:
        _running.reset(token)
