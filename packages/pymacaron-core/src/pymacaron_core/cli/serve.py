"""``pymacaron serve``: production. The application is loaded and checked before any process is started."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pymacaron_core.application import Application
from pymacaron_core.cli.project import load_project
from pymacaron_core.collecting import uncollected
from pymacaron_core.config import Config, load_config
from pymacaron_core.console import tell
from pymacaron_core.errors import StartError
from pymacaron_core.listening import address_of, bound_socket, url_of
from pymacaron_core.logs import configure, is_json, pymlogger
from pymacaron_core.metrics import scraped_at
from pymacaron_core.servers import Staff, find_limits, staff_for

log = pymlogger("pymacaron.serve")

NEEDS = {"granian": ("server", ("gunicorn", "granian")), "gunicorn": ("gunicorn", ("gunicorn",))}
"""Of each server the extra that installs it, and the libraries it is made of."""
WORKERS = "PYM_GUNICORN_WORKERS_COUNT"


def execute(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    with uncollected():
        service = loaded(options)
        gc.freeze()  # all that is there stays, and is shared with the workers as long as nobody looks through it
    service.run()
    return 0


def loaded(options: argparse.Namespace) -> Any:
    """The service, ready to run."""
    config = load_config(options.root, path=options.config, env=options.env, production=True)
    server = options.server or config.core.server
    require_installed(server)
    host, port = address_of(config, options.host, options.port)
    staff = staff_of(options)
    bound_socket(host, port).close()  # says in one line that the port is in use, where gunicorn tries five times
    configure(config, development=False)
    at_end = make_directory_for(config)
    application = load_project(options, config.root, production=True)
    line = started(server, url_of(host, port), staff)
    if is_json(config, development=False, stream=sys.stderr):
        log.info("%s", line)
    else:
        tell(line)
    settings = settings_of(application, server, host, port, staff)
    if application.counting is not None and application.config.core.metrics is not None:
        listening = scraped_at(application.config.core.metrics, application.config.environ)
        counting = import_module("pymacaron_core.servers.counting")
        settings = counting.counted(settings, application.counting, listening, staff.workers, at_end)
    return import_module("pymacaron_core.servers.processes").Service(application, settings)


def make_directory_for(config: Config) -> Callable[[], None]:
    """Have a folder for what the service's own code counts, where metrics are asked for; what takes it away."""
    if config.core.metrics is None:
        return lambda: None
    make: Callable[[], Callable[[], None]] = import_module("pymacaron_core.servers.counting").make_directory
    return make()


def require_installed(server: str) -> None:
    """Raise ``StartError`` with the line that installs a server where it is not."""
    extra, libraries = NEEDS[server]
    missing = next((name for name in libraries if find_spec(name) is None), None)
    if missing is not None:
        raise StartError(
            f"{missing} is not installed, and 'pymacaron serve' needs it to serve with {server}: "
            f'pip install "./packages/pymacaron-core[{extra}]" in a clone of the repository'
        )


def staff_of(options: argparse.Namespace) -> Staff:
    """How many processes and threads: as the command line or the environment says, else as the limits allow."""
    asked_by = "--workers" if options.workers else WORKERS
    return staff_for(find_limits(), options.workers or workers_from_environment(), options.threads, asked_by)


def workers_from_environment() -> int | None:
    """The number of processes that the environment asks for. Raises ``StartError`` when it is no number."""
    text = os.environ.get(WORKERS, "").strip()
    if text and not (text.isdecimal() and int(text) > 0):
        raise StartError(f"the environment variable {WORKERS} must be a number from 1 on, not {text!r}")
    return int(text) if text else None


def started(server: str, url: str, staff: Staff) -> str:
    """What is served where, by what, and why by so many."""
    plural = "" if staff.workers == 1 else "s"
    return f"service  {url}  {server}, {staff.workers} worker{plural} ({staff.why}) of {staff.threads} threads"


def settings_of(application: Application, server: str, host: str, port: int, staff: Staff) -> dict[str, Any]:
    """What gunicorn is told, for either server."""
    processes = import_module("pymacaron_core.servers.processes")
    settings: dict[str, Any] = processes.settings_for(
        host, port, staff.workers, staff.threads, application.config.core.renew_after, application.start_worker
    )
    if server == "granian":
        return {**settings, "worker_class": import_module("pymacaron_core.servers.granian").GranianWorker}
    settings["worker_class"] = import_module("pymacaron_core.servers.gthread").GatheringWorker
    if application.underscored_headers:  # gunicorn would drop them, and a key like Petstore's api_key with them
        settings["header_map"] = "dangerous"
    return settings
