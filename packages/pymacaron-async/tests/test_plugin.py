"""The plugin: attached, ready, its engines, and tasks inside of the serving process where there is no broker."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

import flask
import pymacaron_core
import pytest
from pymacaron_async import BrokerError, Tasks
from pymacaron_async.plugin import NOTHING_PROMISED
from service import CONFIG, Redis, make_project, told, wait_for


@pytest.fixture
def application(project: Path):
    application = pymacaron_core.load(project)
    yield application
    application.plugins["async"].stop()


def order(application: Any, name: str, **more: Any) -> Any:
    return application.app.test_client().post("/orders", json={"id": name, **more})


def test_it_is_found_by_its_entry_point_and_handed_over_alike(application, tmp_path):
    assert type(application.plugins["async"]) is Tasks
    handed = pymacaron_core.API(flask.Flask("shop"), root=tmp_path, tasks=Tasks()).application
    assert handed.plugins["async"].queue == f"pymacaron.{tmp_path.name}"


def test_production_without_a_broker_does_not_start(project: Path):
    with pytest.raises(BrokerError, match="no broker is named for background tasks"):
        pymacaron_core.load(project, production=True)


def test_a_url_that_cannot_be_used_stops_the_start(project: Path, monkeypatch):
    monkeypatch.setenv("PYM_BROKER_URL", "sqs://geheim@host")
    with pytest.raises(BrokerError, match="PYM_BROKER_URL begins with 'sqs://'") as raised:
        pymacaron_core.load(project)
    assert "geheim" not in str(raised.value)


def test_without_a_broker_tasks_run_inside_of_this_process(application, project: Path, caplog):
    with caplog.at_level(logging.INFO):
        answers = [order(application, name) for name in ("a", "bad", "b")]
        wait_for(lambda: told(project, "done", "b"), "a task that is done")
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert told(project, "done", "a") and not told(project, "done", "bad")
    lines = [record.getMessage() for record in caplog.records]
    assert lines.count(NOTHING_PROMISED) == 1
    assert any("a bad order" in line for line in lines)
    assert application.app.test_client().get("/health/ready").status_code == 200


def test_the_folder_of_messages_is_removed_with_the_process(application, project: Path):
    order(application, "a")
    tasks = application.plugins["async"]
    folder = tasks._inside.folder
    assert folder.is_dir() and folder.stat().st_mode & 0o077 == 0
    wait_for(lambda: told(project, "done"), "a task that is done")
    tasks.stop()
    assert not folder.exists()


def test_a_running_task_holds_up_the_end_of_the_process_for_a_moment_only(application, project: Path, caplog):
    with caplog.at_level(logging.INFO):
        order(application, "long", seconds=60)
        wait_for(lambda: told(project, "start", "long"), "a task that runs")
        began = time.monotonic()
        application.plugins["async"].stop()
    assert time.monotonic() - began < 30  # of its 60 seconds
    assert not [record for record in caplog.records if record.name.startswith(("celery", "kombu"))]


def test_a_development_server_keeps_messages_beside_its_state(application, project: Path, caplog):
    tasks = application.plugins["async"]
    tasks.started()
    assert NOTHING_PROMISED in caplog.text
    assert tasks._inside.folder == project / ".pym" / "tasks"
    tasks.stop()
    waiting = project / ".pym" / "tasks"
    tasks.sender = lambda: tasks_sender
    from pymacaron_async.queue.app import make_sender

    tasks_sender = make_sender(tasks.settings, tasks.broker, tasks.queue, project / ".pym" / "tasks")
    order(application, "kept")
    assert len(list(waiting.iterdir())) == 1
    del tasks.sender
    tasks.started()
    wait_for(lambda: told(project, "done", "kept"), "a task that waited for the next start")


def test_a_message_that_cannot_be_run_is_kept_in_the_folder(application):
    tasks = application.plugins["async"]
    tasks.started()
    tasks.sender().send("t-1", "shop.tasks.pack", "{", 0)
    folder = tasks._inside.folder
    wait_for(lambda: list(folder.glob("*.pymacaron.shop.dead.msg")), "a message that is put aside")


@pytest.mark.parametrize("config", ["name: shop\nasync: {with_async: false}\n"])
def test_a_service_without_tasks_has_no_engines(tmp_path: Path, config: str):
    application = pymacaron_core.load(make_project(tmp_path / "project", config))
    tasks = application.plugins["async"]
    tasks.started()
    assert list(tasks.engines()) == [] and tasks._inside is None


def test_engines_are_a_private_redis_and_a_worker(application, project: Path, monkeypatch):
    monkeypatch.setattr("pymacaron_async.plugin.find_redis_server", lambda: Path("/opt/redis-server"))
    redis, worker = application.plugins["async"].engines()
    assert redis.command[:5] == ("/opt/redis-server", "--port", "0", "--unixsocket", "{folder}/redis.sock")
    assert redis.environ == {"PYM_BROKER_URL": "redis+socket://{folder}/redis.sock?virtual_host=0"}
    assert redis.ready == "unix:{folder}/redis.sock" and not redis.reloads
    assert worker.command[:5] == (sys.executable, "-m", "pymacaron_async", "worker", "--dev")
    assert worker.command[worker.command.index("-C") + 1] == str(project)
    assert worker.reloads and redis.told and worker.told


def test_without_a_redis_there_are_no_engines_and_with_a_broker_only_the_worker(application, monkeypatch, capsys):
    tasks = application.plugins["async"]
    monkeypatch.setattr("pymacaron_async.plugin.find_redis_server", lambda: None)
    assert list(tasks.engines()) == []
    assert capsys.readouterr().err.count("install redis-server, or name a broker by PYM_BROKER_URL") == 1
    monkeypatch.setenv("PYM_BROKER_URL", "redis://host/0")
    assert [engine.name for engine in tasks.engines()] == ["worker"]
    monkeypatch.setenv("PYM_BROKER_URL", "in-process")
    assert list(tasks.engines()) == []
    assert capsys.readouterr().err == ""


def test_the_worker_gets_the_configuration_of_the_service(tmp_path: Path):
    project = make_project(tmp_path / "project")
    (project / "pym-config.test.yaml").write_text(f"{CONFIG}worker_count: 7\n", encoding="utf-8")
    tasks = pymacaron_core.load(project, env="test").plugins["async"]
    tasks.settings = tasks.settings.model_copy(update={"broker": "redis://host/0"})
    command = next(iter(tasks.engines())).command
    assert command[7:] == ("--config", str(project / "pym-config.test.yaml"), "--env", "test", "--concurrency", "7")


@pytest.mark.redis
def test_it_is_ready_when_the_broker_answers(application, monkeypatch, redis: Redis):
    client = application.app.test_client()
    monkeypatch.setenv("PYM_BROKER_URL", redis.url)
    assert client.get("/health/ready").status_code == 200
    redis.kill()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
