"""A service under mixed requests, many of them left half way: a small run of ``benchmarks/soak.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from soak import soak
from soaking.kinds import Request
from soaking.service import Sample
from soaking.verdict import COUNTS, MEASURES, growths

QUICK = [measure for measure in COUNTS if measure.name != "blocks"]
"""Caches of Python's fill for longer than this lasts."""


@pytest.mark.any_python
@pytest.mark.unmeasured
@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="nothing is known of processes here")
@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_every_reply_is_right_and_nothing_is_kept_of_those_who_leave(server: str, tmp_path: Path) -> None:
    result = soak(
        tmp_path / "soak", server, 3000, workers=1, legs=10, processes=1, aborted=0.3, measures=tuple(QUICK), quiet=True
    )
    assert result.faults == []
    assert (len(result.growths), result.tally.sent.total() >= 3000) == (len(QUICK), True)
    assert {200, 304, 400, 404, 405, 409, 413, 415} == set(result.tally.statuses)


def sample(**told: int) -> Sample:
    usual = dict.fromkeys(Sample.__dataclass_fields__, 100_000)
    return Sample(**{**usual, **told})


def test_what_grows_by_the_number_of_requests_is_growth() -> None:
    samples = [{1: sample(requests=n, objects=n, resident=100_000 + n)} for n in range(0, 10_000, 1000)]
    found = growths(samples, MEASURES)
    assert [each.measure.name for each in found if each.is_too_much] == ["objects"]
    assert [each.second - each.first for each in found if each.measure.name == "objects"] == [4000]


def test_what_grows_at_the_beginning_only_is_none() -> None:
    samples = [{1: sample(requests=n, objects=min(n, 2000))} for n in range(0, 10_000, 1000)]
    assert not any(each.is_too_much for each in growths(samples))


@pytest.mark.parametrize(("status", "body"), [(200, b"other"), (500, b"right"), (0, b"")])
def test_another_reply_than_is_expected_is_a_fault(status: int, body: bytes) -> None:
    assert Request(b"", 200, b"right").fault(200, b"right") is None
    assert Request(b"", 200, b"right").fault(status, body) is not None
