"""How a ``server.py`` starts: as a program it serves, imported by anything else it only makes its application."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from pymacaron_core.app import API, served_elsewhere
from pymacaron_core.config import load_config
from pymacaron_core.console import tell_errors
from pymacaron_core.errors import StartError
from pymacaron_core.listening import port_from_environment
from pymacaron_core.logs import configure


def letsgo(name: str, callback: Callable[..., Any] | None = None, arguments: Sequence[str] | None = None) -> None:
    """Start the service of a ``server.py``: call it at the end as ``letsgo(__name__, callback=start)``.

    ``callback(port=, debug=)`` makes the API and calls its ``start``. Under ``__main__`` that serves, on ``--port``,
    ``PORT``, ``PYM_SERVER_PORT`` or the configuration's port; imported by gunicorn, a worker or ``pymacaron``,
    ``start`` returns and the importer serves. Ends the process with status 2 and one message when the service cannot
    start.
    """
    if name != "__main__":
        with served_elsewhere():
            _call(callback, port=None, debug=None)
        return
    options = _parser().parse_args(arguments)
    if options.env:
        os.environ["PYM_ENV"] = options.env
    try:
        config = load_config()
        configure(config, development=True)
        _call(callback, port=options.port or port_from_environment() or config.core.port, debug=options.debug)
    except StartError as error:
        tell_errors(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _call(callback: Callable[..., Any] | None, port: int | None, debug: bool | None) -> None:
    if callback is not None:
        callback(port=port, debug=debug)
        return
    API(port=port, debug=debug).load_apis().start()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Serve this service with the development server.")
    parser.add_argument("--port", type=int, help="the port to listen on (default: PORT, PYM_SERVER_PORT, 8080)")
    parser.add_argument("--env", help="the environment: pym-config.<env>.yaml is used")
    parser.add_argument(
        "--debug", action=argparse.BooleanOptionalAction, default=None, help="show causes in error bodies"
    )
    return parser
