"""What docker is sent to build of: a tar of the same bytes for the same commit, on every machine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from pymacaron_deploy.errors import ConfigError
from pymacaron_deploy.source import Entry


def write_context(entries: Iterable[Entry], moment: datetime, file: IO[bytes]) -> None:
    """Write the entries as a tar: sorted, owned by root, all of the moment of the commit; a later entry wins."""
    known = {entry.path: entry for entry in entries}
    seconds = int(moment.timestamp())
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for folder in _folders(known):
            archive.addfile(_header(folder, seconds, 0o755, tarfile.DIRTYPE))
        for path in sorted(known):
            entry = known[path]
            header = _header(path, seconds, 0o755 if entry.executable else 0o644, tarfile.REGTYPE)
            if entry.link:
                header.type, header.linkname, header.mode = tarfile.SYMTYPE, entry.link, 0o777
                archive.addfile(header)
            else:
                header.size = len(entry.content)
                archive.addfile(header, io.BytesIO(entry.content))


def wheels_of(folder: Path, place: str) -> Iterator[Entry]:
    """The wheels of a folder, as entries below ``place``. Raises ``ConfigError`` where there is none."""
    wheels = sorted(folder.glob("*.whl")) if folder.is_dir() else []
    if not wheels:
        raise ConfigError(f"{folder}: there is no wheel in this folder of wheels: build them, or correct deploy.wheels")
    for wheel in wheels:
        yield Entry(f"{place}/{wheel.name}", wheel.read_bytes())


def _folders(paths: Iterable[str]) -> list[str]:
    return sorted({str(parent) for path in paths for parent in PurePosixPath(path).parents} - {"."})


def _header(path: str, seconds: int, mode: int, kind: bytes) -> tarfile.TarInfo:
    header = tarfile.TarInfo(path)
    header.mtime, header.mode, header.type = seconds, mode, kind
    return header
