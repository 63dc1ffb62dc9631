"""Which documents a service has, what each says, and what is told of their faults."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pymacaron_core import spec
from pymacaron_core.config import Config
from pymacaron_core.errors import DocumentError, DocumentFault, StartError
from pymacaron_core.guard import Guard
from pymacaron_core.spec.operation import Policy, Specification

log = logging.getLogger(__name__)

MOST = 100
"""How many operations that are not served are named."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an application's APIs are to be loaded.

    Where ``tolerated`` is a list, what would stop the start is put there, and the rest is loaded all the same.
    """

    guards: Mapping[str, Guard] = field(default_factory=dict)
    handlers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    only_models: frozenset[str] = frozenset()
    mock_missing: bool = False
    write_models: bool = False
    builtin: bool = False
    called: bool = False
    tolerated: list[StartError] | None = None

    def fail(self, error: StartError) -> None:
        """Raise an error, or put it with the tolerated ones."""
        if self.tolerated is None:
            raise error
        self.tolerated.append(error)


def read_all(
    folder: Path,
    root: Path,
    wishes: Wishes,
    ignore: Iterable[str] = (),
    config: Config | None = None,
    keep: bool = False,
) -> list[Specification]:
    """Every API below a folder, as far as it is sound: what is not is logged, and left out.

    With ``keep`` an unchanged document is not read again, see :mod:`.spec.keeping`.
    Under ``documents: strict`` whatever is wrong or doubtful stops the start, under ``off`` nothing is logged. Raises
    ``DocumentError`` with the faults of all documents of which nothing is left.
    """
    mode = config.core.documents if config else "warn"
    reach = reach_of(config) if config else spec.Reach()
    if not folder.is_dir():
        raise StartError(
            f"there is no folder {folder}: put the service's OpenAPI documents there (apis/<name>.yaml), "
            "go to the project's folder, or make one with 'pymacaron new NAME'"
        )
    ignored = set(ignore)
    found = {name: path for name, path in spec.find(folder).items() if name not in ignored}
    if not found:
        raise StartError(
            f"{folder} holds no OpenAPI document: no .yaml or .json file there has 'openapi' or 'swagger' at its root"
            + _passed_over(folder, ignored)
        )
    read = spec.read_or_kept if keep else spec.read
    partly = mode != "strict" or wishes.tolerated is not None
    specifications: list[Specification] = []
    faults: list[DocumentFault] = []
    for name, path in found.items():
        try:
            specification, found_faults = read(path, root=root, name=name, sound_part=partly, reach=reach)
        except DocumentError as error:
            faults.extend(error.faults)
            continue
        specifications.append(_decided(specification, config))
        if mode == "strict":
            faults.extend(found_faults)
        elif mode == "warn" or wishes.tolerated is not None:
            _tell(specification, found_faults, len(found_faults) if wishes.tolerated is not None else MOST)
    if faults:
        wishes.fail(DocumentError(faults))
    return specifications


def reach_of(config: Config) -> spec.Reach:
    """What the documents of a project may refer to outside of it; in production nothing is fetched."""
    return spec.Reach.of(config.core.references, config.root, fetches=not config.production)


def _decided(specification: Specification, config: Config | None) -> Specification:
    """The specification with what the configuration decides where documents leave it open."""
    if config is None:
        return specification
    return replace(specification, policy=Policy(config.core.undeclared, config.core.read_only))


def _passed_over(folder: Path, ignored: set[str]) -> str:
    """The files that may have been meant for documents."""
    files = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".json"))
    names = [f"{p.name}, which is empty" if p.is_file() and not p.stat().st_size else p.name for p in files]
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    told = f"; looked into {shown}" if names else ""
    return told + (f"; the configuration ignores {', '.join(sorted(ignored))}" if ignored else "")


def _tell(specification: Specification, faults: Sequence[DocumentFault], most: int) -> None:
    worst = sorted(faults, key=lambda fault: fault.severity != "error") if len(faults) > most else faults
    for fault in worst[:most]:
        log.log(logging.ERROR if fault.severity == "error" else logging.WARNING, "%s", fault)
    if len(faults) > most:
        left = len(faults) - most
        log.warning("%s: faults beyond those told here, by 'pymacaron check': %d", specification.file, left)
    for operation in specification.unserved[:MOST]:
        log.warning("%s: %s is not served, as its document has faults", operation.place.file, operation.label)
    if len(specification.unserved) > MOST:
        left = len(specification.unserved) - MOST
        log.warning("%s: neither are %d operations more, as it has faults", specification.file, left)
