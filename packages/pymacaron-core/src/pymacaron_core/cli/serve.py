"""``pymacaron serve``: production, by gunicorn. The application is loaded and checked before gunicorn starts."""

from __future__ import annotations

import argparse
import multiprocessing
import os
from importlib import import_module
from typing import Any

from pymacaron_core.application import Application
from pymacaron_core.cli.project import load_project
from pymacaron_core.config import load_config
from pymacaron_core.errors import StartError
from pymacaron_core.listening import address_of, bound_socket
from pymacaron_core.logs import configure

NO_GUNICORN = (
    "gunicorn is not installed, and 'pymacaron serve' needs it: "
    'pip install "./packages/pymacaron-core[server]" in a clone of the repository'
)
WORKERS = "PYM_GUNICORN_WORKERS_COUNT"


def execute(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    try:
        base = import_module("gunicorn.app.base").BaseApplication
    except ModuleNotFoundError:
        raise StartError(NO_GUNICORN) from None
    config = load_config(options.root, path=options.config, env=options.env, production=True)
    host, port = address_of(config, options.host, options.port)
    bound_socket(host, port).close()  # says in one line that the port is in use, where gunicorn tries five times
    settings = gunicorn_settings(host, port, options.workers, options.threads)
    configure(config, development=False)
    application = load_project(options, config.root, production=True)
    if application.underscored_headers:  # gunicorn would drop them, and a key like Petstore's api_key with them
        settings["header_map"] = "dangerous"
    _gunicorn(base, application, settings).run()
    return 0


def gunicorn_settings(host: str, port: int, workers: int | None, threads: int) -> dict[str, Any]:
    """How gunicorn serves: threads for waiting, processes for work, each renewed after some thousand requests."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers or workers_from_environment() or 2 * multiprocessing.cpu_count() + 1,
        "threads": threads,
        "worker_class": "gthread",
        "timeout": 180,
        # Under the 10 s after which Docker kills; a worker told to stop while it boots may miss the signal.
        "graceful_timeout": 8,
        "keepalive": 2,
        "max_requests": 2500,
        "max_requests_jitter": 500,
        "preload_app": True,
        "proc_name": "pymacaron",
        "control_socket_disable": True,  # it would lie in the user's home
    }


def workers_from_environment() -> int | None:
    """The number of processes that the environment asks for. Raises ``StartError`` when it is no number."""
    text = os.environ.get(WORKERS, "").strip()
    if text and not (text.isdecimal() and int(text) > 0):
        raise StartError(f"the environment variable {WORKERS} must be a number from 1 on, not {text!r}")
    return int(text) if text else None


def _gunicorn(base: type[Any], application: Application, settings: dict[str, Any]) -> Any:
    class Server(base):  # type: ignore[misc]
        def load_config(self) -> None:
            for name in settings.keys() & self.cfg.settings.keys():  # older versions lack some
                self.cfg.set(name, settings[name])

        def load(self) -> Application:
            return application

    return Server()
