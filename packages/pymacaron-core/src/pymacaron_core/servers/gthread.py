"""A worker whose HTTP is gunicorn's own, in threads: what slow callers send is gathered before a thread takes it."""

from __future__ import annotations

import contextlib
import errno
import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gunicorn.http.errors import InvalidHeader, NoMoreData, ParseException, UnsupportedTransferCoding
from gunicorn.workers.gthread import TConn, ThreadWorker

from pymacaron_core.servers.arriving import BrokenChunks, largest_body

GATHERED = 1024 * 1024
"""So many bytes of a request at most are gathered; a thread reads what is more."""
LONGEST_HEAD = 64 * 1024
PATIENCE = 30.0
"""Seconds that a request may take to come."""
RATE = 4096
"""Each so many bytes that came give the rest of it another second."""
SENDING = 60.0
"""Seconds that a reader may take for a piece of a reply."""
PIECE = 256 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:", re.IGNORECASE)


class Patient:
    """A connection's socket with what was gathered of a request, and bounded patience for the rest of it."""

    def __init__(self, connection: socket.socket, most: int | None) -> None:
        self._socket, self._most = connection, most
        self.ahead = bytearray()
        self.begin()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    def begin(self) -> None:
        """A request begins to come."""
        self._until = time.monotonic() + PATIENCE

    def end(self) -> None:
        """It was answered: nobody waits for what has not come of it."""
        self._until = 0.0

    def gather(self) -> bool:
        """Take in what is there. Whether a thread may go on with it."""
        try:
            data = self._socket.recv(64 * 1024)
        except BlockingIOError:
            return False
        except OSError:
            return True
        self.ahead += data
        return not data or self._is_enough()

    def _is_enough(self) -> bool:
        end = self.ahead.find(b"\r\n\r\n")
        if end < 0:
            return len(self.ahead) > LONGEST_HEAD
        head = bytes(self.ahead[: end + 2])
        told = _LENGTH.search(head)
        if told is None or _EXPECTS.search(head):
            return True
        length = int(told[1])
        is_too_much = self._most is not None and length > self._most  # which is refused without being read
        return is_too_much or len(self.ahead) >= min(end + 4 + length, GATHERED)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Bytes that were gathered, or come. Raises ``ConnectionResetError`` when they come too slowly."""
        if self.ahead:
            data = bytes(self.ahead[:size])
            del self.ahead[:size]
            return data
        with self._bounded(self._until - time.monotonic()):
            data = self._socket.recv(size, flags)
        self._until = min(self._until + len(data) / RATE, time.monotonic() + PATIENCE)  # no haste is saved up
        return data

    def sendall(self, data: bytes) -> None:
        """Send it. Raises ``ConnectionResetError`` when the reader is too slow."""
        for at in range(0, len(data), PIECE):
            with self._bounded(SENDING):
                self._socket.sendall(data[at : at + PIECE])

    @contextlib.contextmanager
    def _bounded(self, seconds: float) -> Any:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            yield
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "the caller is too slow") from None


class Body:
    """A body as gunicorn reads it; what is no chunk is told as ``BrokenChunks``, a fault of the caller."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        """Bytes, so many at most. Raises ``BrokenChunks``."""
        return self._reading(self._body.read, size)

    def readline(self, size: int = -1) -> bytes:
        """A line, or so many bytes of it. Raises ``BrokenChunks``."""
        return self._reading(self._body.readline, size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """All lines. Raises ``BrokenChunks``."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _reading(self, read: Callable[[int | None], bytes], size: int) -> bytes:
        try:
            return read(None if size is None or size < 0 else size)
        except (NoMoreData, ParseException):
            raise BrokenChunks from None


class GatheringWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's ``gthread``, which gives no thread to a connection that has nothing to be answered yet."""

    def load_wsgi(self) -> None:
        """Have the application read bodies that blame the caller for what breaks off."""
        super().load_wsgi()
        application: Any = self.app.wsgi()
        self.most = largest_body(application)

        def serve(environ: dict[str, Any], start_response: Any) -> Any:
            if "HTTP_HOST" not in environ and environ["SERVER_PROTOCOL"] == "HTTP/1.1":  # RFC 9112, section 3.2
                raise InvalidHeader("Host")
            environ["wsgi.input"] = Body(environ["wsgi.input"])
            return application(environ, start_response)

        self.wsgi = serve

    def accept(self, listener: Any) -> None:
        """Take in a connection, and wait for its first request."""
        try:
            connection, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        self._wait_for(TConn(self.cfg, Patient(connection, self.most), address, listener.getsockname()))

    def on_pending_socket_readable(self, conn: Any, client: Any) -> None:
        """Gather what has come; a thread goes on with what is enough."""
        if conn.sock.gather():
            conn.data_ready = True
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: Any, client: Any) -> None:
        """The next request of a connection that was kept."""
        conn.sock.begin()
        if conn.sock.gather():
            super().on_client_socket_readable(conn, client)
        else:
            self.poller.unregister(client)
            self.keepalived_conns.remove(conn)
            self._wait_for(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Go on with the next request where it has come already; else keep or end the connection."""
        if conn.sock.ahead and not fs.cancelled() and fs.exception() is None and fs.result():
            conn.sock.begin()
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a fault; an unknown coding is the caller's, not something still to be written."""
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("Transfer-Encoding")
        super().handle_error(req, client, addr, exc)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take in connections, or not now; at the end new ones are refused at once, if no other process takes them."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Whether the connection is kept: with a body that nobody read, only if all of it has come."""
        conn.sock.end()
        return bool(super()._keepalive_after(conn, keepalive))

    def _wait_for(self, conn: Any) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)
