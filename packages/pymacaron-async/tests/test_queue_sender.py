"""Queueing: how long it may take, what it says when it fails, and what stands in the broker afterwards."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymacaron_core
import pytest
from pymacaron_async import TaskQueueUnavailable
from service import Redis, wait_for


@pytest.fixture
def silent() -> Iterator[str]:
    """A broker that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"redis://:geheim@127.0.0.1:{listening.getsockname()[1]}/0"


def client_of(project: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> Any:
    monkeypatch.setenv("PYM_BROKER_URL", url)
    return pymacaron_core.load(project).app.test_client()


def timed(client: Any, order: str = "a") -> tuple[Any, float]:
    began = time.monotonic()
    answer = client.post("/orders", json={"id": order})
    return answer, time.monotonic() - began


def test_a_broker_that_never_answers_is_a_503_within_the_time_out(project, monkeypatch, silent, caplog):
    client = client_of(project, monkeypatch, silent)
    for _ in range(2):
        answer, took = timed(client)
        assert answer.status_code == 503
        assert answer.get_json()["error"] == "TASK_QUEUE_UNAVAILABLE"
        assert answer.get_json()["error_description"] == "background tasks cannot be queued now"
        assert took < 20
    assert client.get("/health/ready").status_code == 503
    assert "geheim" not in caplog.text and "geheim" not in answer.get_data(as_text=True)


def test_a_closed_port_is_a_503_at_once(project, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = client_of(project, monkeypatch, f"redis://127.0.0.1:{taken.getsockname()[1]}/0")
        answer, took = timed(client)
    assert answer.status_code == 503 and took < 20


@pytest.mark.redis
def test_what_is_queued_holds_no_argument_outside_of_its_message_and_no_token(project, monkeypatch, redis: Redis):
    client = client_of(project, monkeypatch, redis.url)
    secret = {"Authorization": "Bearer geheim-geheim"}
    answer = client.post("/orders?token=geheim", json={"id": "an-order-id"}, headers=secret)
    assert answer.status_code == 200
    assert redis.count("pymacaron.shop") == 1
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(redis.socket))
        connection.sendall(b"LINDEX pymacaron.shop 0\r\n")
        text = connection.recv(65536).decode()
    assert "geheim" not in text and answer.get_json()["task"] in text
    assert '"argsrepr": "(...)"' in text and '"shadow": "shop.tasks.pack"' in text


@pytest.mark.redis
def test_a_broker_that_stops_and_comes_back_is_used_again(project, monkeypatch, redis: Redis):
    client = client_of(project, monkeypatch, redis.url)
    assert timed(client)[0].status_code == 200
    os.kill(redis.process.pid, signal.SIGSTOP)
    answer, took = timed(client)
    assert answer.status_code == 503 and took < 20
    os.kill(redis.process.pid, signal.SIGCONT)
    wait_for(lambda: timed(client)[0].status_code == 200, "a task that is queued")
    redis.ask("CLIENT", "KILL", "TYPE", "normal")
    assert timed(client)[0].status_code == 200
    redis.kill()
    assert timed(client)[0].status_code == 503
    redis.start()
    wait_for(lambda: timed(client)[0].status_code == 200, "a task that is queued")


@pytest.mark.redis
def test_a_broker_that_is_full_is_a_503(project, monkeypatch, redis: Redis):
    client = client_of(project, monkeypatch, redis.url)
    redis.ask("CONFIG", "SET", "maxmemory", "1")
    assert timed(client)[0].status_code == 503


@pytest.mark.redis
def test_what_is_put_aside_is_in_a_list_of_its_own(project, monkeypatch, redis: Redis):
    monkeypatch.setenv("PYM_BROKER_URL", redis.url)
    tasks = pymacaron_core.load(project).plugins["async"]
    tasks.keep("the message", "the reason")
    assert redis.count("pymacaron.shop.dead") == 1
    redis.kill()
    with pytest.raises(TaskQueueUnavailable):
        tasks.keep("the message", "the reason")
