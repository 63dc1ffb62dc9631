"""Which broker tasks are queued at: from the configuration, the environment, or none but this process."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pymacaron_core.config import Config

from pymacaron_async.errors import BrokerError
from pymacaron_async.settings import AsyncSettings

VARIABLE = "PYM_BROKER_URL"
"""The environment variable that names the broker."""
IN_PROCESS = "in-process"
"""In place of a URL: tasks run in a thread of the serving process, in development only."""
REDIS = ("redis", "rediss", "redis+socket")
RABBITMQ = ("amqp", "amqps")


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that can be used. Its URL may hold a password, and is not shown."""

    scheme: str
    url: str = field(repr=False)

    @property
    def in_process(self) -> bool:
        return self.scheme == IN_PROCESS

    @property
    def is_redis(self) -> bool:
        return self.scheme in REDIS

    def __str__(self) -> str:
        return IN_PROCESS if self.in_process else shown(self.url)


def configured_broker(settings: AsyncSettings, config: Config) -> Broker | None:
    """The broker that is named now, None where none is. Raises ``BrokerError`` for one that cannot be used.

    The environment is asked each time: development engines name theirs once they run.
    """
    if settings.broker:
        return checked(settings.broker, "'broker' below 'async'", production=config.production)
    url = config.environ.get(VARIABLE) or os.environ.get(VARIABLE)
    return checked(url, f"the environment variable {VARIABLE}", production=config.production) if url else None


def current_broker(settings: AsyncSettings, config: Config) -> Broker:
    """The broker to use: the one that is named, else in development this process itself.

    Raises ``BrokerError`` in production when none is named.
    """
    named = configured_broker(settings, config)
    if named is None and config.production:
        raise BrokerError(
            f"no broker is named for background tasks: set the environment variable {VARIABLE} to redis://host:6379/0, "
            "or 'broker' below 'async' in pym-config.yaml"
        )
    return named or Broker(IN_PROCESS, IN_PROCESS)


def checked(url: str, where: str, *, production: bool = False) -> Broker:
    """The broker of a URL. Raises ``BrokerError`` naming ``where`` it stands, and never what may be a password."""
    if url == IN_PROCESS:
        if production:
            raise BrokerError(f"{where} says '{IN_PROCESS}', which loses tasks: name a Redis, like redis://host:6379/0")
        return Broker(IN_PROCESS, url)
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in (*REDIS, *RABBITMQ):
        told = f"begins with '{scheme}://'" if separator and re.fullmatch(r"[a-z0-9+.-]{1,20}", scheme) else "is no URL"
        raise BrokerError(
            f"{where} {told}: it must begin with one of {', '.join(f'{each}://' for each in (*REDIS, *RABBITMQ))}"
        )
    if _broken(scheme, url, rest):
        raise BrokerError(f"{where} is no complete URL: write it like {_EXAMPLES[scheme.partition('+')[2] or scheme]}")
    return Broker(scheme, url)


_EXAMPLES = {
    "redis": "redis://host:6379/0",
    "rediss": "rediss://host:6379/0",
    "socket": "redis+socket:///run/redis.sock?virtual_host=0",
    "amqp": "amqp://user:password@host:5672/name",
    "amqps": "amqps://user:password@host:5671/name",
}


def _broken(scheme: str, url: str, rest: str) -> bool:
    try:
        parts = urlsplit(url)
        path_only = scheme == "redis+socket"
        return not (parts.path.strip("/") if path_only else parts.hostname) or parts.port == 0 or " " in rest
    except ValueError:
        return True


def shown(url: str) -> str:
    """The URL with neither its password nor its query, in which some put one."""
    scheme, _, rest = url.partition("://")
    rest = rest.partition("?")[0]
    credentials, at, place = rest.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}{':***' if colon else ''}{at}{place}"
