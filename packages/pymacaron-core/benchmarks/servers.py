"""granian and gunicorn under ``pymacaron serve``: under load, hostile callers, dying and renewed workers.

A small service (workloads A and B of ``serving.py``) is served by one worker of 16 threads, on one processor; the
load, ``wrk``, runs on another. Prints a table in Markdown; machines differ: compare the columns, not the figures.

    python servers.py [--seconds 5] [--rounds 3]

Beside them stand granian's own WSGI and gunicorn's ``gthread`` as they come, with as many threads.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from contest.document import document
from contest.workloads import BODY, PLAIN

SERVERS = ("granian", "gunicorn", "granian alone", "gthread alone")
ORDER = json.dumps(BODY)
FUNCTIONS = """
from apis.work_models import Made, Pong, Small

def ping():
    return Pong(ok="pong")

def create_order(body):
    total = sum(item.quantity * item.price for item in body.items)
    return Made(order_id=1, status=body.status, total=total, created_at=body.customer.created_at, items=body.items)

def list_orders(order_id, limit, tags):
    return [Small(id=order_id, name="x" * 1_000_000)]
"""
WHOLE = """
from pathlib import Path
from pymacaron_core import load
app = load(Path(__file__).parent, production=True)
"""
HEAD = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SLOW = {
    "200 connections that say nothing": b"",
    "200 heads that stop half way": b"GET /ping HTTP/1.1\r\nHost: x\r\nX-",
    "200 bodies that stop half way": HEAD + b"Content-Length: 600\r\n\r\n{",
    "200 bodies in chunks that stop half way": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "200 that do not read 1 MB": b"GET /orders/1?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n",
}
BROKEN = {
    "chunks that are none": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nzz\r\n",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}{}",
    "a length and chunks": HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "2,000 headers": HEAD + b"X: y\r\n" * 2_000 + b"\r\n",
    "a header that is folded": HEAD + b"X: y\r\n z\r\nContent-Length: 2\r\n\r\n{}",
}


class Service:
    """The service, served by one of the two."""

    def __init__(self, folder: Path, server: str, workers: int = 1, renew_after: int = 100_000, threads: int = 16):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = command_of(folder, server, self.port, workers, renew_after, threads)
        began = time.monotonic()
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [*pinned(0), sys.executable, "-m", *command], cwd=folder, stdout=self.log, stderr=self.log
        )
        while not self.answers():
            if time.monotonic() - began > 30 or self.process.poll() is not None:
                raise SystemExit(f"it does not serve: {(folder / 'log').read_text()}")
            time.sleep(0.005)
        self.start = time.monotonic() - began

    def answers(self, timeout: float = 10) -> bool:
        """Whether a plain request is answered."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            with contextlib.closing(connection):
                connection.request("GET", "/ping")
                return connection.getresponse().status == 200
        return False

    def waited(self) -> str:
        """How long the slowest of five plain requests takes."""
        times = []
        for _ in range(5):
            began = time.monotonic()
            if not self.answers():
                return "**none within 10 s**"
            times.append(time.monotonic() - began)
        return f"{max(times) * 1000:.0f} ms"

    def workers(self) -> list[int]:
        told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(pid) for pid in told.stdout.split()]

    def memory(self) -> float:
        """Megabytes that a worker has in memory, its share of what processes have in common included."""
        told = Path(f"/proc/{self.workers()[0]}/smaps_rollup").read_text()
        found = re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def end(self) -> str:
        """Tell it to end, and tell how it did."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = f"exit {self.process.wait(20)}"
        except subprocess.TimeoutExpired:
            self.kill()
            status = "**killed**"
        self.log.close()
        return f"{status} after {time.monotonic() - began:.1f} s"

    def kill(self) -> None:
        """End it with all its workers, whatever they do."""
        workers = self.workers()
        self.process.kill()
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        self.process.wait()


def command_of(folder: Path, server: str, port: int, workers: int, renew_after: int, threads: int) -> list[str]:
    """The module and the words that serve the project in a folder."""
    numbers = ["--workers", str(workers), "--port", str(port)]
    if server == "granian alone":
        alone = ["granian", "--interface", "wsgi", "--no-ws", "--http", "1", "--respawn-failed-workers", "whole:app"]
        return [*alone, *numbers, "--blocking-threads", str(threads)]
    if server == "gthread alone":
        alone = ["gunicorn", "--no-control-socket", "--preload", "--worker-class", "gthread", "whole:app"]
        often = ["--max-requests", str(renew_after), "--max-requests-jitter", str(renew_after // 5)]
        return [*alone, *numbers[:2], "--bind", f"127.0.0.1:{port}", "--threads", str(threads), *often]
    (folder / "pym-config.yaml").write_text(f"core: {{server: {server}, renew_after: {renew_after}}}\n")
    return ["pymacaron_core.cli", "serve", *numbers, "--threads", str(threads)]


def pinned(processor: int) -> list[str]:
    """The words that keep a command on one processor."""
    return ["taskset", "-c", str(processor % (os.cpu_count() or 1))] if (os.cpu_count() or 1) > 1 else []


def load(service: Service, seconds: float, body: Path | None = None) -> tuple[float, str]:
    """Requests a second under ``wrk``, and what went wrong."""
    script = ["-s", str(body)] if body else []
    url = f"http://127.0.0.1:{service.port}/ping"
    command = [*pinned(1), "wrk", "-t1", "-c32", f"-d{seconds:g}s", *script, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    wrong = re.findall(r"Socket errors: .*|Non-2xx.*", told)
    return float(rate[1]) if rate else 0.0, "; ".join(wrong) or "none failed"


@contextlib.contextmanager
def beside(port: int, data: bytes, count: int = 200) -> Iterator[None]:
    """Connections that send something, and then nothing; none of them reads."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.sendall(data)
        time.sleep(1)
        yield


def status_of(port: int, data: bytes) -> str:
    """The status that is answered to bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(data)
        try:
            return (connection.recv(100).split() or [b"", b"closed"])[1].decode()
        except (TimeoutError, ConnectionResetError) as error:
            return type(error).__name__


class Callers:
    """Callers that ask again and again, each on a connection that it keeps, and count what is not answered."""

    def __init__(self, port: int, count: int = 8) -> None:
        self.port, self.answered, self.lost, self._ended = port, 0, 0, threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(count)]
        for each in self._threads:
            each.start()

    def _call(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._ended.is_set():
            try:
                connection.request("POST", "/orders", ORDER, {"Content-Type": "application/json"})
                reply = connection.getresponse()
                reply.read()
                self.answered += 1
                self.lost += reply.status != 200
            except (OSError, http.client.HTTPException):
                connection.close()
                self.lost += not self._ended.is_set()

    def end(self) -> str:
        self._ended.set()
        for each in self._threads:
            each.join()
        return f"{self.lost} of {self.answered + self.lost}"


def under_callers(service: Service, act: Callable[[], object], seconds: float) -> str:
    """What callers lose while something is done to the service."""
    callers = Callers(service.port)
    time.sleep(1)
    act()
    time.sleep(seconds)
    return callers.end()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="seconds of load at a time")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of load; medians are printed")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed, and makes the load: apt-get install wrk, or brew install wrk")
    rows: dict[str, list[str]] = {}
    by_threads: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project(folder)
        for threads in (1, 2, 4, 16, 64):
            by_threads[str(threads)] = rates_of(folder, threads, options.seconds)
        services = {}
        for server in SERVERS:
            Service(folder, server).end()  # once, so that all is warm
        for server in SERVERS:
            services[server] = Service(folder, server)
        measure_load(services, folder, options, rows)
        for server, service in services.items():
            for told, value in behaviour(folder, server, service).items():
                rows.setdefault(told, []).append(value)
    print(f"| | {' | '.join(SERVERS)} |\n|---|{'---|' * len(SERVERS)}")
    for told, values in rows.items():
        print(f"| {told} | {' | '.join(values)} |")
    print("\n| threads | granian alone, A and B | granian, A and B |\n|---|---|---|")
    for threads, told in by_threads.items():
        print(f"| {threads} | {told} |")
    return 0


def rates_of(folder: Path, threads: int, seconds: float) -> str:
    """Requests a second of A and B, by granian alone and in our hands, with so many threads."""
    cells = []
    for server in ("granian alone", "granian"):
        service = Service(folder, server, threads=threads)
        cells.append(" and ".join(f"{load(service, seconds, body)[0]:,.0f}" for body in (None, folder / "b.lua")))
        service.end()
    return " | ".join(cells)


def project(folder: Path) -> None:
    """The service as a project on disk."""
    (folder / "apis").mkdir()
    (folder / "apis" / "work.yaml").write_text(document(PLAIN, "work.api"))
    (folder / "whole.py").write_text(WHOLE)
    (folder / "work").mkdir()
    (folder / "work" / "__init__.py").touch()
    (folder / "work" / "api.py").write_text(FUNCTIONS)
    lines = ('wrk.method="POST"', 'wrk.path="/orders"', 'wrk.headers["Content-Type"]="application/json"')
    (folder / "b.lua").write_text("\n".join((*lines, f"wrk.body=[==[{ORDER}]==]")))


def measure_load(
    services: dict[str, Service], folder: Path, options: argparse.Namespace, rows: dict[str, list[str]]
) -> None:
    """Load in interleaved rounds."""
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(options.rounds):
        for workload, body in (("A", None), ("B", folder / "b.lua")):
            for server, service in services.items():
                rates.setdefault((workload, server), []).append(load(service, options.seconds, body)[0])
    for workload in ("A", "B"):
        medians = [statistics.median(rates[workload, server]) for server in SERVERS]
        told = [f"{median:,.0f} ({median / medians[-1]:.1f})" for median in medians]
        rows[f"{workload}, requests a second (to gthread alone)"] = told


def behaviour(folder: Path, server: str, service: Service) -> dict[str, str]:
    """What else is to be known of a server."""
    told = {"start to first reply, warm": f"{service.start:.2f} s", "memory of a worker": f"{service.memory():.0f} MB"}
    for name, data in BROKEN.items():
        told[f"answer to {name}"] = status_of(service.port, data)
    for name, data in SLOW.items():
        with beside(service.port, data):
            told[f"slowest of 5 requests beside {name}"] = service.waited()
        service.kill()
        service = Service(folder, server)
    callers = Callers(service.port)
    time.sleep(1)
    told["SIGTERM under load"] = service.end()
    callers.end()
    service = Service(folder, server, workers=2)
    killed = under_callers(service, lambda: os.kill(service.workers()[0], signal.SIGKILL), 2)
    told["requests lost as 1 of 2 workers is killed (kill -9), of 8 callers"] = killed
    told["workers after that"] = str(len(service.workers()))
    service.end()
    service = Service(folder, server, workers=2, renew_after=1000)
    renew = (lambda: service.process.send_signal(signal.SIGHUP)) if server == "granian alone" else bool
    told["requests lost as workers are renewed each 1,000 (granian alone: once)"] = under_callers(service, renew, 8)
    service.end()
    return told


if __name__ == "__main__":
    sys.exit(main())
