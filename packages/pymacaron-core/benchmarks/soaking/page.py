"""What is printed and published of a soak."""

from __future__ import annotations

import platform
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from soaking.caller import Tally
from soaking.service import Sample


def progress(leg: int, legs: int, tally: Tally, workers: dict[int, Sample], seconds: float) -> str:
    """One line about a leg."""
    each = " | ".join(
        f"{one.resident / 1024:.1f} MB, {one.descriptors} files, {one.threads} threads, {one.blocks:,} blocks"
        for one in workers.values()
    )
    sent, faults = tally.sent.total(), tally.faults.total()
    return f"{leg}/{legs}: {sent:,} requests, {faults:,} faults, {seconds:.1f} s | {each}"


def told(server: str, result: Any) -> str:
    """One soak in Markdown, under a heading that names its server."""
    faults = [fault.replace("|", "\\|") for fault in result.faults]
    sent = result.tally.sent.total()
    statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(result.tally.statuses.items()))
    lines = [
        f"## {server}",
        "",
        f"**{sent:,} requests, {result.tally.faults.total():,} wrong answers or lost connections, "
        f"{sum(each.is_too_much for each in result.growths)} measures that grew.** {server} {version(server)}, "
        f"Python {platform.python_version()}, {len(result.samples[0]) if result.samples else 0} workers, "
        f"{len(result.samples)} legs, {sent / max(result.seconds, 0.001):,.0f} requests a second with the callers "
        f"on the same processors. The largest worker had {result.peak / 1024:,.0f} MB at most. Replies: {statuses}.",
        "",
        "| each worker, at rest | first half | second half | more, by 100,000 requests | allowance |",
        "|---|---:|---:|---:|---|",
    ]
    for each in result.growths:
        measure = each.measure
        first, second = measure.shown(each.first), measure.shown(each.second)
        rate = (each.second - each.first) * 100_000 / max(each.requests, 1)
        more = f"{rate / 1024:+,.2f}" if measure.title.endswith("MB") else f"{rate:+,.0f}"
        allowed = measure.shown(measure.slack) + (f", or {measure.part:.0%}" if measure.part else "")
        second = f"**{second}**" if each.is_too_much else second
        lines.append(f"| {measure.title}, worker {each.worker} | {first} | {second} | {more} | {allowed} |")
    lines += ["", *(f"- {fault}" for fault in faults), *([""] if faults else [])]
    kinds: Counter[str] = result.tally.sent
    lines += ["| sent | times | faults |", "|---|---:|---:|"]
    lines += [f"| {kind} | {count:,} | {result.tally.faults[kind]:,} |" for kind, count in kinds.most_common()]
    return "\n".join(lines) + "\n"


def write(path: Path, about: str, server: str, result: Any) -> None:
    """Write the page, and keep what it has of the other server."""
    kept = _sections(path.read_text()) if path.exists() else {}
    kept[server] = told(server, result)
    title, _, rest = about.partition("\n\n")
    usage = r"\n    python [^\n]*\n\n"
    text = re.sub(usage, "\n", rest).strip()
    made = "Made by `python benchmarks/soak.py --write`, and `--server gunicorn`."
    path.write_text(
        "\n".join([f"# {title.rstrip('.')}", "", text, "", made, "", *(kept[name] for name in sorted(kept))])
    )


def _sections(text: str) -> dict[str, str]:
    """What the page has of each server."""
    found = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: f"## {name}\n{rest.rstrip()}\n" for name, rest in zip(found[::2], found[1::2], strict=True)}
