"""Connections by their file handles: how one is ended as if it broke, which granian has no way to."""

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


def _handles() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd") if name.isdecimal()]
    except OSError:
        return []
