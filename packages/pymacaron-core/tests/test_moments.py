"""The few functions for date-times."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pymacaron_core import timenow, to_datetime, to_epoch

NOON = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)


def test_now_is_aware_and_in_utc() -> None:
    assert timenow().utcoffset() == timedelta(0)
    assert abs(timenow() - datetime.now(timezone.utc)) < timedelta(minutes=1)


@pytest.mark.parametrize("moment", [NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=2)))])
def test_a_moment_is_seconds_since_1970(moment: datetime) -> None:
    assert to_epoch(moment) == 1709208000


@pytest.mark.parametrize("text", ["2024-02-29T12:00:00Z", "2024-02-29T14:00:00+02:00", "2024-02-29T12:00:00"])
def test_a_text_is_a_moment(text: str) -> None:
    assert to_datetime(text) == NOON


def test_a_text_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        to_datetime("noon")
