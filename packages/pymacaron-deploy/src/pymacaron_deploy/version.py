"""The version of an image: made of the commit alone, so that it is the same on every machine."""

from __future__ import annotations

from datetime import datetime, timezone


def version_of(committed: datetime, count: int, revision: str, *, dirty: bool = False) -> str:
    """``%y%m%d-%H%M-<commits>-<sha6>``, in UTC: ``200415-0819-953-b3548e``; with ``-dirty`` for what is no commit.

    ``count`` is the number of commits up to this one, ``revision`` its full hash.
    """
    moment = committed.astimezone(timezone.utc).strftime("%y%m%d-%H%M")
    return f"{moment}-{count}-{revision[:6]}{'-dirty' if dirty else ''}"
