"""What can be typed after ``pymacaron-deploy``: the commands, their options and their help."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, TypeAlias

from pymacaron_deploy import __version__
from pymacaron_deploy.errors import UsageError

EXAMPLES = """\
examples:
  pymacaron-deploy image                  build the image of what is committed
  pymacaron-deploy test                   unit tests, and acceptance tests against a container
  pymacaron-deploy push                   send the image to its registry, print its digest
  pymacaron-deploy up --target local      run it on this machine, once it proves healthy
  pymacaron-deploy down --target local    stop it, and what runs beside it
  pymacaron-deploy dockerfile >Dockerfile write the Dockerfile that 'image' builds

exit status: 0 done; 1 wrong usage or configuration; 2 something is missing here (docker,
git, a clean checkout); 3 build, tests or start failed, what is live is untouched;
4 failed and rolled back; 5 failed, and so did the way back; 6 locked; 7 interrupted.

'pymacaron-deploy COMMAND --help' tells more about a command.
"""


class Parser(argparse.ArgumentParser):
    """Ends with the status of wrong usage, where argparse would use the one of a missing engine."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(UsageError.exit_code, f"error: {message}\n")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, and give back the exit status, as the tree of errors tells it."""
    parser = menu()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    status: int = import_module("pymacaron_deploy.cli.carrying_out").carry_out(options)
    return status


def menu() -> argparse.ArgumentParser:
    """The parser of the whole command line. ``options.command`` is the command that was chosen."""
    parser = Parser(
        prog="pymacaron-deploy",
        description="Build, test, push and run the docker image of a PyMacaron service.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pymacaron-deploy {__version__}")
    parser.set_defaults(command=None, debug=False, json=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="pymacaron-deploy")
    for add in (_image, _test, _push, _up, _down, _status, _dockerfile, _version, _config, _completion):
        add(commands)
    return parser


def _command(commands: Commands, name: str, brief: str, told: str, examples: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=brief,
        description=told,
        epilog=f"examples:\n{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=name)
    parser.add_argument("--debug", action="store_true", help="show where in the code an error came from")
    return parser


def _in_project(parser: argparse.ArgumentParser) -> None:
    """The options of every command that works on a project."""
    group = parser.add_argument_group("project")
    group.add_argument(
        "-C",
        "--root",
        metavar="FOLDER",
        help="the project (default: this folder, or the nearest above that has apis/ or pym-config.yaml)",
    )
    group.add_argument("--config", metavar="FILE", help="the configuration (default: pym-config.yaml of the project)")
    group.add_argument("--env", metavar="NAME", help="the environment: uses pym-config.NAME.yaml (default: $PYM_ENV)")
    parser.add_argument("--json", action="store_true", help="print JSON, an object a line, for other programs")


def _of_source(parser: argparse.ArgumentParser) -> None:
    """The options of every command that builds."""
    group = parser.add_argument_group("image")
    group.add_argument(
        "--allow-dirty", action="store_true", help="build of the files as they lie here, committed or not, to try them"
    )
    group.add_argument("--wheels", metavar="FOLDER", help="a folder of wheels for pip (default: deploy.wheels)")


def _to_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", metavar="NAME", help="where the service runs (default: deploy.target)")


def _image(commands: Commands) -> None:
    told = "Build the docker image of what is committed. Prints its name."
    examples = "  pymacaron-deploy image\n  pymacaron-deploy image --wheels dist --allow-dirty"
    parser = _command(commands, "image", "build the image of what is committed", told, examples)
    _of_source(parser)
    _in_project(parser)


def _test(commands: Commands) -> None:
    told = (
        "Run the unit tests (test/) in an image of their own, then the acceptance tests\n"
        "(testaccept/) against a container of the service's image."
    )
    parser = _command(
        commands, "test", "test the image", told, "  pymacaron-deploy test\n  pymacaron-deploy test --json"
    )
    _without(parser, "unittest", "acceptance")
    _of_source(parser)
    _in_project(parser)


def _push(commands: Commands) -> None:
    told = (
        "Build the image, send it to its registry, and print the reference that names it\n"
        "by its digest. Asks docker's own logins for credentials."
    )
    parser = _command(
        commands, "push", "send the image to its registry", told, "  pymacaron-deploy push --target local"
    )
    _to_target(parser)
    _of_source(parser)
    _in_project(parser)


def _up(commands: Commands) -> None:
    told = (
        "Test the image and run it. The service that ran before serves until the new one\n"
        "proves healthy; if it does not, the old one stays. Prints the address."
    )
    examples = "  pymacaron-deploy up --target local\n  pymacaron-deploy up --target local --no-test"
    parser = _command(commands, "up", "test the image, and run it", told, examples)
    _without(parser, "unittest", "test")
    _to_target(parser)
    _of_source(parser)
    _in_project(parser)


def _without(parser: argparse.ArgumentParser, *names: str) -> None:
    told = {
        "unittest": "do not run the unit tests",
        "acceptance": "do not run the acceptance tests",
        "test": "run neither unit tests nor acceptance tests",
    }
    for name in names:
        parser.add_argument(f"--no-{name}", dest=name, action="store_false", help=told[name])


def _down(commands: Commands) -> None:
    told = "Stop the service, and what runs beside it. What it stored stays, unless --data is given."
    parser = _command(commands, "down", "stop it", told, "  pymacaron-deploy down --target local --data --yes")
    _to_target(parser)
    parser.add_argument("--data", action="store_true", help="remove what the service stored, too")
    parser.add_argument("--yes", action="store_true", help="do not ask before data are removed")
    _in_project(parser)


def _status(commands: Commands) -> None:
    told = "Tell what runs: the version, the address, and what runs beside it. Exits with 1 when nothing serves."
    parser = _command(commands, "status", "tell what runs", told, "  pymacaron-deploy status --target local --json")
    _to_target(parser)
    _in_project(parser)


def _dockerfile(commands: Commands) -> None:
    told = (
        "Print the Dockerfile that 'image' builds. Write it to a file where others build\n"
        "the image without this tool; 'image' itself always makes it anew. Put what the\n"
        "service adds (as root, before the requirements are installed) in Dockerfile.extra."
    )
    examples = "  pymacaron-deploy dockerfile >Dockerfile\n  pymacaron-deploy dockerfile --check"
    parser = _command(commands, "dockerfile", "print the Dockerfile", told, examples)
    parser.add_argument(
        "--check", action="store_true", help="print nothing; exit with 1 when the file Dockerfile differs"
    )
    parser.add_argument("--wheels", metavar="FOLDER", help="a folder of wheels for pip (default: deploy.wheels)")
    _in_project(parser)


def _version(commands: Commands) -> None:
    told = "Print the version that an image of what is committed has: its time, the number of commits, its hash."
    parser = _command(commands, "version", "print the version of what is committed", told)
    _of_source(parser)
    _in_project(parser)


def _config(commands: Commands) -> None:
    told = "Print the configuration as it is read. Secrets are names only."
    parser = _command(
        commands, "config", "print the configuration", told, "  pymacaron-deploy config --env live --json"
    )
    _in_project(parser)


def _completion(commands: Commands) -> None:
    told = (
        "Print a script that completes commands and options in a shell:\n\n"
        '  bash:  eval "$(pymacaron-deploy completion bash)"  in ~/.bashrc\n'
        '  zsh:   eval "$(pymacaron-deploy completion zsh)"   in ~/.zshrc\n'
        "  fish:  pymacaron-deploy completion fish | source   in ~/.config/fish/config.fish"
    )
    parser = _command(commands, "completion", "print a script that completes commands in a shell", told)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")
