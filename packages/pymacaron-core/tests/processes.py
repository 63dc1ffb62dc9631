"""Looks at the processes of this machine, which may have no ``ps``."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc/self/stat")


def children_of(parent: int) -> list[int]:
    return [int(pid) for pid, its_parent in _pairs() if int(its_parent) == parent]


def parent_of(child: int) -> int:
    return next(int(parent) for pid, parent in _pairs() if int(pid) == child)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def _pairs() -> Iterator[list[str]]:
    """Every process and its parent."""
    if not PROC.exists():
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True)
        yield from (line.split() for line in listed.stdout.splitlines())
        return
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            yield [stat.parent.name, stat.read_text().rpartition(")")[2].split()[1]]
