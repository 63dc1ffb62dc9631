"""What every test can use, and what holds for each: no file of tests leaves models or paths behind for the next."""

import os
import socket
import sys
from contextlib import suppress

import pytest

try:
    from hypothesis import HealthCheck, settings
except ImportError:  # the examples of the README are tried where nothing but pytest is
    pass
else:
    # How long it takes to make an example says how busy the machine is, and fails no test.
    settings.register_profile("busy", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
    settings.register_profile("many", settings(settings.get_profile("busy"), max_examples=3_000))
    settings.load_profile("busy")

with suppress(ImportError):
    import coverage


COUNTED = "COVERAGE_PROCESS_CONFIG"
"""What tells processes that are started to count their lines too."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Count no lines while an unmeasured test runs, its fixtures and the processes it starts included."""
    counting = "coverage" in globals() and item.get_closest_marker("unmeasured") and coverage.Coverage.current()
    if not counting:
        return (yield)
    counting.stop()
    told = os.environ.pop(COUNTED, None)
    try:
        return (yield)
    finally:
        if told is not None:
            os.environ[COUNTED] = told
        counting.start()


@pytest.fixture(autouse=True, scope="module")
def models_are_forgotten():
    modules, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - modules:
        if name.split(".")[0].startswith("apis"):
            del sys.modules[name]
    sys.path[:] = path


@pytest.fixture(autouse=True, scope="session")
def mypy_remembers(tmp_path_factory):
    """What mypy read of the libraries once is not read again by the next test of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.mktemp("mypy")))
        yield


@pytest.fixture
def port() -> str:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
