"""Connections by their handles, for what granian cannot: one is ended as if it broke, or when its reader takes nothing
any more, and no more are taken."""

from __future__ import annotations

import contextlib
import os
import socket


def cut(client: str) -> None:
    """End the connection of a caller, told as ``address:port``, as if it broke."""
    address, _, port = client.rpartition(":")
    for handle in _handles():
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(handle)) as connection:
            peer = connection.getpeername()
            if isinstance(peer, tuple) and (str(peer[0]), str(peer[1])) == (address.strip("[]"), port):
                connection.shutdown(socket.SHUT_RDWR)


def bound_stalls(listener: socket.socket, seconds: float) -> None:
    """Have the system end each connection of a listening socket whose caller takes nothing of what is sent for so long
    (RFC 5482), where the system can: what granian was handed whole has no other end."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and listener.family in (socket.AF_INET, socket.AF_INET6):
        listener.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def stop_listening(address: object) -> None:
    """Have this process take no more connections that come to an address; other processes with that socket go on.

    Each handle of it is made one of a socket that nobody knows, under the feet of whoever waits for connections.
    """
    with socket.socket() as unknown:
        unknown.bind(("127.0.0.1", 0))
        unknown.listen(1)
        unknown.setblocking(False)
        for handle in _handles():
            with contextlib.suppress(OSError), socket.socket(fileno=os.dup(handle)) as found:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and found.getsockname() == address:
                    os.dup2(unknown.fileno(), handle, inheritable=False)


def _handles() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd") if name.isdecimal()]
    except OSError:
        return []
