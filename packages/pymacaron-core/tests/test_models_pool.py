"""The stub of ``apipool``: what mypy and pyright know of it in a user's project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pymacaron_core
import pytest
from model_documents import SHOP, catalog_of
from pymacaron_core import apipool
from pymacaron_core.models import Catalog, classes_of, is_pool_fresh, pool_path, write_pool
from pymacaron_core.models.pool import Classes
from test_models_source import mypy

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

ABOVE = Path(pymacaron_core.__file__).parents[1]
USER = """
from pymacaron_core import apipool


def send(order: apipool.shop.Order) -> "apipool.shop.Order":
    made = apipool.shop.Order(id=order.id, kind="book")
    names: list[str] = apipool.shop.get_model_names()
    return apipool.Order(id=made.id + len(names), kind=made.kind)
"""
WRONG = """
from pymacaron_core import apipool

apipool.shop.Order(id="x", kind="book")
apipool.shop.Ordr
"""
ODD = (
    SHOP
    + """
list: {type: object, properties: {list: {type: string}}}
class: {type: object, properties: {class: {type: string}}}
Any: {type: object, properties: {a: {type: string}}}
ModelsOfApi: {type: object, properties: {a: {type: string}}}
"""
)


def classes(root: Path, *catalogs: Catalog) -> Classes:
    return classes_of(((each.specification, each.classes) for each in catalogs), root)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two APIs, its stub written."""
    assert write_pool(classes(tmp_path, catalog_of(tmp_path, ODD), catalog_of(tmp_path, "{}", name="list")), tmp_path)
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "wrong.py").write_text(WRONG)
    return tmp_path


@pytest.mark.any_python
def test_mypy_knows_the_pool(project: Path) -> None:
    assert mypy(project / "user.py") == ""
    told = mypy(project / "wrong.py")
    assert '"id"' in told
    assert '"Ordr"' in told


@pytest.mark.any_python
def test_without_the_stub_the_pool_is_anything(project: Path) -> None:
    pool_path(project).unlink()
    assert mypy(project / "user.py") == ""
    assert mypy(project / "wrong.py") == ""


@pytest.mark.node
def test_pyright_knows_the_pool(project: Path) -> None:
    assert pyright(project, "user.py", "apis") == ""
    told = pyright(project, "wrong.py")
    assert '"id"' in told
    assert '"Ordr"' in told
    pool_path(project).unlink()
    assert pyright(project, "user.py", "wrong.py") == ""


def pyright(root: Path, *names: str) -> str:
    """What pyright says of files of a project, strictly; empty when nothing."""
    given = os.environ.get("PYMACARON_PYRIGHT")
    if not given:
        pytest.skip("node: PYMACARON_PYRIGHT names no pyright")
    paths = [str(path) for path in (ABOVE, root)]
    config = {"include": list(names), "typeCheckingMode": "strict", "extraPaths": paths}
    (root / "pyrightconfig.json").write_text(json.dumps(config))
    command = ["node", given, "--project", str(root), "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300)
    return done.stdout + done.stderr if done.returncode else ""


def test_the_stub_follows_the_documents(project: Path) -> None:
    wanted = classes(project, catalog_of(project, "Box: {type: object, properties: {a: {type: string}}}", name="box"))
    assert not is_pool_fresh(wanted, project)
    assert write_pool(wanted, project)
    assert is_pool_fresh(wanted, project)
    assert not write_pool(wanted, project)


def test_a_stub_of_the_users_own_is_left_alone(project: Path) -> None:
    pool_path(project).write_text("shop: int\n")
    assert not write_pool({}, project)
    assert pool_path(project).read_text() == "shop: int\n"


def test_the_module_of_the_pool_is_the_pool() -> None:
    import pymacaron_core.apipool as module

    assert module.get_api_names() == apipool.get_api_names()
    with pytest.raises(pymacaron_core.ModelError, match="nonsense"):
        _ = module.nonsense
