"""Carries out the command that was chosen, and turns whatever ends it into a message and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pymacaron_core.console import bear_all_letters, say_json, tell_errors
from pymacaron_core.errors import DocumentError, PyMacaronError, StartError

INTERRUPTED, BROKEN_PIPE = 130, 141
MOST_FAULTS = 50
"""How many faults of documents are told by a command that they stop; ``check`` is there to tell all."""


def carry_out(command: ModuleType, options: argparse.Namespace) -> int:
    """The exit status of a command of ours: each is a module here with ``execute(options) -> int``."""
    bear_all_letters()
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
            tell_errors(_sentences(error))
        return error.exit_code if isinstance(error, StartError) else StartError.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:
        # What Python would write at exit goes nowhere, instead of failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return status


def _sentences(error: PyMacaronError) -> str:
    lines = str(error).splitlines()
    if not isinstance(error, DocumentError) or len(lines) <= MOST_FAULTS:
        return str(error)
    rest = f"there are {len(lines) - MOST_FAULTS:,} more: 'pymacaron check --all' tells them"
    return "\n".join([*lines[:MOST_FAULTS], rest])


def _failure(error: PyMacaronError) -> dict[str, Any]:
    faults = error.faults if isinstance(error, DocumentError) else ()
    return {"error": {"message": str(error), "faults": [fault.to_json() for fault in faults]}}
