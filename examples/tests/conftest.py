"""What the tests of the examples share: a copy of the example to serve, engines of their own, and a way to wait."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packages" / "pymacaron-core" / "tests"))  # how READMEs are read, modules kept apart

import engines  # noqa: E402


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A copy of the example that nothing was run in yet."""
    return engines.copy_of_example(tmp_path / "helloworld")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The URL of a private Redis that keeps what it is told."""
    with engines.private_redis() as url:
        yield url


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty DynamoDB emulator."""
    with engines.emulator() as url:
        yield url
