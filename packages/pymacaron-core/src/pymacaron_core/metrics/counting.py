"""Requests counted in shared memory, in which each worker of a service has a part of its own.

The memory is made before the workers are forked, so that any of them can tell the numbers of all. A worker that takes
the place of another goes on with its part: what a killed one has counted stays, no number goes back, and nothing grows
with the workers that come and go. The files of prometheus-client's own multiprocess mode, which has one for each
process there ever was, cost ten times as much a request.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pymacaron_core.exchange import Exchange, Named
from pymacaron_core.metrics.layout import (
    BOUNDS,
    BYTES,
    CELLS,
    FIRST_BUCKET,
    IN_FLIGHT,
    WIDTH,
    Layout,
    Row,
    cell_of_status,
)

_NOTHING = bytes(8 * WIDTH)


class Counting:
    """The numbers of one service. ``operations`` gives its operations, once they are all known."""

    def __init__(self, operations: Callable[[], Iterable[Named]]) -> None:
        self._operations = operations
        self._lock = threading.Lock()
        self._cells: Any = None
        self._parts = 0
        self._at = 0
        self.layout: Layout

    def share(self, parts: int) -> None:
        """Make memory for so many processes, which are forked after this. This process has the first part."""
        self.layout = Layout(self._operations())
        memory = mmap.mmap(-1, 8 * self.layout.size * parts)
        self._parts = parts
        self._cells = memoryview(memory).cast("d")

    def take(self, part: int) -> None:
        """Have this process, and those that it forks from now on, count in one of the parts."""
        self._at = self.layout.size * part

    def leave(self, part: int) -> None:
        """Nothing is in flight any more in a part whose process has ended."""
        self._cells[self.layout.size * part + IN_FLIGHT] = 0.0

    def begin(self) -> None:
        """A request came."""
        if self._cells is None:
            self._open()
        self._lock.acquire()
        try:
            self._cells[self._at] += 1.0
        finally:
            self._lock.release()

    def tell(self, exchange: Exchange) -> None:
        """A request is over."""
        cells, at, seconds, named = self._cells, self._at, exchange.seconds, exchange.named
        row = named.row if named is not None and named.method == exchange.asked else None
        if row is None:
            row = self.layout.at(named, exchange.asked)
        row += at
        status = row + (CELLS.get(exchange.line[:3]) or cell_of_status(exchange.status))
        bucket = row + FIRST_BUCKET
        if seconds > BOUNDS[0]:
            bucket += bisect_left(BOUNDS, seconds)
        self._lock.acquire()
        try:
            cells[at] -= 1.0
            cells[row] += seconds
            cells[row + BYTES] += exchange.size
            cells[status] += 1.0
            cells[bucket] += 1.0
        finally:
            self._lock.release()

    def in_flight(self) -> float:
        """How many requests are being served, by all processes."""
        if self._cells is None:
            return 0.0
        return float(sum(self._cells[part * self.layout.size + IN_FLIGHT] for part in range(self._parts)))

    def rows(self) -> Iterator[tuple[Row, list[float]]]:
        """The numbers of all processes, of each row that has any."""
        if self._cells is None:
            return
        for row in self.layout.rows:
            told: list[float] = []
            for part in range(self._parts):
                at = part * self.layout.size + row.at
                cells = self._cells[at : at + WIDTH]
                if cells.tobytes() != _NOTHING:
                    own = cells.tolist()
                    told = [one + other for one, other in zip(told, own, strict=True)] if told else own
            if told:
                yield row, told

    def _open(self) -> None:
        with self._lock:
            if self._cells is None:
                self.share(1)
