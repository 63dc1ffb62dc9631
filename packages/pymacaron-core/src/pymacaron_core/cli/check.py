"""``pymacaron check``: all that is wrong or doubtful, at once."""

from __future__ import annotations

import argparse

from pymacaron_core.cli.survey import Finding, Survey, survey
from pymacaron_core.console import GREEN, RED, YELLOW, coloured, say, say_json


def execute(options: argparse.Namespace) -> int:
    """Tell every finding; 1 when there are errors, or warnings with ``--strict``."""
    found = survey(options)
    errors, warnings = found.count("error"), found.count("warning")
    if options.json:
        findings = [finding.to_json() for finding in found.findings]
        say_json({"errors": errors, "warnings": warnings, "findings": findings})
    else:
        for finding in found.findings:
            say(_line(finding))
        say(_summary(found, errors, warnings))
    return 1 if errors or (warnings and options.strict) else 0


def _line(finding: Finding) -> str:
    severity = coloured(finding.severity, RED if finding.severity == "error" else YELLOW)
    return f"{finding.place}: {severity}: {finding.message}" if finding.file else f"{severity}: {finding.message}"


def _summary(found: Survey, errors: int, warnings: int) -> str:
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((errors, "error"), (warnings, "warning"))]
    if errors or warnings:
        return ", ".join(told)
    routes = sum(len(api.routes) for api in found.own_apis)
    return coloured(f"all is well: {routes} {'route' if routes == 1 else 'routes'}, each with its function", GREEN)
