"""Documents made on the spot, for the tests of the room that reads them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from pymacaron_core.errors import DocumentError, DocumentFault
from pymacaron_core.spec import read
from pymacaron_core.spec.operation import Operation, Schema, Specification

OPENAPI = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"
SWAGGER = "swagger: '2.0'\ninfo: {title: T, version: '1'}\n"
OK = "responses: {200: {description: ok}}"
NO_PATHS = "paths: {}\n"


def write(folder: Path, text: str, name: str = "api.yaml") -> Path:
    """A file with this text (indented as one likes) in the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def specification(folder: Path, text: str) -> Specification:
    """The specification of a document without a doubt in it."""
    found, warnings = read(write(folder, text), root=folder)
    assert [str(warning) for warning in warnings] == []
    return found


def operation(folder: Path, text: str) -> Operation:
    """The one operation of a document."""
    (found,) = specification(folder, text).operations
    return found


def warnings_of(folder: Path, text: str) -> list[str]:
    """What is doubtful in a document that is served."""
    return [str(fault) for fault in read(write(folder, text), root=folder)[1]]


def faults_of(folder: Path, text: str) -> tuple[DocumentFault, ...]:
    """What is wrong with a document that is refused."""
    with pytest.raises(DocumentError) as caught:
        read(write(folder, text), root=folder)
    return caught.value.faults


def said(folder: Path, text: str) -> list[str]:
    """The same, as the author sees it."""
    return [str(fault) for fault in faults_of(folder, text)]


def schema(folder: Path, yaml: str, head: str = OPENAPI) -> Schema:
    """The schema ``S`` of a document, given in flow style."""
    group = "definitions: " if head == SWAGGER else "components: {schemas: "
    text = f"{head}{NO_PATHS}{group}{{S: {yaml}, Other: {{type: object}}}}" + ("" if head == SWAGGER else "}")
    return read(write(folder, text), root=folder)[0].schemas["S"]
