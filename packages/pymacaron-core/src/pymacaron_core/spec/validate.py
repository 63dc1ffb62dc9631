"""What a second reader says of a document: openapi-spec-validator, where it is installed (the extra ``validator``).

It is for ``check`` and ``generate``: it takes seconds, and a service that starts never asks it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from pymacaron_core.errors import DocumentFault
from pymacaron_core.spec.operation import Place, Specification
from pymacaron_core.yaml12 import YamlFault, places

TIME_LIMIT = 60.0
"""How many seconds it may take for one document."""

_LONGEST = 300
_LONG_PATTERN = re.compile(r'"pattern": "(?:[^"\\]|\\.){20000,}"')
"""What no engine is given, here or there: it is told as not enforced."""
_RULE = "validator"
_FAILED = {f"{_RULE}-{why}" for why in ("time", "failure", "recursion", "memory")}
"""What it says of itself, not of a place."""
_SMALL = 50_000
"""How many characters of JSON its slower engine judges soon, which tells what is wrong inside of alternatives."""
_EXACT = {"OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND": "jsonschema"}
_VAGUE = "what stands here has none of the forms that OpenAPI knows for this place"
"""What says that something inside is wrong, and not what."""
_PATTERN_TOLD = re.compile(r"is not a ['\"]regex['\"]$")
"""What it says of patterns: it takes them for Python's. Those that mean nothing are told when models are made."""
_INSTANCE = re.compile(r".* is not valid under any of the (?:given schemas|schemas listed in the .*)", re.DOTALL)


def can_validate() -> bool:
    """Whether the document validator is installed."""
    return find_spec("openapi_spec_validator") is not None


def findings(
    specification: Specification, root: Path, told: Iterable[Place] = (), *, time_limit: float = TIME_LIMIT
) -> list[DocumentFault]:
    """Where a document does not validate, as warnings with places; ``[]`` where nothing is installed that says so.

    Where the validator fails itself, that is a note: the document may be all right.

    What is wrong at a place of ``told``, inside of it or around it, is left out. A document in several files is
    validated as one, and what is wrong in a part that another file brings is told where the main file refers to it.
    """
    if not can_validate() or not specification.document:
        return []
    known = [place.pointer for place in told if place.file == specification.file]
    found = list(_found(specification, time_limit))
    inner = [*known, *(each.pointer for each in found if not each.message.endswith(_VAGUE))]
    left = [
        each
        for each in found
        if each.rule in _FAILED or not _is_told(each.pointer, inner if each.message.endswith(_VAGUE) else known)
    ]
    return _placed(left, root / specification.file)


def _found(specification: Specification, time_limit: float) -> Iterator[DocumentFault]:
    document = _LONG_PATTERN.sub('"pattern": ""', json.dumps(dict(specification.document), default=str))
    command = [sys.executable, "-m", "pymacaron_core.spec.validator"]
    environ = {**os.environ, **_EXACT} if len(document) < _SMALL else None
    try:
        done = subprocess.run(
            command, input=document, capture_output=True, text=True, timeout=time_limit, check=False, env=environ
        )
        answers = json.loads(done.stdout) if done.returncode == 0 else None
    except subprocess.TimeoutExpired:
        yield _fault(
            specification, (), f"the document validator is not done with this after {time_limit:g} seconds", "time"
        )
        return
    except (OSError, ValueError):
        answers = None
    if answers is None:
        yield _fault(specification, (), "the document validator cannot judge this document", "failure")
        return
    for path, keyword, message in answers:
        if keyword == "format" and _PATTERN_TOLD.search(message):
            continue
        failed = f"{_RULE}-{keyword}" in _FAILED
        told = _short(message) if failed else f"this does not validate: {_short(message)}"
        yield _fault(specification, path, told, keyword)


def _fault(specification: Specification, path: Iterable[str], message: str, keyword: str = "") -> DocumentFault:
    place = Place(specification.file)
    for step in path:
        place /= step
    rule = f"{_RULE}-{keyword}" if keyword else _RULE
    severity = "note" if rule in _FAILED else "warning"
    return DocumentFault(place.file, place.pointer, message, rule=rule, severity=severity)


def _is_told(pointer: str, known: list[str]) -> bool:
    return any(
        pointer == each or each.startswith(f"{pointer}/") or (each and pointer.startswith(f"{each}/")) for each in known
    )


def _placed(found: list[DocumentFault], file: Path) -> list[DocumentFault]:
    try:
        where = places(file.read_bytes(), {fault.pointer for fault in found})
    except (OSError, YamlFault):
        where = {}
    return [
        DocumentFault(f.file, f.pointer, f.message, *where.get(f.pointer, (0, 0)), f.rule, f.severity)
        for f in dict.fromkeys(found)
    ]


def _short(text: str) -> str:
    if _INSTANCE.fullmatch(text):
        return _VAGUE
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
