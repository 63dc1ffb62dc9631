"""Which file is the service's configuration, and which folder its project's."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pymacaron_testing.errors import ConfigError

IMAGE_ROOT = Path("/pym")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\Z")


@dataclass(frozen=True)
class Found:
    """The project's folder, its configuration (None: there is none), and what is odd about that."""

    root: Path
    file: Path | None
    warnings: tuple[str, ...] = ()


def find(path: str | None, env: str, environ: Mapping[str, str], *, needed: bool) -> Found:
    """The file that ``path`` (``--config``) or ``PYM_CONFIG`` names, else that of the nearest project above.

    ``needed``: an environment must have its own file, none replaces it. Raises :class:`ConfigError`.
    """
    if env and not _ENVIRONMENT.match(env):
        raise ConfigError(f"PYM_ENV is {env!r}: an environment's name has letters, digits, '-', '_' and '.' only")
    named = absolute(path or environ["PYM_CONFIG"]) if path or environ.get("PYM_CONFIG") else None
    root = _root(named)
    if named is None:
        return _inside(root, (root, root / "test"), env, needed)
    if named.is_dir():
        return _inside(root, (named,), env, needed)
    if not os.path.lexists(named):
        source = "--config" if path else "PYM_CONFIG"
        raise ConfigError(f"{shown(named)}: there is no such file (named by {source}): correct the path")
    return Found(root, named)


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


def absolute(path: str | Path) -> Path:
    """The path from the file system's root, links not followed."""
    return Path(os.path.abspath(path))


def _root(named: Path | None) -> Path:
    try:
        here = Path.cwd()
    except OSError:
        raise ConfigError("the working directory does not exist any more: change to another folder") from None
    beside = None if named is None else named if named.is_dir() else named.parent
    if beside is not None and (beside / "apis").is_dir():
        return beside
    return next((each for each in (here, *here.parents, IMAGE_ROOT) if is_project(each)), beside or here)


def _inside(root: Path, folders: tuple[Path, ...], env: str, needed: bool) -> Found:
    plain = next((each / "pym-config.yaml" for each in folders if os.path.lexists(each / "pym-config.yaml")), None)
    if not env:
        return Found(root, plain)
    name = f"pym-config.{env}.yaml"
    file = next((each / name for each in folders if os.path.lexists(each / name)), None)
    if file is not None:
        return Found(root, file)
    missing = f"{shown(folders[0] / name)}: there is no such file, and PYM_ENV is {env!r}"
    if needed:
        raise ConfigError(f"{missing}: add the file, or name another environment")
    return Found(root, plain, (f"{missing}: {shown(plain) if plain else 'nothing'} is used instead",))
