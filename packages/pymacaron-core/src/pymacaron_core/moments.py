"""Moments as services write them: aware date-times and seconds since 1970."""

from __future__ import annotations

from datetime import datetime, timezone


def timenow() -> datetime:
    """The current moment, in UTC."""
    return datetime.now(timezone.utc)


def to_epoch(moment: datetime) -> int:
    """Whole seconds from 1970-01-01T00:00:00Z to a moment; one without an offset is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return int(moment.timestamp())


def to_datetime(text: str) -> datetime:
    """The moment that an RFC 3339 (ISO 8601) text names; one without an offset is UTC.

    Raises ``ValueError`` when the text is no date-time.
    """
    moment = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)
