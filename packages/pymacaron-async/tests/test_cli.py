"""The command ``pymacaron-async``: its help, its exit statuses, and one sentence for each thing that cannot be done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymacaron_async import get_celery_cmd
from pymacaron_async.cli import main, main_of_2x, menu
from service import CONFIG, Redis, environment, make_project

NOWHERE = "redis://user:geheim@127.0.0.1:1/0"


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pymacaron_async", *arguments]
    return subprocess.run(command, env=environment(**more), capture_output=True, text=True, timeout=60)


def test_help_has_examples_and_the_version_is_told(capsys: pytest.CaptureFixture[str]):
    assert main([]) == 0
    assert "examples:" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == "pymacaron-async 3.0.0\n"


def test_the_name_of_2x_is_a_worker(tmp_path: Path):
    project = make_project(tmp_path / "project", "name: shop\n")
    code = "import sys; from pymacaron_async.cli import main_of_2x; sys.exit(main_of_2x())"
    command = [sys.executable, "-c", code, "--dev", "-C", str(project), "--concurrency", "3", "--maxmem", "150"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "asks for no background tasks (with_async), so there is nothing to run" in done.stdout


def test_the_name_of_2x_tells_its_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr("sys.argv", ["pymasync", "--version"])
    with pytest.raises(SystemExit) as ended:
        main_of_2x()
    assert ended.value.code == 0 and "3.0.0" in capsys.readouterr().out


def test_the_command_line_of_2x_is_told():
    assert get_celery_cmd() == "pymacaron-async worker"
    words = get_celery_cmd(debug=True, keep_alive=True, concurrency=3).split()[1:]
    options = menu().parse_args(words)
    assert (options.concurrency, options.level) == (3, 10)


@pytest.mark.parametrize(
    "arguments",
    [["worker", "--concurrency", "0"], ["worker", "--level", "loud"], ["worker", "--pool", "gevent"], ["x"]],
)
def test_what_cannot_be_understood_is_a_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2 and "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("config", "url", "options", "told"),
    [
        (CONFIG, NOWHERE, ("--dev",), "the broker redis://user:***@127.0.0.1:1/0 does not answer (ConnectionError)"),
        (CONFIG, NOWHERE, (), "does not answer"),
        (CONFIG, "", (), "no broker is named for background tasks: set the environment variable PYM_BROKER_URL"),
        (CONFIG, "", ("--dev",), "no broker is named, so tasks run inside of the serving process"),
        (CONFIG, "in-process", ("--dev",), "no broker is named, so tasks run inside"),
        (CONFIG, "sqs://geheim", ("--dev",), "PYM_BROKER_URL begins with 'sqs://'"),
        ("async: {leese: 1}", "", ("--dev",), "leese"),
        ("name: [", "", ("--dev",), "pym-config.yaml:2"),
    ],
)
@pytest.mark.parametrize("command", ["worker", "status"])
def test_what_cannot_be_done_is_one_sentence_and_a_2(
    tmp_path: Path, command, config, url, options, told, monkeypatch, capsys
):
    project = make_project(tmp_path / "project", config)
    if url:
        monkeypatch.setenv("PYM_BROKER_URL", url)
    assert main([command, *options, "-C", str(project)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and told in error
    assert "geheim" not in error and "Traceback" not in error and error.count("error:") == 1


def test_code_that_does_not_load_is_one_sentence_and_debug_shows_more(tmp_path: Path, capsys):
    project = make_project(tmp_path / "project")
    (project / "server.py").write_text("1 / 0\n", encoding="utf-8")
    assert main(["worker", "--dev", "-C", str(project)]) == 2
    assert "cannot be loaded (ZeroDivisionError('division by zero')); --debug shows more" in capsys.readouterr().err
    sys.modules.pop("server", None)
    assert main(["worker", "--dev", "--debug", "-C", str(project)]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("config", ["name: shop\n", "name: shop\nwith_async: false\n"])
def test_a_service_without_tasks_ends_a_worker_well(tmp_path: Path, capsys, config: str):
    project = str(make_project(tmp_path / "project", config))
    assert main(["worker", "--dev", "-C", project]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert main(["status", "--dev", "-C", project]) == 2
    assert "asks for no background tasks" in capsys.readouterr().err


@pytest.mark.redis
def test_status_tells_what_waits_and_what_was_put_aside(project: Path, redis: Redis):
    for key in ("pymacaron.shop", "pymacaron.shop", "pymacaron.shop.dead"):
        redis.ask("LPUSH", key, "x")
    redis.ask("HSET", "pymacaron.shop.unacked", "tag", "x")
    counts: dict[str, Any] = {"waiting": 2, "running": 1, "dead": 1}
    done = run("status", "--dev", "--json", "-C", str(project), PYM_BROKER_URL=redis.url)
    assert json.loads(done.stdout) == counts, done.stderr
    done = run("status", "--dev", "-C", str(project), PYM_BROKER_URL=redis.url)
    assert [line.split() for line in done.stdout.splitlines()] == [[name, str(n)] for name, n in counts.items()]
