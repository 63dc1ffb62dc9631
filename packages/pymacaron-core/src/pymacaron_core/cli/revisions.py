"""Documents as they are in a file, or as they were in a revision of its git repository."""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pymacaron_core.cli.naming import read_named
from pymacaron_core.errors import DocumentError, StartError
from pymacaron_core.spec.reading import Reading, read_whole

PREFIX = "git:"
_ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Opened:
    """A document that was read; ``name`` stands before the names of its files (``main:``), empty for files."""

    reading: Reading
    name: str = ""


@contextlib.contextmanager
def opened(named: str, root: str | None, *, sound_part: bool = False) -> Iterator[Opened]:
    """The document of a file, or of ``git:REVISION:FILE``; its files are there within the ``with`` block.

    With ``sound_part`` one with faults gives what is sound in it.
    """
    if not named.startswith(PREFIX):
        yield Opened(read_named(named, root, sound_part))
        return
    revision, _, file = named.removeprefix(PREFIX).partition(":")
    if not revision or not file or revision.startswith("-"):
        raise StartError(f"{named}: write git:REVISION:FILE, like git:main:apis/shop.yaml")
    with tempfile.TemporaryDirectory(prefix="pymacaron-") as folder:
        below = _extract(named, revision, file, Path(folder))
        try:
            yield Opened(read_whole(below, root=folder, sound_part=sound_part), f"{revision}:")
        except DocumentError as error:
            raise DocumentError(replace(fault, file=f"{revision}:{fault.file}") for fault in error.faults) from None


def _extract(named: str, revision: str, file: str, folder: Path) -> Path:
    """Write the documents of a revision below a folder; the one that is named comes back."""
    top = Path(_git(named, "rev-parse", "--show-toplevel").decode().strip())
    inside = _git(named, "rev-parse", "--show-prefix").decode().strip()
    path = PurePosixPath(inside, file) if not file.startswith("/") else PurePosixPath(file).relative_to(top.as_posix())
    archive = _git(named, "-C", str(top), "archive", "--format=tar", revision)
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            target = folder / member.name
            if (
                member.isfile()
                and member.name.lower().endswith(_ENDINGS)
                and target.resolve().is_relative_to(folder.resolve())
            ):
                target.parent.mkdir(parents=True, exist_ok=True)
                content = members.extractfile(member)
                target.write_bytes(content.read() if content is not None else b"")
    document = Path(_normal(folder / path))
    if not document.is_file():
        raise StartError(f"{named}: there is no {path} in {revision}")
    return document


def _normal(path: Path) -> Path:
    return path.resolve()


def _git(named: str, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise StartError(f"{named}: git is not installed: name files instead") from None
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise StartError(f"{named}: {lines[-1].removeprefix('fatal: ')}") from None
