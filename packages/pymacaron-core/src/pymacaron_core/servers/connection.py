"""Connections by their handles: how one is ended as if it broke, and how no more are taken, which granian cannot."""

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
