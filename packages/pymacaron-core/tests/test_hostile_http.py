"""Raw HTTP that means harm, against the real servers: refused, and nobody beside it is hurt."""

from __future__ import annotations

import os
import resource
import signal
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
from raw_http.judge import SMUGGLED_BODY, faults
from raw_http.service import SERVERS, Fortress, fortress
from raw_http.wire import Wire

pytestmark = [pytest.mark.any_python, pytest.mark.unmeasured]

AT_ONCE = 12
GROWTH = 2 * 50 * 1024
"""Kilobytes that both workers together may have more in memory after all attacks."""
HELD = 2 * 1024
"""Kilobytes that they may have kept for each slow reader: half of the reply."""
BEHIND_A_PROXY = ("gunicorn",)
"""Servers that give a thread to each slow reader and to each slow body in chunks, and want a proxy before them that
waits in their stead."""
HUNDREDS = 150
"""Slow callers of each kind: more than all threads of all workers."""
LARGE = request(b"GET", b"/large")


@pytest.mark.parametrize("server", SERVERS)
def test_hostile_bytes_hurt_nobody(server: str, tmp_path: Path) -> None:
    with many_handles(), fortress(tmp_path / "fortress", free_port(), server) as service:
        assert [fault for attack in WARMING for fault in faults(service.port, attack)] == []
        memory, handles = service.memory(), service.handles()
        assert attack_all(service) == []
        assert service.memory() - memory < GROWTH
        send_slowly(service, server)
        with service.beside() as wrong:
            drop(service)
        assert wrong == []
        wait_for(lambda: service.handles() <= handles + 8, "connections are given back")
        assert service.memory() - memory < GROWTH + HUNDREDS * HELD
        assert service.told() == ""
        assert service.is_whole()


def attack_all(service: Fortress) -> list[str]:
    """Carry out all attacks, with normal requests beside them. Gives what was wrong with either."""

    def attacked(attack: Attack) -> list[str]:
        return [f"{attack.name}: {fault}" for fault in faults(service.port, attack)]

    with service.beside() as wrong, ThreadPoolExecutor(AT_ONCE) as pool:
        found = [fault for told in pool.map(attacked, ATTACKS) for fault in told]
    return found + [f"a normal request: {reply}" for reply in wrong]


WARMING = [Attack("warming", LARGE, OK), Attack("warming", letter(b"Content-Length: 12"), OK)] * 8


def send_slowly(service: Fortress, server: str) -> None:
    """Hundreds who send a byte now and then, take a large reply slowly, or do nothing at all; all at once."""
    sized, head = letter(b"Content-Length: 12"), len(letter(body=b"")) + 20
    begun = [(request(), 1), (request(), 20), (sized, head + 2), (sized, len(sized) - 8)] * (HUNDREDS // 2)
    begun += [(b"", 0)] * 500
    if server not in BEHIND_A_PROXY:
        chunks = letter(b"Transfer-Encoding: chunked", body=b'c\r\n{"text":')
        expects = letter(b"Expect: 100-continue", b"Content-Length: 12")
        begun += [(chunks, len(chunks) - 6), (expects, len(expects) - 12), (LARGE, len(LARGE))] * HUNDREDS
    with ExitStack() as stack, service.beside() as wrong:
        wires = [stack.enter_context(closing(Wire(service.port))) for _ in begun]
        for wire, (data, count) in zip(wires, begun, strict=True):
            wire.socket.send(data[:count]) if count else None
        for step in range(3):
            for wire, (data, count) in zip(wires, begun, strict=True):
                trickle(wire, data[count + step : count + step + 1])
            assert [
                fault for _ in range(20) for fault in faults(service.port, Attack("beside them", request(), OK))
            ] == []
    assert wrong == []


def trickle(wire: Wire, byte: bytes) -> None:
    """One byte more, and one taken, where that can be."""
    try:
        if byte:
            wire.socket.send(byte)
        wire.socket.recv(1)
    except OSError:
        pass


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


HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SMUGGLED_ONE = b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n" + SMUGGLED_BODY
WRONG = {
    "it hangs": (HELLO, False),
    "there are more replies": (HELLO * 2, True),
    "a hidden request": (SMUGGLED_ONE, True),
    "a status": (HELLO.replace(b"200", b"500"), True),
    "a status that is none": (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", True),
    "there are fewer": (b"", True),
    "there is no reply": (HELLO[:-1], True),
    "not HTTP: b'SSH": (b"SSH-2.0\r\n\r\n", True),
    "not HTTP: b'HTTP/1.1 20": (HELLO.replace(b"200", b"20"), True),
    "not HTTP: b'X y": (HELLO.replace(b"Content-Length: 2", b"X y"), True),
    "not HTTP: two ways": (HELLO.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"), True),
    "not HTTP: b'+2' is no size": (
        HELLO.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")[:-2] + b"+2\r\nok",
        True,
    ),
    "not HTTP: a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n", True),
    "not HTTP: b'ok": (HELLO + b"ok\r\n\r\n", True),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_server_is_found_out(fault: str) -> None:
    said, is_ended = WRONG[fault]
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        judged = pool.submit(faults, listener.getsockname()[1], Attack("any", request(), OK), 0.5)
        with listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(said)
            if is_ended:
                connection.shutdown(socket.SHUT_WR)
            found = judged.result()
    assert [each for each in found if each.startswith(fault)] != []


def test_harm_is_seen(tmp_path: Path) -> None:
    with fortress(tmp_path / "fortress", free_port(), SERVERS[0]) as service:
        broken = faults(service.port, Attack("broken", request(b"POST", b"/broken", b"Content-Length: 0"), OK))
        assert "500" in "".join(broken)
        wait_for(service.told, "the traceback is in the log")
        handles, memory = service.handles(), service.memory()
        with ExitStack() as stack:
            for _ in range(60):
                stack.enter_context(closing(Wire(service.port)))
            wait_for(lambda: service.handles() >= handles + 40 or not handles, "connections are counted")
        assert (memory > 0) == (handles > 0) == Path("/proc/self/fd").exists()
        assert service.is_whole()
        os.kill(service.workers[0], signal.SIGKILL)
        wait_for(lambda: not service.is_whole(), "a worker is lost")
        with service.beside() as wrong:
            os.kill(service.running.process.pid, signal.SIGTERM)
            wait_for(lambda: wrong, "nobody answers")
