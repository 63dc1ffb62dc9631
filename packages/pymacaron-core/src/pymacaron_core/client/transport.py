"""Transport: one HTTP request and its whole reply, in bounded time and space, over connections that are kept (urllib3).

Nothing is followed, decompressed or repeated here, and no proxy of the environment is asked. A server that sends byte
after byte, for ever, is left when the time of the call is over: each read and each write has no longer than that.
"""

from __future__ import annotations

import builtins
import io
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, IncompleteRead, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as Insecure
from urllib3.exceptions import TimeoutError as Late
from urllib3.response import BaseHTTPResponse

from pymacaron_core.errors import BadReply, CallTimeout, Unreachable

MOST_KEPT = 16
"""How many connections to one service are kept while nobody needs them."""
AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """How long connections, silence and the call may last, in seconds, and how large a reply may be, in bytes."""

    connect: float
    read: float
    ends: float
    largest: int

    @property
    def left(self) -> float:
        """The seconds that are left. Raises ``CallTimeout`` where there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise CallTimeout("the service did not answer within the time of the call")
        return left


@dataclass(frozen=True, slots=True)
class RawReply:
    """A reply as it came; ``headers`` by name in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_limits: ContextVar[Limits] = ContextVar("pymacaron_client_limits")


class _Patient:
    """A socket that gives each read and write what is left of the call's time, and no more."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: Any, *flags: int) -> None:
        _give_time(self._sock)
        self._sock.sendall(data, *flags)

    def makefile(self, mode: str = "rb", buffering: int | None = None, **_: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._sock))


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = cast(io.RawIOBase, sock.makefile("rb", buffering=0))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _give_time(self._sock)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _give_time(sock: socket.socket) -> None:
    limits = _limits.get()
    left = limits.ends - time.monotonic()
    if left <= 0:
        raise builtins.TimeoutError("the time of the call is over")
    sock.settimeout(min(left, limits.read))


class _Connection(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast(socket.socket, _Patient(self.sock))


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = cast(Any, _Patient(self.sock))


class Transport:
    """What calls one origin: ``scheme``, ``host`` and ``port``."""

    def __init__(self, scheme: str, host: str, port: int | None) -> None:
        self._where = scheme, host, port
        self._lock = threading.Lock()
        self._pool: HTTPConnectionPool | None = None
        self._owner = 0

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None, limits: Limits
    ) -> RawReply:
        """One request and its reply. Raises ``Unreachable``, ``CallTimeout`` and ``BadReply``, without saying where."""
        timeout = Timeout(connect=min(limits.connect, limits.left), read=min(limits.read, limits.left))
        token = _limits.set(limits)
        try:
            with _told(lambda: "the service did not answer in time"):
                reply = self._here().urlopen(
                    method,
                    target,
                    body=body,
                    headers=headers,
                    retries=False,
                    redirect=False,
                    timeout=timeout,
                    preload_content=False,
                    decode_content=False,
                )
            try:
                with _told(lambda: "the reply did not come to its end in time"):
                    return RawReply(reply.status, _joined(reply.headers), _whole(reply, limits.largest))
            except BaseException:
                reply.close()
                raise
        finally:
            _limits.reset(token)

    def close(self) -> None:
        """Give the connections that are kept back to the system."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _here(self) -> HTTPConnectionPool:
        """The connections of this process: a child that was forked has none of its parent's."""
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                scheme, host, port = self._where
                self._owner = os.getpid()
                if scheme == "https":
                    self._pool = HTTPSConnectionPool(host, port, maxsize=MOST_KEPT)
                    self._pool.ConnectionCls = _SecureConnection
                else:
                    self._pool = HTTPConnectionPool(host, port, maxsize=MOST_KEPT)
                    self._pool.ConnectionCls = _Connection
            return self._pool


def _joined(headers: HTTPHeaderDict) -> Mapping[str, str]:
    return {name.lower(): ", ".join(headers.getlist(name)) for name in headers}


def _whole(reply: BaseHTTPResponse, largest: int) -> bytes:
    """The body, all of it. Raises ``BadReply`` for one that is too large."""
    told = reply.headers.get("Content-Length", "0")
    if not (told.isascii() and told.isdecimal()) or len(told) > 18:
        raise BadReply("the reply has a length that is none")
    if int(told) > largest:
        raise _too_large(reply, largest)
    pieces: list[bytes] = []
    size = 0
    while piece := reply.read(AT_ONCE):
        pieces.append(piece)
        size += len(piece)
        if size > largest:
            raise _too_large(reply, largest)
    return b"".join(pieces)


def _too_large(reply: BaseHTTPResponse, largest: int) -> BadReply:
    error = BadReply(f"the reply has more than the {largest} bytes that are read (max_reply_bytes)")
    error.status = reply.status
    return error


@contextmanager
def _told(late: Callable[[], str]) -> Iterator[None]:
    """What urllib3 and the system raise, in our words."""
    try:
        yield
    except NewConnectionError as error:
        raise _unreachable(f"the service cannot be reached: {_reason(error)}", sent=False) from error
    except (Late, TimeoutError) as error:
        timeout = CallTimeout(late())
        timeout.sent = "connect" not in type(error).__name__.lower()
        raise timeout from error
    except (Insecure, ssl.SSLError) as error:
        raise _unreachable(f"no secure connection: {error}", sent=False) from error
    except IncompleteRead as error:
        raise _unreachable("the reply broke off before its end", sent=True) from error
    except (HTTPError, OSError) as error:
        raise _unreachable(f"the connection broke off: {_reason(error)}", sent=True) from error
    except ValueError as error:  # http.client: a length that is none, a port that is none
        raise _unreachable(f"the service does not speak HTTP: {error}", sent=True) from error


def _unreachable(message: str, sent: bool) -> Unreachable:
    error = Unreachable(message[:500])
    error.sent = sent
    return error


def _cause(error: BaseException) -> BaseException:
    """The first error of a chain."""
    inner = error.args[1] if isinstance(error, ProtocolError) and len(error.args) > 1 else error.__cause__
    return _cause(inner) if isinstance(inner, BaseException) else error


def _reason(error: BaseException) -> str:
    cause = _cause(error)
    return str(getattr(cause, "strerror", None) or cause).rpartition("> ")[2] or type(cause).__name__
