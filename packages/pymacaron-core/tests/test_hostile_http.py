"""Raw HTTP that means harm, against the real servers: refused, and nobody beside it is hurt."""

from __future__ import annotations

import resource
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from cli_project import wait_for
from raw_http import ATTACKS, Attack
from raw_http.attack import OK, letter, request
from raw_http.judge import faults
from raw_http.service import SERVERS, Fortress, fortress
from raw_http.wire import Malformed, Wire, heard

pytestmark = [pytest.mark.any_python, pytest.mark.unmeasured]

AT_ONCE = 12
GROWTH = 50 * 1024
"""Kilobytes that both workers together may have more in memory after all of it."""
HUNDREDS = 150
"""Slow callers of each kind: more than all threads of all workers."""
LARGE = request(b"GET", b"/large")


@pytest.mark.parametrize("server", SERVERS)
def test_hostile_bytes_hurt_nobody(server: str, tmp_path: Path) -> None:
    with many_handles(), fortress(tmp_path / "fortress", free_port(), server) as service:
        found = [f for attack in WARMING for f in faults(service.port, attack)]
        memory, handles = service.memory(), service.handles()
        with service.beside() as wrong, ThreadPoolExecutor(AT_ONCE) as pool:
            told = pool.map(lambda attack: [(attack.name, f) for f in faults(service.port, attack)], ATTACKS)
            found += [each for faults_of_one in told for each in faults_of_one]
        with service.beside() as hindered:
            send_slowly(service)
            drop(service)
        assert found == []
        assert wrong + hindered == []
        assert service.told() == ""
        assert service.is_whole()
        wait_for(lambda: service.handles() <= handles + 8, "connections are given back")
        assert service.memory() - memory < GROWTH


WARMING = [Attack("warming", LARGE, OK), Attack("warming", letter(b"Content-Length: 12"), OK)] * 8


def send_slowly(service: Fortress) -> None:
    """Hundreds who send a byte now and then, take a large reply slowly, or do nothing at all; all at once."""
    begun = [
        *[(request(), 1)] * HUNDREDS,
        *[(letter(b"Content-Length: 12"), 100)] * HUNDREDS,
        *[(letter(b"Transfer-Encoding: chunked", body=b"c\r\n"), 110)] * (HUNDREDS // 3),
        *[(LARGE, len(LARGE))] * HUNDREDS,
        *[(b"", 0)] * 500,
    ]
    with ExitStack() as stack:
        wires = [stack.enter_context(closing(Wire(service.port))) for _ in begun]
        for wire, (data, count) in zip(wires, begun, strict=True):
            wire.socket.send(data[:count]) if count else None
        for step in range(3):
            with service.beside() as wrong:
                for wire, (data, count) in zip(wires, begun, strict=True):
                    trickle(wire, data[count + step : count + step + 1])
                request_in_time(service)
            assert wrong == []


def trickle(wire: Wire, byte: bytes) -> None:
    """One byte more, and one taken, where that can be."""
    try:
        if byte:
            wire.socket.send(byte)
        wire.socket.recv(1)
    except OSError:
        pass


def request_in_time(service: Fortress) -> None:
    assert faults(service.port, Attack("beside", request(), OK)) == []


def drop(service: Fortress) -> None:
    """Leave at every stage, politely and not."""
    stages = {
        "nothing": b"",
        "half a head": request()[:30],
        "a head": letter(b"Content-Length: 12", body=b""),
        "half a body": letter(b"Content-Length: 12")[:-5],
        "half a chunk": letter(b"Transfer-Encoding: chunked", body=b"c\r\n{"),
        "half an upload": letter(b"Content-Length: 2000000") + b"x" * 1_000_000,
        "a request": request(),
        "a large reply": LARGE,
        "a stream": request(b"GET", b"/streams"),
        "many": LARGE * 20,
    }
    for data in stages.values():
        for is_rude in (True, False) * 5:
            wire = Wire(service.port)
            wire.exchange(data, lambda came: True)
            wire.reset() if is_rude else wire.close()


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def many_handles() -> Iterator[None]:
    """Let this process have as many sockets open as the attacks take, and the service, which it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_there_are_enough_attacks_each_with_a_name_of_its_own() -> None:
    names = Counter(attack.name for attack in ATTACKS)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(ATTACKS) >= 250
