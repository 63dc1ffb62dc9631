"""``pymacaron serve``: production, by either server, once everything was found to be in order."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_project import FUNCTIONS, Running, answer, make_project, pymacaron, wait_for
from pymacaron_core.cli.menu import menu
from pymacaron_core.cli.serve import staff_of, started
from pymacaron_core.errors import StartError
from pymacaron_core.servers.processes import settings_for

pytestmark = pytest.mark.any_python  # processes of servers that are the same on each Python


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "shop")


def test_serve_answers_and_ends_on_sigterm(project: Path, port: str) -> None:
    with Running("serve", "--port", port, "--workers", "2", cwd=project) as serve:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answer(f"{url}/v1/orders") == (200, '[{"id":"first"}]'), "it serves")
        assert answer(f"{url}/doc/")[0] == 404
        assert serve.stop(signal.SIGTERM) == 0
    assert not (project / "apis" / "shop_models.py").exists()


@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_every_line_of_production_is_json_also_of_its_parent(project: Path, port: str, server: str) -> None:
    (project / "pym-config.yaml").write_text("name: shop\ncore: {log_requests: true}\n")
    with Running("serve", "--port", port, "--workers", "2", "--server", server, cwd=project) as serve:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: answer(f"{url}/v1/orders")[0] == 200, "it serves")
        answer(f"{url}/nowhere")
        assert serve.stop(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in serve.lines]
    assert {"pymacaron.serve", "gunicorn.error", "pymacaron.requests"} <= {line["logger"] for line in lines}
    asked = [line["message"] for line in lines if line["logger"] == "pymacaron.requests"]
    assert sorted(asked) == ["GET /nowhere 404", "GET /v1/orders 200"]  # each of two workers writes its own


def test_a_fault_is_told_before_any_worker_starts(tmp_path: Path, port: str) -> None:
    project = make_project(tmp_path / "shop", functions=FUNCTIONS.replace("(limit)", "(limit, more)"))
    ended = pymacaron("serve", "--port", port, cwd=project)
    assert ended.returncode == 2
    assert ended.stderr.startswith(
        "error: apis/shop.yaml:7:7: shop.api.list_orders() (shop/api.py:4) needs an argument 'more'"
    )
    assert "gunicorn" not in ended.stderr


def test_a_secret_that_is_not_set_stops_production(project: Path, port: str) -> None:
    (project / "pym-config.yaml").write_text("name: shop\nenv_secrets: [SHOP_KEY]\nauth: {jwt_secret: SHOP_KEY}\n")
    ended = pymacaron("serve", "--port", port, cwd=project)
    assert ended.returncode == 2
    assert "pym-config.yaml:3:20: the secret SHOP_KEY is not set" in ended.stderr


def test_a_port_in_use_is_one_sentence(project: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = pymacaron("serve", "--port", str(taken.getsockname()[1]), cwd=project)
    assert ended.returncode == 2
    assert "is in use" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_the_command_line_and_the_environment_count_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYM_GUNICORN_WORKERS_COUNT", "7")
    staff = staff_of(menu().parse_args(["serve"]))
    assert (staff.workers, staff.threads, staff.why) == (7, 16, "PYM_GUNICORN_WORKERS_COUNT")
    staff = staff_of(menu().parse_args(["serve", "--workers", "3", "--threads", "5"]))
    assert (staff.workers, staff.threads, staff.why) == (3, 5, "--workers")
    assert started("granian", "http://x", staff) == "service  http://x  granian, 3 workers (--workers) of 5 threads"
    monkeypatch.setenv("PYM_GUNICORN_WORKERS_COUNT", "many")
    with pytest.raises(StartError, match="PYM_GUNICORN_WORKERS_COUNT"):
        staff_of(menu().parse_args(["serve"]))


def test_gunicorn_is_told_what_the_configuration_says() -> None:
    settings = settings_for("::1", 80, 3, 4, 1000, lambda: None)
    wanted = {
        "bind": "[::1]:80",
        "workers": 3,
        "threads": 4,
        "timeout": 180,
        "max_requests": 1000,
        "max_requests_jitter": 200,
        "preload_app": True,
    }
    assert {name: settings[name] for name in wanted} == wanted
    assert settings_for("127.0.0.1", 80, 3, 4, None, lambda: None)["max_requests"] == 0


SERVER = """\
import gc
import os
import time
from pathlib import Path

from flask import Flask, request
from pymacaron_core import API
from pymacaron_core.plugins import Plugin

here = Path(__file__).parent


class Kept(Plugin):
    name = "dynamodb"

    def at_worker_start(self):
        (here / f"worker-{os.getpid()}").touch()


app = Flask(__name__)


@app.get("/pid")
def pid():
    return f"{os.getpid()} {os.getppid()}"


@app.get("/kept")
def kept():
    return f"{gc.isenabled()} {gc.get_freeze_count() > 50_000}"


@app.get("/slow")
def slow():
    (here / "begun").touch()
    time.sleep(float(request.args["seconds"]))
    return "slept"


@app.post("/read")
def read():
    return str(len(request.get_data()))


@app.get("/stream")
def stream():
    return (f"{n}\\n" for n in range(3))


API(app, persistence=Kept()).load_apis("apis").start()
"""
BODY = b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
HOSTILE = {
    b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n": 400,
    b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd": 400,
    b"Content-Length: 3\r\n" + b"A: 1\r\n" * 2_000 + b"\r\nabc": 431,
    b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n": 200,
    b"Content-Length: 3\r\n\r\nabc": 200,
}


def exchange(port: str, data: bytes) -> bytes:
    """What is answered to bytes."""
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def serving(project: Path, port: str, server: str, *arguments: str, settings: str = "") -> Running:
    """``serve`` with endpoints of Flask beside the project's own, once it answers."""
    (project / "server.py").write_text(SERVER)
    (project / "pym-config.yaml").write_text(f"core: {{server: {server}{settings}}}\n")
    running = Running("serve", "--port", port, *arguments, cwd=project)
    wait_for(lambda: answer(f"http://127.0.0.1:{port}/pid")[0] == 200, "it serves")
    return running


servers = pytest.mark.parametrize("server", ["granian", "gunicorn"])


@servers
def test_workers_are_told_that_they_start_and_hostile_bytes_harm_none(project: Path, port: str, server: str) -> None:
    with serving(project, port, server, "--workers", "1", "--threads", "2") as serve:
        assert f"{server}, 1 worker (--workers) of 2 threads" in serve.wait_until("service  ")
        url = f"http://127.0.0.1:{port}"
        worker, parent = answer(f"{url}/pid")[1].split()
        assert [file.name for file in project.glob("worker-*")] == [f"worker-{worker}"]
        assert int(parent) == serve.process.pid
        assert answer(f"{url}/kept") == (200, "True True")  # what was loaded is not looked through again
        for data, status in HOSTILE.items():
            assert int(exchange(port, BODY + data).split()[1]) == status, data[:60]
        assert answer(f"{url}/stream") == (200, "0\n1\n2\n")
        slow = [socket.create_connection(("127.0.0.1", int(port))) for _ in range(60)]
        for connection, begun in zip(
            slow, (b"", b"GET /pid HT", BODY + b"Content-Length: 9\r\n\r\na") * 20, strict=True
        ):
            connection.sendall(begun)
        assert answer(f"{url}/pid")[1].split()[0] == worker
        for connection in slow:
            connection.close()
        assert answer(f"{url}/pid")[1].split()[0] == worker
        assert "Traceback" not in serve.text


@servers
def test_requests_in_flight_are_answered_at_the_end_and_new_ones_refused(project: Path, port: str, server: str) -> None:
    with serving(project, port, server, "--workers", "1") as serve, ThreadPoolExecutor() as pool:
        slow = pool.submit(answer, f"http://127.0.0.1:{port}/slow?seconds=1.5")
        wait_for((project / "begun").exists, "it is in flight")
        serve.process.send_signal(signal.SIGTERM)
        wait_for(lambda: answer(f"http://127.0.0.1:{port}/pid")[0] == 0, "new ones are refused")
        assert not slow.done()
        assert slow.result() == (200, "slept")
        assert serve.process.wait(20) == 0


@servers
def test_a_second_signal_ends_it_at_once(project: Path, port: str, server: str) -> None:
    with serving(project, port, server, "--workers", "1") as serve, ThreadPoolExecutor() as pool:
        slow = pool.submit(answer, f"http://127.0.0.1:{port}/slow?seconds=60")
        wait_for((project / "begun").exists, "it is in flight")
        serve.process.send_signal(signal.SIGTERM)
        serve.wait_until("Handling signal: term")
        wait_for(lambda: answer(f"http://127.0.0.1:{port}/pid")[0] == 0, "it is ending")
        assert serve.stop(signal.SIGTERM) == 128 + signal.SIGTERM
        assert slow.result()[0] == 0


@servers
def test_no_request_is_lost_as_workers_are_renewed_and_a_killed_one_is_replaced(
    project: Path, port: str, server: str
) -> None:
    with serving(project, port, server, "--workers", "2", settings=", renew_after: 25") as serve:
        url = f"http://127.0.0.1:{port}/pid"
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
        workers: set[str] = set()

        def are_renewed() -> bool:
            connection.request("GET", "/pid")
            reply = connection.getresponse()
            kept, new = (reply.status, reply.read().decode()), answer(url)
            assert (kept[0], new[0]) == (200, 200), (kept, new)
            workers.update(text.split()[0] for _, text in (kept, new))
            return len(workers) > 4

        wait_for(are_renewed, "both workers are renewed")
        connection.close()
        os.kill(int(answer(url)[1].split()[0]), signal.SIGKILL)
        later = wait_for(lambda: {answer(url)[1].split()[0] for _ in range(20)} - workers, "it is replaced")
        assert later
        assert serve.stop(signal.SIGTERM) == 0
