"""The errors of pymacaron-testing. What a service does wrong is none of them: that is an ``AssertionError``.

::

    Exception
    └── PyMacaronTestingError       everything this package raises on purpose
        ├── CallError               a call got no answer that can be judged
        │   ├── NotConnected        nobody listens there, or the connection cannot be trusted
        │   └── AnswerLost          the call went out, and its answer did not arrive whole
        ├── ConfigError             pym-config.yaml, or the environment, is wrong
        └── TargetError             there is no service to test
            ├── ServerError         the server that was to be started does not serve
            └── TokenError          no token can be made
"""

from __future__ import annotations


class PyMacaronTestingError(Exception):
    """Base of every error this package raises on purpose."""


class CallError(PyMacaronTestingError):
    """A call got no answer that can be judged."""


class NotConnected(CallError):
    """Nobody listens there, or the connection cannot be trusted: the service has not seen the call."""


class AnswerLost(CallError):
    """The call went out and its answer did not arrive whole: the service may have acted on it."""


class ConfigError(PyMacaronTestingError):
    """``pym-config.yaml``, or a variable of the environment, is wrong."""


class TargetError(PyMacaronTestingError):
    """There is no service to test."""


class ServerError(TargetError):
    """The server that was to be started does not serve."""


class TokenError(TargetError):
    """A token was asked for, and none can be made."""
