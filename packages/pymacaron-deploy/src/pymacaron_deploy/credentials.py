"""Who we are to a registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pymacaron_deploy.errors import ConfigError

DOCKER_HUB = "docker.io"
"""The registry of references that name none."""

USER, PASSWORD = "PYM_REGISTRY_USER", "PYM_REGISTRY_PASSWORD"
"""The environment variables that go before docker's own configuration."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a password; its texts show neither."""

    username: str = field(repr=False)
    password: str = field(repr=False)


def from_environ(environ: Mapping[str, str]) -> Credentials | None:
    """The credentials that the environment holds, None when it holds none.

    Raises :class:`~pymacaron_deploy.errors.ConfigError` when it holds one half.
    """
    username, password = environ.get(USER, ""), environ.get(PASSWORD, "")
    if not username and not password:
        return None
    if not username or not password:
        missing = USER if password else PASSWORD
        raise ConfigError(f"{missing} is not set, and its other half is: set both, or none to use docker's own login")
    return Credentials(username, password)
