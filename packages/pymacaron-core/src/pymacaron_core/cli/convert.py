"""``pymacaron convert``: a document of an older version as OpenAPI 3.1."""

from __future__ import annotations

import argparse

from pymacaron_core.cli.bundle import write_document
from pymacaron_core.cli.naming import read_named, shown, tell_faults
from pymacaron_core.errors import StartError
from pymacaron_core.spec.bundle import Bundler
from pymacaron_core.spec.conversion import Converter
from pymacaron_core.spec.conversion2 import Swagger2Converter
from pymacaron_core.spec.reading import Reading


def execute(options: argparse.Namespace) -> int:
    """Write the document as 3.1, and tell what could not be said there; one that is 3.1 stays as it is."""
    reading = read_named(options.file, options.root)
    writer = _writer(reading)
    document = writer.converted() if isinstance(writer, Converter) else writer.document()
    tell_faults(shown(fault, reading.library.root) for fault in writer.faults.located(reading.library.locate))
    write_document(document, options, reading)
    return 0


def _writer(reading: Reading) -> Bundler:
    dialect = reading.dialect
    if dialect.dialect == "2.0":
        return Swagger2Converter(reading.library, dialect)
    if dialect.dialect == "3.0":
        return Converter(reading.library, dialect)
    if dialect.dialect == "3.1":
        return Bundler(reading.library, dialect.schemas.names, dialect.dialect)
    raise StartError(f"{reading.specification.file}: OpenAPI {dialect.dialect} cannot be written as 3.1")
