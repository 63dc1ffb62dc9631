"""``pymacaron bundle``: a document and all files it refers to, as one file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pymacaron_core.cli.naming import STANDARD_OUTPUT, read_named, shown, tell_faults, write_answer
from pymacaron_core.spec.bundle import Bundler
from pymacaron_core.spec.reading import Reading
from pymacaron_core.yaml12 import dump


def execute(options: argparse.Namespace) -> int:
    """Write the document, in the author's dialect; references that lead nowhere, where nobody looked, are told."""
    reading = read_named(options.file, options.root)
    schemas = reading.dialect.schemas
    bundler = Bundler(reading.library, schemas.names, reading.dialect.dialect)
    document = bundler.document(schemas.derived.values())
    tell_faults(shown(fault, reading.library.root) for fault in bundler.faults.located(reading.library.locate))
    write_document(document, options, reading)
    return 0


def write_document(document: Any, options: argparse.Namespace, reading: Reading) -> None:
    """Write a document to ``--output`` as ``--format`` says, or the name of the output, or the first file."""
    named = options.output if options.output != STANDARD_OUTPUT else options.file
    form = options.format or ("json" if named.lower().endswith(".json") else "yaml")
    text = f"{json.dumps(document, indent=2, ensure_ascii=False)}\n" if form == "json" else dump(document)
    write_answer(text, options.output, _sources(reading))


def _sources(reading: Reading) -> Iterable[Path]:
    return (reading.library.root / name for name in reading.library.files)
