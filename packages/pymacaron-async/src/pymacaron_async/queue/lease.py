"""Renews the leases of the tasks a worker holds, so that a short lease is safe for long tasks and long delays.

kombu's Redis transport keeps delivered, unacknowledged messages in a sorted set scored by the time of delivery, and
hands a message out again once its score is older than the visibility time-out, though its worker may be alive. Here the
score is renewed while it is. This touches four names inside of kombu; ``tests/test_queue_lease.py`` pins them.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import bootsteps

log = logging.getLogger(__name__)


class LeaseRenewal(bootsteps.StartStopStep):
    """A step of Celery's consumer: three times within each lease, renews that of every task it holds."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._timer: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: Any) -> None:
        lease = consumer.app.conf.broker_transport_options.get("visibility_timeout")
        if lease and consumer.connection.transport.driver_type == "redis":
            self._timer = consumer.timer.call_repeatedly(lease / 3.0, renew, (consumer.task_consumer.channel,))

    def stop(self, consumer: Any) -> None:
        """Called when the connection is lost, and when the worker ends: after its tasks did."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()


def renew(channel: Any) -> None:
    """Renew the leases of what a channel holds. A broker that does not answer is asked again at the next turn."""
    try:
        renew_leases(channel)
    except Exception as error:
        log.warning("leases of running tasks are not renewed now (%s); the next turn comes soon", type(error).__name__)


def renew_leases(channel: Any) -> int:
    """Renew the leases of what a Redis channel of kombu holds, and say how many; only those that still are."""
    held = [tag for tag in list(channel.qos._delivered) if tag not in channel.qos._dirty]
    if not held:
        return 0
    now = time.time()
    with channel.conn_or_acquire() as redis:
        redis.zadd(channel.unacked_index_key, dict.fromkeys(held, now), xx=True)
    return len(held)
