"""Where a project's own state lies: ``.pym/`` under its root, or a per-user cache where the root is read-only."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pymacaron_core.errors import ConfigError

try:
    import fcntl
except ImportError:  # Windows: one developer, one process
    fcntl = None  # type: ignore[assignment]

FOLDER = ".pym"


def state_folder(root: Path) -> Path:
    """The folder for state of the project at ``root``: made when missing, private, owned by us, writable.

    ``root/.pym`` (it ignores itself in git), else a folder of the user's cache named by a hash of the root's path,
    else one under the temporary folder. Raises :class:`ConfigError` where none of them can be had.
    """
    root = root.resolve()
    for folders, owners in _candidates(root):
        if all(_made_private(folder, owners) for folder in folders):
            _ignore_in_git(folders[-1])
            return folders[-1]
    raise ConfigError(
        f"{root / FOLDER}: cannot be written, and there is no cache folder either: "
        "make the project's folder writable, or set XDG_CACHE_HOME to a folder that is"
    )


def write_file(path: Path, data: str | bytes, mode: int = 0o600) -> None:
    """Write a file so that a reader sees the old content or the new one, never a part."""
    content = data.encode() if isinstance(data, str) else data
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes that ask for the same lock out of a state folder within a ``with`` block."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _candidates(root: Path) -> Iterator[tuple[list[Path], set[int]]]:
    """Folders to make one inside of the other, and who may own them; beside us the project's owner for ``.pym``."""
    with contextlib.suppress(OSError):
        yield [root / FOLDER], {_user(), root.stat().st_uid}
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    given, home = os.environ.get("XDG_CACHE_HOME", ""), os.path.expanduser("~")
    caches = [Path(given)] if os.path.isabs(given) else []
    if os.path.isabs(home):
        caches.append(Path(home, "Library/Caches" if sys.platform == "darwin" else ".cache"))
    for cache in caches:
        with contextlib.suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True)
            yield [cache / "pymacaron", cache / "pymacaron" / name], {_user()}
    temporary = Path(tempfile.gettempdir()) / f"pymacaron-{_user()}"
    yield [temporary, temporary / name], {_user()}


def _made_private(folder: Path, owners: set[int]) -> bool:
    """Make the folder and say whether it may be used: a real folder of an owner we trust, closed to others.

    One that others can read is closed; one that they can write to may hold their code already.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        open_to = found.st_mode & 0o077 if os.name == "posix" else 0
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or open_to & 0o022:
            return False
        if open_to:
            folder.chmod(0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _ignore_in_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_file(ignore, "*\n", 0o644)


def _user() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else 0
