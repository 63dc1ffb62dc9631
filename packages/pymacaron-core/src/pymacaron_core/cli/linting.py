"""Looks at documents alone, wherever they are: what is wrong in each, what is doubtful, and what is not enforced."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pymacaron_core.cli.finding import Finding, Located, is_left_for_later, of_fault, validated
from pymacaron_core.cli.naming import NO_STANDARD_INPUT, STANDARD_INPUT, reach_from, root_named, root_of, shown_file
from pymacaron_core.errors import ModelError, StartError
from pymacaron_core.models.plan import Plan
from pymacaron_core.spec import look
from pymacaron_core.spec.finding import documents_below


def lint(named: Iterable[str], root: str | None) -> tuple[list[Finding], int]:
    """What is found in files, and in the documents below folders; and how many documents there were.

    Raises ``StartError`` for what is not there, and for a folder without a document.
    """
    findings: list[Finding] = []
    named_root = root_named(root)
    documents = list(dict.fromkeys(path for each in named for path in _documents(each)))
    for path in documents:
        folder = named_root or root_of(path)
        found = sorted(dict.fromkeys(of_document(path, folder)), key=lambda each: (each.file, each.line, each.column))
        shown = {file: shown_file(file, folder) if file else "" for file in {each.file for each in found}}
        findings += [replace(each, file=shown[each.file]) for each in found]
    return list(dict.fromkeys(findings)), len(documents)


def _documents(named: str) -> list[Path]:
    path = Path(os.path.abspath(named))
    if not path.is_dir():
        if named == STANDARD_INPUT and not path.exists():
            raise StartError(NO_STANDARD_INPUT)
        if not path.exists():
            raise StartError(f"{named}: there is no such file or folder")
        return [path]
    found = list(documents_below(path))
    if not found:
        raise StartError(
            f"{named}: there is no API document in this folder: no file whose root says openapi or swagger"
        )
    return found


def of_document(path: Path, root: Path) -> Iterator[Finding]:
    """All that is found in one document, whatever of it is sound."""
    specification, faults = look(path, root=root, reach=reach_from(root))
    told = [of_fault(fault) for fault in faults]
    if specification is None:
        yield from told
        return
    located = Located(root)
    try:
        told += map(located.unenforced, Plan(specification).unenforced)
    except ModelError as error:
        told.append(Finding("error", str(error), specification.file, rule="model"))
    yield from told
    yield from validated(specification, root, told)
    if not is_left_for_later(specification, root, told):
        yield from map(located.assumed, specification.assumed)
