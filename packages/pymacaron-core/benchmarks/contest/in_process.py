"""Contestants' callables driven without a server, in interleaved rounds: microseconds, and ratios to the reference."""

from __future__ import annotations

import statistics
from typing import Any

from contest.children import Contest
from contest.contestants import REFERENCE, Contestant
from contest.workloads import WORKLOADS

Times = dict[tuple[str, str], list[float]]


def measure(
    contestants: tuple[Contestant, ...],
    rounds: int,
    calls: int,
    workloads: str = "".join(WORKLOADS),
) -> dict[str, Any]:
    """The figures of all who are there: ``rows`` by contestant and workload, ``left_out``, ``disqualified``, by name.

    Raises ``ValueError`` when the reference itself is absent or wrong.
    """
    with Contest(contestants, workloads) as contest:
        disqualified = faults(contest, workloads)
        fit = {
            workload: [name for name in contest.present(workload) if workload not in disqualified.get(name, {})]
            for workload in workloads
            if REFERENCE in contest.present(workload)
        }
        if not fit or any(REFERENCE not in names for names in fit.values()):
            raise ValueError(f"nothing to compare with: {contest.left_out} {disqualified}")
        times: Times = {}
        for turn in range(rounds):
            for workload, names in fit.items():
                for name in names[:: 1 if turn % 2 else -1]:
                    times.setdefault((name, workload), []).append(contest.ask(name, "time", workload, calls))
        rows = {name: row(times, name, workloads) for name in sorted({name for name, _ in times})}
        return {"rows": rows, "left_out": contest.left_out, "disqualified": disqualified}


def faults(contest: Contest, workloads: str) -> dict[str, dict[str, list[str]]]:
    """What is wrong, by contestant and workload; who is not in it answers as it must."""
    wrong: dict[str, dict[str, list[str]]] = {}
    for workload in workloads:
        for name in contest.present(workload):
            told = contest.ask(name, "check", workload)
            if told:
                wrong.setdefault(name, {})[workload] = told
    return wrong


def row(times: Times, name: str, workloads: str) -> dict[str, dict[str, float]]:
    """A contestant's figures: medians in microseconds, paired ratios, and D over B and E over B of its own."""
    cells = {}
    for workload in workloads:
        own = times.get((name, workload))
        if own is None:
            continue
        cell = {
            "microseconds": statistics.median(own) * 1e6,
            "ratio": paired(own, times[REFERENCE, workload]),
        }
        base = times.get((name, "B"))
        if base and workload == "D":
            cell["over_b"] = statistics.median(mine - other for mine, other in zip(own, base, strict=True)) * 1e6
        if base and workload == "E":
            cell["to_b"] = paired(own, base)
        cells[workload] = cell
    return cells


def paired(own: list[float], other: list[float]) -> float:
    """The median of the ratios of each round."""
    return statistics.median(mine / its for mine, its in zip(own, other, strict=True))
