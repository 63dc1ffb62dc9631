"""Commands with ``--json`` print JSON also when they fail, and nothing twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pymacaron_core.cli import main
from spec_documents import OPENAPI, write


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, f"{OPENAPI}paths: {{/a: {{get: {{responses: {{200: {{description: ok}}}}}}}}}}\n", "well.yaml")
    write(tmp_path, f"{OPENAPI}paths: [\n", "bad.yaml")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "none.yaml"), "none.yaml: there is no such file"),
        (("diff", "none.yaml", "well.yaml"), "none.yaml"),
        (("diff", "well.yaml", "well.yaml", "--ignore", "nothing"), "--ignore nothing: there is no such rule"),
        (("generate", "--root", "none"), "none"),
        (("routes", "--root", "none"), "none"),
        (("describe", "--root", "none"), "none"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_failure_is_told_as_json(arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--json"]) == 2
    printed = capsys.readouterr()
    error = json.loads(printed.out)["error"]
    assert told in error["message"]
    assert (error["faults"], printed.err) == ([], "")


def test_the_faults_of_a_document_keep_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "well.yaml", "bad.yaml", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    (fault,) = error["faults"]
    assert (fault["file"], fault["severity"]) == ("bad.yaml", "error")
    assert fault["line"] >= 3


def test_without_json_a_failure_is_told_on_standard_error_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "none.yaml"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: none.yaml")
