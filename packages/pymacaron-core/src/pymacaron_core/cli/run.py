"""``pymacaron run``: the development server, reloaded after every edit."""

from __future__ import annotations

import argparse
from importlib import import_module

from pymacaron_core.cli.supervisor import Supervisor
from pymacaron_core.config import load_config
from pymacaron_core.listening import address_of, bound_socket


def execute(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    config = load_config(options.root, path=options.config, env=options.env)
    host, port = address_of(config, options.host, options.port)
    with bound_socket(host, port) as listening:
        if options.reload:
            return Supervisor(options, config.root, listening, host, port).run()
        # Flask and all the rest are for the process that serves; the supervisor starts sooner without them.
        import_module("pymacaron_core.cli.alone").serve_alone(options, config.root, listening, host, port)
    return 0
