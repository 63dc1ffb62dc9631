"""Whole services called by schemathesis: valid and invalid requests, every reply held to the document.

python fuzzing.py [--examples 100] [--seed 1] [--only workshop] [--write]
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fuzzed.calls import Result, result_of
from fuzzed.excuses import EXCUSES, Excused
from fuzzed.services import SERVICES

HEAD = """# Whole services, called by schemathesis

[schemathesis](https://schemathesis.readthedocs.io) reads the document that a service publishes, the error replies
included that PyMacaron adds, makes up requests that fit it and requests that do not, and holds every reply to it. Every
service here is called over HTTP, with all checks and in all phases of schemathesis; operations called one after the
other, by links, only where the functions keep what they are handed. Written by `python fuzzing.py --write`.

"""


def told(results: list[Result], excused: Excused, seed: int, examples: int) -> str:
    """The result as Markdown."""
    total, findings = sum(r.total for r in results), sum(len(r.findings) for r in results)
    lines = [f"{HEAD}**{total:,} calls, {findings} findings.** schemathesis {version('schemathesis')}, seed {seed}, "]
    lines[0] += f"`max-examples` {examples}."
    phases = list(dict.fromkeys(phase for r in results for phase in r.calls))
    lines += ["", f"| document | functions | operations | {' | '.join(phases)} | calls | findings |"]
    lines.append("|---|---|---:|" + "---:|" * (len(phases) + 2))
    for r in results:
        counts = " | ".join(f"{r.calls[phase]:,}" for phase in phases)
        row = f"| {r.service.title} | {r.service.functions} | {r.operations} | {counts} |"
        lines.append(f"{row} {r.total:,} | {len(r.findings)} |")
    lines += ["", "| check | times |", "|---|---:|"]
    checks: dict[str, int] = {}
    for r in results:
        for name, count in r.checks.items():
            checks[name] = checks.get(name, 0) + count
    lines += [f"| `{name}` | {count:,} |" for name, count in sorted(checks.items())]
    lines += [
        "",
        "What schemathesis reports, and is right all the same:",
        "",
        "| what | why | times |",
        "|---|---|---:|",
    ]
    lines += [f"| `{e.check}`: {e.what} | {e.why} | {excused.counts[e]:,} |" for e in EXCUSES]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=100, help="requests by chance for each operation (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the name of one service")
    parser.add_argument("--write", action="store_true", help="write fuzzing.md beside this file")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    excused, results = Excused(), []
    for service in SERVICES:
        if options.only in (None, service.name):
            with tempfile.TemporaryDirectory() as root:
                results.append(result_of(service, Path(root), options.seed, options.examples, excused))
            said = results[-1]
            sys.stderr.write(f"{service.name}: {said.total:,} calls, {len(said.findings)} findings\n")
            for finding in said.findings[:20]:
                sys.stderr.write(f"{finding}\n\n")
    text = told(results, excused, options.seed, options.examples)
    if options.write:
        (Path(__file__).parent / "fuzzing.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if any(r.findings for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
