"""The service under ``pymacaron serve``, and what is known of its workers, from outside and from inside."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from soaking.project import make_project

THREADS = 4
"""Of each worker: few, so that all are there soon; each keeps an event loop, once it ran an `async def`."""
QUIET = 75.0
"""Seconds in which what callers left behind must be gone."""
_FAULT = re.compile(r"Traceback|Error\b|\b(?:ERROR|CRITICAL)\b")


@dataclass(frozen=True)
class Sample:
    """A worker at one time, with nothing to do: kilobytes and counts."""

    requests: int
    resident: int
    proportional: int
    descriptors: int
    threads: int
    objects: int
    blocks: int
    streams: int


class Service:
    """The project, served."""

    def __init__(self, folder: Path, server: str, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        make_project(folder, server)
        self._log = folder / "log"
        numbers = ["--workers", str(workers), "--threads", str(THREADS), "--port", str(self.port)]
        environ = {name: value for name, value in os.environ.items() if name not in ("PORT", "PYM_CONFIG", "PYM_ENV")}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pymacaron_core.cli", "serve", *numbers],
                cwd=folder,
                stdout=log,
                stderr=log,
                env=environ,
            )
        self._ready(workers)

    def _ready(self, workers: int) -> None:
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._inside()
                self.workers = self._children()
                if len(self.workers) == workers:
                    return
            if time.monotonic() > until or self.process.poll() is not None:
                self.end()
                raise SystemExit(f"it does not serve: {self._log.read_text()}")
            time.sleep(0.05)

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return sorted(int(pid) for pid in listed.split())

    def is_whole(self) -> bool:
        """Whether all processes are those of the beginning."""
        return self.process.poll() is None and self._children() == self.workers

    def _inside(self) -> dict[str, int]:
        """What one of the workers tells of itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/inside", headers={"Connection": "close"})
            told: dict[str, int] = json.loads(connection.getresponse().read())
            return told

    def samples(self, requests: int) -> dict[int, Sample]:
        """Each worker, when what callers have left behind is gone, or not gone in time."""
        until = time.monotonic() + QUIET
        while True:
            told = self._told()
            if not any(each["streams"] for each in told.values()) or time.monotonic() > until:
                return {pid: self._sample(requests, pid, inside) for pid, inside in sorted(told.items())}
            time.sleep(0.25)

    def _told(self) -> dict[int, dict[str, int]]:
        told: dict[int, dict[str, int]] = {}
        for _ in range(1000):
            inside = self._inside()
            told[inside["pid"]] = inside
            if set(self.workers) <= set(told):
                break
        return told

    def _sample(self, requests: int, pid: int, inside: dict[str, int]) -> Sample:
        status, rollup = (Path(f"/proc/{pid}/{name}").read_text() for name in ("status", "smaps_rollup"))
        return Sample(
            requests,
            _number("VmRSS", status),
            _number("Pss", rollup),
            len(os.listdir(f"/proc/{pid}/fd")),
            _number("Threads", status),
            inside["objects"],
            inside["blocks"],
            inside["streams"],
        )

    def peak(self) -> int:
        """Kilobytes that the largest worker ever had in memory."""
        return max(_number("VmHWM", Path(f"/proc/{pid}/status").read_text()) for pid in self.workers)

    def told(self) -> list[str]:
        """Lines of the log that tell a fault of ours."""
        return [line for line in self._log.read_text().splitlines() if _FAULT.search(line)]

    def end(self) -> int:
        """Tell it to end; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _number(name: str, text: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0
