"""Servers, each with one worker on one core, and the processes they are."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from contest.children import HERE, LeftOut
from contest.contestants import Contestant
from contest.workloads import PLAIN, Answer, Call

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""The first is the server's, the last the load's."""

SERVE = "pymacaron serve"
"""PyMacaron's own command, which chooses its server itself."""

PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """``module`` is what ``python -m`` runs, or must be there; ``arguments`` have ``{port}`` in them."""

    name: str
    interface: str
    module: str
    arguments: tuple[str, ...]


GRANIAN = ("--host", "127.0.0.1", "--port", "{port}", "--workers", "1", "--log-level", "error", "--no-ws")
SERVERS = (
    Server("granian", "wsgi", "granian", ("--interface", "wsgi", *GRANIAN, "--blocking-threads", "4")),
    Server(
        "gunicorn gthread",
        "wsgi",
        "gunicorn",
        ("-k", "gthread", "--threads", "4", "-w", "1", "-b", "127.0.0.1:{port}", "--log-level", "error"),
    ),
    Server("granian", "asgi", "granian", ("--interface", "asgi", *GRANIAN)),
    Server(
        "uvicorn",
        "asgi",
        "uvicorn",
        ("--host", "127.0.0.1", "--port", "{port}", "--no-access-log", "--log-level", "error"),
    ),
)
BASE = "gunicorn gthread"
"""The server of the reference that all are compared with."""


def servers_for(contestant: Contestant) -> list[Server]:
    """Those that are installed and speak the contestant's interface."""
    return [each for each in SERVERS if each.interface == contestant.interface and find_spec(each.module)]


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def pinned(core: int | None) -> Callable[[], None] | None:
    """What a process does before it starts, to stay on one core; None where a system has no such thing."""
    return (lambda: os.sched_setaffinity(0, {core})) if core is not None and len(CORES) > 1 else None


class Running:
    """A server with one application, in a process group of its own, on the first core."""

    def __init__(self, command: list[str], port: int, environ: Mapping[str, str], cwd: Path = HERE) -> None:
        self.port = port
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the server
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **environ},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
            preexec_fn=pinned(CORES[0] if CORES else None),
        )

    def answer(self, call: Call, patience: float = 10) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            headers = dict(call.headers) | ({"Content-Type": "application/json"} if call.body else {})
            target = f"{call.path}?{call.query}" if call.query else call.path
            connection.request(call.method, target, call.body or None, headers)
            said = connection.getresponse()
            return Answer(said.status, {name.lower(): value for name, value in said.getheaders()}, said.read())
        finally:
            connection.close()

    def first_answer(self, call: Call) -> float:
        """Ask until there is an answer; seconds since the process was started. Raises :class:`LeftOut`."""
        while True:
            try:
                self.answer(call)
            except OSError:
                passed = time.perf_counter() - self.began
                if self.process.poll() is not None or passed > PATIENCE:
                    raise LeftOut(f"it does not answer: {self.told()}") from None
                time.sleep(0.002)
            else:
                return time.perf_counter() - self.began

    def told(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace").strip()[-300:]

    def end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.process.wait()
        self.log.close()


def processes(group: int) -> list[int]:
    """The processes of a group; none where a system has no ``/proc``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                found.append(int(folder.name))
        except ProcessLookupError:
            continue
    return found


def processor_seconds(group: int) -> float:
    """What all processes of a group have had of the processor, those that have ended included; it does not grow while
    others have it."""
    total = 0
    for number in processes(group):
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(map(int, fields[11:15]))  # its own, and that of children it has seen the end of, proc_pid_stat(5)
    return total / os.sysconf("SC_CLK_TCK")


def project(folder: Path) -> Path:
    """The workloads as a project of PyMacaron, written into a new folder of that name."""
    writing = import_module("contest.contestants.pymacaron_here")  # absent where PyMacaron is
    folder.mkdir()
    return Path(writing.write(folder, PLAIN))


def serve(folder: Path, environ: Mapping[str, str]) -> Running:
    """``pymacaron serve`` with one worker, on a project's folder."""
    port = free_port()
    program = str(Path(sys.executable).with_name("pymacaron"))
    command = [program, "serve", "--root", str(folder), "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    return Running(command, port, environ, folder)


def run(contestant: Contestant, server: Server, folder: Path) -> Running:
    """Start a contestant's plain application on a server, with a folder for what it writes."""
    port = free_port()
    arguments = [each.format(port=port) for each in server.arguments]
    environ = {"CONTESTANT": contestant.name, "CONTEST_KIND": PLAIN, "TMPDIR": str(folder)}
    return Running([sys.executable, "-m", server.module, *arguments, "contest.served:app"], port, environ)
