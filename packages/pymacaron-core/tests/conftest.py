"""What every test can use, and what holds for each: no file of tests leaves models or paths behind for the next."""

import socket
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


@pytest.fixture
def port() -> str:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
