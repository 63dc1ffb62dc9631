"""``pymacaron check``: all that is wrong or doubtful in a project, or in documents, at once.

The JSON has ``errors`` and ``warnings``, how many there are, and ``findings``, each with ``file`` (as seen from the
project, or from the working directory where documents are named; empty where it is about no file), ``line`` and
``column`` (from 1; 0 is unknown), ``pointer`` (JSON pointer, RFC 6901), ``rule`` (what was broken), ``severity``
(``error`` or ``warning``), ``message`` and ``hint`` (the nearest right name, else empty). ``notes`` are such findings
too, neither wrong nor doubtful: where a schema was read as one of objects. Keys may be added, none is renamed.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from pymacaron_core.cli.finding import Finding
from pymacaron_core.cli.linting import lint
from pymacaron_core.cli.survey import survey
from pymacaron_core.console import DIM, GREEN, RED, YELLOW, coloured, say, say_json, tell
from pymacaron_core.spec.validate import can_validate

_SHOWN = 3
"""How many places a line names."""
_NO_VALIDATOR = (
    "openapi-spec-validator is not installed, so only what PyMacaron itself knows was checked: "
    "pip install 'openapi-spec-validator>=0.9', which is what the extra [validator] brings"
)


def execute(options: argparse.Namespace) -> int:
    """Tell every finding; 1 when there are errors, or warnings with ``--strict`` or ``documents: strict``."""
    findings, well, strict = _of_documents(options) if options.files else _of_project(options)
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
        for finding in findings:
            say(_line(finding))
        if notes:
            say(_noted(notes))
        say(_summary(errors, warnings) or coloured(f"all is well: {well}", GREEN))
    return 1 if errors or (warnings and strict) else 0


def _of_documents(options: argparse.Namespace) -> tuple[Sequence[Finding], str, bool]:
    findings, count = lint(options.files, options.root)
    return findings, f"{count} {'document' if count == 1 else 'documents'}", False


def _of_project(options: argparse.Namespace) -> tuple[Sequence[Finding], str, bool]:
    found = survey(options)
    routes = sum(len(api.routes) for api in found.own_apis)
    strict = found.config is not None and found.config.core.documents == "strict"
    return found.findings, f"{routes} {'route' if routes == 1 else 'routes'}, each with its function", strict


def _line(finding: Finding) -> str:
    severity = coloured(finding.severity, RED if finding.severity == "error" else YELLOW)
    told = f"{finding.place}: {severity}: {finding.message}" if finding.file else f"{severity}: {finding.message}"
    return f"{told} {coloured(f'(at {finding.pointer})', DIM)}" if finding.pointer else told


def _noted(notes: Sequence[Finding]) -> str:
    """One line for all of them: they are many, and alike."""
    shown = ", ".join(note.place for note in notes[:_SHOWN])
    more = f" and {len(notes) - _SHOWN} more" if len(notes) > _SHOWN else ""
    what = "schema with `properties` has" if len(notes) == 1 else "schemas with `properties` have"
    read = "is read as an object" if len(notes) == 1 else "are read as objects"
    return coloured(f"note: {len(notes)} {what} no `type`, and {read}: {shown}{more}", DIM)


def _summary(errors: int, warnings: int) -> str:
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((errors, "error"), (warnings, "warning"))]
    return ", ".join(told) if errors or warnings else ""
