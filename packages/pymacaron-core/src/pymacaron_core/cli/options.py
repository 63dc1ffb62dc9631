"""The options that commands of all packages have in common."""

from __future__ import annotations

import argparse


def add_project_options(parser: argparse.ArgumentParser, *, json: bool = False) -> None:
    """The options of every command that works on a project; ``json`` for those that other programs read."""
    group = parser.add_argument_group("project")
    group.add_argument(
        "-C",
        "--root",
        metavar="FOLDER",
        help="the project (default: this folder, or the nearest above that has apis/ or pym-config.yaml)",
    )
    group.add_argument("--config", metavar="FILE", help="the configuration (default: pym-config.yaml of the project)")
    group.add_argument("--env", metavar="NAME", help="the environment: uses pym-config.NAME.yaml (default: $PYM_ENV)")
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON, for other programs")
    add_debug_option(parser)


def add_debug_option(parser: argparse.ArgumentParser) -> None:
    """The option of every command that can fail."""
    parser.add_argument("--debug", action="store_true", help="show where in the code an error came from")
