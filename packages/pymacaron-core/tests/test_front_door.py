"""The front door and the order of the rooms: what is exported, what stays light, who imports whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pymacaron_core
import pytest

PACKAGE = Path(pymacaron_core.__file__).parent
ROOMS = [
    "errors",
    "moments",
    "collecting",
    "yaml12",
    "state",
    "kept",
    "protocol",
    "context",
    "contract",
    "config",
    "listening",
    "signals",
    "exchange",
    "lines",
    "line_handler",
    "logs",
    "redaction",
    "access_log",
    "metrics",
    "delivery",
    "console",
    "engines",
    "spec",
    "changes",
    "models",
    "call",
    "charsets",
    "styles",
    "multipart",
    "receiving",
    "inflow",
    "wire",
    "media",
    "nesting",
    "segments",
    "strays",
    "finders",
    "readers",
    "parameters",
    "repetitions",
    "tallies",
    "encodings",
    "parts",
    "forms",
    "bodies",
    "writers",
    "sending",
    "fields",
    "coroutines",
    "answers",
    "serialising",
    "written",
    "streams",
    "headers",
    "acceptance",
    "representations",
    "declarations",
    "replies",
    "conditions",
    "deprecation",
    "problems",
    "reports",
    "reporting",
    "resolver",
    "guard",
    "plugins",
    "mock",
    "watch",
    "endpoint",
    "routing",
    "client",
    "docs",
    "cors",
    "compression",
    "application",
    "apipool",
    "discovery",
    "development",
    "alongside",
    "gathering",
    "serving",
    "loading",
    "lean",
    "observing",
    "hosting",
    "leftovers",
    "builtin",
    "app",
    "starting",
    "servers",
    "cli",
]
"""The rooms in their order: a room imports only rooms above it."""


def imports_of(source):
    """The rooms of ours that a piece of source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pymacaron_core":
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names if alias.name in ROOMS]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("pymacaron_core."))


def test_all_is_sorted_and_every_name_is_there():
    assert pymacaron_core.__all__ == sorted(pymacaron_core.__all__)
    for name in pymacaron_core.__all__:
        assert getattr(pymacaron_core, name) is not None


def test_type_checkers_see_the_names_that_are_there():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    named = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(pymacaron_core.__all__)


def test_letsgo_is_the_function_whatever_was_imported_before():
    import pymacaron_core.starting

    assert callable(pymacaron_core.letsgo)
    assert pymacaron_core.starting.letsgo is pymacaron_core.letsgo


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = pymacaron_core.nonsense


@pytest.mark.parametrize(
    "room", ["pymacaron_core", "pymacaron_core.protocol", "pymacaron_core.config", "pymacaron_core.spec"]
)
def test_light_rooms_import_neither_flask_nor_werkzeug(room):
    code = f"import sys, {room}; print(sorted({{m.split('.')[0] for m in sys.modules}} & {{'flask', 'werkzeug'}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_protocol_needs_the_standard_library_only():
    code = "import sys, pymacaron_core.protocol; print('pydantic' in sys.modules or 'yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def rooms_and_files():
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room != "__init__":
            found.append(pytest.param(room, path, id=str(path.relative_to(PACKAGE))))
    return found


@pytest.mark.parametrize(("room", "path"), rooms_and_files())
def test_a_room_imports_only_rooms_above_it(room, path):
    assert room in ROOMS, f"{room} has no place in the order of rooms yet"
    below = {other for other in imports_of(path.read_text()) if ROOMS.index(other) > ROOMS.index(room)}
    assert not below


@pytest.mark.parametrize(("room", "path"), rooms_and_files())
def test_words_of_a_dialect_stay_in_spec(room, path):
    if room == "spec":
        return
    words = {"definitions", "components", "collectionFormat", "basePath", "securityDefinitions", "requestBody"}
    strings = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not strings & words
