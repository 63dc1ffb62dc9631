"""What serving takes beside time: the memory of a worker, and the time from the start of the process to an answer."""

from __future__ import annotations

import re
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from contest.children import HERE, LeftOut
from contest.contestants import Contestant
from contest.servers import SERVE, Running, processes, project, run, serve, servers_for
from contest.workloads import WORKLOADS, Call

EXAMPLE = HERE.parents[2] / "examples" / "helloworld"
CORE_ONLY, FULL = f"PyMacaron, core only ({SERVE})", f"PyMacaron, examples/helloworld ({SERVE})"
REQUESTS = 300
"""So many of each call have a worker make what it makes when first used."""
CALLS = (WORKLOADS["A"][0], WORKLOADS["B"][0], WORKLOADS["C"][0])
LOGIN = Call("POST", "/account/login", body=b'{"user": "ada", "password": "macaron"}')

Starter = Callable[[], Running]


def measure(contestants: tuple[Contestant, ...], rounds: int) -> dict[str, Any]:
    """By title: megabytes of the worker, ``resident`` and ``proportional``, and of ``all``; seconds to ``start``."""
    rows: dict[str, dict[str, float]] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="pymacaron-footprint-") as folder:
        for title, starter, calls in subjects(contestants, Path(folder)):
            try:
                rows[title] = figures(starter, calls, rounds)
            except LeftOut as reason:
                left_out[title] = str(reason)
    return {"rows": rows, "left_out": left_out}


def subjects(contestants: tuple[Contestant, ...], folder: Path) -> Iterator[tuple[str, Starter, tuple[Call, ...]]]:
    """Every service whose footprint is taken: how it is started, and what it is asked."""
    if any(each.name == "pymacaron" for each in contestants):
        core = project(folder / "core")
        yield CORE_ONLY, lambda: serve(core, {}), CALLS
        if EXAMPLE.is_dir():
            full = Path(shutil.copytree(EXAMPLE, folder / "full", ignore=shutil.ignore_patterns(".*", "__pycache__")))
            yield FULL, lambda: serve(full, production()), (Call("GET", "/ping"), LOGIN)
    for contestant in contestants:
        for server in servers_for(contestant) if contestant.name != "pymacaron" else ():  # it writes its project first
            title = f"{contestant.title} ({server.name})"
            yield title, lambda one=contestant, its=server: run(one, its, folder), CALLS  # type: ignore[misc]


def production() -> Mapping[str, str]:
    """What the example needs in its environment to start; nothing of it is asked."""
    nowhere = "127.0.0.1:9"
    return {
        "PYM_JWT_SECRET": secrets.token_hex(32),
        "PYM_BROKER_URL": f"redis://{nowhere}/0",
        "PYM_DYNAMODB_ENDPOINT": f"http://{nowhere}",
    }


def figures(starter: Starter, calls: tuple[Call, ...], rounds: int) -> dict[str, float]:
    """The first start fills the caches and is not counted."""
    starts, sizes = [], {}
    for _ in range(rounds + 1):
        server = starter()
        try:
            starts.append(server.first_answer(calls[0]))
            if not sizes:
                sizes = memory(server, calls)
        finally:
            server.end()
    return {**sizes, "start": statistics.median(starts[1:] or starts)}


def memory(server: Running, calls: tuple[Call, ...]) -> dict[str, float]:
    """Megabytes of the worker, after some hundred requests, and of all processes together."""
    for _ in range(REQUESTS):
        for call in calls:
            server.answer(call)
    time.sleep(0.5)  # what a server does behind a request is done
    by_process = {number: mapped(number) for number in processes(server.process.pid)}
    workers = [number for number in by_process if number != server.process.pid] or [server.process.pid]
    worker = max(workers, key=lambda number: by_process[number].get("Rss", 0))
    return {
        "resident": by_process[worker].get("Rss", 0),
        "proportional": by_process[worker].get("Pss", 0),
        "all": sum(each.get("Pss", 0) for each in by_process.values()),
    }


def mapped(number: int) -> dict[str, float]:
    """What the kernel tells of a process's memory, in megabytes; nothing of one that ended meanwhile."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: int(size) / 1024 for name, size in re.findall(r"(?m)^(Rss|Pss): +(\d+) kB", text)}
