"""What the machine and the container allow, and how many processes and threads serve within it.

Of control groups both versions are read (https://docs.kernel.org/admin-guide/cgroup-v2.html, "CPU" and "Memory";
https://docs.kernel.org/scheduler/sched-bwc.html and admin-guide/cgroup-v1/memory.html), the narrowest of a process's
own group and those it lies in.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
WORKER = 128 * MIB
"""Bytes of memory that a worker is given: what a middling service takes, and room for what it works on."""
THREADS = 16
"""Threads of a worker. They wait for databases and other services: one that has nothing to do costs next to nothing."""
MOST = 32
"""So many workers at most are chosen by themselves."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Processors, and bytes of memory (None: unknown), each with what sets it: the machine, or the container."""

    processors: int
    memory: int | None = None
    processors_by: str = "this machine"
    memory_by: str = "this machine"


@dataclass(frozen=True, slots=True)
class Staff:
    """How many processes serve, with how many threads each, and why."""

    workers: int
    threads: int
    why: str


def find_limits(root: Path = Path("/")) -> Limits:
    """What this process may use. ``root`` is where ``proc`` and ``sys`` lie."""
    processors, processors_by = float(os.cpu_count() or 1), "this machine"
    allowed = _allowed()
    if allowed is not None and allowed < processors:
        processors, processors_by = float(allowed), "those this process may run on"
    quota = min((found for folder in _groups(root) if (found := _quota(folder)) is not None), default=None)
    if quota is not None and quota < processors:
        processors, processors_by = quota, "the container"
    memory, memory_by = _memory_of_machine(root), "this machine"
    limit = min((found for folder in _groups(root) if (found := _memory(folder)) is not None), default=None)
    if limit is not None and (memory is None or limit < memory):
        memory, memory_by = limit, "the container"
    return Limits(max(1, math.ceil(processors)), memory, processors_by, memory_by)


def staff_for(limits: Limits, workers: int | None = None, threads: int | None = None, asked_by: str = "") -> Staff:
    """A worker for each processor and two at least, so that one serves while the other is renewed, as far as the
    memory goes; or as many as are asked for."""
    threads = threads or THREADS
    if workers is not None:
        return Staff(workers, threads, asked_by)
    room = MOST if limits.memory is None else max(1, limits.memory * 4 // 5 // WORKER)
    wanted = min(max(2, limits.processors), MOST)
    if room < wanted:
        return Staff(room, threads, f"{(limits.memory or 0) // MIB} MB of memory of {limits.memory_by}")
    plural = "" if limits.processors == 1 else "s"
    return Staff(wanted, threads, f"{limits.processors} processor{plural} of {limits.processors_by}")


def _allowed() -> int | None:
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else None


def _groups(root: Path) -> Iterator[Path]:
    """The folders of this process's control groups, and of those around them. In a container the path that is told
    may be the host's, and the mount holds the container's own."""
    for line in _read(root / "proc" / "self" / "cgroup").splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        mounts = [""] if not names else [name for name in (names, *names.split(",")) if name in _VERSION_1]
        for mount in mounts:
            top = root / "sys" / "fs" / "cgroup" / mount
            own = top / path.strip("/")
            yield from (folder for folder in (own, *own.parents) if folder == top or top in folder.parents)


_VERSION_1 = ("cpu", "cpu,cpuacct", "cpuacct,cpu", "memory")


def _quota(folder: Path) -> float | None:
    """The processors that a group may use at a time."""
    quota, _, period = _read(folder / "cpu.max").strip().partition(" ")
    if not quota:
        quota, period = _read(folder / "cpu.cfs_quota_us").strip(), _read(folder / "cpu.cfs_period_us").strip()
    if quota.isdecimal() and period.isdecimal() and int(quota) and int(period):
        return int(quota) / int(period)
    return None


def _memory(folder: Path) -> int | None:
    told = _read(folder / "memory.max").strip() or _read(folder / "memory.limit_in_bytes").strip()
    return int(told) if told.isdecimal() and 0 < int(told) < 1 << 60 else None


def _memory_of_machine(root: Path) -> int | None:
    for line in _read(root / "proc" / "meminfo").splitlines():
        name, _, told = line.partition(":")
        if name == "MemTotal" and told.split()[:1] and told.split()[0].isdecimal():
            return int(told.split()[0]) * 1024
    return None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
