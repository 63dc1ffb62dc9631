"""An attack: what is sent, and what may come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OK = frozenset((200,))
REFUSED = frozenset(range(400, 500))
EITHER = OK | REFUSED
SMUGGLED = b"GET /beside/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
"""A request hidden in another one. Its answer is the proof that it was taken for one."""
JSON = b"Content-Type: application/json"
MEGABYTE = 1 << 20

Lazy = Callable[[], bytes]


@dataclass(frozen=True)
class Attack:
    """Bytes, or what makes them, and the statuses of their replies, of which there are so many at most.

    Where ``statuses`` has refusals, ending the connection is one too. What is not ``whole`` never ends, and is left
    after a moment, answered or not. ``methods`` are those of its requests, where replies depend on them.
    """

    name: str
    sent: bytes | Lazy
    statuses: frozenset[int] = REFUSED
    most: int = 1
    is_whole: bool = True
    methods: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return self.sent if isinstance(self.sent, bytes) else self.sent()


def request(
    method: bytes = b"GET",
    target: bytes = b"/beside/1",
    *fields: bytes,
    body: bytes = b"",
    version: bytes = b"HTTP/1.1",
    host: bytes | None = b"Host: x",
) -> bytes:
    """A request with exactly these headers: no length is added."""
    lines = [b" ".join((method, target, version)), *([] if host is None else [host]), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def letter(*fields: bytes, body: bytes = b'{"text":"a"}') -> bytes:
    """A body of JSON, with exactly these headers and its media type."""
    return request(b"POST", b"/letters", JSON, *fields, body=body)


def sized(target: bytes, media_type: bytes, body: bytes, *fields: bytes, method: bytes = b"POST") -> bytes:
    """A body of a media type, whose length is told as it is."""
    length = b"Content-Length: %d" % len(body)
    return request(method, target, b"Content-Type: " + media_type, length, *fields, body=body)
