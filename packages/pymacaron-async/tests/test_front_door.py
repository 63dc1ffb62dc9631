"""The front door and the order of the rooms: what is exported, what stays light, who imports whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pymacaron_async
import pytest
from service import environment

PACKAGE = Path(pymacaron_async.__file__).parent
ROOMS = [
    *("errors", "settings", "broker", "codec", "message", "carrying", "task", "execution", "redis_server"),
    *("development", "plugin", "queue", "cli", "__main__"),
]
"""The rooms in their order: a room imports only rooms above it."""
QUEUE = ["options", "redis", "files", "pool", "lease", "consumer", "sender", "app", "state", "thread", "worker"]
"""Those inside of ``queue``, which import none above but what stands before ``plugin``."""


def imports_of(path: Path) -> list[str]:
    """The rooms of ours that a file imports."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    return [node.module for node in nodes if node.module and node.module.startswith("pymacaron_async.")]


def test_all_is_sorted_and_every_name_is_there():
    assert pymacaron_async.__all__ == sorted(pymacaron_async.__all__)
    for name in pymacaron_async.__all__:
        assert getattr(pymacaron_async, name) is not None
        assert name in dir(pymacaron_async)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = pymacaron_async.nonsense


def test_type_checkers_see_the_names_that_are_there():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    named = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(pymacaron_async.__all__)


@pytest.mark.parametrize(
    "code",
    [
        "import pymacaron_async",
        "from pymacaron_async import Tasks, asynctask, is_celery_task, TaskQueueUnavailable",
        "import pymacaron_async.cli",
    ],
)
def test_celery_is_imported_when_it_is_needed_only(code: str):
    told = "; import sys; print(sorted({m.split('.')[0] for m in sys.modules} & {'celery', 'kombu', 'redis'}))"
    command = [sys.executable, "-c", code + told]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_above_it(path: Path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    if parts == ("__init__",):
        return
    for module in imports_of(path):
        room, *inner = module.split(".")[1:]
        if parts[0] == room == "queue":
            assert QUEUE.index(inner[0]) < QUEUE.index(parts[1])
        else:
            last = ROOMS.index("plugin") if parts[0] == "queue" else ROOMS.index(parts[0])
            assert ROOMS.index(room) < last


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_celery_is_known_in_one_room(path: Path):
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    if path.parent.name != "queue":
        assert not {module for module in modules if module.split(".")[0] in ("celery", "kombu", "redis", "billiard")}


def test_no_first_party_import_hides_inside_a_function():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                hidden = [each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
                assert hidden == [], path
