"""The project a command works on: its configuration, and its application, with every failure told as a start error."""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from pymacaron_core.app import load
from pymacaron_core.application import Application
from pymacaron_core.errors import StartError


def load_project(options: argparse.Namespace, root: Path, **wishes: Any) -> Application:
    """The application in the project's folder. Raises ``StartError`` also for what its own code raises."""
    try:
        return load(root, config=options.config, env=options.env, **wishes)
    except StartError:
        raise
    except Exception as error:
        raise StartError(failure(error, root)) from error


def failure(error: Exception, root: Path) -> str:
    """An exception out of the project's code as one line: the place in the project, the error, and how to see more."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(Path(error.filename), root)}:{error.lineno}: {type(error).__name__}: {error.msg}"
    said = traceback.format_exception_only(error)[-1].strip()
    place = _place(error.__traceback__, root)
    return f"{place}: {said} (--debug shows how it came to this)"


def _place(trace: TracebackType | None, root: Path) -> str:
    """The innermost line of the project's own code, else the innermost of all."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    own = [each for each in frames if each[0].is_relative_to(root) and "site-packages" not in each[0].parts]
    file, line = (own or frames or [(Path(sys.argv[0]), 0)])[-1]
    return f"{_shown(file, root)}:{line}"


def _shown(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
