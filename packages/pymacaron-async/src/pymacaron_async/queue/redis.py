"""Takes messages from Redis so that none is lost on its way to a worker.

kombu takes a message off its list with ``BRPOP``, and writes it down as delivered some time later: killed in between, a
worker takes it along. Here a message moves to the list of those being taken, in one step of Redis, and from there, in
another, to those that are delivered. One that stays on its way longer than a lease belongs to a dead worker, and goes
back. Built on names inside of kombu's Redis transport, which ``tests/test_queue_redis.py`` pins.
"""

from __future__ import annotations

import logging
import time
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

SCHEME = "pymacaron-redis"
TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"

DELIVERED = """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('HSET', KEYS[3], ARGV[2], ARGV[4])
return 1
"""
"""From those being taken (KEYS[1]) to those delivered, if nobody gave it back meanwhile."""
MOVED = """
if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
return redis.call('RPUSH', KEYS[2], ARGV[1])
"""
"""From one list to another, if it is there still."""


class GivenBack(Exception):
    """A message that was taken too slowly, and is in the queue again."""


class QoS(redis.QoS):
    """Notes which messages are delivered and not done."""

    def append(self, message: Any, delivery_tag: str) -> None:
        """Note a message as delivered, in the step that ends its way here. Raises ``GivenBack``."""
        channel: Any = self.channel
        item = channel.taking
        if item is None:  # asked for by ``basic_get``
            super().append(message, delivery_tag)
            return
        info = message.delivery_info
        kept = dumps([message._raw, info["exchange"], info["routing_key"]])
        keys = (channel.taken_key, self.unacked_index_key, self.unacked_key)
        with channel.conn_or_acquire() as client:
            if not client.eval(DELIVERED, len(keys), *keys, item, delivery_tag, time.time(), kept):
                raise GivenBack
        channel.taking = None
        virtual.QoS.append(self, message, delivery_tag)


class Channel(redis.Channel):
    """A channel that consumes from one queue, without priorities."""

    QoS = QoS
    taken_key = "taken"
    """The list of messages on their way from the queue to those delivered."""
    taking: bytes | None = None
    """The message that is on its way through this channel now."""
    connection_errors: tuple[type[Exception], ...]
    _queue_cycle: Any
    _flush_brpop_reauth: Any
    _source = ""
    from_transport_options = (*redis.Channel.from_transport_options, "taken_key")

    def _brpop_start(self, timeout: float | None = None) -> None:
        queues = self._queue_cycle.consume(1)
        if queues:
            self._source = queues[0]
            self._in_poll = self.client.connection
            self._brpop_sent_at = time.monotonic()
            wait = self.brpop_timeout if timeout is None else timeout
            self.client.connection.send_command("BLMOVE", queues[0], self.taken_key, "RIGHT", "LEFT", wait or 0)

    def _brpop_read(self, **options: Any) -> bool:
        try:
            item = self._answered(**options)
            if item is None:
                raise Empty
            self._take(item)
            return True
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()

    def _answered(self, **options: Any) -> bytes | None:
        try:
            item: bytes | None = self.client.parse_response(self.client.connection, "BLMOVE", **options)
        except self.connection_errors:
            self.client.connection.disconnect()
            raise
        return item

    def _take(self, item: bytes) -> None:
        """Deliver a message; one that is none of kombu's is put aside."""
        try:
            raw = loads(item.decode())
            info = self.Message(raw, channel=self).delivery_info
            info["exchange"], info["routing_key"]
        except Exception as error:
            self._put_aside(item, error)
            return
        self.taking = item
        try:
            self.connection._deliver(raw, self._source)
            if self.taking is not None:  # nobody consumes here any more, and it went back by way of another channel
                with self.conn_or_acquire() as client:
                    client.lrem(self.taken_key, 1, item)
        except GivenBack:
            log.info("a message was taken too slowly, and is in the queue again")
        finally:
            self.taking = None

    def _put_aside(self, item: bytes, error: Exception) -> None:
        dead = f"{self._source}.dead"
        with self.conn_or_acquire() as client:
            client.eval(MOVED, 2, self.taken_key, dead, item)
        log.error("what lay in the queue is no message (%s): it is put aside, in %s", type(error).__name__, dead)


class Transport(redis.Transport):
    """kombu's Redis transport with such channels."""

    Channel = Channel


def consuming(url: str) -> str:
    """The URL of a Redis, for a worker to consume from with this transport."""
    scheme, _, rest = url.partition("://")
    return f"{SCHEME}{'+socket' if scheme.endswith('+socket') else ''}://{rest}"


def give_back(channel: Any, queue: str, seen: dict[bytes, float], lease: float) -> int:
    """Put back into the queue what is on its way for longer than a lease, and say how many.

    ``seen`` is the caller's memory of when it first saw each: no clocks of machines are compared.
    """
    now = time.monotonic()
    with channel.conn_or_acquire() as client:
        items = set(client.lrange(channel.taken_key, 0, -1))
        for item in seen.keys() - items:
            del seen[item]
        late = [item for item in items if now - seen.setdefault(item, now) >= lease]
        for item in late:
            client.eval(MOVED, 2, channel.taken_key, queue, item)
    return len(late)
