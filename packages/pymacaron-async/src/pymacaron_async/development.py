"""What development runs beside a service that has tasks: a private Redis, and a worker."""

from __future__ import annotations

import sys
from pathlib import Path

from pymacaron_core.config import Config
from pymacaron_core.engines import Engine

from pymacaron_async.broker import VARIABLE
from pymacaron_async.settings import AsyncSettings, default_worker_count


def get_celery_cmd(debug: bool = False, keep_alive: bool = False, concurrency: int | None = None) -> str:
    """The command line of a worker, by its name of 2.x. ``keep_alive`` is left to what supervises the command."""
    words = ["pymacaron-async", "worker"]
    words += ["--level", "debug"] if debug else []
    words += ["--concurrency", str(concurrency)] if concurrency is not None else []
    return " ".join(words)


def redis_engine(server: Path) -> Engine:
    """A Redis that only this user reaches, on a unix socket, which writes down what it is given."""
    command = (
        *(str(server), "--port", "0", "--unixsocket", "{folder}/redis.sock", "--unixsocketperm", "700"),
        *("--appendonly", "yes", "--appendfsync", "everysec", "--dir", "{data}", "--save", ""),
        *("--loglevel", "warning"),
    )
    return Engine(
        name="redis",
        command=command,
        environ={VARIABLE: "redis+socket://{folder}/redis.sock?virtual_host=0"},
        ready="unix:{folder}/redis.sock",
        told="a private Redis keeps tasks that wait, also from one run to the next",
    )


def worker_engine(settings: AsyncSettings, config: Config) -> Engine:
    """A worker of the same project, with the same configuration."""
    chosen = (
        *(("--config", str(config.file)) if config.file is not None else ()),
        *(("--env", config.env) if config.env else ()),
    )
    count = default_worker_count(settings, development=True)
    module = (sys.executable, "-m", "pymacaron_async", "worker", "--dev", "-C", str(config.root))
    return Engine(
        name="worker",
        command=(*module, *chosen, "--concurrency", str(count)),
        reloads=True,
        told=f"a worker runs up to {count} tasks at once",
    )
