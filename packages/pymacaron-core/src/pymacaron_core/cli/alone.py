"""Serves a project in this process, for its developer: ``run --no-reload`` does, and each web process of ``run``."""

from __future__ import annotations

import argparse
import contextlib
import socket
from pathlib import Path

from pymacaron_core.alongside import serve_alongside
from pymacaron_core.application import Application
from pymacaron_core.cli.project import load_project
from pymacaron_core.config import load_config
from pymacaron_core.console import say
from pymacaron_core.development import Stopped, stop_on_signals
from pymacaron_core.logs import configure
from pymacaron_core.signals import STOPPING


def serve_alone(options: argparse.Namespace, root: Path, listening: socket.socket, host: str, port: int) -> None:
    """Serve on a socket until SIGTERM or Ctrl-C."""
    stop_on_signals(*STOPPING)
    with contextlib.suppress(Stopped):  # before it served
        application = load_for_development(options, root, mock_missing=options.mock_missing)
        serve_alongside(application, listening, host, port)
    say("stopped")


def load_for_development(options: argparse.Namespace, root: Path, *, mock_missing: bool) -> Application:
    """The project's application, its models written beside the documents, log lines switched on."""
    configure(load_config(root, path=options.config, env=options.env), development=True)
    return load_project(options, root, mock_missing=mock_missing, write_models=True)
