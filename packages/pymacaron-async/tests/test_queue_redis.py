"""Messages on their way from Redis to a worker: each step is whole, and none of them loses one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection, Consumer, Queue
from pymacaron_async import AsyncSettings
from pymacaron_async.broker import checked
from pymacaron_async.queue.lease import LeaseRenewal
from pymacaron_async.queue.options import worker_transport
from pymacaron_async.queue.redis import Channel, consuming, give_back
from service import Redis, wait_for

pytestmark = pytest.mark.redis
QUEUE = "pymacaron.shop"


@pytest.fixture
def connection(redis: Redis) -> Iterator[Connection]:
    options = worker_transport(AsyncSettings(lease=2), checked(redis.url, "here"), QUEUE)
    with Connection(consuming(redis.url), transport_options=options) as connection:
        yield connection


class Bench:
    """A consumer of one connection, and what it got."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.got: list[Any] = []
        self.consumer = Consumer(connection, [Queue(QUEUE, exchange="", routing_key=QUEUE)], on_message=self.got.append)
        self.consumer.qos(prefetch_count=10)
        self.channel: Channel = self.consumer.channel  # type: ignore[assignment]

    def send(self, text: str) -> None:
        self.connection.Producer().publish({"text": text}, exchange="", routing_key=QUEUE, serializer="json")

    def drain(self, count: int) -> None:
        def enough() -> bool:
            with contextlib.suppress(TimeoutError):
                self.connection.drain_events(timeout=0.2)
            return len(self.got) >= count

        wait_for(enough, f"{count} messages")

    def lengths(self, redis: Redis) -> tuple[int, int, int]:
        """How many wait, are on their way, and are delivered."""
        return redis.count(QUEUE), redis.count(f"{QUEUE}.taken"), redis.count(f"{QUEUE}.unacked", "HLEN")


@pytest.fixture
def bench(connection: Connection) -> Bench:
    bench = Bench(connection)
    bench.consumer.consume()
    return bench


def item_of(channel: Any) -> bytes:
    """A message of kombu's, as it lies in the queue."""
    item: bytes = channel.client.lindex(QUEUE, 0)
    return item


def test_a_message_is_delivered_noted_and_acknowledged(bench: Bench, redis: Redis):
    bench.send("a")
    bench.drain(1)
    assert bench.lengths(redis) == (0, 0, 1)
    assert bench.got[0].payload == {"text": "a"}
    bench.got[0].ack()
    assert bench.lengths(redis) == (0, 0, 0)


def test_a_message_taken_by_a_worker_that_died_goes_back_after_a_lease(connection: Connection, redis: Redis):
    bench = Bench(connection)
    bench.send("a")
    channel: Any = bench.channel
    assert channel.client.blmove(QUEUE, f"{QUEUE}.taken", 1, "RIGHT", "LEFT")
    seen: dict[bytes, float] = {}
    assert give_back(channel, QUEUE, seen, 60) == 0
    assert bench.lengths(redis) == (0, 1, 0) and len(seen) == 1
    assert give_back(channel, QUEUE, seen, 0) == 1
    assert bench.lengths(redis) == (1, 0, 0)
    assert give_back(channel, QUEUE, seen, 0) == 0 and seen == {}
    bench.consumer.consume()
    bench.drain(1)


def test_a_message_that_was_given_back_is_not_delivered_as_well(bench: Bench, redis: Redis):
    bench.send("a")
    channel: Any = bench.channel
    channel._source = QUEUE
    channel._take(item_of(channel))  # it is in the queue, not on its way
    assert bench.got == [] and bench.lengths(redis) == (1, 0, 0)
    bench.drain(1)


def test_what_nobody_consumes_any_more_goes_back(bench: Bench, redis: Redis):
    bench.send("a")
    channel: Any = bench.channel
    channel._source = QUEUE
    item = channel.client.blmove(QUEUE, f"{QUEUE}.taken", 1, "RIGHT", "LEFT")
    bench.consumer.cancel()
    channel._take(item)
    assert bench.got == [] and bench.lengths(redis) == (1, 0, 0)


HALF = {"properties": {"delivery_tag": "1"}}


@pytest.mark.parametrize("garbage", [b"x", b"[]", b"{}", b"3", b"\xff", b'{"properties":3}', json.dumps(HALF).encode()])
def test_what_is_no_message_is_put_aside_and_the_next_is_delivered(bench: Bench, redis: Redis, caplog, garbage: bytes):
    channel: Any = bench.channel
    channel.client.lpush(QUEUE, garbage)
    bench.send("a")
    bench.drain(1)
    assert bench.lengths(redis) == (0, 0, 1)
    assert redis.count(f"{QUEUE}.dead") == 1
    assert f"it is put aside, in {QUEUE}.dead" in caplog.text


def test_what_a_consumer_raises_is_not_taken_for_a_fault_of_the_message(bench: Bench, redis: Redis):
    def broken(message: Any) -> None:
        raise ValueError("the consumer is broken")

    bench.consumer.on_message = broken
    bench.send("a")
    with pytest.raises(ValueError, match="the consumer is broken"):
        bench.drain(1)
    assert bench.lengths(redis) == (0, 0, 1)


def test_a_broker_that_goes_away_leaves_the_message_on_its_way(bench: Bench, redis: Redis):
    bench.send("a")
    channel: Any = bench.channel
    item = channel.client.blmove(QUEUE, f"{QUEUE}.taken", 1, "RIGHT", "LEFT")
    redis.kill()
    with pytest.raises(channel.connection_errors):
        channel._take(item)
    redis.start()
    assert bench.lengths(redis) == (0, 1, 0)


def test_a_turn_of_the_lease_looks_after_them_too(bench: Bench, redis: Redis):
    channel: Any = bench.channel
    redis.ask("LPUSH", f"{QUEUE}.taken", "x")
    step = LeaseRenewal(type("Consumer", (), {"steps": []})())
    step._work(channel, QUEUE, 0)
    assert bench.lengths(redis) == (1, 0, 0)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("redis://:pw@host:1/0", "pymacaron-redis://:pw@host:1/0"),
        ("rediss://host", "pymacaron-redis://host"),
        ("redis+socket:///run/x.sock?virtual_host=0", "pymacaron-redis+socket:///run/x.sock?virtual_host=0"),
    ],
)
def test_the_url_of_a_consumer(url: str, wanted: str):
    assert consuming(url) == wanted


def test_json_is_what_the_list_holds(bench: Bench):
    bench.send("a")
    assert json.loads(item_of(bench.channel))["properties"]["delivery_tag"]
