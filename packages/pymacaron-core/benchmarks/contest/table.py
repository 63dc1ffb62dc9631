"""The figures as a page in Markdown, with what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contest.contestants import NAMED, REFERENCE
from contest.workloads import PLAIN, WORKLOADS

Row = Mapping[str, Mapping[str, float]]


def in_process(found: Mapping[str, Any]) -> str:
    """Ratios of the workloads, and what a caller and hooks add to each contestant's own B."""
    workloads = [each for each in WORKLOADS if any(each in row for row in found["rows"].values())]
    head = ["in process, ratio to hand-written Flask", *workloads]
    extra = [("D", "over_b", "D over B, µs"), ("E", "to_b", "E to B")]
    extra = [each for each in extra if any(each[1] in row.get(each[0], {}) for row in found["rows"].values())]
    lines = [[*head, *(title for _, _, title in extra), *(["B, µs"] if "B" in workloads else [])]]
    for name in ordered(found["rows"], "B" if "B" in workloads else workloads[0]):
        row: Row = found["rows"][name]
        cells = [number(row.get(each, {}).get("ratio")) for each in workloads]
        cells += [number(row.get(each, {}).get(key)) for each, key, _ in extra]
        cells += [number(row.get("B", {}).get("microseconds"))] if "B" in workloads else []
        lines.append([bold(name, NAMED[name].title), *(bold(name, cell) for cell in cells)])
    return aligned(lines)


def ordered(rows: Mapping[str, Row], workload: str) -> list[str]:
    """Names from the fastest to the slowest; who has no figure comes last."""
    return sorted(rows, key=lambda name: rows[name].get(workload, {}).get("ratio", float("inf")))


def absent(found: Mapping[str, Any]) -> str:
    """Who is not in the table, or not in a column of it, and why; an empty text where nobody is."""
    lines = []
    for name, by_kind in found.get("left_out", {}).items():
        what = "" if PLAIN in by_kind else f" ({', '.join(by_kind)})"
        lines.append(f"- {NAMED[name].title} is left out{what}: {next(iter(by_kind.values()))}")
    for name, by in found.get("disqualified", {}).items():
        lines += [f"- {NAMED[name].title} is disqualified: {told[0]}" for told in by.values()]
    return "\n".join(lines)


def aligned(lines: Iterable[list[str]]) -> str:
    """A table whose first line is its head and whose first column is text."""
    rows = list(lines)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    return "\n".join("| " + " | ".join(map(padded, row, widths, [0, *[1] * len(widths)])) + " |" for row in rows)


def padded(text: str, width: int, right: int) -> str:
    return text.rjust(width) if right else text.ljust(width)


def number(value: float | None, unit: str = "") -> str:
    """Three digits that tell something, or a dash."""
    if value is None:
        return "-"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}{unit}"


def bold(name: str, text: str) -> str:
    return f"**{text}**" if name in (REFERENCE, "pymacaron") else text
