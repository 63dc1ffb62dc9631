"""The front door and the order of the rooms: what is exported, what stays light, who imports whom."""

import ast
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pymacaron_auth
import pytest
from forging import SECRET

PACKAGE = Path(pymacaron_auth.__file__).parent
ROOMS = [
    "errors",
    "claims",
    "secret",
    "signature",
    "verifier",
    "issuer",
    "seal",
    "settings",
    "credentials",
    "guards",
    "builtin",
    "plugin",
    "identity",
    "decorators",
    "cli",
]
"""The rooms in their order: a room imports only rooms above it."""
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path):
    """Every module a file imports, by its whole name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def loaded_by(code):
    """The modules that are there after a piece of code."""
    told = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_all_is_sorted_and_every_name_is_there():
    assert pymacaron_auth.__all__ == sorted(pymacaron_auth.__all__)
    for name in pymacaron_auth.__all__:
        assert getattr(pymacaron_auth, name) is not None
        assert name in dir(pymacaron_auth)


def test_type_checkers_see_the_names_that_are_there():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text())
    named = {alias.asname for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(pymacaron_auth.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = pymacaron_auth.nonsense


def test_every_name_of_2x_is_there():
    names = {
        *("requires_auth", "add_auth", "load_auth_token", "authenticate_http_request", "generate_token"),
        *("backend_token", "get_userid", "get_user_token_data", "get_user_token", "get_token_issuer"),
    }
    assert names <= set(pymacaron_auth.__all__)


def test_the_front_door_and_the_plugin_are_light():
    for code in ("import pymacaron_auth", "import pymacaron_auth.plugin", "import pymacaron_auth.identity"):
        assert not loaded_by(code) & {"jwt", "cryptography"}
    assert not loaded_by("import pymacaron_auth") & {"flask", "werkzeug", "pydantic"}


def test_the_verifier_knows_no_framework():
    known = loaded_by(f"from pymacaron_auth import Verifier; Verifier('{SECRET}', issuer='a', audience='a')")
    assert "jwt" in known and not known & {"flask", "werkzeug", "pydantic", "yaml"}


def test_core_finds_the_plugin_by_its_entry_point():
    (found,) = entry_points(group="pymacaron_core.plugins", name="auth")
    assert found.value == "pymacaron_auth.plugin:Auth" and found.load() is pymacaron_auth.Auth


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_above_it(path):
    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("pymacaron_auth.")} & set(ROOMS)
    assert not [room for room in rooms if ROOMS.index(room) > ROOMS.index(room_of(path))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_one_room_knows_pyjwt_and_none_knows_flask_or_a_sibling(path):
    known = {name.split(".")[0] for name in imports_of(path)}
    assert ("jwt" in known) == (room_of(path) == "signature")
    assert not known & {"flask", "pymacaron_async", "pymacaron_dynamodb", "pymacaron_testing", "pymacaron_deploy"}
