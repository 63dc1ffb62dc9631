"""What can be typed after ``pymacaron-auth``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module

from pymacaron_core.cli.carrying_out import ended
from pymacaron_core.cli.options import add_project_options

from pymacaron_auth import __version__

EXAMPLES = """\
examples:
  pymacaron-auth token                          a token for the user test-jwt-token
  pymacaron-auth token --user bob --scope read  one for bob, that may read
  pymacaron-auth token --expire-in 60           one that lives for a minute
  curl -H "Authorization: Bearer $(pymacaron-auth token)" \\
       http://127.0.0.1:8080/auth/version

'pymacaron-auth COMMAND --help' tells more about a command.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, and give back the exit status: 0 well, 2 it cannot be done."""
    parser = menu()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    command = import_module(f"pymacaron_auth.cli.{options.command}")
    return ended(lambda: command.execute(options), debug=options.debug, json=getattr(options, "json", False))


def menu() -> argparse.ArgumentParser:
    """The parser of the whole command line. ``options.command`` names the module of the command that was chosen."""
    parser = argparse.ArgumentParser(
        prog="pymacaron-auth",
        description="Tokens of a PyMacaron service, from the command line.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pymacaron-auth {__version__}", help="show the version")
    parser.set_defaults(command=None, debug=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_token(commands)
    told = commands.add_parser("version", help="show the version", description="Show the version.")
    told.set_defaults(command="version")
    return parser


def _add_token(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    told = (
        "Print a token that the service in this project takes, made with its configured\n"
        "secret, issuer and audience. No code of the project runs."
    )
    parser = commands.add_parser(
        "token", help="print a token", description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(command="token")
    parser.add_argument("--user", metavar="ID", default="test-jwt-token", help="whose token (default: test-jwt-token)")
    parser.add_argument(
        "--expire-in", metavar="S", type=_seconds, help="seconds it lives (default: the configured token_timeout)"
    )
    parser.add_argument("--data", metavar="JSON", type=str, help="claims to put in, as a JSON object")
    parser.add_argument("--scope", metavar="SCOPE", action="append", help="a scope to put in; may be repeated")
    parser.add_argument("--audience", metavar="NAME", help="another service, that the token is for")
    parser.add_argument("--json", action="store_true", help="print the token and what it says as JSON")
    add_project_options(parser)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**10:
        raise argparse.ArgumentTypeError(f"must be a number of seconds from 1 on, not {text!r}")
    return int(text)
