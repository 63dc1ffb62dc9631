"""Servers that lie to a client: an exception that says what, where and which call, in bounded time and space."""

import contextlib
import socket
import threading
import time

import pytest
from client_services import Told, reply
from pymacaron_core import BadReply, CallError, CallTimeout, Client, ErrorReply, Unreachable
from test_client import SHOP

FINE = reply(b"[]")
SLOWEST = 20
"""Seconds that no call takes here: many times what each has, so that a busy machine does not matter."""


@pytest.fixture
def call(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)

    def call(answer, method="orders", *body, **options):
        credentials = {"bearer": "the-secret"}
        with Told(answer) as server:
            client = Client.load(tmp_path / "shop.yaml", f"{server.url}/v1", credentials=credentials, **options)
            began = time.monotonic()
            with pytest.raises(CallError) as caught:
                getattr(client, method)(*body, max_attempts=1)
            assert time.monotonic() - began < SLOWEST
        error = caught.value
        assert error.operation.startswith("shop: ") and len(error.request_id) == 32
        assert error.request_id in str(error) and "the-secret" not in str(error)
        return error

    return call


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'[{"sku": 5}]', "/0/sku: must be a string"),
        (b'[{"sku": "lower"}]', "/0/sku: "),
        (b"[{}]", "/0/sku: is required"),
        (b'{"sku": "ABC"}', "must be an array"),
        (b'[{"sku": "ABC", "sku": "DEF"}]', "sku"),
        (b"", "valid JSON"),
        (b"[", "valid JSON"),
        (b"\xff\xfe[]", "valid JSON"),
        (b'["\xed\xa0\x80"]', ""),
        (b"[" * 100_000, ""),
        (b"[" + b"1" * 100_000 + b"]", ""),
        (b'[{"sku": "ABC", "note": "' + b"x" * 10 + b'", "id": NaN}]', ""),
    ],
)
def test_bodies_that_are_not_what_the_document_says(call, body, told):
    error = call(reply(body))
    assert type(error) is BadReply and error.status == 200
    assert told in str(error) and len(str(error)) < 3_000


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            reply(b"[]", content_type="text/html"),
            "the reply is 'text/html', and the document declares application/json",
        ),
        (reply(b"[]", content_type="x" * 10_000), "the reply is 'xxx"),
        (reply(b"[]", "204 No Content"), "the status of the reply is 204"),
        (reply(b"[]", "226 IM Used"), "the status of the reply is 226"),
        (reply(b"x", "200 OK", "application/json", None, "Content-Encoding: gzip"), "compressed ('gzip')"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", "101"),
    ],
)
def test_statuses_and_media_types_that_are_not_declared(call, answer, told):
    error = call(answer)
    assert type(error) is BadReply and told in str(error), error


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99999 OK\r\n\r\n",
        b"HTTP/1.1 -5 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 1_000 + b"\r\n",
        reply(b"[]", length=5_000),
        reply(b"[]", length=-1),
        reply(b"[]", length="x"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20000\r\nContent-Type: application/json\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n[]",
    ],
)
def test_what_is_no_http_or_breaks_off(call, answer):
    error = call(answer, timeout=3.0, read_timeout=1.0)
    assert isinstance(error, (Unreachable, BadReply)), error
    assert len(str(error)) < 1_000


def forever(head, piece, pause):
    def answer(server, connection):
        with contextlib.suppress(OSError):
            connection.sendall(head)
            while piece and not server.over.is_set():
                connection.sendall(piece)
                server.over.wait(pause)
        server.over.wait(SLOWEST)

    return answer


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        forever(b"", b"", 0),
        forever(b"HTTP/1.1 200 OK\r\nA: ", b"x", 0.05),
        forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
        forever(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[", b" ", 0.05),
        forever(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[", b" ", 0.05),
        forever(CHUNKED, b"1\r\n \r\n", 0.05),
        forever(CHUNKED, b"0", 0.05),
        forever(CHUNKED + b"0\r\n", b"A: b\r\n", 0.05),
    ],
    ids=["nothing", "header", "continue", "length", "open", "chunks", "chunk size", "trailers"],
)
def test_who_sends_byte_after_byte_is_left_when_the_time_is_over(call, answer):
    error = call(answer, timeout=0.6, read_timeout=0.4)
    assert isinstance(error, (CallTimeout, Unreachable, BadReply))
    assert "in time" in str(error) or "broke off" in str(error) or "HTTP" in str(error), error


@pytest.mark.parametrize(
    "answer",
    [
        reply(b"[]", length=10**12),
        forever(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" " * 65_536, 0),
        forever(CHUNKED, b"10000\r\n" + b" " * 65_536 + b"\r\n", 0),
    ],
    ids=["told", "open", "chunks"],
)
def test_a_reply_without_end_is_not_read_to_its_end(call, answer):
    error = call(answer, max_reply_bytes=1_000_000, timeout=15.0)
    assert type(error) is BadReply and "more than the 1000000 bytes" in str(error)


def test_an_error_whose_body_cannot_be_read_is_still_that_error(call):
    for body in (b"\xff", b"[" * 100_000, b"<html>", b'{"error": 5}', b'{"error": "A\\nB\\u001b[31m"}', b""):
        error = call(reply(body, "409 Conflict"), "create_order", {"sku": "ABC"})
        assert type(error) is ErrorReply and error.status == 409
        assert "\n" not in str(error) and "\x1b" not in str(error)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("method", ["seen", "orders"])
def test_no_redirection_is_followed_so_that_no_credential_goes_elsewhere(call, status, method):
    with Told(FINE) as elsewhere:
        error = call(reply(b"", status, "", None, f"Location: {elsewhere.url}/stolen"), method)
        assert type(error) is BadReply and f"leads to '{elsewhere.url}/stolen'" in str(error)
        assert not elsewhere.requests


def test_a_proxy_of_the_environment_sees_nothing(tmp_path, monkeypatch):
    (tmp_path / "shop.yaml").write_text(SHOP)
    with Told(FINE) as proxy, Told(FINE) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert Client.load(tmp_path / "shop.yaml", f"{server.url}/v1").orders() == []
        assert not proxy.requests


def test_what_comes_after_a_reply_is_not_taken_for_the_next(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    kept = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"
    smuggled = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n[{"sku": "EVI"}]'

    def answer(server, connection):
        connection.sendall(kept + smuggled)
        while connection.recv(65_536):
            connection.sendall(kept + smuggled)

    with Told(answer) as server:
        client = Client.load(tmp_path / "shop.yaml", f"{server.url}/v1")
        assert [client.orders() for _ in range(5)] == [[]] * 5


def test_a_server_whose_certificate_nobody_knows_gets_no_request(tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    heard = []
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(5))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(Unreachable, match="no secure connection"):
        Client.load(tmp_path / "shop.yaml", url, credentials={"bearer": "x"}).seen(max_attempts=1)
    thread.join(SLOWEST)
    listening.close()
    assert heard[0][:1] == b"\x16", "a greeting of TLS, and no request"
