"""The README: its example runs, and its tables hold what there is."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from pymacaron_testing import PyMacaronTestCase
from pymacaron_testing.config import Options
from pymacaron_testing.menu import menu
from pymacaron_testing.pymtest import main
from test_front_door import ROOMS

PAPER = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAPER.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> list[str]:
    return [row for row in re.findall(r"(?m)^\| (.*?) \|", section(heading)) if row.startswith("`")]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the example."""
    for block in re.findall(r"(?ms)^```python\n# (.*?)^```$", PAPER):
        name, _, text = block.partition("\n")
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_the_example_runs_as_shown(example: Path) -> None:
    line = re.findall(r"(?m)^\$ (pymtest .*)$", PAPER)[0]
    words = shlex.split(line)
    assert words[-1] == "python server.py"
    command = [Path(sys.executable).with_name(words[0]), *words[1:-1], f"'{sys.executable}' server.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_failure_looks_as_shown(example: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = example / "testaccept" / "test_teas.py"
    file.write_text(file.read_text().replace('{"name": "sencha"}', '{"name": "assam"}'))
    assert main(["--serve", f"'{sys.executable}' server.py", "--", "--tb=line", "-rN"]) == 1
    out = capfd.readouterr().out
    shown = section("An example").partition("```\nthe body ")[2].partition("\n```")[0]
    first, *others = shown.splitlines()
    assert f"the body {first}" in out
    main(["--serve", f"'{sys.executable}' server.py", "--", "--tb=short"])
    out = capfd.readouterr().out
    for line in others:
        assert re.sub(r":\d{5}/", ":PORT/", line) in re.sub(r":\d{4,5}/", ":PORT/", out)


def test_every_assertion_is_told_of_with_its_arguments() -> None:
    told = [cell.strip("`") for cell in first_cells("Assertions") if "assert" in cell]
    own = [name for name in dir(PyMacaronTestCase) if name.startswith("assert") and _is_ours(name)]
    assert sorted(told) == sorted(_signature(name) for name in own)


def _is_ours(name: str) -> bool:
    return inspect.getmodule(getattr(PyMacaronTestCase, name)).__name__.startswith("pymacaron_testing")  # type: ignore[union-attr]


def _signature(name: str) -> str:
    parameters = list(inspect.signature(getattr(PyMacaronTestCase, name)).parameters.values())[1:]
    told = [each.name if each.default is each.empty else f"{each.name}={each.default}" for each in parameters]
    return f"{name}({', '.join(told)})"


def test_every_option_of_the_command_is_told_of() -> None:
    told = re.findall(r"`(--[\w-]+)", " ".join(first_cells("The command")))
    there = {word for action in menu()._actions for word in action.option_strings if word.startswith("--")}
    assert set(told) == there - {"--help", "--version"}


def test_the_table_of_configuration_is_complete() -> None:
    assert [cell.strip("`") for cell in first_cells("Configuration")] == [each.name for each in fields(Options)]


def test_every_room_is_told_of_in_its_order() -> None:
    assert re.findall(r"\*\*(\w+)\*\*", section("Room by room")) == ROOMS
