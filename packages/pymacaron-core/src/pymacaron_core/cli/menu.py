"""What can be typed after ``pymacaron``: the commands, their options and their help; light, for a quick ``--help``."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TypeAlias

from pymacaron_core import __version__
from pymacaron_core.cli.options import add_debug_option, add_project_options
from pymacaron_core.collecting import uncollected

EXAMPLES = """\
examples:
  pymacaron new shop                      make a service that answers at once
  cd shop && pymacaron run                serve it, and reload it when edited
  pymacaron new shop --from openapi.yaml  start from a document you have
  pymacaron run --mock-missing            answer from examples what is unwritten
  pymacaron generate --handlers           write stubs of the functions that lack
  pymacaron check --strict                find all that is wrong or doubtful
  pymacaron convert swagger.json          write a 2.0 document as OpenAPI 3.1

'pymacaron COMMAND --help' tells more about a command.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, and give back the exit status: 0 well, 1 faults were found, 2 it cannot be done."""
    parser = menu()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    sys.stdout.flush()
    with uncollected():
        carrying_out = import_module("pymacaron_core.cli.carrying_out")
        command = import_module(f"pymacaron_core.cli.{options.command}")
        gc.freeze()  # what was imported stays: nobody need look through it
    status: int = carrying_out.carry_out(command, options)
    return status


def menu() -> argparse.ArgumentParser:
    """The parser of the whole command line. ``options.command`` names the module of the command that was chosen."""
    parser = argparse.ArgumentParser(
        prog="pymacaron",
        description="Serve an API from its OpenAPI document and one Python function per operation.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pymacaron {__version__}", help="show the version")
    parser.set_defaults(command=None, debug=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="pymacaron")
    for add in (_new, _run, _serve, _generate, _routes, _check, _diff, _bundle, _convert, _describe, _completion):
        add(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: Commands, name: str, brief: str, told: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=brief, description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.set_defaults(command=name)
    return parser


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help="the port (default: $PORT, $PYM_SERVER_PORT, the configured one, 8080)",
    )
    parser.add_argument(
        "--host", metavar="ADDRESS", help="the address to listen on (default: the configured one, 127.0.0.1)"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"a port is a number between 1 and 65535, not {text!r}")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)


def _new(commands: Commands) -> None:
    told = (
        "Make a folder with a small service in it: a document, its functions, a test\n"
        "and a README. With --from, the document is yours: it is copied as it is, and\n"
        "each operation gets a typed function to fill."
    )
    parser = _command(commands, "new", "make a service in a new folder", told)
    parser.add_argument("name", metavar="NAME", help="the folder to make; the service has its name")
    parser.add_argument(
        "--from",
        dest="document",
        metavar="FILE",
        help="the OpenAPI 3 or Swagger 2.0 document to serve",
    )
    add_debug_option(parser)


def _run(commands: Commands) -> None:
    told = (
        "Serve the project on this machine, to develop it. An edit of the code, a\n"
        "document or the configuration restarts the service; connections wait meanwhile.\n"
        "When an edit breaks it, every call is answered with 503 and the reason, until\n"
        "the next edit. Writes the models beside the documents (apis/*_models.py).\n"
        "Stop it with Ctrl-C."
    )
    parser = _command(commands, "run", "serve it here, and reload it after every edit", told)
    _address(parser)
    parser.add_argument(
        "--mock-missing",
        action="store_true",
        help="answer operations without a function from the document's examples, and mark those answers by a header",
    )
    parser.add_argument("--no-reload", dest="reload", action="store_false", help="serve in this one process")
    add_project_options(parser)


def _serve(commands: Commands) -> None:
    told = (
        "Serve the project in production. Everything is checked before the first worker\n"
        "starts. Unset secrets stop the start; the docs page is off unless the\n"
        "configuration says 'docs: true'. SIGTERM ends it when the requests in flight\n"
        "are answered, 8 seconds later at most; a second one ends it at once."
    )
    parser = _command(commands, "serve", "serve it in production", told)
    _address(parser)
    parser.add_argument(
        "--workers",
        type=_count,
        metavar="N",
        help="processes (default: $PYM_GUNICORN_WORKERS_COUNT, one per processor that the container allows, two at "
        "least, as far as its memory goes)",
    )
    parser.add_argument("--threads", type=_count, metavar="N", help="threads of each process (default: 16)")
    parser.add_argument(
        "--server", choices=("granian", "gunicorn"), help="what serves HTTP (default: the configured one, granian)"
    )
    add_project_options(parser)


def _generate(commands: Commands) -> None:
    told = (
        "Write the models of every document to apis/NAME_models.py, to be imported and\n"
        "committed. A file edited by hand is kept aside, as NAME_models.py.orig.\n\n"
        "exit status: 0 all is as it should be, 1 a file is stale (with --check),\n"
        "2 it cannot be done\n\n"
        "examples:\n"
        "  pymacaron generate             write the models that are missing or stale\n"
        "  pymacaron generate --check     tell which are stale, and why, as CI does\n"
        "  pymacaron generate --handlers  also write stubs of the functions that lack"
    )
    parser = _command(commands, "generate", "write the models, and stubs of functions", told)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit with 1 when a file is missing, stale or edited",
    )
    parser.add_argument(
        "--handlers",
        action="store_true",
        help="also write a typed stub for each operation without a function; nothing that exists is changed",
    )
    add_project_options(parser, json=True)


def _routes(commands: Commands) -> None:
    told = (
        "List what is served: method, path, operation, its function, the rule that\n"
        "found it, and who may call. What has no function, or answers 501 as its\n"
        "document has faults, is in the list as well.\n\n"
        "exit status: 0 it is listed, 2 it cannot be done\n\n"
        "examples:\n"
        "  pymacaron routes\n"
        "  pymacaron routes --json | jq -r '.[] | select(.function == null) | .path'"
    )
    parser = _command(commands, "routes", "list what is served, and by which function", told)
    add_project_options(parser, json=True)


def _check(commands: Commands) -> None:
    told = (
        "Find everything that is wrong or doubtful, at once: in documents,\n"
        "configuration, models, functions and guards. Errors are what stops the start;\n"
        "warnings are what is served otherwise than the document may suggest: keywords\n"
        "that are not enforced, by name and place, are among them. With files or\n"
        "folders, looks at these documents alone, and runs no code of a project.\n"
        "Each line is FILE:LINE:COLUMN: SEVERITY: MESSAGE (at JSON-POINTER) [RULE].\n\n"
        "exit status: 0 all is well, 1 there are errors (or warnings, with --strict),\n"
        "2 it cannot be done: a file, a folder or an option is not as it must be\n\n"
        "examples:\n"
        "  pymacaron check --strict                 the project, as CI does\n"
        "  pymacaron check openapi.yaml ../shared   any document, and those of a folder\n"
        "  pymacaron check openapi.yaml --json      every finding, for other programs"
    )
    parser = _command(commands, "check", "find all that is wrong, with file and line", told)
    parser.add_argument("files", metavar="FILE", nargs="*", help="documents, or folders of them (default: the project)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 also when there are only warnings")
    parser.add_argument("--all", action="store_true", help="show all findings of one rule in a file, not the first 20")
    add_project_options(parser, json=True)


def _diff(commands: Commands) -> None:
    told = (
        "Compare two documents, and tell what changed for those who call the service:\n"
        "each change with its rule, whom it breaks, and its place in both. What a\n"
        "request may hold must not shrink; what a reply may hold must not grow. The\n"
        "documents may be of any versions: Swagger 2.0, OpenAPI 3.0 or 3.1. Each is a\n"
        "file, or git:REVISION:FILE. Of an old one with faults what is sound is compared.\n\n"
        "exit status:\n"
        "  0  nothing changed that --fail-on names\n"
        "  1  something did\n"
        "  2  they cannot be compared: no such file, a document with faults\n\n"
        "examples:\n"
        "  pymacaron diff git:main:apis/shop.yaml apis/shop.yaml\n"
        "  pymacaron diff old.yaml new.yaml --show breaking\n"
        "  pymacaron diff old.yaml new.yaml --fail-on any --ignore operation-added\n"
        "  pymacaron diff old.yaml new.yaml --ignore 'operation-removed:GET /old'"
    )
    parser = _command(commands, "diff", "compare two documents, and tell what breaks callers", told)
    parser.add_argument("old", metavar="OLD", help="the document that callers know")
    parser.add_argument("new", metavar="NEW", help="the document that takes its place")
    parser.add_argument(
        "--fail-on",
        choices=("breaking", "maybe", "any", "none"),
        default="breaking",
        help="which changes exit with 1: 'maybe' counts those that break some callers too (default: breaking)",
    )
    parser.add_argument(
        "--show",
        choices=("breaking", "maybe", "any"),
        default="any",
        help="which changes are told; the others are counted (default: any)",
    )
    parser.add_argument(
        "--ignore",
        metavar="RULE",
        action="append",
        default=[],
        help="pass over a rule; RULE:TEXT does so where TEXT is told, or an operation's name; may be repeated",
    )
    _document_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")
    add_debug_option(parser)


def _bundle(commands: Commands) -> None:
    told = (
        "Write a document and all files it refers to as one file, in the same dialect.\n"
        "What stands in other files gets a name among the components. Comments are lost.\n"
        "YAML is written so that readers of YAML 1.1 and 1.2 understand it alike.\n\n"
        "exit status: 0 it is written, 2 it cannot be done: the document has faults, or\n"
        "a file cannot be read or written\n\n"
        "examples:\n"
        "  pymacaron bundle apis/shop.yaml > shop.yaml\n"
        "  pymacaron bundle apis/shop.yaml --output shop.json"
    )
    parser = _command(commands, "bundle", "write a document and its files as one file", told)
    _written(parser)


def _convert(commands: Commands) -> None:
    told = (
        "Write a Swagger 2.0 or OpenAPI 3.0 document as OpenAPI 3.1, with all files it\n"
        "refers to, as one file. It describes the same API; what 3.1 cannot say is told\n"
        "with its place on standard error. Comments are lost.\n\n"
        "exit status: 0 it is written, 2 it cannot be done: the document has faults, or\n"
        "a file cannot be read or written\n\n"
        "examples:\n"
        "  pymacaron convert swagger.yaml --output apis/shop.yaml\n"
        "  pymacaron convert swagger.json --format yaml"
    )
    parser = _command(commands, "convert", "write a 2.0 or 3.0 document as OpenAPI 3.1", told)
    parser.add_argument("--to", choices=("3.1",), default="3.1", help="the version to write (default: 3.1)")
    _written(parser)


def _written(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the document")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="-", help="where to write (default: -, standard output)"
    )
    parser.add_argument("--format", choices=("yaml", "json"), help="how to write (default: as the file's name says)")
    _document_options(parser)
    add_debug_option(parser)


def _document_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-C",
        "--root",
        metavar="FOLDER",
        help="the folder whose files may be referred to (default: the project or repository of the document)",
    )


def _describe(commands: Commands) -> None:
    told = (
        "Tell what the service is and needs: its name, its APIs and routes, who may call\n"
        "them, the names of its secrets (never their values). Reads documents and\n"
        "configuration only; no code of the project runs.\n\n"
        "examples:\n"
        "  pymacaron describe --json | jq -r '.secrets[]'"
    )
    parser = _command(commands, "describe", "tell what the service is and needs", told)
    add_project_options(parser, json=True)


def _completion(commands: Commands) -> None:
    told = (
        "Print a script that completes commands and options in a shell:\n\n"
        '  bash:  eval "$(pymacaron completion bash)"  in ~/.bashrc\n'
        '  zsh:   eval "$(pymacaron completion zsh)"   in ~/.zshrc\n'
        "  fish:  pymacaron completion fish | source   in ~/.config/fish/config.fish"
    )
    parser = _command(commands, "completion", "print a script that completes commands in a shell", told)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell")
    add_debug_option(parser)
