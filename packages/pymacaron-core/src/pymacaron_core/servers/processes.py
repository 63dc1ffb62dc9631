"""The processes of a service: gunicorn's parent, which loads the application once and keeps the workers it forks."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

GRACE = 8
"""Seconds for requests in flight at the end: less than the 10 after which Docker kills."""


class Parent(Arbiter):  # type: ignore[misc]
    """gunicorn's parent, which ends at once when it is told to stop a second time."""

    def stop(self, graceful: bool = True) -> None:
        """End the workers: those in the middle of a request have some seconds to finish it."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self._end_at_once)
        super().stop(graceful)

    def _end_at_once(self, number: int, frame: Any) -> None:
        for pid in tuple(self.WORKERS):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        os._exit(128 + number)


class Lines(Logger):  # type: ignore[misc]
    """gunicorn's own log lines, written as all others of the service are."""

    def setup(self, cfg: Any) -> None:
        """Hand them on, in place of writing them in gunicorn's form."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Service(BaseApplication):  # type: ignore[misc]
    """An application that is loaded already, and the settings that gunicorn serves it with."""

    def __init__(self, application: Any, settings: Mapping[str, Any]) -> None:
        self._application, self._settings = application, settings
        super().__init__()

    def load_config(self) -> None:
        for name in self._settings.keys() & self.cfg.settings.keys():  # older versions lack some
            self.cfg.set(name, self._settings[name])

    def load(self) -> Any:
        return self._application

    def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C, and end the process."""
        Parent(self).run()


def settings_for(
    host: str, port: int, workers: int, threads: int, renew_after: int | None, at_start: Callable[[], None]
) -> dict[str, Any]:
    """What gunicorn is told. ``at_start`` is called in each worker before its first request."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "timeout": 180,
        "graceful_timeout": GRACE,
        "keepalive": 75,  # longer than balancers in front keep a connection (60), which would use it as it is closed
        "max_requests": renew_after or 0,
        "max_requests_jitter": (renew_after or 0) // 5,
        "post_worker_init": lambda worker: at_start(),
        "preload_app": True,
        "proc_name": "pymacaron",
        "logger_class": Lines,
        "control_socket_disable": True,  # it would lie in the user's home
    }
