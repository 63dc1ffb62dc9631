"""Small services of two or three packages, loaded in this process; the packages are found by their entry points."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from modules import apart
from pymacaron_core import load

Make = Callable[..., FlaskClient]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A function that writes a service called ``shop`` and gives a client of it."""
    monkeypatch.setenv("PYM_BROKER_URL", "in-process")
    monkeypatch.delenv("PYM_DYNAMODB_ENDPOINT", raising=False)
    monkeypatch.chdir(tmp_path)

    def make(document: str, functions: str, config: str = "name: shop\n") -> FlaskClient:
        for name, text in {"apis/shop.yaml": document, "shop/api.py": functions, "pym-config.yaml": config}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return load(tmp_path).app.test_client()

    with apart("apis", "shop"):
        yield make
    sys.path[:] = [place for place in sys.path if place != str(tmp_path)]
