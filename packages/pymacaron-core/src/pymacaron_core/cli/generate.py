"""``pymacaron generate``: the models of every document, and stubs for operations without a function."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pymacaron_core.cli.finding import tell_if_long
from pymacaron_core.cli.project import load_project
from pymacaron_core.cli.signatures import Signatures
from pymacaron_core.cli.stubs import Target, Written, targets, title_of, write_stubs
from pymacaron_core.config import Config, load_config
from pymacaron_core.console import say, say_json, tell_errors
from pymacaron_core.errors import DocumentError, DocumentFault, StartError
from pymacaron_core.gathering import Wishes, read_all
from pymacaron_core.loading import candidates_of
from pymacaron_core.models import (
    is_pool_fresh,
    load_models,
    models_path,
    pool_path,
    why_stale,
    write_pool,
)
from pymacaron_core.models.plan import Plan
from pymacaron_core.models.pool import planned
from pymacaron_core.spec.operation import Operation, Place, Specification
from pymacaron_core.spec.validate import findings

log = logging.getLogger(__name__)


def execute(options: argparse.Namespace) -> int:
    """Write what is missing or stale; with ``--check`` only say so, and exit with 1."""
    config = load_config(options.root, path=options.config, env=options.env)
    told: list[Place] = []
    with _places_told(told):
        specifications = read_all(config.root / "apis", config.root, Wishes(), config.core.ignore, config)
    files = {models_path(each, config.root): each for each in specifications}
    stale = {path: why for path, specification in files.items() if (why := why_stale(specification, path))}
    if not options.check:
        sys.path.insert(0, str(config.root))
        _validate([files[path] for path in stale], config, told)
        for path in stale:
            load_models(files[path], root=config.root, write=True)
    pool, classes = pool_path(config.root), planned(map(Plan, specifications), config.root)
    if not is_pool_fresh(classes, config.root):
        stale[pool] = "the models changed since" if pool.exists() else "it is missing"
        if not options.check:
            write_pool(classes, config.root)
    stubs = _stubs(options, config.root) if options.handlers and not options.check else []
    _tell(options, config.root, [*files, pool], stale, stubs)
    return 1 if options.check and stale else 0


@contextlib.contextmanager
def _places_told(places: list[Place]) -> Iterator[None]:
    """Have the places of the faults that are logged meanwhile put there."""
    handler = _Places(places)
    logger = logging.getLogger("pymacaron_core")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _Places(logging.Handler):
    def __init__(self, places: list[Place]) -> None:
        super().__init__()
        self._places = places

    def emit(self, record: logging.LogRecord) -> None:
        told = record.args[0] if isinstance(record.args, tuple) and record.args else None
        if isinstance(told, DocumentFault):
            self._places.append(Place(told.file, told.pointer))


def _validate(specifications: list[Specification], config: Config, told: list[Place]) -> None:
    """Tell what the document validator says; under ``documents: strict`` nothing is generated then."""
    found: list[DocumentFault] = []
    for each in specifications:
        tell_if_long(each, config.root)
        found += [fault for fault in findings(each, config.root, told) if fault.severity != "note"]
    if found and config.core.documents == "strict":
        raise DocumentError(found)
    if config.core.documents == "warn":
        for fault in found:
            log.warning("%s", fault)


def _stubs(options: argparse.Namespace, root: Path) -> list[Written]:
    """Stubs for all operations that have no function, in the modules where they are looked for."""
    tolerated: list[StartError] = []
    application = load_project(options, root, tolerated=tolerated)
    written: list[Written] = []
    for api in application.apis.values():
        if api.builtin:
            continue
        handlers = candidates_of(application, api.specification, {}).module
        missing = [route.operation for route in api.routes if route.binding is None]
        wanted = _wanted(api.specification, missing, handlers)
        signatures = Signatures(api.specification, api.catalog.module.__name__)
        written.extend(write_stubs(root, wanted, signatures, title_of(api.specification)))
    return written


def _wanted(specification: Specification, missing: list[Operation], handlers: str) -> list[tuple[Target, Operation]]:
    places = targets(specification.operations, handlers)
    found = []
    for operation in missing:
        target = places[id(operation)]
        if target is None:
            tell_errors(
                f"{operation.place.file}: {operation.label} has no name for a function: give it an operationId, "
                f"an x-bind-server, or a function by API(handlers={{'{operation.method} {operation.path}': ...}})"
            )
        else:
            found.append((target, operation))
    return found


def _tell(
    options: argparse.Namespace, root: Path, files: list[Path], stale: Mapping[Path, str], stubs: list[Written]
) -> None:
    """``stale`` says why each file is not as it should be, or was not."""
    if options.json:
        models = [
            {"file": _shown(path, root), "fresh": path not in stale, "why": stale.get(path, "")} for path in files
        ]
        functions = [{"file": _shown(each.path, root), "functions": each.names} for each in stubs]
        say_json({"models": models, "stubs": functions})
        return
    for path in files:
        say(f"{_shown(path, root)} {_outcome(stale.get(path, ''), options.check)}")
    for each in stubs:
        say(f"{_shown(each.path, root)} {'written' if each.created else 'extended'}: {', '.join(each.names)}")
    if options.handlers and not options.check and not stubs:
        say("every operation has its function")


def _outcome(why: str, only_checked: bool) -> str:
    if not why:
        return "is up to date"
    return f"is stale, {why}: run 'pymacaron generate'" if only_checked else "written"


def _shown(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)
