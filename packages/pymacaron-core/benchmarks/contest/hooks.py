"""What workload E does around a request: read a header before it, set one after it, count it at its end."""

from __future__ import annotations

HEADER = "X-Client"
SERVED = ("X-Served", "yes")
ended: list[int] = [0]


def note_end() -> None:
    """The teardown: a test of the contest looks whether it ran."""
    ended[0] += 1
