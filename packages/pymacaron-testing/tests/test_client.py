"""Calls go out as they should, are tried again only where that is safe, and never hang."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pymacaron_testing import AnswerLost, CallError, NotConnected, PyMacaronTestCase, client
from pymacaron_testing.client import Call, Manner, send
from service import CERTIFICATE, Asked, Reply, Service, reset, serving

HASTY = Manner(connect_seconds=5, read_seconds=0.2)


def call_of(service: Service, method: str = "GET", path: str = "/thing", **more: object) -> Call:
    return Call(method, f"http://{service.host}:{service.port}{path}", **more)  # type: ignore[arg-type]


def half_an_answer(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")


def close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a server that says what it likes to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                talk(connection)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(20)


@pytest.mark.parametrize("broken", [reset, close, half_an_answer])
def test_a_get_is_sent_again_when_its_answer_is_lost(broken: Callable[..., None], service: Service) -> None:
    service["GET", "/thing"] = [*[Reply(broken=broken)] * 3, Reply(json={"a": 1})]
    assert send(call_of(service), HASTY).text == '{"a": 1}'
    assert len(service.asked) == 4
    service["GET", "/thing"] = Reply(broken=broken)
    with pytest.raises(AnswerLost, match=r"^GET http://127.* was not answered: the connection was closed half way"):
        send(call_of(service), HASTY)
    assert len(service.asked) == 8


def test_a_get_is_sent_again_when_the_service_is_silent(service: Service) -> None:
    service["GET", "/thing"] = [Reply(broken=service.silence), Reply(json=1)]
    assert send(call_of(service), HASTY).status == 200
    service["GET", "/thing"] = Reply(broken=service.silence)
    with pytest.raises(AnswerLost, match=r"silence for 0\.2 seconds"):
        send(call_of(service), HASTY)
    assert len(service.asked) == 6


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("broken", [reset, close, half_an_answer, None])
def test_no_other_method_is_ever_sent_again(method: str, broken: Callable[..., None] | None, service: Service) -> None:
    service[method, "/thing"] = [Reply(broken=broken or service.silence), Reply(json=1)]
    with pytest.raises(AnswerLost):
        send(call_of(service, method, body=b"{}"), HASTY)
    assert len(service.asked) == 1


def test_a_flaky_service_gets_each_post_once(service: Service) -> None:
    count = iter(range(10_000))

    def flaky(asked: Asked) -> Reply:
        return Reply(broken=reset) if next(count) % 10 == 9 else Reply(json={})

    service["GET", "/thing"] = service["POST", "/thing"] = flaky
    lost = 0
    for number in range(50):
        assert send(call_of(service), HASTY).status == 200
        try:
            send(call_of(service, "POST", body=str(number).encode()), HASTY)
        except AnswerLost:
            lost += 1
    posted = [asked.body for asked in service.asked if asked.method == "POST"]
    assert posted == [str(number).encode() for number in range(50)]
    assert lost > 0


def test_a_retry_may_be_turned_off(service: Service) -> None:
    service["GET", "/thing"] = Reply(broken=reset)
    with pytest.raises(AnswerLost):
        send(call_of(service), Manner(retries=0))
    assert len(service.asked) == 1


def test_an_answer_that_trickles_without_end_is_cut() -> None:
    def trickle(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"HTTP/1.1 200 OK\r\n" if first else b"A: b\r\n")
                first.clear()
                time.sleep(0.01)
        except OSError:
            pass

    first = [True]
    with talking(trickle) as url, pytest.raises(CallError, match=r"was not answered whole within 0\.3 seconds"):
        send(Call("GET", url), Manner(read_seconds=10, whole_seconds=0.3))


@pytest.mark.parametrize("words", [b"hello\r\n\r\n", b"HTTP/9 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000])
def test_an_answer_that_is_no_http_is_told(words: bytes) -> None:
    with talking(lambda connection: connection.sendall(words)) as url, pytest.raises(CallError, match="is no HTTP"):
        send(Call("GET", url), HASTY)


def test_an_early_answer_to_a_large_body_is_read() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        while connection.recv(65536):
            pass

    with talking(refuse) as url:
        assert send(Call("POST", url, body=b"x" * 3_000_000), Manner(read_seconds=5)).status == 413


def test_nobody_there_is_told(free_port: int) -> None:
    with pytest.raises(NotConnected, match=f"nothing answers at http://127.0.0.1:{free_port} \\(Connection refused\\)"):
        send(Call("GET", f"http://127.0.0.1:{free_port}/"), HASTY)
    for host in ("no such host", "a" * 70 + ".invalid", "\N{SNOWMAN}" * 70):
        with pytest.raises(NotConnected, match="nothing answers"):
            send(Call("GET", f"http://{host}:80/"), HASTY)


def test_a_header_that_cannot_be_sent_is_told_without_it(case: PyMacaronTestCase, service: Service) -> None:
    for header in ("Bearer secret-with\nnewline", "Bearer secret-\N{SNOWMAN}"):
        with pytest.raises(CallError, match="a header holds a character that none may hold") as raised:
            case.assertGetReturnJson("thing", auth=header)
        assert "secret" not in str(raised.value)
    assert not service.asked


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [(301, "POST", "GET"), (302, "PUT", "GET"), (303, "DELETE", "GET"), (307, "POST", "POST"), (308, "PUT", "PUT")],
)
def test_redirects_are_followed_as_browsers_do(status: int, method: str, expected: str, service: Service) -> None:
    service[method, "/thing"] = Reply(status, headers={"Location": "other?b=1"})
    service[expected, "/other"] = Reply(json={})
    headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}
    answer = send(call_of(service, method, headers=headers, body=b"{}"), HASTY)
    assert (answer.status, answer.url) == (200, f"http://{service.host}:{service.port}/other?b=1")
    asked = service.asked[1]
    assert (asked.method, asked.body) == (expected, b"" if expected == "GET" else b"{}")
    assert asked.headers["Authorization"] == "Bearer x"
    assert ("Content-Type" in asked.headers) == (expected != "GET")


def test_credentials_do_not_follow_to_another_host(service: Service) -> None:
    with serving() as other:
        service["GET", "/thing"] = Reply(302, headers={"Location": f"http://{other.host}:{other.port}/"})
        send(call_of(service, headers={"Authorization": "Bearer x"}), HASTY)
        assert "Authorization" not in other.asked[0].headers


def test_redirects_without_end_or_aim_are_told(service: Service) -> None:
    service["GET", "/thing"] = Reply(302, headers={"Location": "/thing"})
    with pytest.raises(CallError, match="is redirected more than 10 times"):
        send(call_of(service), HASTY)
    service["GET", "/thing"] = Reply(302, headers={"Location": "file:///etc/passwd"})
    with pytest.raises(CallError, match="'file:///etc/passwd', which is no address to call"):
        send(call_of(service), HASTY)


def test_a_call_says_who_it_is_and_asks_for_no_compression(service: Service) -> None:
    send(call_of(service), HASTY)
    headers = service.asked[0].headers
    assert (headers["User-Agent"], headers["Accept-Encoding"]) == ("pymacaron-testing", "identity")
    assert headers["Host"] == f"{service.host}:{service.port}"


def test_an_ipv6_address_is_called() -> None:
    with serving("::1") as service:
        case = PyMacaronTestCase()
        case.host, case.port = "::1", service.port
        service["GET", "/ping"] = Reply(json={})
        case.assertHasPing()
        assert service.asked[0].headers["Host"] == f"[::1]:{service.port}"


def test_a_certificate_must_be_good_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    client._context.cache_clear()
    with serving(secure=True) as service:
        service["GET", "/version"] = Reply(json={"name": "a", "version": "1"})
        monkeypatch.setenv("PYM_SERVER_HOST", f"https://{service.host}")
        monkeypatch.setenv("PYM_SERVER_PORT", str(service.port))
        case = PyMacaronTestCase()
        with pytest.raises(NotConnected, match=r"the certificate of https://127.* is not trusted \(self.signed cert"):
            case.assertHasVersion()
        assert case.assertHasVersion(verify_ssl=False)["name"] == "a"
        monkeypatch.setenv("NO_SSL_CHECK", "1")
        assert case.assertHasVersion()["name"] == "a"
        monkeypatch.setenv("NO_SSL_CHECK", "")
        with pytest.raises(NotConnected):
            case.assertHasVersion()
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        client._context.cache_clear()
        assert case.assertHasVersion()["name"] == "a"
    client._context.cache_clear()


def test_tls_to_a_service_without_it_is_told(service: Service) -> None:
    with pytest.raises(NotConnected, match="nothing answers at https://"):
        send(Call("GET", f"https://{service.host}:{service.port}/"), HASTY)
