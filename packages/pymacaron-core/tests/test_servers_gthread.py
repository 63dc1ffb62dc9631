"""A connection of gunicorn's worker: what is gathered before a thread takes it, and how long a thread waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymacaron_core.servers import gthread
from pymacaron_core.servers.gthread import Patient

pytestmark = pytest.mark.any_python

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
def caller() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        there.setblocking(False)
        yield here, there


@pytest.mark.parametrize(("most", "is_enough"), [(None, False), (1000, False), (999, True), (0, True)])
def test_a_body_that_is_too_large_is_not_waited_for(
    caller: tuple[socket.socket, socket.socket], most: int | None, is_enough: bool
) -> None:
    here, there = caller
    here.sendall(HEAD)
    assert Patient(there, most).gather() is is_enough


def test_of_a_request_that_was_answered_only_what_is_there_is_read(caller: tuple[socket.socket, socket.socket]) -> None:
    here, there = caller
    patient = Patient(there, None)
    here.sendall(b"rest")
    patient.end()
    assert patient.recv(100) == b"rest"
    with pytest.raises(ConnectionResetError):
        patient.recv(100)


def test_who_was_fast_may_not_be_slow_afterwards(
    caller: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gthread, "PATIENCE", 0.2)
    monkeypatch.setattr(gthread, "RATE", 1)
    here, there = caller
    patient = Patient(there, None)
    here.sendall(b"a" * 1000)  # each byte buys a second
    assert patient.recv(1000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(patient.recv, 1)
        try:
            with pytest.raises(ConnectionResetError):
                waiting.result(20)
        finally:
            here.close()
