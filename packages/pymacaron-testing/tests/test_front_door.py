"""The front door and the order of the rooms: what is exported, what stays light, who imports whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pymacaron_testing
import pytest

PACKAGE = Path(pymacaron_testing.__file__).parent
ROOMS = [
    "errors",
    "target",
    "payload",
    "client",
    "report",
    "calling",
    "testcase",
    "yaml12",
    "lookup",
    "config",
    "interruption",
    "readiness",
    "server",
    "tokens",
    "suite",
    "menu",
    "pymtest",
]
"""The rooms in their order: a room imports only rooms above it."""

ALLOWED = {"pymacaron_testing", "yaml", *sys.stdlib_module_names}


def imports_of(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


def test_all_is_sorted_and_every_name_is_there() -> None:
    assert pymacaron_testing.__all__ == sorted(pymacaron_testing.__all__)
    for name in pymacaron_testing.__all__:
        assert getattr(pymacaron_testing, name) is not None


@pytest.mark.parametrize("room", sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"))
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    modules = imports_of((PACKAGE / f"{room}.py").read_text())
    rooms = [module.partition(".")[2] for module in modules if module.startswith("pymacaron_testing.")]
    assert not [other for other in rooms if ROOMS.index(other) >= ROOMS.index(room)]
    assert {module.partition(".")[0] for module in modules} <= ALLOWED


def test_nothing_heavy_is_imported() -> None:
    code = "import sys, pymacaron_testing, pymacaron_testing.pymtest; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in done.stdout.split()}
    assert not modules & {"boto3", "celery", "flask", "jsonschema", "pydantic", "pymacaron_core", "pytest", "requests"}
    code = "import sys, pymacaron_testing; print('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_no_plugin_is_put_into_everybodys_pytest() -> None:
    from importlib.metadata import distribution

    assert [point.group for point in distribution("pymacaron-testing").entry_points] == ["console_scripts"]
