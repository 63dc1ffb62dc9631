"""Retries: which calls may be made again, and after which pause."""

from __future__ import annotations

import random
import time

from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from pymacaron_core.errors import CallError, ErrorReply, Unreachable

IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"))
"""The methods that have the same effect however often they are called (RFC 9110, section 9.2.2)."""
PASSING = frozenset((429, 502, 503, 504))
"""The statuses of errors that may be over soon."""
FIRST, LONGEST = 0.1, 5.0
"""The first pause, in seconds, which doubles each time, and the longest."""


def may_repeat(error: CallError, method: str) -> bool:
    """Whether a call that failed may be made again: one that is idempotent after what may pass, another where it
    surely has not reached the service."""
    if isinstance(error, Unreachable):
        return not error.sent or method in IDEMPOTENT
    return isinstance(error, ErrorReply) and error.status in PASSING and method in IDEMPOTENT


def pause_before(attempt: int, error: CallError) -> float:
    """The seconds before an attempt (the second is 2): as the service asks for (``Retry-After``), else growing, and a
    part of it by chance, so that many callers do not come back at once."""
    asked = error.headers.get("retry-after") if isinstance(error, ErrorReply) else None
    if asked is not None:
        try:
            return max(0.0, float(Retry().parse_retry_after(asked)))
        except (InvalidHeader, ValueError, OverflowError):
            pass
    longest: float = min(LONGEST, FIRST * 2.0 ** min(attempt - 2, 10))
    return longest * random.uniform(0.5, 1.0)


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
