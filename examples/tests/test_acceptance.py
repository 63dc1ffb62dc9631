"""The example's acceptance tests, against every way to serve it; and a worker killed in the middle of a task."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

import engines

BIN = engines.BIN
ACCEPTANCE_TESTS = 18
PROFILE = {"name": "Ada", "height": 1.65}


def program(name: str) -> str:
    return str(BIN / name)


def environ(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "NO_COLOR": "1", **more}


def accepted(folder: Path, *options: str, **more: str) -> None:
    """The acceptance tests all pass."""
    done = subprocess.run(
        [program("pymtest"), *options], cwd=folder, env=environ(**more), capture_output=True, text=True, timeout=240
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert re.search(rf"\b{ACCEPTANCE_TESTS} passed\b", told), told


def production(redis: str, database: str) -> dict[str, str]:
    """What the environment of a service in production holds, here with engines of this test."""
    return {
        "PYM_JWT_SECRET": secrets.token_hex(32),
        "PYM_BROKER_URL": redis,
        "PYM_DYNAMODB_ENDPOINT": database,
        "PYM_GUNICORN_WORKERS_COUNT": "2",
    }


@contextmanager
def worker(folder: Path, more: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [program("pymacaron-async"), "worker", "--concurrency", "2"]
    with engines.running(command, folder, environ(**more), folder / "worker.log") as process:
        yield process


def tables_made(folder: Path, more: dict[str, str]) -> None:
    command = [program("pymacaron-dynamodb"), "create"]
    done = subprocess.run(command, cwd=folder, env=environ(**more), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.redis
def test_they_pass_against_python_server_py_with_everything_embedded(service: Path, redis: str) -> None:
    accepted(service, "--serve", f"{sys.executable} server.py")


@pytest.mark.redis
def test_they_pass_against_the_command_of_the_readme(service: Path, redis: str) -> None:
    accepted(service, "--serve", f"{program('pymacaron')} run")


def test_they_pass_with_tasks_in_the_serving_process_where_there_is_no_redis(service: Path) -> None:
    accepted(service, "--serve", f"{sys.executable} server.py", PYM_BROKER_URL="in-process")


@pytest.mark.redis
def test_they_pass_against_the_production_server(service: Path, redis: str, database: str) -> None:
    more = production(redis, database)
    tables_made(service, more)
    with worker(service, more):
        accepted(service, "--serve", f"{program('pymacaron')} serve", **more)


@pytest.mark.redis
def test_a_profile_is_written_though_its_worker_was_killed_half_way(service: Path, redis: str, database: str) -> None:
    config = service / "pym-config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "\nasync: {lease: 3}\n", encoding="utf-8")
    more, port = production(redis, database), engines.free_port()
    tables_made(service, more)
    serve = [program("pymacaron"), "serve", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with engines.running(serve, service, environ(**more), service / "serve.log"):
        engines.awaited(lambda: engines.answers(f"{url}/ping"), "the service")
        auth = f"Bearer {call(url, '/account/login', {'user': 'ada', 'password': 'macaron'})['token']}"
        with worker(service, more) as process:
            deferred = call(url, "/account/profile/later?seconds=4", PROFILE, auth=auth)
            log = service / "worker.log"
            engines.awaited(lambda: deferred["task"] in log.read_text(), f"the task begun:\n{log.read_text()}")
            killed(process)
        assert call(url, "/account/profile", auth=auth)["error"] == "ITEM_NOT_FOUND"
        with worker(service, more):
            profile = engines.awaited(lambda: kept(url, auth), "the profile")
    assert (profile["name"], profile["height"]) == ("Ada", 1.65)
    assert (profile["saved_by"], profile["saved_in"]) == ("ada", deferred["call"])
    assert profile["revision"] == 1


def kept(url: str, auth: str) -> Any:
    answer = call(url, "/account/profile", auth=auth)
    return answer if "name" in answer else None


def killed(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all below it without a word of warning."""
    tree = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    assert len(tree) > 1, "a worker has children that do the work"
    for each in tree:
        each.send_signal(signal.SIGKILL)
    psutil.wait_procs(tree, timeout=10)


def call(url: str, path: str, body: Any = None, auth: str = "") -> Any:
    request = urllib.request.Request(url + path)
    if auth:
        request.add_header("Authorization", auth)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)
