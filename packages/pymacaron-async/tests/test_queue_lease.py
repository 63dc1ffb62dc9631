"""The renewal of leases, and what it takes from inside of kombu."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import bootsteps
from kombu import Connection
from pymacaron_async import AsyncSettings
from pymacaron_async.broker import checked
from pymacaron_async.queue.lease import LeaseRenewal, free_when_unsettled, renew, settle
from pymacaron_async.queue.options import worker_transport
from pymacaron_async.queue.redis import Channel, consuming
from service import Redis, wait_for

pytestmark = pytest.mark.redis
QUEUE = "pymacaron.shop"


@pytest.fixture
def channel(redis: Redis) -> Iterator[Channel]:
    options = worker_transport(AsyncSettings(lease=2), checked(redis.url, "here"), QUEUE)
    with Connection(consuming(redis.url), transport_options=options) as connection:
        channel = connection.default_channel
        queue = connection.SimpleQueue(QUEUE)
        queue.put({"order": 1})
        queue.put({"order": 2})
        queue.close()
        yield channel


def scores(channel: Any) -> dict[str, float]:
    return {
        tag.decode(): score for tag, score in channel.client.zrange(f"{QUEUE}.unacked_index", 0, -1, withscores=True)
    }


def test_the_options_reach_the_channel(channel: Channel):
    told = worker_transport(AsyncSettings(lease=2), checked("redis://host/0", "here"), QUEUE)
    assert {name: getattr(channel, name) for name in told} == told


def test_kombu_keeps_what_is_delivered_where_we_look_for_it(channel: Channel):
    message: Any = channel.basic_get(QUEUE)
    tag = message.delivery_tag
    assert list(channel.qos._delivered) == [tag]
    assert list(scores(channel)) == [tag]
    assert abs(scores(channel)[tag] - time.time()) < 5
    channel.basic_ack(tag)
    assert tag in channel.qos._dirty
    assert scores(channel) == {}


def test_what_is_held_is_renewed_and_what_is_not_is_left_alone(channel: Channel):
    held, done = channel.basic_get(QUEUE).delivery_tag, channel.basic_get(QUEUE).delivery_tag
    assert channel.client.zadd(f"{QUEUE}.unacked_index", {held: 1.0, done: 1.0}) == 0
    channel.basic_ack(done)
    assert renew(channel) == 1
    assert list(scores(channel)) == [held] and scores(channel)[held] > time.time() - 5
    # Another worker has it already: it must not be taken back.
    channel.client.zrem(f"{QUEUE}.unacked_index", held)
    renew(channel)
    assert scores(channel) == {}
    channel.basic_ack(held)
    assert renew(channel) == 0


def test_a_message_is_handed_out_again_when_nobody_renews(channel: Channel):
    tag = channel.basic_get(QUEUE).delivery_tag
    channel.client.zadd(f"{QUEUE}.unacked_index", {tag: time.time() - 1})
    channel.qos.restore_visible(interval=1)
    assert list(scores(channel)) == [tag]
    channel.client.zadd(f"{QUEUE}.unacked_index", {tag: time.time() - 3})
    channel.qos.restore_visible(interval=1)
    assert scores(channel) == {}
    assert channel._size(QUEUE) == 2


def test_a_broker_that_is_away_is_a_line_in_the_log(channel: Channel, redis: Redis, caplog: pytest.LogCaptureFixture):
    channel.basic_get(QUEUE)
    redis.kill()
    LeaseRenewal(consumer_of(channel, bootsteps.RUN))._renew(channel)
    assert "the leases of running tasks cannot be renewed now (ConnectionError)" in caplog.text
    channel.qos._delivered.clear()


def test_a_task_that_cannot_be_acknowledged_is_given_up_and_acknowledged_later(channel: Channel, redis: Redis):
    late: set[str] = set()
    free_when_unsettled(channel, late)
    done, lost = channel.basic_get(QUEUE).delivery_tag, channel.basic_get(QUEUE).delivery_tag
    channel.basic_qos(0, 1, False)
    redis.kill()
    for call, tag, options in ((channel.basic_ack, done, {}), (channel.basic_reject, lost, {"requeue": True})):
        with pytest.raises(channel.connection_errors):
            call(tag, **options)
    assert channel.qos.can_consume()
    assert late == {done}
    redis.start()
    settle(channel, late)
    assert late == set()
    assert list(scores(channel)) == [lost]


class Fake:
    """Anything with these attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


def consumer_of(channel: Any, state: int) -> Any:
    return Fake(
        app=Fake(conf=Fake(broker_transport_options={"visibility_timeout": 0.15}, task_default_queue=QUEUE)),
        connection=Fake(transport=Fake(driver_type="redis")),
        timer=Fake(call_repeatedly=lambda turn, call, args: Fake(cancel=lambda: None)),
        task_consumer=Fake(channel=channel),
        controller=Fake(blueprint=Fake(state=state)),
        steps=[],
    )


def test_leases_are_renewed_until_a_stopping_worker_has_done_its_tasks(channel: Channel):
    tag = channel.basic_get(QUEUE).delivery_tag
    consumer = consumer_of(channel, bootsteps.CLOSE)
    step = LeaseRenewal(consumer)
    step.start(consumer)
    step.stop(consumer)
    for _ in range(2):
        channel.client.zadd(f"{QUEUE}.unacked_index", {tag: 1.0})
        wait_for(lambda: scores(channel)[tag] > 1.0, "a lease that is renewed")
    step.shutdown(consumer)
    step.stop(consumer)


def test_after_a_lost_connection_nothing_old_is_renewed(channel: Channel, monkeypatch: pytest.MonkeyPatch):
    consumer = consumer_of(channel, bootsteps.RUN)
    step = LeaseRenewal(consumer)
    step.start(consumer)
    monkeypatch.setattr(step, "_renew_until_done", lambda channel: pytest.fail("it must not"))
    step.stop(consumer)


def test_other_brokers_have_no_leases():
    consumer = consumer_of(None, bootsteps.RUN)
    consumer.connection.transport.driver_type = "amqp"
    step = LeaseRenewal(consumer)
    step.start(consumer)
    step.stop(consumer)
    assert step._timer is None
