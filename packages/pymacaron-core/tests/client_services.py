"""Services for clients to call: applications over real connections, and servers that answer whatever they are told."""

import contextlib
import socket
import threading
from pathlib import Path

import flask
from pymacaron_core import API
from pymacaron_core.development import _handler
from werkzeug.serving import make_server


def made(root, document, handlers=None, name="shop", **options):
    """A service of one document, ready to be called."""
    (root / "apis").mkdir(parents=True, exist_ok=True)
    (root / "apis" / f"{name}.yaml").write_text(document)
    app = flask.Flask(name, root_path=str(root))
    return API(app, root=root, handlers=handlers, **options).load_apis().finish()


@contextlib.contextmanager
def served(application):
    """Where an application is served, by connections that are kept open."""
    handler = type("Handler", (_handler(application),), {"protocol_version": "HTTP/1.1"})
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Told:
    """A server of bytes: ``answers`` are sent one after the other, each to the next request, the last one for ever.

    An answer is bytes, or a function that is called with the connection. ``requests`` are the heads that came.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.over = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with contextlib.suppress(OSError), connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            head, _, body = head.partition(b"\r\n\r\n")
            self.requests.append(head.decode("latin-1"))
            told = [line for line in self.requests[-1].lower().splitlines() if line.startswith("content-length:")]
            while told and len(body) < int(told[0].partition(":")[2]):
                body += connection.recv(65536)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if callable(answer):
                answer(self, connection)
            else:
                connection.sendall(answer)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.over.set()
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


def reply(body=b"", status="200 OK", content_type="application/json", length=None, *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def petstore(dialect, root):
    """The Petstore in one of its dialects."""
    from petstore import openapi_operations, store, swagger_operations

    functions = {"swagger": swagger_operations, "openapi": openapi_operations}[dialect]
    document = (Path(store.__file__).parent / f"{dialect}.yaml").read_text()
    return made(root, document, functions, "petstore", guards=store.GUARDS)
