"""Looks at a whole project, and keeps going where a start would stop: all that is wrong, and what is left."""

from __future__ import annotations

import argparse
import contextlib
import logging
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pymacaron_core import spec
from pymacaron_core.application import Application, LoadedApi
from pymacaron_core.cli.annotations import misread
from pymacaron_core.cli.finding import Finding, Located, of_fault, of_line, validated
from pymacaron_core.cli.linting import of_document
from pymacaron_core.cli.project import load_project
from pymacaron_core.config import Config, find_root, load_config
from pymacaron_core.errors import DocumentError, DocumentFault, GuardMissing, StartError


@dataclass
class Survey:
    """What was found; ``application`` is None where it could not be made at all."""

    root: Path
    config: Config | None = None
    application: Application | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def own_apis(self) -> list[LoadedApi]:
        return [api for api in self.application.apis.values() if not api.builtin] if self.application else []

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for finding in self.findings)


def survey(options: argparse.Namespace) -> Survey:
    """Look at everything of a project."""
    try:
        config = load_config(options.root, path=options.config, env=options.env)
    except StartError as error:
        named = Path(options.config) if options.config else None
        found = Survey(find_root(Path(options.root) if options.root else None, named, {}))
        found.findings.extend([*_of_error(error), *_of_documents(found.root, (), frozenset())])
        return found
    found = Survey(config.root, config)
    found.findings.extend(of_line(warning, "warning", "config") for warning in config.warnings)
    tolerated: list[StartError] = []
    with _warnings_to(found.findings):
        try:
            found.application = load_project(options, config.root, tolerated=tolerated)
        except StartError as error:
            tolerated.append(error)
    for tolerable in tolerated:
        found.findings.extend(_of_error(tolerable))
    loaded = frozenset(api.name for api in found.own_apis)
    found.findings.extend(_of_documents(config.root, config.core.ignore, loaded))
    told = {(each.place, each.rule) for each in found.findings if each.severity == "error"}
    for api in found.own_apis:
        also = _of_api(api, Located(config.root))
        found.findings.extend(each for each in also if (each.place, each.rule) not in told)
        found.findings.extend(validated(api.specification, config.root, found.findings))
    found.findings = sorted(dict.fromkeys(found.findings), key=lambda each: (each.file, each.line, each.column))
    return found


def _of_api(api: LoadedApi, located: Located) -> Iterator[Finding]:
    """What is served otherwise than its document may suggest."""
    for route in api.routes:
        if route.binding is not None and route.binding.dropped:
            names = ", ".join(route.binding.dropped)
            label = route.operation.label
            message = (
                f"{route.binding.name}() does not take {names}, which {label} declares: what callers send is dropped"
            )
            yield located.finding(route.operation.place, message, "arguments")
        for message in misread(api, route):
            yield located.finding(route.operation.place, message, "annotations")
    yield from map(located.unenforced, api.catalog.unenforced)
    yield from map(located.assumed, api.specification.assumed)


def _of_error(error: StartError) -> Iterator[Finding]:
    if isinstance(error, DocumentError):
        yield from map(of_fault, error.faults)
        return
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    lines = str(error).splitlines()
    if isinstance(error, GuardMissing) and len(lines) > 1:
        lines = [f"{line}: {lines[-1]}" for line in lines[:-1]]
    for line in lines:
        yield of_line(line, "error", kind)


def _of_documents(root: Path, ignore: Iterable[str], loaded: Collection[str]) -> Iterator[Finding]:
    """What is found in the documents alone of which no part could be loaded."""
    try:
        documents = spec.find(root / "apis")
    except DocumentError as error:
        yield from _of_error(error)
        return
    for name, path in documents.items():
        if name not in loaded and name not in ignore:
            yield from of_document(path, root)


@contextlib.contextmanager
def _warnings_to(findings: list[Finding]) -> Iterator[None]:
    """Have what is logged as a warning while loading put with the findings instead."""
    handler = _Handler(findings)
    logger = logging.getLogger("pymacaron_core")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


class _Handler(logging.Handler):
    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(logging.WARNING)
        self._findings = findings

    def emit(self, record: logging.LogRecord) -> None:
        told = record.args[0] if isinstance(record.args, tuple) and record.args else None
        if isinstance(told, DocumentFault):
            self._findings.append(of_fault(told))
        else:
            self._findings.append(of_line(record.getMessage(), "warning", record.name.rpartition(".")[2]))
