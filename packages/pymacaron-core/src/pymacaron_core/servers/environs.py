"""A request as granian tells it (RSGI), as a WSGI environment (PEP 3333)."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

from pymacaron_core.errors import PyMacaronError

MOST_KEYS = 1_000
"""So many names of headers are remembered with the keys that stand for them."""


class Refused(PyMacaronError):
    """A head that no server may take for a request (RFC 9112, section 3.2)."""


class Environs:
    """Makes environments. Of headers with an underscore in their name only those that ``underscored`` holds are let
    through: ``x_forwarded_for`` would pass for ``X-Forwarded-For``."""

    def __init__(self, underscored: frozenset[str] = frozenset()) -> None:
        self._underscored = {name.lower() for name in underscored}
        self._keys: dict[str, str] = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
        self._always = {
            "SCRIPT_NAME": "",
            "SERVER_SOFTWARE": "granian",
            "wsgi.version": (1, 0),
            "wsgi.errors": sys.stderr,
            "wsgi.input_terminated": True,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def of(self, scope: Any, body: BinaryIO) -> dict[str, Any]:
        """The environment of a request. Raises ``Refused`` for one that does not say whom it is for."""
        environ: dict[str, Any] = self._always.copy()
        server, _, port = scope.server.rpartition(":")
        client, _, client_port = scope.client.rpartition(":")
        version = scope.http_version
        environ["REQUEST_METHOD"] = scope.method
        environ["PATH_INFO"] = _path(scope.path)
        environ["QUERY_STRING"] = scope.query_string
        environ["SERVER_NAME"] = server.strip("[]")
        environ["SERVER_PORT"] = port
        environ["SERVER_PROTOCOL"] = "HTTP/1.0" if version == "1" else f"HTTP/{version}"
        environ["REMOTE_ADDR"] = client.strip("[]")
        environ["REMOTE_PORT"] = client_port
        environ["wsgi.url_scheme"] = scope.scheme
        environ["wsgi.input"] = body
        self._add_headers(environ, scope.headers.items())
        host = environ.get("HTTP_HOST")
        if scope.authority is not None:
            environ["HTTP_HOST"] = scope.authority
        elif (host is None and version != "1") or (host is not None and "," in host):
            raise Refused("a request has one header Host")
        return environ

    def _add_headers(self, environ: dict[str, Any], headers: list[tuple[str, str]]) -> None:
        keys = self._keys
        for name, value in headers:
            key = keys.get(name)
            if key is None:
                key = self._key(name)
            if not key:
                continue
            known = environ.get(key)
            if known is None:
                environ[key] = value
            else:
                environ[key] = f"{known}; {value}" if name == "cookie" else f"{known},{value}"

    def _key(self, name: str) -> str:
        """The key that stands for a header; empty for one that is not let through."""
        is_let_through = "_" not in name or name in self._underscored
        key = f"HTTP_{name.upper().replace('-', '_')}" if is_let_through else ""
        if len(self._keys) < MOST_KEYS:
            self._keys[name] = key
        return key


def _path(path: str) -> str:
    """A path as WSGI has it, its bytes as letters of Latin-1. What was no UTF-8 is none again."""
    return path if path.isascii() else path.encode().replace(b"\xef\xbf\xbd", b"\xff").decode("latin-1")
