"""Engines beside a service that is developed: under ``pymacaron run``, and owned by a process that serves alone."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
from pathlib import Path

import pytest
from cli_project import FUNCTIONS, PROGRAM, Running, answer, make_project, pymacaron, wait_for
from fake_engines import DYING, PORT, SILENT, environment_of, listening, pids
from processes import children_of, is_alive, parent_of
from pymacaron_core import Engine
from pymacaron_core.cli.child import Web
from pymacaron_core.cli.errand import Errand
from pymacaron_core.engines.places import free_port

# Processes and files: minutes on each Python, for the same answer
pytestmark = [pytest.mark.any_python, pytest.mark.unmeasured]

SERVER = """\
import json, os
from pathlib import Path

from flask import Flask
from pymacaron_core import API, Engine, Plugin, letsgo


class Tasks(Plugin):
    name = "async"

    def engines(self):
        return [Engine.from_json(each) for each in json.loads(Path(__file__).with_name("engines.json").read_text())]

    def started(self):
        os.write(1, f"started with {os.environ.get('FAKE_QUEUE')}\\n".encode())  # at once: engines write there too


app = Flask(__name__)


@app.get("/queue")
def queue():
    return os.environ.get("FAKE_QUEUE", "none")


def start(port, debug):
    API(app, port=port, debug=debug, tasks=Tasks()).load_apis().start()


letsgo(__name__, callback=start)
"""
WAYS = [
    pytest.param((*PROGRAM, "run"), id="run"),
    pytest.param((*PROGRAM, "run", "--no-reload"), id="alone"),
    pytest.param(("server.py",), id="server.py"),
]
QUEUE = {"FAKE_QUEUE": "{folder}/s"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "shop project")
    (root / "server.py").write_text(SERVER)
    return root


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "queue"


@pytest.fixture
def worker(tmp_path: Path) -> Path:
    return tmp_path / "worker"


def want(project: Path, *engines: Engine) -> None:
    """Have the project's plugin ask for engines, from the next start on."""
    (project / "engines.json").write_text(json.dumps([engine.to_json() for engine in engines]))


def edited(project: Path) -> None:
    """Give a reason to start anew."""
    with (project / "shop" / "api.py").open("a") as file:
        file.write("\n")


def everything(run: Running, *ran: Path) -> list[int]:
    """The processes of a run: its own, those of its engines, the guardians of these, and their children."""
    engines = [pid for each in ran for pid in pids(each)]
    children = [child for pid in engines for child in children_of(pid)]
    return [run.process.pid, *children_of(run.process.pid), *engines, *children]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("way", WAYS)
def test_engines_run_beside_the_service_and_end_with_it(
    project: Path, queue: Path, worker: Path, port: str, way: tuple[str, ...], number: int
) -> None:
    redis = listening(queue, environ=QUEUE, told="private, on a unix socket")
    want(project, listening(worker, PORT, reloads=True, told="runs the tasks"), redis)
    with Running("--port", port, cwd=project, program=way) as run:
        run.wait_until("Ctrl-C")
        where = run.wait_until("started with").removeprefix("started with ")
        assert answer(f"http://127.0.0.1:{port}/queue") == (200, where)
        assert environment_of(queue) == {}
        assert environment_of(worker) == {"FAKE_QUEUE": where}  # it comes last: it runs the code
        lines = [line for line in run.lines if line.startswith("  ")]
        assert [line.split()[0] for line in lines] == ["service", "docs", "queue", "worker"]
        assert lines[2:] == ["  queue    private, on a unix socket", "  worker   runs the tasks"]
        alive = everything(run, queue, worker)
        os.killpg(run.process.pid, signal.SIGINT) if number == signal.SIGINT else run.process.terminate()
        assert run.process.wait(20) == 0
        run.wait_until("stopped")
        assert not any(map(is_alive, alive))
        assert not Path(where).parent.exists()
    assert "Traceback" not in run.text


@pytest.mark.parametrize("way", WAYS)
def test_engines_do_not_outlive_a_kill_of_whoever_owns_them(
    project: Path, queue: Path, worker: Path, port: str, way: tuple[str, ...]
) -> None:
    want(project, listening(queue, environ=QUEUE), listening(worker, PORT, reloads=True))
    with Running("--port", port, cwd=project, program=way) as run:
        run.wait_until("Ctrl-C")
        alive = everything(run, queue, worker)
        run.process.kill()
        wait_for(lambda: not any(map(is_alive, alive)), "everything is gone")


@pytest.mark.parametrize("way", WAYS)
def test_an_engine_that_does_not_start_ends_the_first_start(
    project: Path, queue: Path, port: str, way: tuple[str, ...]
) -> None:
    want(project, listening(queue), Engine("base", DYING, ready=PORT))
    ended = pymacaron("--port", port, cwd=project, program=way)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-3:] == [
        "error: the engine base did not start: it ended with status 1; its log, .pym/engines/base.log, ends:",
        "  ?[1mbefore",
        "  I cannot",
    ]
    assert "Traceback" not in ended.stderr
    assert not is_alive(*pids(queue))


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_while_engines_start_leaves_nothing(project: Path, queue: Path, port: str, way: tuple[str, ...]) -> None:
    want(project, listening(queue), Engine("base", SILENT, ready=PORT))
    with Running("--port", port, cwd=project, program=way) as run:
        wait_for(lambda: (project / ".pym" / "engines" / "base.log").exists(), "the second one starts")
        alive = everything(run, queue)
        os.killpg(run.process.pid, signal.SIGINT)
        assert run.process.wait(20) == 0
        assert not any(map(is_alive, alive))
    assert "Traceback" not in run.text


def test_a_reload_keeps_engines_and_starts_those_anew_that_run_the_code(
    project: Path, queue: Path, worker: Path, port: str
) -> None:
    redis = listening(queue, environ=QUEUE, told="private")
    want(project, redis, listening(worker, PORT, reloads=True))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        before = answer(f"http://127.0.0.1:{port}/queue")
        edited(project)
        run.wait_until("is served again")
        assert answer(f"http://127.0.0.1:{port}/queue") == before
        assert (len(pids(queue)), len(pids(worker))) == (1, 2)
        assert [is_alive(pid) for pid in pids(worker)] == [False, True]
        assert sum("private" in line for line in run.lines) == 1
        assert sum("started with" in line for line in run.lines) == 2


def test_what_a_worker_says_is_seen(project: Path, worker: Path, port: str) -> None:
    want(project, listening(worker, reloads=True))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("I listen")


def test_a_broken_edit_leaves_engines_alone(project: Path, queue: Path, worker: Path, port: str) -> None:
    want(project, listening(queue), listening(worker, PORT, reloads=True))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        (project / "shop" / "api.py").write_text("import nothing_like_this\n")
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 503, "callers are told")
        assert (len(pids(queue)), len(pids(worker))) == (1, 1)
        (project / "shop" / "api.py").write_text(FUNCTIONS)
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 200, "it is served again")
        assert (len(pids(queue)), len(pids(worker))) == (1, 2)


def test_an_engine_that_does_not_start_later_is_told_to_developer_and_caller_until_it_is_mended(
    project: Path, queue: Path, port: str
) -> None:
    want(project, listening(queue))
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        want(project, listening(queue), Engine("base", DYING, ready=PORT))
        edited(project)
        run.wait_until("error: the engine base did not start: it ended with status 1")
        status, body = wait_for(lambda: (a := answer(f"{run.url}/orders"))[0] == 503 and a, "503 is answered")
        assert "the engine base did not start" in json.loads(body)["error_description"]
        assert (status, len(pids(queue))) == (503, 1)
        want(project)
        edited(project)
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 200, "it is served again")
        wait_for(lambda: not is_alive(*pids(queue)), "what is not wanted any more is gone")


@pytest.mark.parametrize("way", WAYS)
def test_an_engine_that_dies_is_told_and_started_again(
    project: Path, queue: Path, port: str, way: tuple[str, ...]
) -> None:
    want(project, listening(queue))
    with Running("--port", port, cwd=project, program=way) as run:
        run.wait_until("Ctrl-C")
        os.kill(parent_of(*pids(queue)), signal.SIGKILL)
        run.wait_until("queue was ended: somebody killed its guardian; it is started again")
        wait_for(lambda: [is_alive(pid) for pid in pids(queue)] == [False, True], "another one runs")


def test_a_second_run_of_a_project_works_beside_the_first(project: Path, queue: Path, port: str) -> None:
    other_port = str(free_port())
    want(project, listening(queue, environ={"FAKE_QUEUE": "{data}"}, told="in {data}"))
    with Running("run", "--port", port, cwd=project) as one, Running("run", "--port", other_port, cwd=project) as two:
        for run in (one, two):
            run.wait_until("Ctrl-C")
        told = [
            sum("  queue    keeps its data until this run ends" in line for line in run.lines) for run in (one, two)
        ]
        assert sorted(told) == [0, 1]
        assert answer(f"http://127.0.0.1:{port}/queue") != answer(f"http://127.0.0.1:{other_port}/queue")
        first, second = (one, two) if told == [0, 1] else (two, one)
        first.wait_until("  queue    in .pym/engines/queue")
        assert not any("  queue    in /" in line for line in second.lines)
        assert [run.stop(signal.SIGTERM) for run in (one, two)] == [0, 0]
    assert not any(map(is_alive, pids(queue)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("old", "what"),
    [
        ('os.write(1, f"started with', "cannot work with what runs beside the service (KeyError: 'lost')"),
        ("return [Engine.from_json", "cannot say what is to run beside the service (KeyError: 'lost')"),
    ],
)
def test_a_plugin_that_cannot_go_on_is_one_sentence(
    project: Path, queue: Path, port: str, old: str, what: str, way: tuple[str, ...]
) -> None:
    want(project, listening(queue))
    (project / "server.py").write_text(SERVER.replace(old, f"raise KeyError('lost')\n        {old}"))
    ended = pymacaron("--port", port, cwd=project, program=way)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith(f"the plugin for async {what}")
    assert "Traceback" not in ended.stderr
    assert not any(map(is_alive, pids(queue)))


def test_what_the_command_line_chose_holds_for_engines_too(project: Path, port: str) -> None:
    (project / "other.yaml").write_text("name: shop\n")
    code = "import os, signal, sys; print(os.environ['PYM_ENV'], os.environ['PYM_CONFIG'], file=sys.stderr)"
    want(project, Engine("x", (*SILENT[:-1], f"{code}; sys.stderr.flush(); signal.pause()"), reloads=True))
    options = ("--port", port, "--env", "dev", "--config", "other.yaml")
    with Running("run", *options, cwd=project) as run:
        run.wait_until(f"dev {project / 'other.yaml'}")


def test_production_starts_no_engines(project: Path, queue: Path, port: str) -> None:
    want(project, listening(queue))
    with Running("serve", "--port", port, "--workers", "1", cwd=project) as run:
        wait_for(lambda: answer(f"http://127.0.0.1:{port}/queue") == (200, "none"), "it is served")
        assert not run.text.count("started with")
        run.stop(signal.SIGTERM)
    assert not queue.exists()


def test_what_a_web_process_told_before_it_was_ended_is_heard(tmp_path: Path) -> None:
    lifeline, alive = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        words = {"config": None, "env": None, "mock_missing": False, "debug": False, "host": "", "port": 0}
        errand = {"socket": listening.fileno(), "lifeline": lifeline, "first": False, "broken": "gone"}
        web = Web(Errand(root=str(tmp_path), **words, **errand))
        assert select.select([web._reports], [], [], 20)[0]
        web.end()
    os.close(lifeline)
    os.close(alive)
    assert web.serves and web.process.returncode == 0
