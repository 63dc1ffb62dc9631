"""The commands on documents, and a world against them: closed pipes, Ctrl-C, endless documents."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import PROGRAM, environment, pymacaron
from pymacaron_core.cli import main
from spec_documents import OPENAPI, write

# Processes and large documents: minutes on each Python, for the same answer
pytestmark = [pytest.mark.any_python, pytest.mark.unmeasured]

COMMANDS = (
    ("check", "many.yaml"),
    ("diff", "many.yaml", "other.yaml"),
    ("bundle", "many.yaml"),
    ("convert", "many.yaml"),
)
PATHS = "  /a{number}: {{get: {{operationId: get{number}, responses: {{200: {{description: ok}}}}}}}}\n"
DEEP = 5_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    paths = [PATHS.format(number=number) for number in range(3000)]
    write(tmp_path, f"{OPENAPI}paths:\n{''.join(paths)}", "many.yaml")
    write(tmp_path, f"{OPENAPI}paths:\n{''.join(paths[:2]).replace('description: ok', '')}", "other.yaml")
    return tmp_path


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_a_reader_that_goes_away_ends_a_command_in_silence(arguments: tuple[str, ...], folder: Path) -> None:
    command = [sys.executable, *PROGRAM, *arguments]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read().decode()
    assert process.returncode == 141
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


@pytest.mark.parametrize("command", ["bundle", "convert"])
def test_ctrl_c_leaves_the_output_as_it_was(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (folder / "out").mkdir()
    (folder / "out" / "one.yaml").write_text("before")
    monkeypatch.setattr("pymacaron_core.cli.naming.os.replace", interrupted)
    assert main([command, "many.yaml", "-o", "out/one.yaml"]) == 130
    assert [each.name for each in (folder / "out").iterdir()] == ["one.yaml"]
    assert (folder / "out" / "one.yaml").read_text() == "before"
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "diff", "bundle", "convert"])
def test_a_document_nested_without_end_is_one_sentence(command: str, folder: Path) -> None:
    (folder / "deep.json").write_text('{"openapi": "3.0.3", "paths": ' + '{"a": ' * DEEP + "1" + "}" * DEEP + "}")
    arguments = ("deep.json", "many.yaml") if command == "diff" else ("deep.json",)
    ended = pymacaron(command, *arguments, cwd=folder)
    assert ended.returncode == (1 if command == "check" else 2)
    assert "nested deeper" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_schemas_that_refer_round_in_circles_are_bundled_converted_and_compared(folder: Path) -> None:
    names = [f"S{number}" for number in range(200)]
    schemas = {
        name: {
            "type": "object",
            "properties": {other: {"$ref": f"#/components/schemas/{other}"} for other in names[::20]},
        }
        for name in names
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "ok", "content": content}}}}},
        "components": {"schemas": schemas},
    }
    (folder / "circles.json").write_text(json.dumps(document))

    assert main(["bundle", "circles.json", "-o", "one.json"]) == 0
    assert main(["convert", "circles.json", "-o", "two.json"]) == 0
    assert main(["diff", "one.json", "two.json", "--fail-on", "any"]) == 0
