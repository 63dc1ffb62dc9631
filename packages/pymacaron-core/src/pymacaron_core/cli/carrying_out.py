"""Carries out the command that was chosen, and turns whatever ends it into a message and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pymacaron_core.console import say_json, tell_errors
from pymacaron_core.errors import DocumentError, PyMacaronError, StartError

INTERRUPTED, BROKEN_PIPE = 130, 141


def carry_out(options: argparse.Namespace) -> int:
    """The exit status of a command of ours: each is a module here with ``execute(options) -> int``."""
    command = import_module(f"pymacaron_core.cli.{options.command}")
    return ended(lambda: command.execute(options), debug=options.debug, json=getattr(options, "json", False))


def ended(command: Callable[[], int], *, debug: bool, json: bool = False) -> int:
    """The exit status of a command of any package: its own, or that of what ended it, once it is told.

    With ``json`` that is told on standard output, as ``{"error": {"message": ..., "faults": [...]}}``: each fault has
    ``file``, ``line``, ``column``, ``pointer``, ``rule``, ``severity`` and ``message``; there are none where it is not
    a document that is at fault.
    """
    try:
        status = command()
        sys.stdout.flush()
    except PyMacaronError as error:
        if debug:
            traceback.print_exception(error)
        if json:
            say_json(_failure(error))
        else:
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


def _failure(error: PyMacaronError) -> dict[str, Any]:
    faults = error.faults if isinstance(error, DocumentError) else ()
    return {"error": {"message": str(error), "faults": [fault.to_json() for fault in faults]}}
