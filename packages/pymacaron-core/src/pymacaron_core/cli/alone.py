"""Serves a project in this process, for its developer: ``run --no-reload`` does, and each web process of ``run``."""

from __future__ import annotations

import argparse
import signal
import socket
from pathlib import Path

from pymacaron_core.application import Application
from pymacaron_core.cli.console import BOLD, coloured, say
from pymacaron_core.cli.development import serve, stop_on_signals
from pymacaron_core.cli.project import load_project
from pymacaron_core.config import load_config
from pymacaron_core.listening import url_of
from pymacaron_core.logs import configure


def serve_alone(options: argparse.Namespace, root: Path, listening: socket.socket, host: str, port: int) -> None:
    """Serve on a socket until SIGTERM or Ctrl-C."""
    application = load_for_development(options, root, mock_missing=options.mock_missing)
    introduce(application, host, port)
    stop_on_signals(signal.SIGTERM, signal.SIGINT)
    serve(application, listening)
    say("stopped")


def load_for_development(options: argparse.Namespace, root: Path, *, mock_missing: bool) -> Application:
    """The project's application, its models written beside the documents, log lines switched on."""
    configure(load_config(root, path=options.config, env=options.env), development=True)
    return load_project(options, root, mock_missing=mock_missing, write_models=True)


def introduce(application: Application, host: str, port: int, *, again: bool = False) -> None:
    """Tell what is served, and where to open it."""
    own = [api for api in application.apis.values() if not api.builtin]
    routes = [route for api in own for route in api.routes]
    mocked = sum(route.binding is None for route in routes)
    told = f"{len(routes)} {'route' if len(routes) == 1 else 'routes'}" + (
        f", {mocked} of them mocked" if mocked else ""
    )
    if again:
        say(f"{application.name} is served again: {told}")
        return
    url = url_of(host, port)
    say(f"{coloured(application.name, BOLD)}: {told} from {', '.join(api.specification.file for api in own)}")
    for base_path in dict.fromkeys(_base_path(route.path, route.operation.path) for route in routes):
        say(f"  service  {coloured(url + base_path, BOLD)}")
    if any(rule.rule == "/doc/" for rule in application.app.url_map.iter_rules()):
        say(f"  docs     {coloured(f'{url}/doc/', BOLD)}")
    say("Ctrl-C stops it.")


def _base_path(rule: str, path: str) -> str:
    """What a rule has before the operation's path, which has as many segments as its own."""
    segments = rule.split("/")
    return "/".join(segments[: len(segments) - path.strip("/").count("/") - 1]) or ""
