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
    """A table whose first line is its head; columns of figures are to the right."""
    rows = list(lines)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    figures = [len(rows) > 1 and all(is_figure(row[column]) for row in rows[1:]) for column in range(len(widths))]
    rows.insert(1, [("-" * width)[figure:] + ":" * figure for width, figure in zip(widths, figures, strict=True)])
    return "\n".join("| " + " | ".join(map(padded, row, widths, figures)) + " |" for row in rows)


def is_figure(cell: str) -> bool:
    return not cell.strip("*-0123456789.")


def padded(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def number(value: float | None, unit: str = "") -> str:
    """Three digits that tell something, or a dash."""
    if value is None:
        return "-"
    return f"{value:.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}{unit}"


def bold(name: str, text: str) -> str:
    return f"**{text}**" if name in (REFERENCE, "pymacaron") else text


def end_to_end(found: Mapping[str, Any]) -> str:
    """Requests a second on the best server, to the reference on gunicorn, FastAPI and Litestar."""
    rows = found["rows"]
    head = ["end to end, B", "best server", "requests/s to Flask on gunicorn", "requests/s"]
    lines = [[*head, "processor, µs a request", "p50, ms", "p99, ms"]]
    for name in sorted(rows, key=lambda name: -rows[name]["ratio"]):
        cell = rows[name]
        figures = [number(cell[key]) for key in ("ratio", "rate", "processor", "p50", "p99")]
        lines.append([bold(name, NAMED[name].title), cell["server"], *(bold(name, each) for each in figures)])
    return aligned(lines) + "\n" + failures(found)


def by_server(found: Mapping[str, Any]) -> str:
    """The same on every server."""
    head = ["end to end, B, on every server", "server", "requests/s to Flask on gunicorn"]
    lines = [[*head, "processor, µs a request", "p50, ms", "p99, ms"]]
    for name, servers in found["servers"].items():
        for server, cell in servers.items():
            figures = [number(cell[key]) for key in ("ratio", "processor", "p50", "p99")]
            lines.append([bold(name, NAMED[name].title), server, *figures])
    return aligned(lines)


def at_a_rate(found: Mapping[str, Any], rate: int) -> str:
    """How long answers take where requests come at a fixed rate."""
    lines = [[f"B, {rate} requests a second", "server", "p50, ms", "p99, ms"]]
    for name, servers in found["servers"].items():
        for server, cell in servers.items():
            lines.append([bold(name, NAMED[name].title), server, number(cell["p50"]), number(cell["p99"])])
    return aligned(lines) + "\n" + failures(found)


def failures(found: Mapping[str, Any]) -> str:
    """Who did not start, and whose requests failed; an empty text where nobody's did."""
    lines = [
        f"- {NAMED[name].title} on {server} is left out: {reason}"
        for name, by in found.get("left_out", {}).items()
        for server, reason in by.items()
    ]
    for name, servers in found["servers"].items():
        lines += [
            f"- {NAMED[name].title} on {server}: {cell['failed']:.0f} requests failed"
            for server, cell in servers.items()
            if cell["failed"]
        ]
    return "\n".join(lines)


def observed(found: Mapping[str, Any]) -> str:
    """What log lines and metrics cost PyMacaron; end to end only where that was measured."""
    heads = ["in process, µs", "ratio", "pymacaron serve, processor, µs a request", "ratio", "requests/s", "ratio"]
    keys = ("microseconds", "ratio", "processor", "to_processor", "rate", "to_rate")
    lines = [["PyMacaron, B, with", *heads]]
    lines += [[title, *(number(cell.get(key)) for key in keys)] for title, cell in found["rows"].items()]
    return aligned(lines)


def footprint(found: Mapping[str, Any]) -> str:
    """Memory and start."""
    lines = [["memory and start", "worker, MB resident", "worker, MB proportional", "all processes, MB", "start, s"]]
    for title, cell in found["rows"].items():
        figures = [number(cell[key]) for key in ("resident", "proportional", "all", "start")]
        name = "pymacaron" if title.startswith("PyMacaron,") else ""
        lines.append([bold(name, title), *(bold(name, each) for each in figures)])
    absentees = [f"- {title} is left out: {reason}" for title, reason in found.get("left_out", {}).items()]
    return "\n".join([aligned(lines), *absentees])
