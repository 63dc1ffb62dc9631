"""Which folder is the project, and which file its configuration."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pymacaron_deploy.errors import ConfigError

IMAGE_ROOT = Path("/pym")
_ENV_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\Z")


def find_root(root: Path | None, path: Path | None, environ: Mapping[str, str]) -> Path:
    """The project's folder: as given, where the named file has its ``apis/``, or the nearest project above."""
    if root is not None:
        if not root.is_dir():
            raise ConfigError(f"{root}: there is no such folder (named by --root): correct the path")
        return absolute(root)
    here = Path.cwd()
    named = path or _named(environ)
    beside = None
    if named is not None:
        beside = absolute(named) if named.is_dir() else absolute(named).parent
        if (beside / "apis").is_dir():
            return beside
    return next((each for each in (here, *here.parents, IMAGE_ROOT) if is_project(each)), beside or here)


def find_file(
    root: Path, path: Path | None, env: str, environ: Mapping[str, str], *, production: bool
) -> tuple[Path | None, str]:
    """The configuration of ``root`` for ``env`` (None: there is none, and none is named), and what is odd, or ``''``.

    Raises :class:`~pymacaron_deploy.errors.ConfigError` when a file that is named is missing, and in production also
    when that of the environment is.
    """
    if env and not _ENV_NAME.match(env):
        raise ConfigError(f"PYM_ENV (or --env) is {env!r}: its name has letters, digits, '-', '_' and '.' only")
    named = path or _named(environ)
    if named is not None and not named.is_dir():
        if not os.path.lexists(named):
            source = "--config" if path else "PYM_CONFIG"
            raise ConfigError(f"{shown(absolute(named))}: there is no such file (named by {source}): correct the path")
        return absolute(named), ""
    folders = (absolute(named),) if named is not None else (root, root / "test")
    plain = _first(folders, "pym-config.yaml")
    if not env:
        return plain, ""
    name = f"pym-config.{env}.yaml"
    found = _first(folders, name)
    if found is not None:
        return found, ""
    missing = f"{shown(folders[0] / name)}: there is no such file, and PYM_ENV (or --env) is {env!r}"
    if production:
        raise ConfigError(f"{missing}: add the file, or choose another environment")
    return plain, f"{missing}: {shown(plain) if plain else 'nothing'} is read instead"


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


def _first(folders: tuple[Path, ...], name: str) -> Path | None:
    return next((each / name for each in folders if os.path.lexists(each / name)), None)
