"""Puts messages into the queue, within a bounded time."""

from __future__ import annotations

import os
import time
from typing import Any

from celery import Celery
from kombu import Connection, Queue

from pymacaron_async.errors import TaskQueueUnavailable
from pymacaron_async.queue.options import TASK

UNAVAILABLE = "background tasks cannot be queued now"


class Sender:
    """Publishes to one broker. Made once for each process, as connections must not cross a fork."""

    def __init__(self, app: Celery, queue: str, patience: float) -> None:
        self._app = app
        self.queue = queue
        self._patience = patience
        self.pid = os.getpid()

    @property
    def dead(self) -> str:
        """The name of the queue (on Redis, of the list) that keeps messages which cannot be run."""
        return f"{self.queue}.dead"

    def send(self, task_id: str, name: str, text: str, delay: float = 0) -> None:
        """Queue a message. Raises ``TaskQueueUnavailable`` when the broker does not take it in time."""

        def publish(producer: Any) -> None:
            self._app.send_task(
                TASK,
                args=(text,),
                task_id=task_id,
                countdown=delay or None,
                shadow=name,
                argsrepr="(...)",
                kwargsrepr="{}",
                producer=producer,
                retry=False,
            )

        self._publish(publish)

    def keep(self, text: str, reason: str) -> None:
        """Put a message that cannot be run into the dead-letter queue. Raises ``TaskQueueUnavailable``."""
        queue = Queue(self.dead, exchange="", routing_key=self.dead)
        body = {"message": text, "reason": reason, "at": time.time()}
        self._publish(
            lambda producer: producer.publish(
                body, exchange="", routing_key=self.dead, declare=[queue], serializer="json"
            )
        )

    def _publish(self, publish: Any) -> None:
        """Try, and where a connection had died meanwhile, which shows at once, try again on a new one."""
        began = time.monotonic()
        try:
            with self._app.producer_or_acquire() as producer:
                try:
                    publish(producer)
                except Exception:
                    producer.connection.collect()
                    if time.monotonic() - began > self._patience / 4:
                        raise
                    producer.revive(producer.connection.default_channel)
                    publish(producer)
        except Exception as error:
            raise TaskQueueUnavailable(UNAVAILABLE).caught(error) from error

    def connection(self) -> Connection:
        """A new connection, not open yet."""
        connection: Connection = self._app.connection_for_write()
        return connection

    def close(self) -> None:
        """Give its connections up."""
        self._app.close()
