"""The wire: bytes sent as they are, and replies read by a reader that forgives nothing (RFC 9112)."""

from __future__ import annotations

import re
import selectors
import socket
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PATIENCE = 20.0
"""Seconds after which an exchange is given up; no judgement, but that something hangs."""

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*")
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[\t\x20-\x7e\x80-\xff]*")
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")
_BODILESS = (204, 304)


class Malformed(Exception):
    """What came is no reply of HTTP/1."""


@dataclass(frozen=True)
class Reply:
    """One reply; an interim one (100) has no body."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def field(self, name: bytes) -> bytes | None:
        """The value of a header, by its name in lower case."""
        return next((value for known, value in self.fields if known == name), None)


@dataclass(frozen=True)
class Heard:
    """All that came over a connection: whole replies, what was left over, and whether the other side ended it."""

    replies: tuple[Reply, ...]
    rest: bytes
    is_closed: bool

    @property
    def final(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if reply.status >= 200)


def heard(data: bytes, is_closed: bool, methods: Sequence[str] = ()) -> Heard:
    """The replies that bytes hold. ``methods`` are those of the requests, where a reply's body depends on them.

    Raises ``Malformed``.
    """
    replies: list[Reply] = []
    methods = list(methods)
    rest = data
    while rest:
        is_head = bool(methods) and methods[0] == "HEAD"
        found = _first(rest, is_closed, is_head)
        if found is None:
            break
        reply, rest = found
        replies.append(reply)
        if reply.status >= 200:
            del methods[:1]
    if is_closed and rest and not rest.startswith(b"HTTP/1."):
        raise Malformed(f"{rest[:80]!r} is no reply")
    return Heard(tuple(replies), rest, is_closed)


def _first(data: bytes, is_closed: bool, is_head: bool) -> tuple[Reply, bytes] | None:
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        if not (data.startswith(b"HTTP/1.") or b"HTTP/1.".startswith(data)):
            raise Malformed(f"{data[:80]!r} begins no reply")
        return None
    first, *lines = head.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        raise Malformed(f"{first[:80]!r} is no status line")
    for line in lines:
        if _FIELD.fullmatch(line) is None:
            raise Malformed(f"{line[:80]!r} is no header")
    pairs = [line.partition(b":") for line in lines]
    fields = tuple((name.lower(), value.strip()) for name, _, value in pairs)
    number = int(status[1])
    whole = (b"", rest) if number < 200 or number in _BODILESS or is_head else _body(fields, rest, is_closed)
    return None if whole is None else (Reply(number, fields, whole[0]), whole[1])


def _body(fields: tuple[tuple[bytes, bytes], ...], data: bytes, is_closed: bool) -> tuple[bytes, bytes] | None:
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
    if len(lengths) + len(codings) > 1:
        raise Malformed(f"two ways to tell the length: {lengths} {codings}")
    if codings:
        if codings != [b"chunked"]:
            raise Malformed(f"an unknown coding: {codings}")
        return _chunks(data)
    if lengths:
        if not lengths[0].isdigit():
            raise Malformed(f"no length: {lengths[0]!r}")
        length = int(lengths[0])
        return (data[:length], data[length:]) if len(data) >= length else None
    return (data, b"") if is_closed else None


def _chunks(data: bytes) -> tuple[bytes, bytes] | None:
    pieces, at = [], 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = data[at:end]
        if _SIZE.fullmatch(size) is None:
            raise Malformed(f"{size[:80]!r} is no size of a chunk")
        start, length = end + 2, int(size, 16)
        at = start + length + 2
        if len(data) < at:
            return None
        if data[at - 2 : at] != b"\r\n":
            raise Malformed("a chunk is longer than it says, or has a trailer")
        if length == 0:
            return b"".join(pieces), data[at:]
        pieces.append(data[start : start + length])


class Wire:
    """One connection. Sends and reads at once, so that neither side waits for the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setblocking(False)
        self.data = b""
        self.is_closed = False

    def exchange(self, data: bytes, is_enough: Callable[[bytes], bool], patience: float = PATIENCE) -> bytes:
        """Send bytes, and read until it is enough, the other side ends the connection, or patience does."""
        end = time.monotonic() + patience
        rest = memoryview(data)
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while (rest or not is_enough(self.data)) and not self.is_closed and time.monotonic() < end:
                if not rest:
                    selector.modify(self.socket, selectors.EVENT_READ)
                for _, event in selector.select(end - time.monotonic()):
                    if event & selectors.EVENT_READ:
                        self._read()
                    if event & selectors.EVENT_WRITE and rest and not self.is_closed:
                        rest = rest[self._send(rest) :]
        return self.data

    def _read(self) -> None:
        try:
            piece = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        self.data += piece
        self.is_closed = not piece

    def _send(self, rest: memoryview) -> int:
        try:
            return self.socket.send(rest[: 1 << 18])
        except BlockingIOError:
            return 0
        except OSError:  # nobody takes more; what was answered is still to be read
            return len(rest)

    def reset(self) -> None:
        """Drop the connection by a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        self.socket.close()
