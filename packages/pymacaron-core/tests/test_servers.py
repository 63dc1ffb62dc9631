"""What serves in production: the limits it goes by, and each part between a connection and the application."""

from __future__ import annotations

import contextlib
import contextvars
import errno
import io
import socket
import threading
from asyncio import CancelledError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from pymacaron_core import API
from pymacaron_core.plugins import Plugin
from pymacaron_core.servers import Limits, find_limits, staff_for
from pymacaron_core.servers.arriving import BrokenChunks
from pymacaron_core.servers.connection import bound_stalls, cut, stop_listening
from pymacaron_core.servers.departing import PIECE, WHOLE
from pymacaron_core.servers.environs import Environs, Refused
from pymacaron_core.servers.gateway import Gateway
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, ServiceUnavailable

MIB = 1024 * 1024
MEMINFO = "MemTotal:       16384000 kB\nMemFree: 1 kB\n"


def machine(root: Path, groups: str = "0::/\n", **files: str) -> Path:
    """A machine's ``/proc`` and ``/sys``."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "meminfo").write_text(MEMINFO)
    (root / "proc" / "self" / "cgroup").write_text(groups)
    for name, text in files.items():
        file = root / "sys" / "fs" / "cgroup" / name.replace("__", "/").replace("_dot_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.fixture(autouse=True)
def eight_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)), raising=False)


def test_a_machine_without_a_container_gives_all_it_has(tmp_path: Path) -> None:
    assert find_limits(machine(tmp_path)) == Limits(8, 16384000 * 1024)


def test_a_container_of_version_2_gives_what_it_says(tmp_path: Path) -> None:
    root = machine(tmp_path, cpu_dot_max="150000 100000\n", memory_dot_max=f"{512 * MIB}\n")
    assert find_limits(root) == Limits(2, 512 * MIB, "the container", "the container")


def test_the_narrowest_of_a_group_and_those_around_it_counts(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        "0::/pods/one/own\n",
        pods__cpu_dot_max="300000 100000\n",
        pods__one__cpu_dot_max="max 100000\n",
        pods__one__own__cpu_dot_max="800000 100000\n",
        pods__memory_dot_max="max\n",
        pods__one__memory_dot_max=str(300 * MIB),
    )
    assert find_limits(root) == Limits(3, 300 * MIB, "the container", "the container")


def test_a_container_of_version_1_is_understood_whatever_path_is_told(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        "12:cpu,cpuacct:/docker/abc\n5:memory:/docker/abc\n1:name=systemd:/x\n",
        cpu__cpu_dot_cfs_quota_us="50000",
        cpu__cpu_dot_cfs_period_us="100000",
        memory__memory_dot_limit_in_bytes=str(256 * MIB),
    )
    assert find_limits(root) == Limits(1, 256 * MIB, "the container", "the container")


def test_no_quota_and_nonsense_are_no_limits(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        "nonsense\n4:cpu:/\n3:memory:/\n",
        cpu__cpu_dot_cfs_quota_us="-1",
        cpu__cpu_dot_cfs_period_us="100000",
        memory__memory_dot_limit_in_bytes="9223372036854771712",
        cpu_dot_max="lots",
    )
    assert find_limits(root) == Limits(8, 16384000 * 1024)


def test_the_processors_that_a_process_may_run_on_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {1, 3}, raising=False)
    found = find_limits(machine(tmp_path))
    assert (found.processors, found.processors_by) == (2, "those this process may run on")


def test_where_nothing_is_told_nothing_is_known(tmp_path: Path) -> None:
    assert find_limits(tmp_path) == Limits(8, None)


@pytest.mark.parametrize(
    ("limits", "workers", "why"),
    [
        (Limits(8, None), 8, "8 processors of this machine"),
        (Limits(1, None, "the container"), 2, "1 processor of the container"),
        (Limits(8, 512 * MIB, "this machine", "the container"), 3, "512 MB of memory of the container"),
        (Limits(1, 64 * MIB, "this machine", "the container"), 1, "64 MB of memory of the container"),
        (Limits(96, None), 32, "96 processors of this machine"),
    ],
)
def test_the_workers_are_as_many_as_the_limits_allow(limits: Limits, workers: int, why: str) -> None:
    staff = staff_for(limits)
    assert (staff.workers, staff.why) == (workers, why)


def test_who_asks_for_workers_gets_them() -> None:
    staff = staff_for(Limits(8, 64 * MIB), 7, 3, "--workers")
    assert (staff.workers, staff.threads, staff.why) == (7, 3, "--workers")


class Headers:
    def __init__(self, *headers: tuple[str, str]) -> None:
        self._headers = headers

    def items(self) -> list[tuple[str, str]]:
        return list(self._headers)

    def get(self, name: str) -> str | None:
        return next((value for known, value in self._headers if known == name), None)

    def __contains__(self, name: str) -> bool:
        return any(known == name for known, _ in self._headers)


def scope(*headers: tuple[str, str], **told: Any) -> Any:
    """A request as granian tells it."""
    usual = {
        "method": "GET",
        "path": "/a",
        "query_string": "b=%ff",
        "http_version": "1.1",
        "scheme": "http",
        "server": "127.0.0.1:8080",
        "client": "[::1]:4711",
        "authority": None,
    }
    return SimpleNamespace(headers=Headers(("host", "shop"), *headers), **{**usual, **told})


def test_an_environment_has_what_wsgi_asks_for() -> None:
    body = io.BytesIO()
    environ = Environs().of(
        scope(("content-type", "text/plain"), ("x-a", "1"), ("x-a", "2"), ("cookie", "a=1"), ("cookie", "b=2")), body
    )
    wanted = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a",
        "QUERY_STRING": "b=%ff",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "::1",
        "CONTENT_TYPE": "text/plain",
        "HTTP_HOST": "shop",
        "HTTP_X_A": "1,2",
        "HTTP_COOKIE": "a=1; b=2",
        "wsgi.input": body,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
    }
    assert {name: environ.get(name) for name in wanted} == wanted
    assert "HTTP_CONTENT_TYPE" not in environ
    assert "PATH" not in environ  # the process's own environment


@pytest.mark.parametrize(("path", "info"), [("/é", "/Ã©"), ("/a\ufffd", "/a\xff"), ("/a\x00", "/a\x00")])
def test_a_path_is_told_by_its_bytes(path: str, info: str) -> None:
    assert Environs().of(scope(path=path), io.BytesIO())["PATH_INFO"] == info


def test_headers_with_an_underscore_are_let_through_where_a_document_has_them() -> None:
    headers = (("api_key", "k"), ("x_forwarded_for", "spoofed"), ("x-forwarded-for", "told"))
    environ = Environs(frozenset({"Api_Key"})).of(scope(*headers), io.BytesIO())
    assert environ["HTTP_API_KEY"] == "k"
    assert environ["HTTP_X_FORWARDED_FOR"] == "told"


def test_the_names_that_are_remembered_are_bounded() -> None:
    environs = Environs()
    for n in range(1_100):
        assert environs.of(scope((f"x-{n}", "1")), io.BytesIO())[f"HTTP_X_{n}"] == "1"
    assert len(environs._keys) <= 1_000


def test_a_request_for_nobody_or_for_two_is_refused() -> None:
    with pytest.raises(Refused):
        Environs().of(scope(("host", "other")), io.BytesIO())
    without = scope()
    without.headers = Headers()
    with pytest.raises(Refused):
        Environs().of(without, io.BytesIO())
    without.http_version = "1"
    assert Environs().of(without, io.BytesIO())["SERVER_PROTOCOL"] == "HTTP/1.0"
    assert Environs().of(scope(authority="other"), io.BytesIO())["HTTP_HOST"] == "other"


class Later:
    """What granian hands out to be awaited: told once, by whoever has it."""

    def __init__(self) -> None:
        self._told: list[Any] = []
        self._after: list[Any] = []

    def tell(self, value: Any) -> None:
        self._told.append(value)
        for each in self._after:
            each(self)

    def add_done_callback(self, callback: Any) -> None:
        self._after.append(callback)
        if self._told:
            callback(self)

    def __await__(self) -> Any:
        while not self._told:
            yield self
        return self.result()

    def result(self) -> Any:
        if isinstance(self._told[0], BaseException):
            raise self._told[0]
        return self._told[0]


class Proto:
    """The other side of a request: the pieces of its body are told by the test, and what is answered is kept."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = [Later() for _ in pieces]
        for later, piece in zip(self.pieces, pieces, strict=True):
            if piece is not None:
                later.tell(piece)
        self.answers: list[tuple[int, list[tuple[str, str]], Any]] = []
        self.sent: list[bytes] = []
        self.sending: list[Later] = []
        self.is_slow = False

    def __call__(self) -> Later:
        return self.pieces[0]

    def __aiter__(self) -> Proto:
        self._rest = iter(self.pieces)
        return self

    def __anext__(self) -> Later:
        return next(self._rest)

    def response_bytes(self, status: int, headers: Any, body: Any) -> None:
        self.answers.append((status, headers, body))

    response_str = response_bytes

    def response_stream(self, status: int, headers: Any) -> Proto:
        self.answers.append((status, headers, self.sent))
        return self

    def send_bytes(self, piece: bytes) -> Later:
        later = Later()
        self.sending.append(later)
        self.sent.append(piece)
        if not self.is_slow:
            later.tell(None)
        return later


class Watcher:
    def __init__(self, proto: Proto, scope: Any) -> None:
        self.proto, self.scope, self.count = proto, scope, 0

    def done(self) -> None:
        self.count += 1


END = (b"", StopAsyncIteration())
"""How granian ends a body that was whole; one that was none has one more empty piece."""


def arrived(proto: Proto, length: int | None = None, most: int | None = None) -> list[Any]:
    found: list[Any] = []
    headers = [("transfer-encoding", "chunked")] if length is None else [("content-length", str(length))]
    watcher = Watcher(proto, scope(*headers))
    gateway = Gateway(None, Environs(), None)
    gateway.most = most
    gateway._answer = lambda _, body: found.append(body)  # type: ignore[method-assign]
    gateway.take(watcher)
    return found


def test_a_short_body_is_taken_whole_and_a_long_or_endless_one_by_pieces() -> None:
    assert arrived(Proto(b"abc"), 3)[0].read() == b"abc"
    assert arrived(Proto(b"abc", b"def", *END))[0].read() == b"abcdef"
    long = b"x" * 70_000
    assert arrived(Proto(long, long, *END), 140_000)[0].read() == long * 2


def test_nothing_waits_for_a_body_and_it_goes_on_when_there_is_more() -> None:
    proto = Proto(None, None, *END)
    found = arrived(proto)
    assert found == []
    proto.pieces[0].tell(b"abc")
    assert found == []
    proto.pieces[1].tell(b"def")
    assert found[0].read() == b"abcdef"


def test_a_large_body_lies_in_a_file() -> None:
    body = arrived(Proto(*[b"x" * MIB] * 3, *END))[0]
    assert body.read() == b"x" * 3 * MIB
    assert not isinstance(body, io.BytesIO)
    body.close()


@pytest.mark.parametrize(
    ("proto", "length", "most", "came", "reason"),
    [
        (Proto(b"abc", b"", *END), None, None, b"abc", BrokenChunks),
        (Proto(b"abc", RuntimeError("RSGI transport is closed")), None, None, b"abc", BrokenChunks),
        (Proto(RuntimeError("RSGI transport is closed")), 5, None, b"", ClientDisconnected),
        (Proto(b"abc"), 5, None, b"abc", ClientDisconnected),
        (Proto(CancelledError()), 5, None, b"", ClientDisconnected),
        (Proto(b"abc", b"def", None), None, 5, b"abcdef", RequestEntityTooLarge),
    ],
    ids=["broken", "cut", "nothing", "short", "cancelled", "large"],
)
def test_who_reads_a_body_that_is_not_whole_is_told(
    proto: Proto, length: int | None, most: int | None, came: bytes, reason: type[Exception]
) -> None:
    body = arrived(proto, length, most)[0]
    assert body.read(len(came)) == came
    with pytest.raises(reason):
        body.read()


def test_a_body_for_which_there_is_no_room_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> Any:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(ServiceUnavailable):
        arrived(Proto(*[b"x" * MIB] * 3, *END))[0].read()


def answering(proto: Proto, application: Any, *headers: tuple[str, str], most: int | None = None) -> Watcher:
    watcher = Watcher(proto, scope(*headers, method="POST"))
    Gateway(application, Environs(), most).take(watcher)
    return watcher


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def test_an_application_is_asked_once_its_body_is_there() -> None:
    proto = Proto(None)
    watcher = answering(proto, echo, ("content-length", "3"))
    assert (proto.answers, watcher.count) == ([], 0)
    proto.pieces[0].tell(b"abc")
    assert (proto.answers, watcher.count) == ([(200, [], b"abc")], 1)


@pytest.mark.parametrize("length", ["0", "11", "-1", "9" * 30])
def test_a_body_that_is_none_or_too_large_is_not_waited_for(length: str) -> None:
    proto = Proto()
    answering(proto, echo, ("content-length", length), most=10)
    assert proto.answers == [(200, [], b"")]


def test_a_body_that_comes_too_slowly_is_refused_and_then_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    monkeypatch.setattr("pymacaron_core.servers.arriving.cut", ended.append)
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    proto, gateway = Proto(None), Gateway(echo, Environs(), None)
    watcher = Watcher(proto, scope(("content-length", "3")))
    gateway.take(watcher)
    now[0] = 29
    gateway.expire()
    assert proto.answers == []
    now[0] = 31
    gateway.expire()
    assert [status for status, _, _ in proto.answers] == [408]
    assert ("Connection", "close") in proto.answers[0][1]
    now[0] = 34
    gateway.expire()
    assert ended == ["[::1]:4711"]
    proto.pieces[0].tell(RuntimeError("RSGI transport is closed"))
    assert (len(proto.answers), watcher.count) == (1, 1)
    gateway.expire()
    assert ended == ["[::1]:4711"]


def test_an_application_that_fails_is_a_500_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    def fail(environ: Any, start_response: Any) -> Any:
        raise SystemExit("secret")

    watcher = answering(Proto(), fail)
    status, _, text = watcher.proto.answers[0]
    assert (status, text, watcher.count) == (500, "Internal Server Error\n", 1)
    assert "a request failed" in caplog.text


def test_a_head_that_is_refused_is_a_400() -> None:
    assert answering(Proto(), echo, ("host", "other")).proto.answers[0][0] == 400


def test_a_flask_reply_of_known_length_goes_at_once_and_is_closed() -> None:
    closed: list[str] = []
    app = Flask("shop")

    @app.post("/a")
    def a() -> Any:
        reply = app.response_class("abc")
        reply.call_on_close(lambda: closed.append("closed"))
        return reply

    proto = answering(Proto(), app).proto
    assert (proto.answers[0][0], proto.answers[0][2], closed) == (200, b"abc", ["closed"])


class Items:
    """A reply made by and by, in one context."""

    seen = contextvars.ContextVar("seen", default="nothing")

    def __init__(self, *items: Any) -> None:
        self._items, self.closed = iter(items), 0

    def __iter__(self) -> Items:
        return self

    def __next__(self) -> bytes:
        item = next(self._items)
        if isinstance(item, Exception):
            raise item
        told = f"{self.seen.get()} ".encode() + item
        self.seen.set(item.decode())
        return told

    def close(self) -> None:
        self.closed += 1


def streaming(items: Items, proto: Proto, monkeypatch: pytest.MonkeyPatch) -> tuple[Gateway, Watcher, list[str]]:
    ended: list[str] = []
    monkeypatch.setattr("pymacaron_core.servers.departing.cut", ended.append)

    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return items

    gateway, watcher = Gateway(application, Environs(), None), Watcher(proto, scope())
    gateway.take(watcher)
    return gateway, watcher, ended


def test_a_reply_goes_piece_by_piece_in_one_context(monkeypatch: pytest.MonkeyPatch) -> None:
    items, proto = Items(b"a", b"b", b"c"), Proto()
    _, watcher, ended = streaming(items, proto, monkeypatch)
    assert proto.sent == [b"nothing a", b"a b", b"b c"]
    assert (items.closed, watcher.count, ended) == (1, 1, [])
    assert Items.seen.get() == "nothing"


def test_a_slow_reader_is_waited_for_by_nobody_and_then_left(monkeypatch: pytest.MonkeyPatch) -> None:
    items, proto = Items(b"a", b"b", b"c"), Proto()
    proto.is_slow = True
    gateway, watcher, ended = streaming(items, proto, monkeypatch)
    assert proto.sent == [b"nothing a"]
    other = threading.Thread(target=proto.sending[0].tell, args=(None,))
    other.start()
    other.join()
    assert proto.sent == [b"nothing a", b"a b"]
    gateway.expire()
    assert ended == []
    monkeypatch.setattr("time.monotonic", lambda: float("inf"))
    gateway.expire()
    assert ended == ["[::1]:4711"]
    proto.sending[1].tell(type("RSGIProtocolClosed", (RuntimeError,), {})())
    assert (items.closed, watcher.count, ended) == (1, 1, ["[::1]:4711"])


def test_a_reply_that_fails_half_way_breaks_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    items, proto = Items(b"a", ValueError("boom")), Proto()
    _, watcher, ended = streaming(items, proto, monkeypatch)
    assert (proto.sent, items.closed, watcher.count, ended) == ([b"nothing a"], 1, 1, ["[::1]:4711"])
    assert "a reply was cut off" in caplog.text


def test_a_reply_that_fails_at_once_is_a_500_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    items, proto = Items(ValueError("boom")), Proto()
    _, watcher, _ = streaming(items, proto, monkeypatch)
    assert ([status for status, _, _ in proto.answers], items.closed, watcher.count) == ([500], 1, 1)


def test_a_long_reply_goes_in_pieces() -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", str(WHOLE + PIECE))])
        return [b"x" * (WHOLE + PIECE)]

    assert [len(piece) for piece in answering(Proto(), application).proto.sent] == [PIECE] * 65


def test_what_is_written_comes_before_what_is_returned() -> None:
    def application(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", "6")])(b"abc")
        return [b"def"]

    assert answering(Proto(), application).proto.answers[0][2] == b"abcdef"


def test_a_worker_that_ends_says_so_with_each_reply() -> None:
    gateway, proto = Gateway(echo, Environs(), None), Proto()
    gateway.is_closing = True
    gateway.take(Watcher(proto, scope()))
    assert proto.answers == [(200, [("Connection", "close")], b"")]


def test_a_connection_is_ended_by_the_address_of_its_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()) as one:
        connection, (host, port) = listening.accept()
        with connection:
            cut(f"{host}:{port}")
            one.settimeout(5)
            assert one.recv(1) == b""


def test_a_process_takes_no_more_connections_where_it_is_told_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.create_server(("127.0.0.1", 0)) as other:
        address = listening.getsockname()
        stop_listening(address)
        listening.setblocking(False)
        with contextlib.suppress(ConnectionRefusedError):  # unless some other process has taken the port since
            socket.create_connection(address).close()
        assert listening.getsockname() != address
        with pytest.raises(BlockingIOError):
            listening.accept()
        socket.create_connection(other.getsockname()).close()


def test_plugins_are_told_when_a_worker_starts(tmp_path: Path) -> None:
    told: list[str] = []

    class Kept(Plugin):
        name = "dynamodb"

        def at_worker_start(self) -> None:
            told.append(self.name)

    application = API(Flask("shop"), root=tmp_path, persistence=Kept()).application
    application.start_worker()
    assert told == ["dynamodb"]


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no TCP_USER_TIMEOUT")
def test_a_reader_who_takes_nothing_of_what_was_sent_is_left_by_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bound_stalls(listener, 0.1)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
            connection.settimeout(30)
            with pytest.raises(TimeoutError) as told:
                connection.sendall(b"x" * 64 * MIB)
            assert told.value.errno == errno.ETIMEDOUT  # the system's, which a timeout of Python's has not
