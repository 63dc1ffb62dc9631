"""What holds for every test: a file of tests leaves no generated models and no path behind for the next one."""

import sys

import pytest


@pytest.fixture(autouse=True, scope="module")
def models_are_forgotten():
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.split(".")[0].startswith("apis"):
            del sys.modules[name]
    sys.path[:] = path
