"""Acceptance tests of a running service: ``PyMacaronTestCase``, and the command ``pymtest``."""

from pymacaron_testing.errors import (
    AnswerLost,
    CallError,
    ConfigError,
    NotConnected,
    PyMacaronTestingError,
    ServerError,
    TargetError,
    TokenError,
)
from pymacaron_testing.target import load_port_host_token
from pymacaron_testing.testcase import PyMacaronTestCase

__version__ = "3.0.0"

__all__ = [
    "AnswerLost",
    "CallError",
    "ConfigError",
    "NotConnected",
    "PyMacaronTestCase",
    "PyMacaronTestingError",
    "ServerError",
    "TargetError",
    "TokenError",
    "load_port_host_token",
]
