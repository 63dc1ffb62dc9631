"""What took long to make, kept in a project's state folder for as long as nothing it was made from has changed.

A file of ours is a line that says so, a key (what it was made from, and by which version of the code), a checksum, and
the data. It is used only where it belongs to us (or to whom the folder belongs), nobody else may write to it, and all
of that fits; anything else is as good as no file, and is written anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import MAGIC_NUMBER, find_spec
from pathlib import Path

from pymacaron_core.errors import ConfigError
from pymacaron_core.state import state_folder, write_file

log = logging.getLogger(__name__)

FOLDER = "kept"
_MARK = b"kept by pymacaron\n"
_HEAD = len(_MARK) + 64
_LIMIT = 256 * 1024 * 1024


def kept_folder(root: Path) -> Path | None:
    """The folder for what is kept of a project; None where there can be none."""
    try:
        folder = state_folder(root) / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
    except (ConfigError, OSError) as error:
        log.debug("nothing is kept of %s: %s", root, error)
        return None
    return folder


def key_of(*made_from: object) -> bytes:
    """The key of something made from these by this version of the code, on this Python."""
    return hashlib.sha256(repr((made_from, _code_version())).encode("utf-8", "backslashreplace")).digest()


def read_kept(path: Path, key: bytes) -> bytes | None:
    """The data of a file that we wrote with that key; None for any other file, or none."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, "rb") as file:
            if not _is_ours(os.fstat(file.fileno()), path.parent):
                return None
            head = file.read(_HEAD)
            if head[: -len(key)] != _MARK + key:
                return None
            data = file.read(_LIMIT)
            return data if hashlib.sha256(data).digest() == head[-32:] else None
    return None


def write_kept(path: Path, key: bytes, data: bytes) -> bool:
    """Keep data under a key, in place of what was there; whether it could be."""
    try:
        write_file(path, _MARK + key + hashlib.sha256(data).digest() + data)
    except OSError as error:
        log.debug("%s is not kept: %s", path.name, error)
        return False
    return True


def _is_ours(found: os.stat_result, folder: Path) -> bool:
    if not stat.S_ISREG(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid in (os.geteuid(), folder.stat().st_uid) and not found.st_mode & 0o022


@lru_cache(maxsize=1)
def _code_version() -> str:
    """Changes with Python, with the libraries whose work is kept, and with any file of ours that makes what is kept."""
    digest = hashlib.sha256(repr((sys.version, MAGIC_NUMBER, *_libraries())).encode())
    for file, size, changed in _own_files():
        digest.update(f"{file} {size} {changed}\n".encode())
    return digest.hexdigest()


def _libraries() -> Iterator[tuple[str, int, int]]:
    """The libraries whose work is kept, found without importing them."""
    for name in ("pydantic", "pydantic_core", "yaml"):
        found = find_spec(name)
        if found is not None and found.origin is not None:
            with suppress(OSError):
                file = os.stat(found.origin)
                yield found.origin, file.st_size, file.st_mtime_ns


def _own_files() -> Iterator[tuple[str, int, int]]:
    package = Path(__file__).parent
    for folder in (package, package / "spec", package / "models", package / "yaml12"):
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith(".py"):
                    found = entry.stat()
                    yield entry.name, found.st_size, found.st_mtime_ns
