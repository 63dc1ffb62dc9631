"""``pymacaron check``: all that is wrong or doubtful in a project, or in documents, at once.

The JSON has ``errors`` and ``warnings``, how many there are, and ``findings``, each with ``file`` (as seen from the
project, or from the working directory where documents are named; empty where it is about no file), ``line`` and
``column`` (from 1; 0 is unknown), ``pointer`` (JSON pointer, RFC 6901), ``rule`` (what was broken), ``severity``
(``error`` or ``warning``), ``message`` and ``hint`` (the nearest right name, else empty). ``notes`` are such findings
too, neither wrong nor doubtful: where a schema was read as one of objects, where the document validator fails. Keys may
be added, none is renamed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from pymacaron_core.cli.finding import ASSUMED, Finding
from pymacaron_core.cli.linting import lint
from pymacaron_core.cli.naming import root_named
from pymacaron_core.cli.survey import survey
from pymacaron_core.console import BOLD, DIM, GREEN, RED, YELLOW, coloured, on_one_line, say, say_json, tell
from pymacaron_core.spec.validate import can_validate

_SHOWN = 3
"""How many places a line names."""
MOST_OF_A_KIND = 20
"""How many findings of one rule are shown of a file, unless all are wanted."""
_COLOURS = {"error": RED, "warning": YELLOW, "note": DIM}
_NO_VALIDATOR = (
    "openapi-spec-validator is not installed, so only what PyMacaron itself knows was checked: "
    "pip install 'openapi-spec-validator>=0.9', which is what the extra [validator] brings"
)


def execute(options: argparse.Namespace) -> int:
    """Tell every finding; 1 when there are errors, or warnings with ``--strict`` or ``documents: strict``."""
    findings, looked_at, strict = _of_documents(options) if options.files else _of_project(options)
    strict = strict or options.strict
    if strict and not can_validate():
        tell(_NO_VALIDATOR)
    notes = [finding for finding in findings if finding.severity == "note"]
    findings = [finding for finding in findings if finding.severity != "note"]
    errors = sum(finding.severity == "error" for finding in findings)
    warnings = len(findings) - errors
    if options.json:
        told = {"findings": [each.to_json() for each in findings], "notes": [each.to_json() for each in notes]}
        say_json({"errors": errors, "warnings": warnings, **told})
    else:
        for line in _lines(findings, len(findings) if options.all else MOST_OF_A_KIND):
            say(line)
        for line in _notes(notes):
            say(line)
        say(_summary(findings, looked_at))
    return 1 if errors or (warnings and strict) else 0


def _of_documents(options: argparse.Namespace) -> tuple[Sequence[Finding], str, bool]:
    findings, count = lint(options.files, options.root)
    return findings, _counted(count, "document"), False


def _of_project(options: argparse.Namespace) -> tuple[Sequence[Finding], str, bool]:
    root_named(options.root)
    found = survey(options)
    routes = sum(len(api.routes) for api in found.own_apis)
    strict = found.config is not None and found.config.core.documents == "strict"
    return found.findings, f"{_counted(routes, 'route')}, each with its function", strict


def _lines(findings: Sequence[Finding], most: int) -> Iterator[str]:
    """A line for each finding, file by file; of many that are alike the first ones, and how many there are more."""
    for file, group in groupby(findings, key=lambda each: each.file):
        seen: Counter[tuple[str, str]] = Counter()
        for finding in group:
            kind = finding.severity, finding.rule
            seen[kind] += 1
            if seen[kind] <= most:
                yield _line(finding)
        for (severity, rule), count in seen.items():
            if count > most:
                more = f"{severity}: {count - most:,} more like these; --all shows them [{rule}]"
                yield f"{on_one_line(file)}: {more}" if file else more


def _line(finding: Finding) -> str:
    severity = coloured(finding.severity, _COLOURS[finding.severity])
    place = coloured(f"{on_one_line(finding.place)}:", BOLD) + " " if finding.file else ""
    pointer = f"(at {on_one_line(finding.pointer)})" if finding.pointer else ""
    rule = f"[{finding.rule}]" if finding.rule else ""
    more = " ".join(each for each in (pointer, rule) if each)
    return f"{place}{severity}: {on_one_line(finding.message)}" + (f" {coloured(more, DIM)}" if more else "")


def _notes(notes: Sequence[Finding]) -> Iterator[str]:
    """One line for all schemas that are read as objects: they are many, and alike."""
    assumed = [note for note in notes if note.rule == ASSUMED]
    yield from (_line(note) for note in notes if note.rule != ASSUMED)
    if assumed:
        shown = ", ".join(on_one_line(note.place) for note in assumed[:_SHOWN])
        more = f" and {len(assumed) - _SHOWN} more" if len(assumed) > _SHOWN else ""
        what = "schema with `properties` has" if len(assumed) == 1 else "schemas with `properties` have"
        read = "is read as an object" if len(assumed) == 1 else "are read as objects"
        yield coloured(f"note: {len(assumed)} {what} no `type`, and {read}: {shown}{more}", DIM)


def _summary(findings: Sequence[Finding], looked_at: str) -> str:
    if not findings:
        return coloured(f"all is well: {looked_at}", GREEN)
    counts = Counter(finding.severity for finding in findings)
    told = ", ".join(_counted(counts[severity], severity) for severity in ("error", "warning"))
    files = {finding.file for finding in findings if finding.file}
    where = f" in {len(files)} files" if len(files) > 1 else ""
    return coloured(f"{told}{where}", RED if counts["error"] else YELLOW)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
