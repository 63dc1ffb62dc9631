"""The errors of pymacaron-deploy: each is one message, and the status a command ends with.

::

    Exception
    └── DeployError
        ├── UsageError          1  what was asked for cannot be understood
        │   └── ConfigError     1  pym-config.yaml is wrong, or a secret it names is not set
        ├── PreflightError      2  something this machine or the checkout must have is not there; nothing was started
        ├── StageFailed         3  a stage before going live failed; what is live was not touched
        │   ├── BuildFailed     3  the image cannot be built
        │   ├── TestsFailed     3  unit or acceptance tests failed; ``output`` is what they printed
        │   ├── PushFailed      3  the registry did not take the image
        │   └── StartFailed     3  a container died at its start, or did not become ready in time
        ├── RolledBack          4  it failed after going live, and what was live before is live again
        ├── RollbackFailed      5  it failed after going live, and so did the way back: a person must look
        ├── Locked              6  somebody else deploys the same service now
        └── Interrupted         7  Ctrl-C or SIGTERM; what was started was stopped
"""

from __future__ import annotations


class DeployError(Exception):
    """Base of every error this package raises on purpose. The message says what is wrong, where, and what to do."""

    exit_code = 1


class UsageError(DeployError):
    """What was asked for cannot be understood."""


class ConfigError(UsageError):
    """``pym-config.yaml`` is wrong, or a secret that it names is not set."""


class PreflightError(DeployError):
    """Something that must be there before anything starts is not: an engine, git, a clean checkout."""

    exit_code = 2


class StageFailed(DeployError):
    """A stage before going live failed. ``output`` is what it printed last, ``''`` where that says nothing."""

    exit_code = 3

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message, output)
        self.output = output

    def __str__(self) -> str:
        return str(self.args[0])


class BuildFailed(StageFailed):
    """The image cannot be built."""


class TestsFailed(StageFailed):
    """Unit tests or acceptance tests failed."""

    __test__ = False  # no class of tests, whatever its name


class PushFailed(StageFailed):
    """The registry did not take the image."""


class StartFailed(StageFailed):
    """A container died at its start, or did not become ready in time."""


class RolledBack(DeployError):
    """It failed after going live, and what was live before is live again."""

    exit_code = 4


class RollbackFailed(DeployError):
    """It failed after going live, and so did the way back."""

    exit_code = 5


class Locked(DeployError):
    """Somebody else deploys the same service now."""

    exit_code = 6


class Interrupted(DeployError):
    """Ctrl-C or SIGTERM arrived; what was started was stopped."""

    exit_code = 7
