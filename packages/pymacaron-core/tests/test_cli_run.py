"""``pymacaron run``, as somebody works with it: in a process of its own, with edits, faults and signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import time
from pathlib import Path

import pytest
from cli_project import DOCUMENT, FUNCTIONS, MORE, Running, answer, make_project, pymacaron, wait_for
from processes import children_of, is_alive
from pymacaron_core import development

pytestmark = pytest.mark.any_python  # processes and files: a minute on each Python, for the same answer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop project")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_run_serves_says_where_and_stops_on_ctrl_c(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        assert run.url == f"http://127.0.0.1:{port}/v1"
        run.wait_until(f"http://127.0.0.1:{port}/doc/")
        run.wait_until("Ctrl-C")
        assert answer(f"{run.url}/orders") == (200, '[{"id":"first"}]')
        assert "ms" in run.wait_until("GET /v1/orders 200 ")
        assert run.stop(signal.SIGINT) == 0
    assert run.lines[-1] == "stopped"
    assert (project / "apis" / "shop_models.py").is_file()


def test_run_stops_on_sigterm(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        assert run.stop(signal.SIGTERM) == 0
    assert run.lines[-1] == "stopped"


def test_an_edited_document_brings_its_new_route(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        assert answer(f"{run.url}/more")[0] == 404
        (project / "shop" / "api.py").write_text(FUNCTIONS + "\n\ndef get_more():\n    return None\n")
        edit(project / "apis" / "shop.yaml", "components:\n", MORE)
        wait_for(lambda: answer(f"{run.url}/more")[0] == 200, "the new route is served")
        run.wait_until("is served again: 2 routes")
        run.wait_until("apis/shop.yaml")


def test_edits_within_one_second_and_of_one_length_are_seen(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        before = "first"
        for word in ("later", "third", "other"):
            edit(project / "shop" / "api.py", before, word)
            wait_for(lambda word=word: word in answer(f"{run.url}/orders")[1], f"{word} is answered")
            before = word


def test_a_broken_edit_is_told_to_developer_and_caller_until_it_is_mended(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        edit(project / "apis" / "shop.yaml", "in: query", "in: qery")
        run.wait_until("error: apis/shop.yaml:9:25:")
        status, body = wait_for(lambda: (a := answer(f"{run.url}/orders"))[0] == 503 and a, "503 is answered")
        told = json.loads(body)
        assert (status, told["error"]) == (503, "SERVICE_UNAVAILABLE")
        assert "apis/shop.yaml:9:25:" in told["error_description"]
        edit(project / "apis" / "shop.yaml", "in: qery", "in: query")
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 200, "the mended service answers")


def test_code_that_raises_is_told_by_its_line_and_without_a_traceback(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        (project / "server.py").write_text("import math\n\nmath.nothing\n")
        run.wait_until("error: server.py:3: AttributeError")
        assert "Traceback" not in run.text


def test_a_restart_refuses_no_connection(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        url = f"{run.url}/orders"
        edit(project / "shop" / "api.py", "first", "second")
        statuses = []
        wait_for(lambda: statuses.append(a := answer(url)) or "second" in a[1], "the edit is answered")
    assert {status for status, _ in statuses} == {200}


def test_a_service_that_ends_by_itself_is_started_again_by_an_edit(project: Path, port: str) -> None:
    ending = FUNCTIONS.replace("return", "import os; os._exit(7)\n    return")
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        (project / "shop" / "api.py").write_text(ending)
        run.wait_until("is served again")
        answer(f"{run.url}/orders")
        run.wait_until("ended with status 7")
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 503, "callers are told")
        (project / "shop" / "api.py").write_text(FUNCTIONS)
        wait_for(lambda: answer(f"{run.url}/orders")[0] == 200, "it is served again")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_web_process_dies_with_its_supervisor(project: Path, port: str, number: int) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        (web,) = children_of(run.process.pid)
        assert is_alive(web)
        run.process.send_signal(number)
        run.process.wait(20)
        wait_for(lambda: not is_alive(web), "the web process is gone")
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", int(port)))


def test_a_caller_that_is_gone_at_once_is_told_of_and_not_waited_for(project: Path, port: str) -> None:
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("Ctrl-C")
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", int(port)), 10) as caller:
                caller.sendall(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
                assert caller.recv(1)
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # reset, not closed
        wait_for(lambda: sum("GET /ping 200" in line for line in run.lines) == 20, "each request is printed once")
        began = time.monotonic()
        assert run.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < development.PATIENCE


def test_a_port_in_use_is_one_sentence(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = pymacaron("run", "--port", str(port), cwd=project)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"error: 127.0.0.1:{port} is in use")
    assert "--port" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("more", [(), ("--no-reload",)])
def test_a_first_start_that_fails_ends_with_2(tmp_path: Path, port: str, more: tuple[str, ...]) -> None:
    project = make_project(tmp_path / "p", DOCUMENT, FUNCTIONS.replace("list_orders", "something_else"))
    ended = pymacaron("run", "--port", port, *more, cwd=project)
    assert ended.returncode == 2
    assert "error: apis/shop.yaml:7:7: listOrders (GET /orders) has no function" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "stopped" not in ended.stdout


def test_debug_shows_where_an_error_came_from(tmp_path: Path, port: str) -> None:
    project = make_project(tmp_path / "p", DOCUMENT, "import nothing_like_this\n")
    ended = pymacaron("run", "--port", port, "--debug", cwd=project)
    assert ended.returncode == 2
    assert "Traceback" in ended.stderr
    assert "nothing_like_this" in ended.stderr


def test_mock_missing_answers_unwritten_operations_and_marks_them(tmp_path: Path, port: str) -> None:
    project = make_project(tmp_path / "p", functions=None)
    with Running("run", "--port", port, "--mock-missing", cwd=project) as run:
        run.wait_until("1 of them mocked")
        assert answer(f"{run.url}/orders") == (200, '[{"id":"string"}]')


def test_without_reload_it_is_one_process(project: Path, port: str) -> None:
    with Running("run", "--port", port, "--no-reload", cwd=project) as run:
        assert answer(f"{run.url}/orders")[0] == 200
        assert run.stop(signal.SIGINT) == 0
    assert run.lines[-1] == "stopped"


def test_the_port_comes_from_the_environment_or_the_configuration(project: Path, port: str) -> None:
    (project / "pym-config.yaml").write_text(f"name: shop\ncore: {{port: {port}}}\n")
    with Running("run", cwd=project) as run:
        assert run.url.endswith(f":{port}/v1")
    with Running("run", cwd=project, PORT=port) as run:
        assert run.url.endswith(f":{port}/v1")
    ended = pymacaron("run", cwd=project, PORT="many")
    assert ended.returncode == 2
    assert "PORT must be a port" in ended.stderr


def test_run_works_on_a_project_elsewhere(project: Path, tmp_path: Path, port: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "flask.py").write_text("raise RuntimeError('a file of the working directory was imported')\n")
    with Running("run", "-C", str(project), "--port", port, cwd=elsewhere) as run:
        assert answer(f"{run.url}/orders")[0] == 200


def test_ctrl_c_while_it_starts_is_quiet(project: Path, port: str) -> None:
    (project / "server.py").write_text("print('loading', flush=True)\nimport time\ntime.sleep(60)\n")
    with Running("run", "--port", port, cwd=project) as run:
        run.wait_until("loading")
        os.killpg(run.process.pid, signal.SIGINT)
        assert run.process.wait(20) == 0
        run.wait_until("stopped")
    assert "Traceback" not in run.text
