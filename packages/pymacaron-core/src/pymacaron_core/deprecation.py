"""Deprecation: what replies say of an operation that goes: ``Deprecation`` (RFC 9745), ``Sunset`` (RFC 8594), ``Link``.

Made once, when the document is loaded: an operation that stays pays nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from werkzeug.http import http_date

from pymacaron_core.answers import Pairs
from pymacaron_core.errors import StartError
from pymacaron_core.moments import to_epoch
from pymacaron_core.spec.operation import Operation

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?)?")

SINCE, UNTIL = "x-deprecated-at", "x-sunset"


def goodbye(operation: Operation) -> Pairs:
    """The headers that announce the end of an operation; none for one that stays.

    ``deprecated: true`` alone tells no date, and the header must have one: it is the first second of 1970. An operation
    with ``x-deprecated-at`` in the future is not deprecated yet, and says when it will be. Raises ``StartError`` for
    what is no date.
    """
    said: list[tuple[str, str]] = []
    since, until = _moment(operation, SINCE), _moment(operation, UNTIL)
    if operation.deprecated or since is not None:
        said.append(("Deprecation", f"@{to_epoch(since) if since is not None else 0}"))
    if until is not None:
        said.append(("Sunset", http_date(until)))
    url = operation.external_docs.get("url")
    if said and isinstance(url, str) and url.isascii() and url.isprintable() and not set(url) & set("<> "):
        said.append(("Link", f'<{url}>; rel="{"deprecation" if said[0][0] == "Deprecation" else "sunset"}"'))
    return tuple(said)


def _moment(operation: Operation, name: str) -> dt.datetime | None:
    said: Any = operation.extensions.get(name)
    if said is None:
        return None
    moment = _read(said) if isinstance(said, str) and _DATE.fullmatch(said) else None
    if moment is None:
        where = f"{operation.place.file}: {operation.label}"
        raise StartError(f"{where} has an {name} that is no date: write it like 2027-01-31 or 2027-01-31T12:00:00Z")
    return moment


def _read(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)).astimezone(dt.timezone.utc)
    except (ValueError, OverflowError):
        return None
