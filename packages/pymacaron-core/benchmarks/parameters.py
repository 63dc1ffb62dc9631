"""Parameters, read from requests: every style, place and type, as the texts of OpenAPI and RFC 6570 write them.

The cases are generated (``wire_forms``): the wire forms come from ``uritemplate`` and from the tables of OpenAPI, what
must be read is the value they were written from. Each is a real request to a service of these declarations.

    python parameters.py [--write]
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from wire_forms.cases import Case, cases
from wire_forms.served import outcomes

HEAD = """# Parameters: every style, place and type

What is sent, what must be read or which fault must be told, and whether it is. Written by
`python parameters.py --write`.

Wire forms are those of RFC 6570, expanded by the library `uritemplate`; of OpenAPI 3.1.1, Parameter Object ("Style
Examples") and Appendices C, D and E; and of Swagger 2.0. "Left open by OpenAPI" marks what those texts do not define:
the case shows what is read here. Each case is a request to a service whose document declares the parameter `color`
so; values of paths are sent both with the target as it came (`RAW_URI`) and, where nothing is escaped, without.
"""
Outcome = tuple[Case, bool, str]


def told(found: list[Outcome]) -> str:
    """The result as Markdown: a summary, and every case."""
    right = sum(is_right for _, is_right, _ in found)
    lines = [HEAD, f"**{right:,} of {len(found):,} cases come out as expected.**", ""]
    lines += ["| dialect | in | style or format | explode | cases | as expected |", "|---|---|---|---|---:|---:|"]
    groups = [(key, list(group)) for key, group in groupby(sorted(found, key=_order), key=_order)]
    for (dialect, place, style, explode), group in groups:
        well = sum(is_right for _, is_right, _ in group)
        lines.append(f"| {dialect} | {place} | `{style}` | {_word(explode)} | {len(group)} | {well} |")
    for (dialect, place, style, explode), group in groups:
        title = f"{dialect}, {place}, `{style}`" + (", exploded" if explode else "")
        lines += ["", f"## {title}", "", "| what | declared | sent | expected | by | |", "|---|---|---|---|---|---|"]
        lines += _rows(group)
    return "\n".join(lines) + "\n"


def _rows(group: Iterable[Outcome]) -> Iterable[str]:
    for case, is_right, got in group:
        sent = "nothing" if case.wire is None else _code(case.wire)
        expected = f"fault at `{case.fault[0]}`: `{case.fault[1]}`" if case.fault else _code(json.dumps(case.value))
        result = "yes" if is_right else f"**no**: {_code(got)}"
        yield f"| {case.kind} | {_code(_declared(case))} | {sent} | {expected} | {case.source} | {result} |"


def _declared(case: Case) -> str:
    """What is declared beside name, place, style and explode."""
    said = {k: v for k, v in case.parameter.items() if k not in ("name", "in", "style", "explode", "collectionFormat")}
    if said.get("required") == (case.place == "path"):
        del said["required"]
    return json.dumps(said["schema"] if said.keys() == {"schema"} else said)


def _code(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
    return f"`{shown}`".replace("|", "\\|") if shown else "an empty text"


def _order(outcome: Outcome) -> tuple[str, str, str, bool]:
    case = outcome[0]
    return case.dialect, case.place, case.style, case.explode


def _word(explode: bool) -> str:
    return "yes" if explode else "no"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write parameters.md beside this file")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        found = list(outcomes(cases(), Path(folder)))
    for case, is_right, got in found:
        if not is_right:
            expected = case.fault or case.value
            print(f"{case.dialect} {case.place} {case.style}: {case.kind}: {case.wire!r}: {expected!r}, not {got}")
    print(f"{sum(is_right for _, is_right, _ in found)} of {len(found)} cases come out as expected")
    if given.write:
        Path(__file__).with_suffix(".md").write_text(told(found), encoding="utf-8")
    return 0 if all(is_right for _, is_right, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
