"""The files of an API: read once each, never from outside the project, with the places of what is in them."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin

from pymacaron_core.errors import DocumentFault
from pymacaron_core.spec.faults import Faults, Located
from pymacaron_core.spec.identity import Identity, taken
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.reach import FETCH_LIMIT, INSIDE, Reach, Unreachable, is_url
from pymacaron_core.spec.soundness import Uses
from pymacaron_core.yaml12 import YamlFault, decode, parse, places

FILES_LIMIT = 10_000
"""How many files a document may refer to."""

SIZE_LIMIT = 32 * 1024 * 1024
"""How many bytes a file may have."""


@dataclass(frozen=True, slots=True)
class File:
    """One file: its name relative to the project (with slashes), or its address; its bytes and its value."""

    name: str
    data: bytes
    value: Any
    identity: Identity


class Refused(Exception):
    """A file cannot be used; the message says why."""


class Library:
    """The files read so far for one API. A file is read and parsed once."""

    def __init__(self, root: Path, reach: Reach = INSIDE) -> None:
        self.root = root.resolve()
        self.reach = reach
        self.faults = Faults()
        self.uses = Uses()
        self.targets: dict[tuple[Place, str], tuple[Any, Place] | str] = {}
        """What the references of a file lead to, or why they lead nowhere: each is followed once."""
        self.holders: dict[tuple[Place, str], dict[str, Any]] = {}
        """Mappings that references led into, by the file or part of one and the pointer to them."""
        self.ids: dict[str, Place] = {}
        """The parts of files that have a URI of their own, by that."""
        self._files: dict[str, File | str] = {}
        self._beside: dict[tuple[str, str], str] = {}
        self._fetched = 0

    def name_of(self, path: Path) -> str:
        """The name of a file inside the project. Raises :class:`Refused` for one outside."""
        try:
            resolved = path.resolve()
            if self.reach.holds(resolved):
                return Path(os.path.relpath(resolved, self.root)).as_posix()
            return resolved.relative_to(self.root).as_posix()
        except (ValueError, OSError, RuntimeError):
            raise Refused(
                f"{path} lies outside of the project ({self.root}); only files below it are read, "
                "and those in folders that `references` names in the configuration"
            ) from None

    def beside(self, name: str, relative: str) -> str:
        """The name of the file that ``relative`` means when it stands in the file ``name``."""
        folder = posixpath.dirname(name)
        known = self._beside.get((folder, relative))
        if known is None:
            if len(self._beside) >= FILES_LIMIT:
                raise Refused(f"the document refers to more than {FILES_LIMIT} files")
            known = self._beside[folder, relative] = self._beside_in(name, folder, relative)
        return known

    def _beside_in(self, name: str, folder: str, relative: str) -> str:
        if "\0" in relative:
            raise Refused("a file name cannot hold a NUL character")
        if is_url(relative) or is_url(name):
            return self._allowed(urljoin(name, relative) if is_url(name) else relative)
        return self.name_of(self.root / folder / unquote(relative))

    def _allowed(self, url: str) -> str:
        if not self.reach.reaches(url):
            raise Refused(
                f"{url[:200]} is out of the project, and nothing is fetched from a network unless `references` in the "
                "configuration names what the address begins with; save that document beside this one and refer to it "
                "by its file name"
            )
        return url

    def open(self, name: str) -> File:
        """The file of this name. Raises :class:`Refused`; what is wrong inside the file is told once, as a fault."""
        known = self._files.get(name)
        if known is None:
            known = self._files[name] = self._read(name)
        if isinstance(known, str):
            raise Refused(known)
        return known

    def locate(self, name: str, pointers: Iterable[str]) -> Located:
        """Lines and columns of places in a file (of the key, where there is one); none where it cannot be read."""
        file = self._files.get(name)
        if not isinstance(file, File):
            return {}
        return places(file.data, pointers)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file read, the first one first, the others by name."""
        names = [name for name, file in self._files.items() if isinstance(file, File)]
        return (*names[:1], *sorted(names[1:]))

    @property
    def digest(self) -> str:
        return digest_of((name, self.open(name).data) for name in self.files)

    def _read(self, name: str) -> File | str:
        try:
            data = self._fetch(name) if is_url(name) else _bytes(self.root / name, name)
        except Refused as error:
            return str(error)
        try:
            value = _value(name, data)
            identity = Identity(name, data, value)
            for uri, place in identity.ids.items():
                first = self.ids.setdefault(uri, place)
                if first.file != place.file:
                    self.faults.warning(place / "$id", taken("$id", uri, first), "$id")
            for place, message in identity.clashes:
                self.faults.warning(place, message, "$id")
            return File(name, data, value, identity)
        except YamlFault as fault:
            self.faults.add(DocumentFault(name, "", fault.message, fault.line, fault.column, rule="syntax"))
            return f"{name} cannot be read: {fault.message}"

    def _fetch(self, url: str) -> bytes:
        self._fetched += 1
        if self._fetched > FETCH_LIMIT:
            raise Refused(f"{url[:200]} is not fetched: it would be more than {FETCH_LIMIT} files for one API")
        try:
            return self.reach.fetch(url, SIZE_LIMIT)
        except Unreachable as error:
            raise Refused(f"{url[:200]}: {error}") from None


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """A hash of files, their names and their order."""
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{len(name.encode())} {len(data)}\n{name}".encode())
        digest.update(data)
    return digest.hexdigest()


def _value(name: str, data: bytes) -> Any:
    text = decode(data)
    if not text.strip():
        raise YamlFault("the file is empty", 1, 1)
    value = parse(text, name)
    if value is None and not re.search(r"^\s*[^#\s]", text, re.MULTILINE):
        raise YamlFault("the file holds nothing but comments", 1, 1)
    return value


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise Refused(f"{name} is a folder, not a file")
        if not path.exists():
            raise Refused(f"there is no file {name}")
        if not path.is_file():
            raise Refused(f"{name} is not an ordinary file")
        if path.stat().st_size > SIZE_LIMIT:
            raise Refused(f"{name} has more than {SIZE_LIMIT // 1024 // 1024} MB; that is no API document")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Refused(f"{name} cannot be opened: {why}") from None
