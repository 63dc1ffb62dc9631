"""Contestants behind servers, loaded by wrk in interleaved rounds: requests a second, and how long the slowest wait."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from contest.children import LeftOut
from contest.contestants import REFERENCE, Contestant
from contest.in_process import paired
from contest.openloop import latencies
from contest.servers import BASE, CORES, SERVE, Running, pinned, processor_seconds, project, run, serve, servers_for
from contest.workloads import WORKLOADS, Call, fault

Key = tuple[str, str]
SCRIPT = """\
wrk.method = %s
wrk.body = %s
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  local form = "\\nFOUND {\\"requests\\": %%d, \\"rate\\": %%f, \\"p50\\": %%f, \\"p99\\": %%f, \\"failed\\": %%d}\\n"
  local rate, p50, p99 = summary.requests / summary.duration * 1e6, latency:percentile(50), latency:percentile(99)
  io.write(string.format(form, summary.requests, rate, p50 / 1e3, p99 / 1e3, failed))
end
"""


def measure(
    contestants: tuple[Contestant, ...], rounds: int, seconds: float, workload: str = "B", rate: int = 0
) -> dict[str, Any]:
    """Figures by contestant, of its best server: requests a second, to the reference on gunicorn, p50 and p99 in ms.

    ``servers`` has them of every server. With a ``rate``, requests come so many a second, whatever the server does,
    and there are only p50 and p99. Raises ``ValueError`` where wrk is not installed.
    """
    if not rate and shutil.which("wrk") is None:
        raise ValueError("wrk is not installed: apt install wrk, or brew install wrk")
    with tempfile.TemporaryDirectory(prefix="pymacaron-served-") as folder:
        running, left_out = started(contestants, workload, Path(folder))
        try:
            rounds_of: dict[Key, list[dict[str, float]]] = {}
            for _ in range(rounds):
                for key, server in running.items():
                    found = (
                        latencies(server.port, workload, rate, seconds) if rate else loaded(server, workload, seconds)
                    )
                    rounds_of.setdefault(key, []).append(found)
        finally:
            for server in running.values():
                server.end()
    return {**summary(rounds_of), "left_out": left_out}


def started(
    contestants: tuple[Contestant, ...], workload: str, folder: Path
) -> tuple[dict[Key, Running], dict[str, dict[str, str]]]:
    """Every contestant on every server that fits, and who does not start or answers wrong."""
    running = {(one.name, each.name): run(one, each, folder) for one in contestants for each in servers_for(one)}
    if any(one.name == "pymacaron" for one in contestants):
        running["pymacaron", SERVE] = serve(project(folder / "served"), {})
    left_out: dict[str, dict[str, str]] = {}
    for (name, server), process in list(running.items()):
        try:
            check(process, workload)
        except LeftOut as reason:
            left_out.setdefault(name, {})[server] = str(reason)
            running.pop((name, server)).end()
    return running, left_out


def check(server: Running, workload: str) -> None:
    """Raises :class:`LeftOut` unless the answer to the workload is right; the last part of it is the warming up."""
    server.first_answer(WORKLOADS["A"][0])
    for _ in range(200):
        told = fault(workload, server.answer(WORKLOADS[workload][0]))
        if told:
            raise LeftOut(told)


def loaded(server: Running, workload: str, seconds: float) -> dict[str, float]:
    """What wrk finds in some seconds, from 32 connections, and what a request takes of the processor, in microseconds.

    Raises ``ValueError`` when requests failed."""
    call: Call = WORKLOADS[workload][0]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "call.lua")
        script.write_text(SCRIPT % (json.dumps(call.method), lua(call.body.decode())))
        url = f"http://127.0.0.1:{server.port}{call.path}?{call.query}"
        command = ["wrk", "-t1", "-c32", f"-d{max(1, round(seconds))}s", "-s", str(script), url]
        before = processor_seconds(server.process.pid)
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=pinned(CORES[-1] if CORES else None))
    found = [line[6:] for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    if not found:
        raise ValueError(f"wrk told nothing: {done.stdout}{done.stderr}")
    told = dict(json.loads(found[0]))
    told["processor"] = (processor_seconds(server.process.pid) - before) / max(1, told["requests"]) * 1e6
    return told


def lua(text: str) -> str:
    """A text as Lua writes it."""
    return f"[==[{text}]==]"


def summary(rounds_of: dict[Key, list[dict[str, float]]]) -> dict[str, Any]:
    """Medians, and for each contestant the server with the most requests a second, or the shortest p99."""
    base = rounds_of.get((REFERENCE, BASE))
    servers: dict[str, dict[str, dict[str, float]]] = {}
    for (name, server), rounds in rounds_of.items():
        cell = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        cell["failed"] = sum(each.get("failed", 0) for each in rounds)
        if base and "rate" in cell:
            cell["ratio"] = paired([each["rate"] for each in rounds], [each["rate"] for each in base])
        servers.setdefault(name, {})[server] = cell
    rows = {name: {"server": best(by), **by[best(by)]} for name, by in servers.items()}
    return {"rows": rows, "servers": servers}


def best(by_server: dict[str, dict[str, float]]) -> str:
    sound = [name for name, cell in by_server.items() if not cell["failed"]] or list(by_server)
    return max(sound, key=lambda name: by_server[name].get("rate", -by_server[name]["p99"]))
