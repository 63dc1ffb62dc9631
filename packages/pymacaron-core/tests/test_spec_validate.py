"""A second reader judges documents: in time, without a network, and beside what is told already."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymacaron_core.cli import main
from pymacaron_core.cli.linting import lint
from pymacaron_core.errors import DocumentFault
from pymacaron_core.spec import read, validate
from pymacaron_core.spec.operation import Place, Specification
from pymacaron_core.spec.validator import _paths
from spec_documents import OK, OPENAPI, SWAGGER, write

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

MODERN = OPENAPI.replace("3.0.3", "3.1.0")


def found(folder: Path, text: str) -> list[DocumentFault]:
    """What the validator says beside what reading does."""
    specification, told = read(write(folder, text), root=folder, sound_part=True)
    return validate.findings(specification, folder, [Place(fault.file, fault.pointer) for fault in told])


@pytest.mark.parametrize("head", [SWAGGER, OPENAPI, MODERN, OPENAPI.replace("3.0.3", "3.2.0")])
def test_a_document_that_validates_has_no_findings(tmp_path: Path, head: str) -> None:
    assert found(tmp_path, f"{head}paths: {{/a: {{get: {{{OK}}}}}}}") == []


@pytest.mark.parametrize("head", [SWAGGER, OPENAPI, MODERN])
def test_what_does_not_validate_is_told_with_its_place(tmp_path: Path, head: str) -> None:
    (fault,) = found(tmp_path, f"{head}paths: {{/a: {{get: {{tags: [a, a], {OK}}}}}}}\ntags: [{{}}]\n")[-1:]
    assert fault.severity == "warning"
    assert fault.rule.startswith("validator")
    assert (fault.file, fault.pointer, fault.line) == ("api.yaml", "/tags/0", 4)
    assert fault.message.startswith("this does not validate: ")
    assert "Failed validating" not in fault.message


@pytest.mark.parametrize(
    "inner", ["default: x, type: integer", "properties: {b: {type: integer, minimum: 0, exclusiveMinimum: yes}}"]
)
def test_what_is_wrong_inside_a_schema_is_told_with_the_whole_pointer(tmp_path: Path, inner: str) -> None:
    inner = inner.replace("yes", "true")
    schemas = f"components: {{schemas: {{A: {{properties: {{a: {{{inner}}}}}}}}}}}\n"
    (fault,) = found(tmp_path, f"{MODERN}paths: {{/a: {{get: {{{OK}}}}}}}\n{schemas}")
    assert fault.pointer.startswith("/components/schemas/A/properties/a/")
    assert fault.pointer.endswith(("/default", "/properties/b/exclusiveMinimum"))
    assert fault.line == 4


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_document_without_info_is_told_once(tmp_path: Path, version: str) -> None:
    write(tmp_path, f"openapi: {version}\npaths: {{/a: {{get: {{{OK}}}}}}}\n")
    findings, _ = lint([str(tmp_path / "api.yaml")], str(tmp_path))
    assert [finding.message for finding in findings] == [
        "the document has no `info`; give it one with `title` and `version`"
    ]


def test_a_default_that_does_not_fit_is_told_once(tmp_path: Path) -> None:
    schemas = "components: {schemas: {A: {type: object, properties: {a: {type: integer, default: x}}}}}\n"
    write(tmp_path, f"{MODERN}paths: {{/a: {{get: {{{OK}}}}}}}\n{schemas}")
    findings, _ = lint([str(tmp_path / "api.yaml")], str(tmp_path))
    assert [finding.pointer for finding in findings] == ["/components/schemas/A/properties/a/default"]


def test_what_is_told_already_is_not_told_again(tmp_path: Path) -> None:
    bad = "/b: {get: {parameters: [{name: a, in: qery}], responses: {200: {description: ok}}}}"
    assert found(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{{OK}}}}}, {bad}}}") == []


def test_documents_in_several_files_are_judged_as_one(tmp_path: Path) -> None:
    write(tmp_path, "get: {responses: {200: {}}}", "item.yaml")
    (fault,) = found(tmp_path, f"{OPENAPI}paths: {{/a: {{$ref: item.yaml}}, /b: {{get: {{{OK}}}}}}}")
    assert fault.pointer.startswith("/paths/~1a")
    assert (fault.file, fault.line) == ("api.yaml", 3)


def test_a_validator_that_takes_too_long_is_stopped_and_said_so(tmp_path: Path) -> None:
    specification, _ = read(write(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{{OK}}}}}}}"), root=tmp_path)
    (fault,) = validate.findings(specification, tmp_path, time_limit=0.01)
    assert fault.message == "the document validator is not done with this after 0.01 seconds"
    assert fault.severity == "note"


def test_schemas_that_refer_to_themselves_are_no_crash(tmp_path: Path) -> None:
    one, other = ({"allOf": [{"$ref": f"#/components/schemas/{name}"}]} for name in "BA")
    schemas = {"A": {"type": "object", "default": {}, **one}, "B": other}
    document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}}
    specification = Specification("t", file="api.yaml", document={**document, "components": {"schemas": schemas}})
    (fault,) = validate.findings(specification, write(tmp_path, "{}").parent)
    assert fault.message.startswith("it is nested too deeply, or refers to itself")


def test_without_the_validator_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "can_validate", lambda: False)
    assert found(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{{OK}}}}}}}\ntags: [{{}}]") == []


def test_reading_a_document_never_brings_the_validator() -> None:
    code = "import sys, pymacaron_core.app, pymacaron_core.spec; sys.exit('openapi_spec_validator' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("pattern", "told"), [(r"(?<=a+)b", []), (r"^\\p{Lu}[\\w&&x]", []), ("[", ["/components/schemas/A/pattern"])]
)
def test_a_pattern_is_judged_as_ecma_262_has_it(tmp_path: Path, pattern: str, told: list[str]) -> None:
    schemas = f'components: {{schemas: {{A: {{type: string, pattern: "{pattern}"}}}}}}\n'
    write(tmp_path, f"{MODERN}paths: {{/a: {{get: {{{OK}}}}}}}\n{schemas}")
    findings, _ = lint([str(tmp_path / "api.yaml")], str(tmp_path))
    assert [finding.pointer for finding in findings] == told


def test_a_document_over_which_the_validator_trips_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schemas = "components: {schemas: {B: {$id: b, not: {$anchor: c}, anyOf: [{$ref: '#c'}]}}}\n"
    path = write(tmp_path, f"{MODERN}paths: {{/a: {{get: {{{OK}}}}}}}\n{schemas}")
    assert main(["check", str(path), "--strict"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition("api.yaml:")[2][:62] for line in told[:-1]] == [
        "1:1: note: the document validator fails with NoSuchAnchor: 'c'"
    ]
    assert told[-1] == "all is well: 1 document"


def test_places_are_found_however_deep_a_document_nests() -> None:
    document: dict[str, Any] = {}
    inner = document
    for _ in range(5000):
        inner["a"] = inner = {}
    assert dict(_paths(document))[id(inner)] == ("a",) * 5000
