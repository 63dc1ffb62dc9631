"""Whether anything grows: the second half of the samples against the first, without those of the warm-up."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from soaking.service import Sample

WARMING = 0.2
"""The part of all samples that is left out at the beginning: caches fill, and threads are made when first needed."""


@dataclass(frozen=True)
class Measure:
    """Something that is sampled, and how much more of it the second half may have: so much, or such a part."""

    name: str
    title: str
    slack: float
    part: float = 0.0

    def shown(self, value: float) -> str:
        return f"{value / 1024:,.1f}" if self.title.endswith("MB") else f"{value:,.0f}"


MEMORY = (
    Measure("resident", "RSS, MB", 4 * 1024, 0.03),
    Measure("proportional", "PSS, MB", 4 * 1024, 0.03),
)
COUNTS = (
    Measure("descriptors", "open files", 12),
    Measure("threads", "threads", 4),
    Measure("objects", "objects of gc", 300),
    Measure("blocks", "allocated blocks", 1500),
    Measure("streams", "streams still open", 0),
)
MEASURES = (*MEMORY, *COUNTS)


@dataclass(frozen=True)
class Growth:
    """A measure of one worker: the medians of the halves."""

    measure: Measure
    worker: int
    first: float
    second: float
    requests: float
    """Those between the middles of the halves."""

    @property
    def is_too_much(self) -> bool:
        return self.second - self.first > max(self.measure.slack, self.measure.part * self.first)


def growths(samples: Sequence[dict[int, Sample]], measures: Sequence[Measure] = MEASURES) -> list[Growth]:
    """Each measure of each worker."""
    kept = samples[int(len(samples) * WARMING) :]
    halves = kept[: len(kept) // 2], kept[len(kept) // 2 :]
    found = []
    for measure in measures:
        for number, pid in enumerate(kept[0], 1):
            first, second = (statistics.median(getattr(each[pid], measure.name) for each in half) for half in halves)
            at = [statistics.median(each[pid].requests for each in half) for half in halves]
            found.append(Growth(measure, number, first, second, at[1] - at[0]))
    return found
