"""A small service on disk, a Redis and workers for it: all private to a test, and all ended with it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymacaron_async
import pymacaron_core

DEADLINE = 30.0
SPAWNED = """\
import billiard, sys
from pymacaron_async.cli import main
billiard.set_start_method("spawn", force=True)  # as on macOS
sys.exit(main())
"""
SOURCES = os.pathsep.join(
    dict.fromkeys(str(Path(package.__file__).parents[1]) for package in (pymacaron_async, pymacaron_core))
)
"""Where the packages that are tested lie: among the installed ones, or in the checkout."""
CONFIG = "name: shop\nwith_async: true\nasync: {lease: 3, time_limit: 60}\n"
DOCUMENT = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Queued"}}}}
components:
  schemas:
    Address: {type: object, required: [city], properties: {city: {type: string}, zip: {type: string, nullable: true}}}
    Order:
      type: object
      required: [id]
      properties:
        id: {type: string}
        seconds: {type: number}
        at: {type: string, format: date-time}
        to: {$ref: "#/components/schemas/Address"}
        picture: {type: string, format: byte}
    Queued: {type: object, required: [task], properties: {task: {type: string}}}
"""
FUNCTIONS = """\
from apis.shop_models import Order, Queued
from shop.tasks import pack


def create_order(body: Order) -> Queued:
    return Queued(task=pack(body, note={"to": body.to, "all": [body]}).id)
"""
TASKS = """\
import os
import sys
import time

from pymacaron_async import asynctask

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "out")


def tell(*words):
    with open(OUT, "a") as file:
        file.write(" ".join(map(str, words)) + "\\n")


@asynctask()
def pack(order, note):
    assert note["all"] == [order] and note["to"] == order.to
    tell("start", order.id, os.getpid())
    if order.id == "bad":
        raise ValueError("a bad order")
    if order.id == "exit":
        sys.exit(3)
    end = time.monotonic() + (order.seconds or 0)
    while time.monotonic() < end:
        try:
            time.sleep(0.1)
        except Exception:
            if order.id != "stubborn":
                raise
    tell("done", order.id, os.getpid())
"""


def make_project(root: Path, config: str = CONFIG, tasks: str = TASKS) -> Path:
    """A service called shop: ``POST /orders`` defers the task ``shop.tasks.pack``."""
    (root / "apis").mkdir(parents=True)
    (root / "shop").mkdir()
    files = {
        "pym-config.yaml": config,
        "apis/shop.yaml": DOCUMENT,
        "shop/__init__.py": "",
        "shop/api.py": FUNCTIONS,
        "shop/tasks.py": tasks,
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def redis_server() -> str | None:
    """The program, where it is installed."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


def wait_for(condition: Callable[[], Any], what: str, deadline: float = DEADLINE) -> Any:
    """What a condition gives, once that is true."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"it never came to this: {what}")


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: none of the settings of the machine, and warnings as they come."""
    dropped = ("PYM_", "PORT", "COVERAGE_PROCESS_START", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "PYTHONPATH": SOURCES, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **more}


class Redis:
    """A redis-server on a unix socket in a folder, append-only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.url = f"redis+socket://{self.socket}?virtual_host=0"
        self.start()

    def start(self) -> None:
        command = [redis_server() or "", "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.socket.exists() and self._answers(), "a Redis that answers")

    def _answers(self) -> bool:
        try:
            return self.ask("PING") == "PONG"
        except OSError:
            return False

    def ask(self, *words: str) -> str:
        """The answer to one command, of one line."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall((" ".join(words) + "\r\n").encode())
            answer = connection.recv(65536).decode()
        return answer.splitlines()[0].lstrip("+:") if answer else ""

    def count(self, key: str, command: str = "LLEN") -> int:
        return int(self.ask(command, key))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE)
        self.socket.unlink(missing_ok=True)

    def __enter__(self) -> Redis:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.kill()


class Worker:
    """``pymacaron-async worker`` in the background, in a process group of its own; its log is in a file."""

    def __init__(self, project: Path, url: str, *options: str, spawned: bool = False, **more: str) -> None:
        self.log = project / f"worker-{time.monotonic_ns()}.log"
        module = ["-c", SPAWNED] if spawned else ["-m", "pymacaron_async"]
        command = [sys.executable, *module, "worker", "-C", str(project), "--dev", *options]
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                command,
                env=environment(PYM_BROKER_URL=url, TMPDIR=str(project), **more),  # a killed one leaves folders there
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, text: str) -> None:
        def found() -> bool:
            assert self.process.poll() is None or text in self.text, self.text
            return text in self.text

        wait_for(found, f"a line with {text!r} in {self.log}")

    def ready(self) -> Worker:
        self.wait_until("ready for up to")
        return self

    def kill(self) -> None:
        """Kill -9 of all of its processes."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE)

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()


def told(project: Path, first: str = "", order: str = "") -> list[str]:
    """The lines that tasks wrote, all or those of one kind and order."""
    file = project / "out"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line for line in lines if line.startswith(f"{first} {order}".strip())]
