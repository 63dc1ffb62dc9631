"""A Celery consumer that loses no message: what it cannot run is put aside before it is acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer

from pymacaron_async.errors import MessageRefused


class KeepingConsumer(Consumer):
    """Celery's consumer, which acknowledges or rejects, and so loses, what it does not understand."""

    app: Any
    connection_errors: tuple[type[Exception], ...]

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], None]:
        """What takes a message: Celery's, which some malformed messages make raise, and so end every worker in turn."""
        handle = super().create_task_handler(*args, **options)

        def take(message: Any) -> None:
            try:
                handle(message)
            except KeyError as error:  # which kombu counts among the errors of connections
                self.on_invalid_task(None, message, error)
            except self.connection_errors:
                raise
            except Exception as error:
                self.on_invalid_task(None, message, error)

        return take

    def on_unknown_message(self, body: Any, message: Any) -> None:
        self._put_aside(message, "it is no message of Celery")

    def on_unknown_task(self, body: Any, message: Any, exc: BaseException) -> None:
        self._put_aside(message, f"its task of Celery is unknown here ({exc})")

    def on_invalid_task(self, body: Any, message: Any, exc: BaseException) -> None:
        self._put_aside(message, f"it is no message of PyMacaron ({type(exc).__name__})")

    def on_decode_error(self, message: Any, exc: BaseException) -> None:
        self._put_aside(message, f"it cannot be decoded ({type(exc).__name__})")

    def _put_aside(self, message: Any, why: str) -> None:
        try:
            error = MessageRefused(f"a message in the queue cannot be run: {why}")
            self.app.execution.refuse(_as_text(message), error, "a message in the queue of tasks")
        except Exception:
            message.requeue()
            raise
        message.ack()


def _as_text(message: Any) -> str:
    """The message with its headers, as one text."""
    body = message.body
    text = body.decode("utf-8", "backslashreplace") if isinstance(body, bytes) else str(body)
    return json.dumps({"body": text, "headers": message.headers, "content_type": message.content_type}, default=str)
