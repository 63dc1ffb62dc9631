"""Celery's applications: one that publishes, one that works. Celery knows a single task, which runs a message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery, Task
from celery.exceptions import Reject

from pymacaron_async.broker import Broker
from pymacaron_async.errors import TaskQueueUnavailable
from pymacaron_async.execution import Execution
from pymacaron_async.queue.files import FILES
from pymacaron_async.queue.lease import LeaseRenewal
from pymacaron_async.queue.options import (
    ANSWER,
    GRACE,
    TASK,
    celery_options,
    folder_transport,
    publisher_transport,
    tls_options,
    worker_transport,
)
from pymacaron_async.queue.pool import deaf_to_stops
from pymacaron_async.queue.redis import consuming
from pymacaron_async.queue.sender import Sender
from pymacaron_async.settings import AsyncSettings


def make_sender(settings: AsyncSettings, broker: Broker, queue: str, folder: Path | None) -> Sender:
    """What publishes to a broker; ``folder`` holds the messages where the broker is this process."""
    options = folder_transport(folder) if folder else publisher_transport(settings, broker, queue)
    app = _app(Celery, settings, broker, queue, options)
    app.conf.broker_connection_timeout = settings.publish_timeout / 2
    return Sender(app, queue, settings.publish_timeout)


AppT = TypeVar("AppT", bound=Celery)


class WorkerApp(Celery):
    """Celery's application in a worker, with what runs its messages."""

    execution: Execution
    revival: tuple[Any, ...] | None = None
    """How a process that is no fork of this one makes it again: a function and its arguments."""

    def __reduce__(self) -> Any:
        return self.revival or super().__reduce__()


def make_worker_app(
    settings: AsyncSettings, broker: Broker, queue: str, execution: Execution, folder: Path | None = None
) -> WorkerApp:
    """What a worker runs: the one task, given to an execution."""
    options = folder_transport(folder) if folder else worker_transport(settings, broker, queue)
    app = _app(WorkerApp, settings, broker, queue, options)
    if broker.is_redis:
        app.conf.update(broker_url=consuming(broker.url))
    app.conf.broker_connection_timeout = ANSWER
    app.execution = execution
    app.steps["consumer"].add(LeaseRenewal)
    app.register_task(_message_task(execution, settings))
    return app


def _app(kind: type[AppT], settings: AsyncSettings, broker: Broker, queue: str, transport: dict[str, Any]) -> AppT:
    url = FILES if broker.in_process else broker.url
    app = kind(queue, broker=url, set_as_current=False, fixups=[])
    app.conf.update(
        celery_options(settings, queue), broker_transport_options=transport, broker_use_ssl=tls_options(broker)
    )
    return app


def _message_task(execution: Execution, settings: AsyncSettings) -> Task[Any, Any]:
    class MessageTask(Task):  # type: ignore[type-arg]
        name = TASK

        def run(self, *args: Any, **kwargs: Any) -> None:
            is_ours = len(args) == 1 and isinstance(args[0], str) and not kwargs
            try:
                with deaf_to_stops():
                    execution.run(args[0] if is_ours else json.dumps([args, kwargs], default=str))
            except TaskQueueUnavailable as error:
                raise Reject(error, requeue=True) from error

        def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
            """Called in the worker's main process for a task that was killed at its time limit."""
            limit = settings.time_limit
            why = f"the task was killed: it ran for {limit} s, its time limit, and did not end within {GRACE} s more"
            execution.tell_killed(args[0] if args else "", why)

    return MessageTask()
