"""What every test can use: an application in this process, a private Redis, and no trace left for the next test."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from service import Redis, make_project, redis_server


@pytest.fixture(autouse=True)
def modules_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No broker of the machine is used, and no project of one test is seen by the next."""
    monkeypatch.delenv("PYM_BROKER_URL", raising=False)
    path, modules = list(sys.path), set(sys.modules)
    yield
    for name in set(sys.modules) - modules:
        if name.split(".")[0] in ("apis", "shop", "server"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A service with one operation, which defers one task."""
    return make_project(tmp_path / "project")


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="tasks-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis(runtime: Path) -> Iterator[Redis]:
    """A private Redis that writes down what it is given."""
    if redis_server() is None:
        pytest.skip("redis: no redis-server on PATH")
    with Redis(runtime) as server:
        yield server
