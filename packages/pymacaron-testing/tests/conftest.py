"""What every test can use: a service, and an environment that names none."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pymacaron_testing import PyMacaronTestCase
from service import Service, serving


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits a target or a token."""
    for name in ("PYM_SERVER_HOST", "PYM_SERVER_PORT", "PYM_JWT_TOKEN", "PYM_ENV", "PYM_CONFIG", "NO_SSL_CHECK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def case(service: Service) -> PyMacaronTestCase:
    """A test case that calls the service."""
    case = PyMacaronTestCase()
    case.host, case.port = service.host, service.port
    return case


@pytest.fixture
def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
