"""Requests at a fixed rate, whatever the server does: how long each waits, from the moment it was due.

The moments are drawn beforehand (exponential distances, one seed for all servers). A request that is due while all
connections are busy waits in a queue, and its time runs: a server that stalls is seen to stall by all that come
meanwhile, and not by the one request it stalled on alone (coordinated omission).
"""

from __future__ import annotations

import random
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import deque

from contest.servers import CORES, HERE, pinned
from contest.workloads import WORKLOADS, Call

CONNECTIONS = 32
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def latencies(port: int, workload: str, rate: int, seconds: float) -> dict[str, float]:
    """p50 and p99 in ms, from a process of its own on the load's core. Raises ``ValueError`` where it failed."""
    command = [sys.executable, "-m", "contest.openloop", str(port), workload, str(rate), str(seconds)]
    done = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, preexec_fn=pinned(CORES[-1] if CORES else None)
    )
    if done.returncode:
        raise ValueError(f"no load at a fixed rate: {done.stderr.strip()[-300:]}")
    p50, p99, failed = map(float, done.stdout.split())
    return {"p50": p50, "p99": p99, "failed": failed}


class Connection:
    """One kept connection, with the request it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.received = b""

    def send(self, request: bytes, due: float) -> None:
        self.due, self.received = due, b""
        self.socket.sendall(request)

    def read(self) -> int:
        """The status once the answer is whole, else 0. Raises ``ConnectionError`` when it was closed before."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("closed before the answer was whole")
        self.received += part
        head, gap, body = self.received.partition(b"\r\n\r\n")
        if not gap:
            return 0
        length = LENGTH.search(head)
        if length is None:
            raise ConnectionError("an answer without its length")
        return int(head[9:12]) if len(body) >= int(length[1]) else 0


def request_of(call: Call) -> bytes:
    target = f"{call.path}?{call.query}" if call.query else call.path
    lines = [f"{call.method} {target} HTTP/1.1", "Host: localhost", *(f"{n}: {v}" for n, v in call.headers)]
    if call.body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(call.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + call.body


def moments(rate: int, seconds: float) -> deque[float]:
    """When requests are due, in seconds from the start."""
    drawn, now, found = random.Random(1), 0.0, deque[float]()
    while (now := now + drawn.expovariate(rate)) < seconds:
        found.append(now)
    return found


def waits(port: int, call: Call, rate: int, seconds: float) -> tuple[list[float], int]:
    """How long each answer took from the moment it was due, in seconds, and how many were no success."""
    connections = [Connection(port) for _ in range(CONNECTIONS)]
    try:
        with selectors.DefaultSelector() as selector:
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            return exchanged(selector, connections, request_of(call), moments(rate, seconds))
    finally:
        for connection in connections:
            connection.socket.close()


def exchanged(
    selector: selectors.BaseSelector, connections: list[Connection], request: bytes, due: deque[float]
) -> tuple[list[float], int]:
    free, found, failed, began = list(connections), [], 0, time.perf_counter()
    while due or len(free) < len(connections):
        now = time.perf_counter() - began
        while due and free and due[0] <= now:
            free.pop().send(request, due.popleft())
        for key, _ in selector.select(0):  # busy: a sleep would be late
            status = key.data.read()
            if status:
                found.append(time.perf_counter() - began - key.data.due)
                failed += status != 200
                free.append(key.data)
    return found, failed


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    told, wrong = waits(int(sys.argv[1]), WORKLOADS[sys.argv[2]][0], int(sys.argv[3]), float(sys.argv[4]))
    print(percentile(told, 0.5) * 1e3, percentile(told, 0.99) * 1e3, wrong)
