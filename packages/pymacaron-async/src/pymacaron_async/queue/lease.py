"""Renews the leases of the tasks a worker holds, so that a short lease is safe for long tasks and long delays.

kombu's Redis transport keeps delivered, unacknowledged messages in a sorted set scored by the time of delivery, and
hands a message out again once its score is older than the visibility time-out, though its worker may be alive. Here the
score is renewed while it is. This touches names inside of kombu, which ``tests/test_queue_lease.py`` pins.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import bootsteps

from pymacaron_async.queue.redis import give_back

log = logging.getLogger(__name__)

LONGEST_TURN = 5.0
"""Seconds between two looks, at most."""
CLOSE: int = vars(bootsteps)["CLOSE"]
"""The state of a worker that stops; Celery's types do not know it."""


class LeaseRenewal(bootsteps.StartStopStep):
    """A step of Celery's consumer: three times within each lease, or more often, renews that of every task it holds.

    While a worker stops it waits for its last tasks and turns no timers; then a thread renews, until they are done.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        self._turn = 0.0
        self._done = threading.Event()
        self._late: set[str] = set()
        self._seen: dict[bytes, float] = {}
        super().__init__(consumer, **options)

    def start(self, consumer: Any) -> None:
        """The connection is there, for the first time or again."""
        lease = consumer.app.conf.broker_transport_options.get("visibility_timeout")
        if lease and consumer.connection.transport.driver_type == "redis":
            channel = consumer.task_consumer.channel
            free_when_unsettled(channel, self._late)
            self._turn = min(lease / 3.0, LONGEST_TURN)
            turn = (channel, consumer.app.conf.task_default_queue, lease)
            self._timer = consumer.timer.call_repeatedly(self._turn, self._work, turn)

    def stop(self, consumer: Any) -> None:
        """The connection is lost, or the worker stops."""
        timer, self._timer = self._timer, None
        if timer is None:
            return
        timer.cancel()
        if consumer.controller.blueprint.state == CLOSE and consumer.task_consumer is not None:
            channel = consumer.task_consumer.channel
            threading.Thread(target=self._renew_until_done, args=(channel,), name="leases", daemon=True).start()

    def shutdown(self, consumer: Any) -> None:
        """The last tasks are done; what was not begun goes back into the queue."""
        self._done.set()

    def _work(self, channel: Any, queue: str, lease: float) -> None:
        """A turn of the timer."""
        self._renew(channel)
        with contextlib.suppress(*channel.connection_errors):
            give_back(channel, queue, self._seen, lease)

    def _renew(self, channel: Any) -> None:
        """A broker that does not answer is asked again at the next turn."""
        try:
            settle(channel, self._late)
            renew(channel)
        except Exception as error:
            told = type(error).__name__
            log.warning("the leases of running tasks cannot be renewed now (%s), and are at the next turn", told)

    def _renew_until_done(self, channel: Any) -> None:
        while True:
            self._renew(channel)
            if self._done.wait(self._turn):
                return


def renew(channel: Any) -> int:
    """Renew the leases of what a Redis channel of kombu holds, and say how many; only those that still are."""
    held = [tag for tag in list(channel.qos._delivered) if tag not in channel.qos._dirty]
    if not held:
        return 0
    now = time.time()
    with channel.conn_or_acquire() as redis:
        redis.zadd(channel.unacked_index_key, dict.fromkeys(held, now), xx=True)
    return len(held)


def free_when_unsettled(channel: Any, late: set[str]) -> None:
    """Have a channel give a task up whose acknowledgement or rejection fails because the broker is away.

    kombu would count it as running for ever, and with it a worker that takes one task at a time would take no more.
    Those that are done are noted as ``late``, to be acknowledged later; others are handed out again after the lease.
    """
    channel.qos.ack = _freeing(channel, channel.qos.ack, late)
    channel.qos.reject = _freeing(channel, channel.qos.reject, late)


def _freeing(channel: Any, settled: Callable[..., Any], late: set[str]) -> Callable[..., Any]:
    qos, errors = channel.qos, channel.connection_errors

    def attempt(tag: str, requeue: bool = False) -> None:
        try:
            settled(tag, requeue) if requeue else settled(tag)
        except errors:
            qos._dirty.add(tag)
            if not requeue:
                late.add(tag)
            raise

    return attempt


def settle(channel: Any, late: set[str]) -> None:
    """Acknowledge what is done and could not be acknowledged before."""
    for tag in list(late):
        channel.qos._remove_from_indices(tag).execute()
        late.discard(tag)
