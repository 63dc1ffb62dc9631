"""What holds for every test: models and paths are not left behind, and no log line tells a secret or a token."""

import logging
import re
import sys
from contextvars import copy_context

import pytest
from forging import OTHER_SECRET, SECRET

TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")


def leaks(text: str) -> bool:
    """Whether a text holds one of the secrets of these tests, or what looks like a token."""
    return SECRET in text or OTHER_SECRET in text or TOKEN.search(text) is not None


class Lines(logging.Handler):
    """Every log line, with its traceback, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(logging.Formatter("%(name)s %(message)s").format(record))


@pytest.fixture(autouse=True)
def log_lines():
    """All lines of a test, at every level; it fails when one of them leaks."""
    root, handler = logging.getLogger(), Lines()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(level)
    assert not [line for line in handler.lines if leaks(line)]


@pytest.fixture(autouse=True, scope="module")
def models_are_forgotten():
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.split(".")[0].startswith("apis"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture(autouse=True)
def no_secret_in_the_environment(monkeypatch):
    for name in ("PYM_JWT_SECRET", "PYM_ENV", "PYM_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Each test has a call context of its own: who logged in to one is not the user of the next."""
    before = copy_context()
    result = yield
    for variable in copy_context():
        if variable.name == "pymacaron_call":
            variable.set(before.get(variable))
    return result
