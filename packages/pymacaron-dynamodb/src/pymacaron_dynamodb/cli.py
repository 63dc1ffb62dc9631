"""The command ``pymacaron-dynamodb``: the tables of a project, and the emulator to develop with."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from pymacaron_core.app import load
from pymacaron_core.application import Application
from pymacaron_core.cli.carrying_out import ended
from pymacaron_core.cli.options import add_debug_option, add_project_options
from pymacaron_core.cli.project import failure
from pymacaron_core.config import load_config
from pymacaron_core.console import say, say_json, say_table, tell
from pymacaron_core.discovery import plugin_of
from pymacaron_core.errors import BindingError, GuardMissing, PluginMissing, PyMacaronError, StartError

from pymacaron_dynamodb import __version__
from pymacaron_dynamodb.emulator import serve_emulator
from pymacaron_dynamodb.plugin import Persistence
from pymacaron_dynamodb.tables import Step

EXAMPLES = """\
examples:
  pymacaron-dynamodb plan                      what 'create' would make
  pymacaron-dynamodb create --endpoint aws     make the missing tables on AWS
  pymacaron-dynamodb create --env live --json  with pym-config.live.yaml
  pymacaron-dynamodb emulator --port 8000      a database to develop with

Exit status: 0 well, 1 a table has another key than the document declares
(plan), 2 it cannot be done.
"""
FAULTS = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, and give back the exit status."""
    parser = menu()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    json = getattr(options, "json", False)
    return ended(lambda: _COMMANDS[options.command](options), debug=options.debug, json=json)


def menu() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="pymacaron-dynamodb",
        description="The DynamoDB tables of a PyMacaron project.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pymacaron-dynamodb {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, told in (
        ("plan", "tell which tables the documents declare, and which of them are missing"),
        ("create", "make the tables that are missing; none is changed or deleted"),
    ):
        command = commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        command.add_argument("--endpoint", metavar="URL", help="aws, or a URL, in place of the configured endpoint")
        add_project_options(command, json=True)
    told = "serve an emulator of DynamoDB, whose data are gone when it stops"
    command = commands.add_parser("emulator", help=told, description=f"{told[0].upper()}{told[1:]}.")
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    command.add_argument("--port", type=_port, default=8000, help="the port, 0 for a free one (default: 8000)")
    add_debug_option(command)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def _plan(options: argparse.Namespace) -> int:
    plugin = _persistence(options)
    steps = plugin.store.tables.plan(plugin.tables())
    _tell_steps(steps, options)
    return FAULTS if any(step.action == "differs" for step in steps) else 0


def _create(options: argparse.Namespace) -> int:
    plugin = _persistence(options)
    steps = plugin.store.tables.create(plugin.tables())
    _tell_steps([_done(step) for step in steps], options)
    return 0


def _done(step: Step) -> Step:
    """A step of the plan as it is told when it was taken."""
    return Step(step.table, "created", "it was not there") if step.action == "create" else step


def _emulator(options: argparse.Namespace) -> int:
    serve_emulator(options.host, options.port, tell)
    return 0


_COMMANDS = {"plan": _plan, "create": _create, "emulator": _emulator}


def _persistence(options: argparse.Namespace) -> Persistence:
    """The plugin of the project, with its models loaded, on a database that others see too."""
    root = load_config(options.root, path=options.config, env=options.env).root
    plugin = plugin_of(_application(options, root), "dynamodb", "its tables are asked for")
    if not isinstance(plugin, Persistence):
        raise StartError(f"models are kept by pymacaron_dynamodb.Persistence(), not by {plugin!r}")
    if options.endpoint:
        plugin.use(options.endpoint)
    if plugin.endpoint.is_in_process:
        raise StartError(
            "no database is named: say --endpoint aws or --endpoint URL, or set dynamodb.endpoint in the configuration"
        )
    return plugin


def _application(options: argparse.Namespace, root: Path) -> Application:
    """The application as far as its models need it: functions and guards that are missing do not matter."""
    wrong: list[StartError] = []
    try:
        application = load(root, config=options.config, env=options.env, tolerated=wrong)
    except PyMacaronError:
        raise
    except Exception as error:
        raise StartError(failure(error, root)) from error
    for fault in wrong:
        if not isinstance(fault, BindingError | GuardMissing | PluginMissing):
            raise fault
    return application


def _tell_steps(steps: list[Step], options: argparse.Namespace) -> None:
    if options.json:
        say_json([step.to_json() for step in steps])
    elif not steps:
        say("no document declares a table: write x-persist: {table: NAME, hash: PROPERTY} in a schema")
    else:
        say_table(("table", "action", "why"), [(str(step.table), step.action, step.reason) for step in steps])
