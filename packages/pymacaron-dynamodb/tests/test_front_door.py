"""The front door: what it offers is there, is typed, and brings nothing heavy before it is used."""

import ast
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pymacaron_dynamodb
import pytest
from pymacaron_core.errors import PyMacaronError
from pymacaron_core.models.parents import PERSISTENCE
from pymacaron_dynamodb import errors
from pymacaron_dynamodb.plugin import Persistence

HEAVY = ("boto3", "botocore", "pynamodb", "moto", "werkzeug", "flask", "pydantic")
ROOMS = [path.stem for path in Path(pymacaron_dynamodb.__file__).parent.glob("*.py") if path.stem[0] != "_"]


def imported_by(statement):
    """Which of the heavy libraries a fresh Python has after a statement."""
    program = f"import sys; {statement}; print([name for name in {HEAVY} if name in sys.modules])"
    return ast.literal_eval(subprocess.check_output([sys.executable, "-c", program], text=True))


def test_all_that_is_offered_is_there():
    assert pymacaron_dynamodb.__all__ == sorted(pymacaron_dynamodb.__all__)
    for name in pymacaron_dynamodb.__all__:
        assert getattr(pymacaron_dynamodb, name).__module__.startswith("pymacaron_dynamodb.")
    assert set(pymacaron_dynamodb.__all__) <= set(dir(pymacaron_dynamodb))
    with pytest.raises(AttributeError, match="has no attribute 'Persistance'"):
        _ = pymacaron_dynamodb.Persistance


def test_type_checkers_are_told_of_the_same_names():
    stub = ast.parse(Path(pymacaron_dynamodb.__file__).with_suffix(".pyi").read_text())
    told = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == set(pymacaron_dynamodb.__all__)


def test_the_front_door_and_the_plugin_are_light():
    assert imported_by("import pymacaron_dynamodb") == []
    aws = {"boto3", "botocore", "pynamodb", "moto"}
    assert not aws & set(
        imported_by("import pymacaron_dynamodb.persistent, pymacaron_dynamodb.plugin, pymacaron_dynamodb.cli")
    )


def test_each_heavy_library_is_imported_in_one_room():
    texts = {path.stem: path.read_text() for path in Path(pymacaron_dynamodb.__file__).parent.glob("*.py")}
    for library, room in (('"boto3', "session"), ('"pynamodb', "items"), ('"moto', "emulator")):
        assert [name for name, text in texts.items() if f"import_module({library}" in text] == [room]
    direct = [
        n for n, text in texts.items() for lib in HEAVY[:4] if f"\nimport {lib}" in text or f"\nfrom {lib}" in text
    ]
    assert direct == []


def test_core_finds_the_plugin_and_the_parent_of_declared_models():
    (found,) = entry_points(group="pymacaron_core.plugins", name="dynamodb")
    assert found.load() is Persistence is pymacaron_dynamodb.Persistence
    assert f"{pymacaron_dynamodb.__name__}.{pymacaron_dynamodb.PersistentModel.__name__}" == PERSISTENCE


def test_every_error_is_in_the_tree_of_the_docstring():
    classes = [each for each in vars(errors).values() if isinstance(each, type) and each.__module__ == errors.__name__]
    assert all(issubclass(each, errors.DynamoDBError) and issubclass(each, PyMacaronError) for each in classes)
    assert all(f" {each.__name__} " in errors.__doc__ for each in classes)


def test_rooms_import_only_rooms_before_them():
    folder = Path(pymacaron_dynamodb.__file__).parent
    needs = {}
    for room in ROOMS:
        nodes = ast.walk(ast.parse((folder / f"{room}.py").read_text()))
        modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        needs[room] = {name.rpartition(".")[2] for name in modules if name.startswith("pymacaron_dynamodb.")}
    while needs:
        free = [room for room, wanted in needs.items() if not wanted & needs.keys()]
        assert free, f"the rooms {sorted(needs)} import each other"
        for room in free:
            del needs[room]
