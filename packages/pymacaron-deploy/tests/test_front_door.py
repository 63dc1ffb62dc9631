"""The front door and the order of the rooms: what is exported, what stays light, who imports whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pymacaron_deploy
import pytest

PACKAGE = Path(pymacaron_deploy.__file__).parent
ROOMS = [
    "errors",
    "redaction",
    "report",
    "needs",
    "interruption",
    "config",
    "commands",
    "version",
    "source",
    "image",
    "container",
    "credentials",
    "engine",
    "lock",
    "gate",
    "manifests",
    "registry",
    "environment",
    "targets",
    "acceptance",
    "pipeline",
    "cli",
]
"""The rooms in their order: a room imports only rooms above it."""

ALONE = {"docker": ["engine"], "subprocess": ["commands"], "yaml": ["config"]}
"""What is imported in one room only."""


def files_of(room: str) -> list[Path]:
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{room}.py"]


def modules_of(file: Path) -> list[str]:
    """The modules that a file imports, with its own package's written out."""
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "pymacaron_deploy":
            found += [f"pymacaron_deploy.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


def test_every_room_has_its_place():
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert there - {"__init__"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above(room: str):
    above = {*ROOMS[: ROOMS.index(room) + 1], "__version__"}
    ours = [name.split(".")[1] for file in files_of(room) for name in modules_of(file) if name.startswith("pymacaron_")]
    assert [name for name in ours if name not in above] == []


@pytest.mark.parametrize("library", ALONE)
def test_a_heavy_library_has_one_room(library: str):
    found = {
        room for room in ROOMS for file in files_of(room) for name in modules_of(file) if name.split(".")[0] == library
    }
    assert sorted(found) == ALONE[library]


def test_it_stands_alone():
    allowed = {*sys.stdlib_module_names, "docker", "pydantic", "pymacaron_deploy", "requests", "yaml"}
    found = {name.split(".")[0] for room in ROOMS for file in files_of(room) for name in modules_of(file)}
    assert found - allowed == set()


def test_all_is_sorted_and_every_name_is_there():
    assert pymacaron_deploy.__all__ == sorted(pymacaron_deploy.__all__)
    for name in pymacaron_deploy.__all__:
        assert getattr(pymacaron_deploy, name) is not None
    assert set(pymacaron_deploy.__all__) <= set(dir(pymacaron_deploy))


def test_type_checkers_see_the_names_that_are_there():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    named = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(pymacaron_deploy.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = pymacaron_deploy.nonsense


@pytest.mark.parametrize("statement", ["import pymacaron_deploy", "from pymacaron_deploy.cli.menu import menu; menu()"])
def test_it_comes_in_lightly(statement: str):
    probe = f"{statement}; import sys; print(sorted({{'docker', 'pydantic', 'yaml', 'requests'}} & set(sys.modules)))"
    finished = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
