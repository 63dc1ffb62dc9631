"""Who sends it: threads with raw sockets, that keep connections, pipeline, leave half way, and read slowly."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from soaking.kinds import LEFT, SHARES, Kind, Request, large, long_stream, name_of

TIMEOUT = 60.0
"""Seconds without a byte after which a reply is lost."""
AT_ONCE = 12
"""Requests that are sent on one connection before any reply is read, at most."""
NEW, PIPELINED, ABORTED, SLOW = 0.02, 0.15, 0.015, 0.0005
"""How often a turn is one on a new connection, a pipelined one, one that leaves half way, one that reads slowly."""
PAUSE = 0.02
RESET = struct.pack("ii", 1, 0)
SMALL = 64 * 1024
"""Bytes of requests that are pipelined, at most: nobody reads while they are sent."""

_HEAD = re.compile(rb"HTTP/1\.1 (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_MOST_TOLD = 20


@dataclass
class Tally:
    """What was sent, by kind, and what was wrong."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def wrong(self, kind: str, why: str) -> None:
        self.faults[kind] += 1
        if len(self.told) < _MOST_TOLD:
            self.told.append(f"{kind}: {why}")

    def add(self, other: Tally) -> None:
        """Count what another one counted."""
        self.sent += other.sent
        self.statuses += other.statuses
        self.faults += other.faults
        self.told += other.told[: _MOST_TOLD - len(self.told)]


class Lost(Exception):
    """A connection that ended before its reply did."""


class Wire:
    """A connection, and what came on it that is not read yet."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._came = b""
        self.is_closing = False

    def reply(self, method: bytes = b"GET") -> tuple[int, bytes]:
        """The next reply. Raises ``Lost`` and ``OSError``."""
        while (end := self._came.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self._came = self._came[: end + 2], self._came[end + 4 :]
        told = _HEAD.match(head)
        if told is None:
            raise Lost(f"no reply: {head[:100]!r}")
        status = int(told[1])
        self.is_closing = _CLOSES.search(head) is not None
        if status == 304:
            return status, b""
        length = _LENGTH.search(head)
        if length is not None:
            return status, self._take(int(length[1]))
        if _CHUNKED.search(head) is None:
            raise Lost(f"a reply of no length: {head[:200]!r}")
        return status, b"".join(iter(self._chunk, b""))

    def _chunk(self) -> bytes:
        while (end := self._came.find(b"\r\n")) < 0:
            self._more()
        size, self._came = int(self._came[:end], 16), self._came[end + 2 :]
        return self._take(size + 2)[:-2]

    def _take(self, count: int) -> bytes:
        if len(self._came) < count:
            pieces, there = [self._came], len(self._came)
            while there < count:
                pieces.append(self._recv(max(65536, count - there)))
                there += len(pieces[-1])
            self._came = b"".join(pieces)
        data, self._came = self._came[:count], self._came[count:]
        return data

    def _more(self) -> None:
        self._came += self._recv(65536)

    def _recv(self, size: int) -> bytes:
        data = self.socket.recv(size)
        if not data:
            raise Lost("the connection was ended")
        return data

    def close(self, is_rude: bool = False) -> None:
        """End the connection, politely or by a reset."""
        with contextlib.suppress(OSError):
            if is_rude:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.socket.close()


class Caller:
    """One caller: takes turns until so many requests are sent."""

    def __init__(self, port: int, seed: str, aborted: float = ABORTED) -> None:
        self._port, self._chance, self._aborted, self.tally = port, random.Random(seed), aborted, Tally()
        self._wire: Wire | None = None

    def send(self, count: int) -> Tally:
        """Send so many requests, checking all replies; gives what came of it."""
        end = self.tally.sent.total() + count
        while self.tally.sent.total() < end:
            if self._chance.random() < self._aborted:
                self._leave(*self._drawn(LEFT))
                continue
            turn = self._chance.random()
            if turn < SLOW:
                self._read_slowly()
            elif turn < SLOW + NEW:
                self._end()
                self._ask([self._drawn(SHARES)])
            elif turn < SLOW + NEW + PIPELINED:
                self._ask(self._several())
            else:
                self._ask([self._drawn(SHARES)])
        self._end()
        return self.tally

    def _drawn(self, shares: dict[Kind, int]) -> tuple[str, Request]:
        kind = self._chance.choices(list(shares), list(shares.values()))[0]
        return name_of(kind), kind(self._chance)

    def _several(self) -> list[tuple[str, Request]]:
        drawn, size = [self._drawn(SHARES)], 0
        for _ in range(self._chance.randrange(AT_ONCE)):
            size += len(drawn[-1][1].data)
            if size > SMALL or drawn[-1][1].is_last:
                break
            drawn.append(self._drawn(SHARES))
        return drawn

    def _ask(self, drawn: list[tuple[str, Request]]) -> None:
        """Send requests at once on the connection that is kept, and check their replies."""
        kind = ""
        try:
            self._wire = wire = self._wire or Wire(self._port)
            wire.socket.sendall(b"".join(request.data for _, request in drawn))
            for number, (kind, request) in enumerate(drawn):
                status, body = wire.reply()
                self._count(kind, status, request.fault(status, body))
                if wire.is_closing or request.is_last:
                    if number + 1 < len(drawn):
                        self.tally.wrong(kind, "the connection is ended, with requests still to be answered")
                    self._end()
                    return
        except (OSError, Lost) as error:
            self._count(kind, 0, f"{type(error).__name__}: {error}")
            self._end()

    def _count(self, kind: str, status: int, fault: str | None) -> None:
        self.tally.sent[kind] += 1
        self.tally.statuses[status] += 1
        if fault is not None:
            self.tally.wrong(kind, fault)

    def _leave(self, kind: str, request: Request) -> None:
        """Leave half way: of the request, or of its reply."""
        name = f"{kind}, left half way"
        self.tally.sent[name] += 1
        wire = None
        try:
            wire = Wire(self._port)
            if kind in (name_of(long_stream), name_of(large)):
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
                wire.socket.sendall(request.data)
                for _ in range(self._chance.randrange(4)):
                    wire.socket.recv(8192)
            else:
                wire.socket.sendall(request.data[: self._chance.randrange(1, len(request.data))])
        except OSError as error:
            self.tally.wrong(name, f"{type(error).__name__}: {error}")
        if wire is not None:
            wire.close(self._chance.random() < 0.5)

    def _read_slowly(self) -> None:
        """Take a large reply, but not at once; it must be whole all the same."""
        kind = self._chance.choice((large, long_stream))
        name, request = f"{name_of(kind)}, read slowly", kind(self._chance)
        wire = None
        try:
            wire = Wire(self._port)
            wire.socket.sendall(request.data)
            time.sleep(PAUSE * self._chance.randrange(1, 20))
            status, body = wire.reply()
            self._count(name, status, request.fault(status, body))
        except (OSError, Lost) as error:
            self._count(name, 0, f"{type(error).__name__}: {error}")
        if wire is not None:
            wire.close()

    def _end(self) -> None:
        if self._wire is not None:
            self._wire.close()
        self._wire = None


def call(port: int, seed: str, threads: int, count: int, aborted: float = ABORTED) -> Tally:
    """Send so many requests from several threads of this process; ``aborted`` is the part that is left half way."""
    total = Tally()
    with ThreadPoolExecutor(threads) as pool:
        callers = [Caller(port, f"{seed}-{number}", aborted) for number in range(threads)]
        for tally in pool.map(lambda each: each.send(count // threads), callers):
            total.add(tally)
    return total
