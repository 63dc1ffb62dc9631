"""The options of async: the section ``async`` of ``pym-config.yaml``, and the names of 2.x at its top level."""

from __future__ import annotations

import os
import re

from pymacaron_core.config import Config, Settings, option


class AsyncSettings(Settings):
    """The options of async. ``with_async`` and ``worker_count`` may also stand at the top level, as in 2.x."""

    with_async: bool = option(True, "true or false")
    """Whether the service has tasks; ``true`` at the top level asks for this package by itself."""

    broker: str | None = option(None, "the URL of a broker, like redis://host:6379/0", min_length=1)
    """Where tasks are queued; if not given what ``PYM_BROKER_URL`` says, and in development a private Redis."""

    queue: str | None = option(
        None, "a name of letters, digits, '.', '_' and '-'", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
    )
    """The name of the queue; ``pymacaron.<name of the service>`` if not given."""

    worker_count: int | None = option(None, "a number of processes, from 1 on", ge=1)
    """How many tasks a worker runs at once; if not given two for each processor, in development two."""

    lease: int = option(60, "a number of seconds between 2 and 3600", ge=2, le=3600)
    """Seconds after which another worker takes over the tasks of one that died."""

    publish_timeout: float = option(2.0, "a number of seconds above 0, up to 30", gt=0, le=30)
    """Seconds after which a call that cannot queue its task is answered with 503."""

    time_limit: int = option(300, "a number of seconds between 1 and 86400", ge=1, le=86400)
    """Seconds a task may run; then it is interrupted, and a little later killed."""


def queue_name(settings: AsyncSettings, config: Config) -> str:
    """The queue of a service: as configured, else by its name, so that services may share a broker."""
    return settings.queue or f"pymacaron.{re.sub(r'[^A-Za-z0-9._-]+', '-', config.core.name)[:80] or 'service'}"


def default_worker_count(settings: AsyncSettings, *, development: bool) -> int:
    """How many tasks a worker runs at once."""
    return settings.worker_count or (2 if development else 2 * (os.cpu_count() or 1))
