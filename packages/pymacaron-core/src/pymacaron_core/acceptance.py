"""Acceptance: which media types a caller takes (RFC 9110, section 12.5.1), and which of those offered is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from pymacaron_core.call import Call
from pymacaron_core.errors import NotAcceptable
from pymacaron_core.media import is_sequence, way_of
from pymacaron_core.spec.operation import Operation, Specification

LONGEST_KEPT = 200
"""How long a header may be that is read once for all calls: programs send the same one each time."""
ERRORS = ("application/problem+json",)
"""Media types by which callers say what errors they take."""


def offered_by(operation: Operation, specification: Specification) -> tuple[str, ...]:
    """The media types that a success can be had in; none where it can be of any."""
    successes = [reply for reply in operation.replies if reply.status.startswith("2")]
    if not successes and operation.success is not None:
        successes = [operation.success]
    content = [media for reply in successes for media in reply.content]
    ways = {m.name: "items" if is_sequence(m.name) else way_of(m, specification) for m in content}
    if "any" in ways.values():
        return ()
    return tuple(name for name, way in ways.items() if way is not None) or tuple(ways)


def accepts_step(offered: tuple[str, ...]) -> Callable[[Call], None] | None:
    """The step that refuses (406) callers who accept none of the media types offered; None where there are none."""
    if not offered:
        return None

    def step(call: Call) -> None:
        accept = call.environ.get("HTTP_ACCEPT")
        if not accept or accept == "*/*" or accept in offered:
            return
        if best(accept, offered) is None:
            raise NotAcceptable(f"this call answers {' or '.join(offered)}, which the request does not accept")

    return step


def best(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type a caller likes best, of equal ones the first; None where it takes none of them.

    Of several ranges that a type is in the most precise counts. ``application/problem+json`` says how a caller likes
    errors told, and nothing of other replies. Parameters of media types are not looked at, and a
    header without any media type in it says nothing.
    """
    if not accept or accept == "*/*":
        return offered[0]
    return _known_best(accept, tuple(offered)) if len(accept) <= LONGEST_KEPT else _best(accept, offered)


def _best(accept: str, offered: Sequence[str]) -> str | None:
    ranges = [(n.partition(";")[0].strip().lower(), q) for n, q in parse_accept_header(accept, MIMEAccept)]
    wanted = {name: quality for name, quality in reversed(ranges) if "/" in name and name not in ERRORS}
    if not wanted:
        return offered[0]
    found = max(offered, key=lambda name: _quality(name, wanted))
    return found if _quality(found, wanted) > 0 else None


_known_best = lru_cache(maxsize=256)(_best)


def _quality(name: str, wanted: dict[str, float]) -> float:
    for each in (name, f"{name.partition('/')[0]}/*", "*/*"):
        if each in wanted:
            return wanted[each]
    return 0.0
