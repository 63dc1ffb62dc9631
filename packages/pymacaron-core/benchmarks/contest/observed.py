"""What it costs PyMacaron to tell of its requests: B with log lines, with metrics and with both, to B with neither."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contest.children import Child
from contest.contestants import NAMED
from contest.end_to_end import check, loaded
from contest.in_process import paired
from contest.servers import Running, free_port, project, serve
from contest.workloads import PLAIN

NEITHER = "neither"
VARIANTS: Mapping[str, str] = {
    NEITHER: "",
    "a log line for each request": "log_requests: true, log_format: json",
    "metrics": "metrics: {}",
    "both": "log_requests: true, log_format: json, metrics: {}",
}
"""The options of core, by what they ask for. Log lines go to a file."""
CONFIGURATION = "CONTEST_CONFIGURATION"
"""Names the configuration of PyMacaron's application in a child."""

Rounds = dict[str, list[float]]


def measure(rounds: int, calls: int, load_rounds: int, seconds: float) -> dict[str, Any]:
    """By variant: microseconds in process and their ratio; and under ``pymacaron serve``, where wrk is installed,
    requests a second, microseconds of the processor a request, and the ratios of both.

    Raises ``ValueError`` where an answer is wrong.
    """
    with tempfile.TemporaryDirectory(prefix="pymacaron-observed-") as folder:
        rows = {
            title: {"microseconds": middle, "ratio": ratio} for title, middle, ratio in alone(folder, rounds, calls)
        }
        if load_rounds and shutil.which("wrk") is not None:
            for title, cell in served(Path(folder), load_rounds, seconds).items():
                rows[title].update(cell)
    return {"rows": rows}


def configuration(options: str) -> str:
    """Of the workloads' project. The worker is not replaced: the start of another would be counted as requests'."""
    return f"name: workloads\ncore: {{{', '.join(filter(None, (options, 'renew_after: null')))}}}\n"


def alone(folder: str, rounds: int, calls: int) -> list[tuple[str, float, float]]:
    """Each variant in a process of its own, in interleaved rounds: microseconds, and their ratio."""
    children = {
        title: Child(NAMED["pymacaron"], PLAIN, folder, {CONFIGURATION: configuration(options)})
        for title, options in VARIANTS.items()
    }
    try:
        for title, child in children.items():
            child.start()
            wrong = child.ask("check", "B")
            if wrong:
                raise ValueError(f"{title}: {wrong[0]}")
        times: Rounds = {title: [] for title in children}
        for turn in range(rounds):
            for title in list(children)[:: 1 if turn % 2 else -1]:
                times[title].append(children[title].ask("time", "B", calls))
    finally:
        for child in children.values():
            child.end()
    return [(title, statistics.median(own) * 1e6, paired(own, times[NEITHER])) for title, own in times.items()]


def served(folder: Path, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Each variant by ``pymacaron serve``, with one worker on one core, loaded in interleaved rounds."""
    running = {title: started(folder / f"variant-{number}", title) for number, title in enumerate(VARIANTS)}
    try:
        for server in running.values():
            check(server, "B")
        found: dict[str, list[dict[str, float]]] = {title: [] for title in running}
        for _ in range(rounds):
            for title, server in running.items():
                found[title].append(loaded(server, "B", seconds))
    finally:
        for server in running.values():
            server.end()
    return {title: summary(own, found[NEITHER]) for title, own in found.items()}


def started(folder: Path, title: str) -> Running:
    project(folder)
    (folder / "pym-config.yaml").write_text(configuration(VARIANTS[title]))
    return serve(folder, {"PYM_METRICS_PORT": str(free_port())})


def summary(own: list[dict[str, float]], base: list[dict[str, float]]) -> dict[str, float]:
    """Medians, and how many times as much of the processor a request takes, and how many times as many come through."""
    cell = {f"to_{key}": paired([e[key] for e in own], [e[key] for e in base]) for key in ("rate", "processor")}
    return cell | {key: statistics.median(each[key] for each in own) for key in ("rate", "processor")}
