"""Where each number is kept: rows of cells, one for each operation, and one for each method that no operation has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from pymacaron_core.exchange import METHODS, Named

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the histogram's buckets, in seconds; beyond the last one is a bucket without one."""
STATUSES = (*(str(int(each)) for each in HTTPStatus), *(f"{first}xx" for first in range(1, 10)))
"""The statuses that are told apart: those with a name, and of each hundred all others."""
OTHER = "other"
"""The operation of what is answered by none, and the method of what has one that HTTP does not know."""

SECONDS, BYTES, FIRST_STATUS = 0, 1, 2
FIRST_BUCKET = FIRST_STATUS + len(STATUSES)
WIDTH = FIRST_BUCKET + len(BOUNDS) + 1
IN_FLIGHT, FIRST_ROW = 0, 1
"""Before the rows is one cell of the process itself."""

CELLS = {status: FIRST_STATUS + number for number, status in enumerate(STATUSES) if status.isdecimal()}
"""Which cell of a row counts replies with a status that has a name."""
_CLASSES = FIRST_STATUS + STATUSES.index("1xx") - 1


def cell_of_status(status: int) -> int:
    """Which cell of a row counts replies with a status."""
    found = CELLS.get(str(status))
    return _CLASSES + min(max(status // 100, 1), 9) if found is None else found


@dataclass(frozen=True, slots=True)
class Row:
    """Whose numbers a row has; they begin at the cell ``at``."""

    api: str
    operation: str
    method: str
    at: int


class Layout:
    """The rows of a service whose operations are known. Nothing that a caller sends makes another one."""

    def __init__(self, operations: Iterable[Named]) -> None:
        self.rows: list[Row] = []
        self._other = {method: self._row("", OTHER, method) for method in (*sorted(METHODS), OTHER)}
        self._own: dict[Named, dict[str, int]] = {}
        for named in operations:
            methods = ("GET", "HEAD") if named.method == "GET" else (named.method,)
            self._own[named] = {method: self._row(named.api, named.operation, method) for method in methods}
            named.row = self._own[named][named.method]
        self.size = FIRST_ROW + WIDTH * len(self.rows)

    def _row(self, api: str, operation: str, method: str) -> int:
        at = FIRST_ROW + WIDTH * len(self.rows)
        self.rows.append(Row(api, operation, method, at))
        return at

    def at(self, named: Named | None, method: str) -> int:
        """Where the row of a request begins."""
        own = self._own.get(named) if named is not None else None
        found = own.get(method) if own is not None else None
        if found is None:
            found = self._other.get(method)
        return self._other[OTHER] if found is None else found
