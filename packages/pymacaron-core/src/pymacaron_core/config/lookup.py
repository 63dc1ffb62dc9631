"""Which file is the configuration, and which folder is the project's root."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pymacaron_core.errors import ConfigError

IMAGE_ROOT = Path("/pym")
_ENV_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\Z")


class Found(NamedTuple):
    """The project's root, its file (None: there is none), and what is odd about that."""

    root: Path
    file: Path | None
    warnings: tuple[str, ...] = ()


def find_root(root: Path | None, path: Path | None, environ: Mapping[str, str]) -> Path:
    """The project's folder: as given, where the named file has its ``apis/``, or the nearest project above."""
    try:
        here = Path.cwd()
    except OSError:
        raise ConfigError("the working directory does not exist any more: change to another folder") from None
    if root is not None:
        return absolute(root)
    named = path or _named(environ)
    beside = None
    if named is not None:
        beside = absolute(named) if named.is_dir() else absolute(named).parent
        if (beside / "apis").is_dir():
            return beside
    return next((each for each in (here, *here.parents, IMAGE_ROOT) if is_project(each)), beside or here)


def find_file(
    root: Path, path: Path | None, env: str, environ: Mapping[str, str], *, production: bool = False
) -> Found:
    """The configuration of ``root`` for ``env``. Raises :class:`ConfigError` when a file that is named is missing."""
    if env and not _ENV_NAME.match(env):
        raise ConfigError(f"PYM_ENV is {env!r}: an environment's name has letters, digits, '-', '_' and '.' only")
    named = path or _named(environ)
    if named is not None and not absolute(named).is_dir():
        if not os.path.lexists(absolute(named)):
            source = "--config" if path else "PYM_CONFIG"
            raise ConfigError(f"{shown(absolute(named))}: there is no such file (named by {source}): correct the path")
        return Found(root, absolute(named))
    folders = (absolute(named),) if named is not None else (root, root / "test")
    return _in_folders(root, folders, env, production=production)


def is_project(folder: Path) -> bool:
    """Whether a folder is a project: it holds ``apis/`` or a ``pym-config`` file."""
    if (folder / "apis").is_dir() or os.path.lexists(folder / "pym-config.yaml"):
        return True
    return any(folder.glob("pym-config.*.yaml"))


def shown(path: Path) -> str:
    """A path as messages name it: relative where it lies below the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def absolute(path: Path) -> Path:
    """The path from the file system's root, links not followed."""
    return Path(os.path.abspath(path))


def _named(environ: Mapping[str, str]) -> Path | None:
    return Path(environ["PYM_CONFIG"]) if environ.get("PYM_CONFIG") else None


def _in_folders(root: Path, folders: tuple[Path, ...], env: str, *, production: bool) -> Found:
    plain = next((each / "pym-config.yaml" for each in folders if os.path.lexists(each / "pym-config.yaml")), None)
    if env:
        name = f"pym-config.{env}.yaml"
        file = next((each / name for each in folders if os.path.lexists(each / name)), None)
        if file is not None:
            return Found(root, file)
        missing = f"{shown(folders[0] / name)}: there is no such file, and PYM_ENV is {env!r}"
        if production:
            raise ConfigError(f"{missing}: add the file, or unset PYM_ENV")
        if plain is not None:
            return Found(root, plain, (f"{missing}: {shown(plain)} is used instead",))
        return Found(root, None, (f"{missing}: defaults are used",))
    other = folders[0] / "pym-config.yml"
    if plain is None and os.path.lexists(other):
        return Found(root, None, (f"{shown(other)}: is not read: name it pym-config.yaml",))
    return Found(root, plain)
