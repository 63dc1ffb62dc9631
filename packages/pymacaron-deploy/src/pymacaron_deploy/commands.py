"""Runs other programs: the one room that starts processes. No secret is ever a word of a command line."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pymacaron_deploy.errors import PreflightError, StageFailed
from pymacaron_deploy.interruption import held

GRACE = 10.0
"""Seconds a program gets to end after it was told to, before it is killed."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, where it runs and what it finds in its environment beside ours."""

    words: tuple[str, ...]
    folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    """Variables of our environment that the program does not get."""

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended, and what it printed. ``status`` is negative when a signal ended it."""

    status: int
    output: bytes
    errors: str


def run(command: Command, *, seconds: float = 60, output: IO[bytes] | None = None) -> Finished:
    """Run a program to its end; what it prints is collected, or goes to the file ``output``.

    Raises :class:`~pymacaron_deploy.errors.PreflightError` when there is no such program, and
    :class:`~pymacaron_deploy.errors.StageFailed` when it does not end within ``seconds``.
    """
    with _started(command, subprocess.DEVNULL, output or subprocess.PIPE, subprocess.PIPE) as process:
        try:
            printed, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise _too_slow(command, seconds) from None
    return Finished(process.returncode, printed or b"", errors.decode(errors="replace").strip())


def follow(command: Command, tell: Callable[[str], None], *, seconds: float, given: IO[bytes] | None = None) -> int:
    """Run a program and tell each line it prints, on either stream; ``given`` is the file it reads. Gives its status.

    Raises as :func:`run`. Whatever ends this (Ctrl-C too) ends the program and its children first.
    """
    expired = threading.Event()
    with _started(command, given or subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT) as process:

        def expire() -> None:
            expired.set()
            _signal(process, signal.SIGKILL)

        alarm = threading.Timer(seconds, expire)
        alarm.daemon = True
        alarm.start()
        try:
            for line in process.stdout or ():
                tell(line.decode(errors="replace").rstrip("\r\n"))
            process.wait()
        finally:
            alarm.cancel()
    if expired.is_set():
        raise _too_slow(command, seconds)
    return process.returncode


@contextlib.contextmanager
def _started(
    command: Command, stdin: int | IO[bytes], stdout: int | IO[bytes], stderr: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a group of its own, so that Ctrl-C reaches us alone and we end it in order."""
    environ = {name: value for name, value in os.environ.items() if name not in command.without} | dict(command.environ)
    try:
        process = subprocess.Popen(
            command.words,
            cwd=command.folder,
            env=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except FileNotFoundError:
        if command.folder is not None and not command.folder.is_dir():
            raise PreflightError(f"{command.folder}: there is no such folder") from None
        raise PreflightError(f"there is no program '{command.words[0]}' on this machine: install it") from None
    except OSError as error:
        raise PreflightError(f"{command.words[0]} cannot be started: {error.strerror}") from None
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """See to it that the program and its children are gone, even when Ctrl-C is pressed again, and close its pipes."""
    with held():
        if process.poll() is None:
            _signal(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
        _signal(process, signal.SIGKILL)  # what is left of its group, where it has ended itself
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
        os.killpg(process.pid, number)


def _too_slow(command: Command, seconds: float) -> StageFailed:
    return StageFailed(f"'{' '.join(command.words[:2])}' did not end within {seconds:g} seconds, and was stopped")
