"""Where a service listens: the port that is meant, and the socket bound to it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping

from pymacaron_core.config import Config
from pymacaron_core.errors import StartError

BACKLOG = 128


def address_of(config: Config, host: str | None, port: int | None) -> tuple[str, int]:
    """Host and port: as given, else the port of the environment, else the configuration's."""
    return host or config.core.host, port or port_from_environment(config.environ) or config.core.port


def port_from_environment(environ: Mapping[str, str] = os.environ) -> int | None:
    """The port that ``PORT`` or ``PYM_SERVER_PORT`` names. Raises ``StartError`` when it is no port."""
    return port_from(environ, "PORT", "PYM_SERVER_PORT")


def port_from(environ: Mapping[str, str], *names: str) -> int | None:
    """The port that the first of these variables names that is there. Raises ``StartError`` when it is no port."""
    for name in names:
        text = environ.get(name, "").strip()
        if text:
            if not text.isdecimal() or not 0 < int(text) < 65536:
                raise StartError(f"the environment variable {name} must be a port between 1 and 65535, not {text!r}")
            return int(text)
    return None


def bound_socket(host: str, port: int, host_by: str = "--host", port_by: str = "--port") -> socket.socket:
    """A socket that listens there. Raises ``StartError`` with what to do when it cannot, and by which options."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise StartError(f"there is no address to listen on called {host!r}: choose another with {host_by}") from None
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise StartError(_told(host, port, error, host_by, port_by)) from None
    return bound


def url_of(host: str, port: int) -> str:
    """The address to open from this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reachable}:{port}"


def _told(host: str, port: int, error: OSError, host_by: str, port_by: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{host}:{port} is in use: stop what listens there, or choose another port with {port_by}"
    if error.errno == errno.EACCES:
        return f"{host}:{port} may not be used by this user: choose a port above 1023 with {port_by}"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose another with {host_by} (127.0.0.1, or 0.0.0.0 for all)"
    return f"cannot listen on {host}:{port}: {error.strerror}"
