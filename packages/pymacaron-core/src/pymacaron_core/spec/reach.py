"""What documents may refer to outside of their project: the folders and addresses that the configuration names."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

TIME_LIMIT = 10.0
"""How many seconds fetching one file may take."""

FETCH_LIMIT = 100
"""How many files one API may fetch."""

_PLAIN = re.compile(r"[!-~]+")
_URL = re.compile(r"https?://", re.IGNORECASE)


class Unreachable(Exception):
    """Something cannot be fetched; the message says why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Folders beside the project that documents may refer to, and what the addresses they may refer to begin with.

    ``fetches`` is off in production: what is not on the machine when it starts is not waited for.
    """

    folders: tuple[Path, ...] = ()
    addresses: tuple[str, ...] = ()
    fetches: bool = True

    @classmethod
    def of(cls, allowed: Iterable[str], root: Path, *, fetches: bool) -> Reach:
        """What the option ``references`` allows."""
        names = tuple(allowed)
        folders = tuple((root / name).resolve() for name in names if not is_url(name))
        return cls(folders, tuple(name for name in names if is_url(name)), fetches)

    def holds(self, path: Path) -> bool:
        """Whether a resolved path is in one of the folders."""
        return any(path.is_relative_to(folder) for folder in self.folders)

    def reaches(self, url: str) -> bool:
        """Whether an address begins as one that is allowed, and cannot lead back up from there."""
        if not _PLAIN.fullmatch(url) or not url.startswith(self.addresses):
            return False
        path = unquote(unquote(urlsplit(url).path))
        return ".." not in path.split("/") and "\\" not in path

    def fetch(self, url: str, limit: int) -> bytes:
        """What is at an allowed address, at most ``limit`` bytes. Raises :class:`Unreachable`."""
        if not self.fetches:
            raise Unreachable(
                "in production nothing is fetched from a network; make one file of the document with 'pymacaron bundle'"
            )
        import http.client
        import urllib.error
        import urllib.request

        reach = self

        class Redirects(urllib.request.HTTPRedirectHandler):
            def redirect_request(
                self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
            ) -> Any:
                if not reach.reaches(newurl):
                    raise urllib.error.URLError(f"it leads on to {newurl[:200]}, which is not allowed")
                return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]

        try:
            with urllib.request.build_opener(Redirects).open(url, timeout=TIME_LIMIT) as answer:
                return _body(answer, limit)
        except (OSError, ValueError, http.client.HTTPException) as error:  # URLError is an OSError
            raise Unreachable(f"it cannot be fetched: {getattr(error, 'reason', None) or error}") from None


INSIDE = Reach()
"""Nothing outside of the project."""


def is_url(name: str) -> bool:
    """Whether the name of a file is an address."""
    return _URL.match(name) is not None


def _body(answer: Any, limit: int) -> bytes:
    deadline = time.monotonic() + TIME_LIMIT
    found = bytearray()
    while piece := answer.read1(65536):
        found += piece
        if len(found) > limit:
            raise ValueError(f"it has more than {limit // 1024 // 1024} MB")
        if time.monotonic() > deadline:
            raise ValueError(f"it takes longer than {TIME_LIMIT:g} seconds")
    return bytes(found)
