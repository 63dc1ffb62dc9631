"""The acceptance tests: which they are, and pytest running them in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pymacaron_testing.config import Config
from pymacaron_testing.errors import TargetError
from pymacaron_testing.interruption import Interruption
from pymacaron_testing.lookup import shown

GRACE = 3.0
"""Seconds in which a terminal's Ctrl-C, which pytest got too, ends it without our help."""


def chosen_paths(given: Sequence[str], config: Config) -> list[str]:
    """What pytest is given: the paths of the command line, else the project's acceptance tests and those of its links.

    Raises :class:`TargetError` for what is not there.
    """
    for path in given:
        if not Path(path.partition("::")[0]).exists():
            raise TargetError(f"there are no tests at {path}: correct the path")
    if given:
        return list(given)
    own = [config.root / path for path in config.options.paths]
    for each in own:
        if not each.exists():
            raise TargetError(f"there are no tests at {shown(each)}: write some there, or name where they are")
    linked = [found for link in config.links if (found := _tests_of(config.root / link)) is not None]
    return list(dict.fromkeys(shown(each) for each in (*own, *linked)))


def pytest_command(paths: Sequence[str], *, stops: bool, captures: bool, further: Sequence[str]) -> list[str]:
    """The command line of pytest."""
    options = [*(["-x"] if stops else []), *([] if captures else ["-s"])]
    return [sys.executable, "-m", "pytest", *options, *further, *paths]


def run(command: Sequence[str], environ: Mapping[str, str], interruption: Interruption) -> int:
    """Run pytest to its end, and give back its exit code; an interruption ends it first."""
    with interruption.held():
        process = subprocess.Popen(command, env=dict(environ))
    try:
        return _code_of(process.wait())
    except KeyboardInterrupt:
        with interruption.held():
            return _code_of(_ended(process))


def _ended(process: subprocess.Popen[bytes]) -> int:
    steps = (signal.SIGINT, signal.SIGTERM) if os.name == "posix" else (signal.SIGTERM,)
    for step in steps:
        try:
            return process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.send_signal(step)
    try:
        return process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _code_of(code: int) -> int:
    """An exit code as a shell tells it: 128 and the signal's number for a process that was killed."""
    return code if code >= 0 else 128 - code


def _tests_of(link: Path) -> Path | None:
    """The acceptance tests of a linked folder, or of the repository it lies in."""
    folder = link.resolve()
    for each in (folder, *folder.parents):
        if (each / "testaccept").is_dir():
            return each / "testaccept"
        if (each / ".git").exists():
            return None
    return None
