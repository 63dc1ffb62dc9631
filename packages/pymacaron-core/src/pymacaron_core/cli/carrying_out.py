"""Carries out the command that was chosen, and turns whatever ends it into a message and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module

from pymacaron_core.console import tell_errors
from pymacaron_core.errors import PyMacaronError, StartError

INTERRUPTED, BROKEN_PIPE = 130, 141


def carry_out(options: argparse.Namespace) -> int:
    """The exit status of a command of ours: each is a module here with ``execute(options) -> int``."""
    command = import_module(f"pymacaron_core.cli.{options.command}")
    return ended(lambda: command.execute(options), debug=options.debug)


def ended(command: Callable[[], int], *, debug: bool) -> int:
    """The exit status of a command of any package: its own, or that of what ended it, once it is told."""
    try:
        status = command()
        sys.stdout.flush()
    except PyMacaronError as error:
        if debug:
            traceback.print_exception(error)
        tell_errors(str(error))
        return error.exit_code if isinstance(error, StartError) else StartError.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # What Python would write at exit goes nowhere, instead of failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return status
