"""Lets one deployment of a service go on at a time on this machine."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pymacaron_deploy.errors import Locked, PreflightError

if sys.platform != "win32":
    import fcntl


def cache_folder(*parts: str, environ: Mapping[str, str] | None = None) -> Path:
    """A private folder below the user's cache (``XDG_CACHE_HOME``, else ``~/.cache``), made where it is missing."""
    environ = os.environ if environ is None else environ
    named = environ.get("XDG_CACHE_HOME", "")
    top = Path(named) if os.path.isabs(named) else Path.home() / ".cache"
    folder = top.joinpath("pymacaron-deploy", *parts)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PreflightError(f"{folder}: this folder cannot be made: {error.strerror}") from None
    return folder


@contextmanager
def hold_lock(name: str) -> Iterator[None]:
    """Hold the lock of a name while the block runs; it ends with the process too, whatever ends that.

    Raises :class:`~pymacaron_deploy.errors.Locked` when another process, or this one, holds it already.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    path = cache_folder("locks") / f"{digest}.lock"
    with path.open("a+") as file:
        if not try_lock(file):
            raise Locked(f"{name} is being deployed by process {_owner(path)} now: wait until it has ended")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def try_lock(file: IO[str], *, wait: bool = False) -> bool:
    """Lock an open file, or tell that another holds it; with ``wait`` only once it does no more."""
    if sys.platform == "win32":
        return True  # nothing is deployed from there, so there is nothing to keep apart
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _owner(path: Path) -> str:
    return path.read_text().strip() or "unknown"
