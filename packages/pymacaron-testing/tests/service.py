"""A real HTTP service in a thread, which answers what a test tells it to and notes what it was asked."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered: JSON, or text of a content type. ``broken`` is done to the connection instead."""

    status: int = 200
    json: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    broken: Callable[[socket.socket], None] | None = None


def reset(connection: socket.socket) -> None:
    """Close with a reset: what was not read is thrown away."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Service:
    """``service["GET", "/ping"] = Reply(...)``, or a list of replies of which the last is repeated, or a function."""

    def __init__(self) -> None:
        self.replies: dict[tuple[str, str], list[Reply | Callable[[Asked], Reply]]] = {}
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self.host, self.port = "127.0.0.1", 0

    def __setitem__(self, operation: tuple[str, str], reply: Any) -> None:
        self.replies[operation] = list(reply) if isinstance(reply, list) else [reply]

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        replies = self.replies.get((asked.method, asked.path.partition("?")[0]))
        if not replies:
            return Reply(404, {"status": 404, "error": "NOT_FOUND", "error_description": "there is nothing here"})
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply(asked) if callable(reply) else reply

    def silence(self, connection: socket.socket) -> None:
        """Say nothing for as long as the service lives."""
        self.closing.wait(60)


CERTIFICATE = Path(__file__).with_name("certificate.pem")
"""A certificate for 127.0.0.1 that nobody has signed but itself, with its key: of no use but here."""


@contextmanager
def serving(host: str = "127.0.0.1", *, secure: bool = False) -> Iterator[Service]:
    """A service that listens on a free port."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = Asked(self.command, self.path, dict(self.headers.items()), self.rfile.read(length))
            reply = service.reply_to(asked)
            if reply.broken is not None:
                self.close_connection = True
                reply.broken(self.connection)
                return
            body = (json.dumps(reply.json) if reply.text is None else reply.text).encode()
            self.send_response(reply.status)
            if reply.text is None:
                self.send_header("Content-Type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """What a test does to a connection is nothing to talk about."""

    with Server((host, 0), Handler) as server:
        if secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        service.host, service.port = server.server_address[0], server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            service.closing.set()
            server.shutdown()
            thread.join(10)
