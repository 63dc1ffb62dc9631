"""Workers, as processes: tasks that end well and badly, kill -9 of every part, stops, restarts of the broker."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pymacaron_core
import pytest
from service import Redis, Worker, make_project, told, wait_for

pytestmark = pytest.mark.redis
LEASE = 3
"""Seconds, in the project's configuration; a sweep looks once a second."""


@pytest.fixture
def client(project: Path, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PYM_BROKER_URL", redis.url)
    return pymacaron_core.load(project).app.test_client()


def order(client: Any, name: str, seconds: float = 0) -> str:
    """Queue a task, and give back its id."""
    answer = client.post("/orders", json={"id": name, "seconds": seconds}, headers={"X-Request-ID": f"request-{name}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return str(answer.get_json()["task"])


def empty(redis: Redis) -> bool:
    return redis.count("pymacaron.shop") == 0 and redis.count("pymacaron.shop.unacked", "HLEN") == 0


def test_tasks_run_with_their_models_and_ids_and_are_done_also_when_they_fail(client, project, redis):
    with Worker(project, redis.url) as worker:
        bad, leaving, good = order(client, "bad"), order(client, "exit"), order(client, "good")
        wait_for(lambda: told(project, "done", "good"), "a task that is done")
        wait_for(lambda: empty(redis), "an empty queue")
        text = worker.text
        assert f"request=request-: task shop.tasks.pack ({bad}): ValueError('a bad order')" in text
        assert f"task shop.tasks.pack ({leaving}): TaskEnded(" in text
        assert f"task shop.tasks.pack ({good}) is done after" in text
        assert len(told(project, "start")) == 3
        assert worker.stop() == 0


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_kill_9_of_the_whole_worker_loses_nothing(client, project, redis, pool):
    with Worker(project, redis.url, "--pool", pool, "--concurrency", "1") as first:
        order(client, "half", 3)
        order(client, "next")
        wait_for(lambda: told(project, "start", "half"), "a task that runs")
        first.kill()
        killed = time.monotonic()
        assert told(project, "done") == []
        with Worker(project, redis.url, "--pool", pool):
            wait_for(lambda: len(told(project, "start", "half")) == 2, "a second start", LEASE + 15)
            took = time.monotonic() - killed
            wait_for(lambda: told(project, "done", "half"), "a task that is done")
            wait_for(lambda: told(project, "done", "next"), "the task behind it")
            wait_for(lambda: empty(redis), "an empty queue")
    assert took < LEASE + 15
    assert len(told(project, "done", "half")) == 1


@pytest.mark.any_python
def test_processes_that_are_no_forks_load_the_project_for_themselves(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1", spawned=True) as worker:
        bad = order(client, "bad")
        order(client, "good")
        wait_for(lambda: told(project, "done", "good"), "a task that is done")
        assert f"request=request-: task shop.tasks.pack ({bad}): ValueError('a bad order')" in worker.text
        wait_for(lambda: empty(redis), "an empty queue")
        assert worker.stop() == 0


@pytest.mark.any_python
def test_kill_9_of_the_process_that_runs_a_task_loses_nothing(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1"):
        order(client, "half", 2)
        wait_for(lambda: told(project, "start", "half"), "a task that runs")
        os.kill(int(told(project, "start", "half")[0].split()[2]), signal.SIGKILL)
        wait_for(lambda: told(project, "done", "half"), "a task that is done", LEASE + 15)
        wait_for(lambda: empty(redis), "an empty queue")
    assert len(told(project, "start", "half")) == 2 and len(told(project, "done", "half")) == 1


@pytest.mark.any_python
def test_worker_after_worker_is_killed_and_every_task_is_done(client, project, redis):
    names = [f"o{number}" for number in range(120)]
    for number, name in enumerate(names):
        order(client, name, 0.1 * (number % 3))
    for kill in range(4):
        with Worker(project, redis.url, "--concurrency", "4") as worker:
            worker.wait_until("is done after")
            time.sleep(0.2 * kill)  # each dies at another moment, and no condition tells of it
    with Worker(project, redis.url, "--concurrency", "4"):
        wait_for(lambda: empty(redis) and redis.count("pymacaron.shop.taken") == 0, "an empty queue", 60)
    assert {line.split()[1] for line in told(project, "done")} == set(names)
    assert redis.count("pymacaron.shop.dead") == 0


@pytest.mark.any_python
def test_a_task_longer_than_its_lease_runs_once_also_while_its_worker_stops(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1") as first:
        order(client, "long", 3 * LEASE)
        wait_for(lambda: told(project, "start", "long"), "a task that runs")
        with Worker(project, redis.url, "--concurrency", "1").ready():
            order(client, "other")
            wait_for(lambda: told(project, "done", "other"), "the other worker at work")
            assert first.stop() == 0
            wait_for(lambda: empty(redis), "an empty queue")
    assert len(told(project, "start", "long")) == len(told(project, "done", "long")) == 1


@pytest.mark.any_python
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_that_all_processes_are_told_lets_the_running_task_finish_as_well(client, project, redis, number):
    with Worker(project, redis.url, "--concurrency", "2") as worker:
        order(client, "running", 2)
        wait_for(lambda: told(project, "start", "running"), "a task that runs")
        os.killpg(worker.process.pid, number)
        assert worker.process.wait(15) == 0
        assert "TaskEnded" not in worker.text
    assert len(told(project, "start", "running")) == len(told(project, "done", "running")) == 1
    assert empty(redis) and redis.count("pymacaron.shop.dead") == 0


@pytest.mark.any_python
def test_a_second_ctrl_c_ends_the_running_task_and_gives_it_back(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "2") as worker:
        order(client, "running", 30)
        wait_for(lambda: told(project, "start", "running"), "a task that runs")
        worker.process.send_signal(signal.SIGINT)
        worker.wait_until("Hitting Ctrl+C again")
        worker.process.send_signal(signal.SIGINT)
        assert worker.process.wait(15) == 0
        assert "TaskEnded" not in worker.text and "Traceback" not in worker.text
    assert redis.count("pymacaron.shop") == 1 and told(project, "done") == []


@pytest.mark.any_python
def test_ctrl_c_is_a_good_end(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1").ready() as worker:
        worker.process.send_signal(signal.SIGINT)
        assert worker.process.wait(15) == 0


@pytest.mark.any_python
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_a_broker_that_is_killed_under_a_running_task_does_not_lose_it(client, project, redis, pool):
    with Worker(project, redis.url, "--pool", pool, "--concurrency", "2").ready() as worker:
        order(client, "half", 2)
        wait_for(lambda: told(project, "start", "half"), "a task that runs")
        redis.kill()
        worker.wait_until("Cannot connect to")
        redis.start()
        wait_for(lambda: told(project, "done", "half"), "a task that is done", LEASE + 15)
        wait_for(lambda: empty(redis), "an empty queue")
        assert "TaskEnded" not in worker.text and "Traceback" not in worker.text and "Deprecation" not in worker.text


@pytest.mark.any_python
def test_sigterm_lets_the_running_task_finish_and_gives_the_others_back(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1") as worker:
        order(client, "running", 2)
        wait_for(lambda: told(project, "start", "running"), "a task that runs")
        for name in ("a", "b"):
            order(client, name)
        assert worker.stop() == 0
    assert told(project, "done") == told(project, "done", "running") != []
    assert redis.count("pymacaron.shop") == 2
    assert redis.count("pymacaron.shop.unacked", "HLEN") == 0


@pytest.mark.any_python
def test_a_task_is_interrupted_at_its_time_limit_and_killed_a_little_later(tmp_path, redis, monkeypatch):
    project = make_project(tmp_path / "limited", "name: shop\nwith_async: true\nasync: {lease: 3, time_limit: 1}\n")
    monkeypatch.setenv("PYM_BROKER_URL", redis.url)
    client = pymacaron_core.load(project).app.test_client()
    with Worker(project, redis.url, "--concurrency", "2") as worker:
        slow, stubborn = order(client, "slow", 30), order(client, "stubborn", 30)
        worker.wait_until(f"task shop.tasks.pack ({slow}): SoftTimeLimitExceeded")
        worker.wait_until(f"task shop.tasks.pack ({stubborn}): TaskEnded('the task was killed: it ran for 1 s")
        order(client, "good")
        wait_for(lambda: told(project, "done", "good"), "a task after them")
        wait_for(lambda: empty(redis), "an empty queue")
        assert worker.text.count(f"({stubborn}): TaskEnded") == 1
    assert len(told(project, "start", "slow")) == len(told(project, "start", "stubborn")) == 1


@pytest.mark.any_python
def test_a_broker_that_is_killed_and_comes_back_loses_nothing(client, project, redis):
    with Worker(project, redis.url, "--concurrency", "1").ready() as worker:
        order(client, "before")
        wait_for(lambda: told(project, "done", "before"), "a task that is done")
        redis.kill()
        worker.wait_until("Cannot connect to")
        redis.start()
        wait_for(lambda: client.post("/orders", json={"id": "after"}).status_code == 200, "a task that is queued")
        wait_for(lambda: told(project, "done", "after"), "a task that is done")


@pytest.mark.any_python
def test_messages_that_cannot_be_run_are_put_aside(client, project, redis):
    tasks = client.application.extensions["pymacaron_api"].application.plugins["async"]
    sender = tasks.sender()
    gone = {"v": 1, "id": "t-1", "task": "shop.tasks.gone", "args": [["tuple", []], ["dict", []]], "context": None}
    sender.send("t-1", "shop.tasks.gone", json.dumps(gone))
    with sender._app.producer_or_acquire() as producer:
        route = {"exchange": "", "routing_key": "pymacaron.shop"}
        producer.publish({"hello": "world"}, serializer="json", **route)
        producer.publish(b"\x80", content_type="application/x-python-serialize", content_encoding="binary", **route)
        producer.publish([[], {}, {}], serializer="json", headers={"task": "shop.of.2x", "id": "t-2"}, **route)
        ours = {"serializer": "json", "headers": {"task": "pymacaron.task", "id": "t-3"}, "correlation_id": "t-3"}
        producer.publish("garbage", **ours, **route)
        producer.publish([[1, 2], {"a": 3}, {}], **ours, **route)
        producer.publish([["garbage"], {}, {}], **ours, **route)
        producer.publish([["x"], {}, {}], serializer="json", headers={"task": "pymacaron.task"}, **route)
    redis.ask("LPUSH", "pymacaron.shop", "garbage")
    with Worker(project, redis.url) as worker:
        wait_for(lambda: redis.count("pymacaron.shop.dead") == 9, "nine messages that are put aside")
        order(client, "good")
        wait_for(lambda: told(project, "done", "good"), "a task after them")
        wait_for(lambda: empty(redis), "an empty queue")
        assert "task shop.tasks.gone (t-1) is put aside: MessageRefused(" in worker.text


@pytest.mark.any_python
def test_no_line_of_a_worker_shows_the_brokers_password(client, project, redis):
    redis.ask("CONFIG", "SET", "requirepass", "geheim")
    url = redis.url.replace("socket://", "socket://:geheim@")
    with Worker(project, url, "--level", "debug").ready() as worker:
        redis.ask("AUTH", "geheim")
        worker.stop()
    assert "geheim" not in worker.text
