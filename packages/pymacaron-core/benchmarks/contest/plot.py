"""The figures as a picture: bars on a light ground of their own, so that they are read on a dark page too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from contest.contestants import NAMED, REFERENCE
from contest.table import number

WIDTH, LABELS, MARGIN, BAR, STEP, HEAD = 860, 290, 24, 15, 22, 46
COLOURS = {"pymacaron": "#b5179e", REFERENCE: "#495057"}
OTHERS = "#9db4c0"


def drawn(panels: list[tuple[str, list[tuple[str, float, str]], float]]) -> str:
    """An SVG of panels: a title, its rows (contestant, value, label), and the longest value that is drawn whole."""
    parts, top = [], MARGIN
    for title, rows, limit in panels:
        parts.append(text(MARGIN, top + 16, title, weight="bold", size=14))
        top += HEAD - STEP + 8
        for name, value, label in rows:
            parts += bar(top, name, value, label, limit)
            top += STEP
        top += MARGIN
    ground = f'<rect width="{WIDTH}" height="{top}" rx="8" fill="#f8f9fa"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="system-ui, sans-serif">'
    return "\n".join([head, ground, *parts, "</svg>", ""])


def bar(top: int, name: str, value: float, label: str, limit: float) -> list[str]:
    room = WIDTH - LABELS - MARGIN - 150
    length = max(1.0, room * min(value, limit) / limit)
    weight = "bold" if name in COLOURS else "normal"
    shape = f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" fill="{COLOURS.get(name, OTHERS)}"/>'
    cut = " »" if value > limit else ""
    return [
        text(LABELS - 10, top + 12, NAMED[name].title, weight=weight, anchor="end"),
        shape,
        text(LABELS + length + 6, top + 12, label + cut, weight=weight),
    ]


def text(x: float, y: float, words: str, *, weight: str = "normal", anchor: str = "start", size: int = 12) -> str:
    style = f'font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="#212529"'
    return f'<text x="{x:.1f}" y="{y}" {style}>{escape(words)}</text>'


def picture(found: Mapping[str, Any]) -> str:
    """B in process and end to end, as far as they were measured."""
    panels = []
    if "in_process" in found:
        rows = {name: row["B"]["ratio"] for name, row in found["in_process"]["rows"].items() if "B" in row}
        bars = [(name, ratio, number(ratio)) for name, ratio in sorted(rows.items(), key=lambda each: each[1])]
        panels.append(("Time of a request in process, to hand-written Flask: shorter is better", bars, 5.0))
    if "end_to_end" in found:
        cells = found["end_to_end"]["rows"]
        fastest = sorted(cells, key=lambda name: -cells[name]["ratio"])
        bars = [
            (name, cells[name]["ratio"], f"{number(cells[name]['ratio'])}  {cells[name]['server']}") for name in fastest
        ]
        longest = max((cell["ratio"] for cell in cells.values()), default=1.0)
        panels.append(("Requests a second on one core, to Flask on gunicorn: longer is better", bars, longest))
    return drawn(panels)
