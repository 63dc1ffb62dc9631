from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pymacaron_deploy.credentials import Credentials
from pymacaron_deploy.errors import PushFailed
from pymacaron_deploy.manifests import LARGEST, Manifests, Place

DIGEST = "sha256:" + "a" * 64
ANN = Credentials("ann", "hunter2")


class TokenRegistry(ThreadingHTTPServer):
    """A registry as Docker Hub is one: it takes tokens, which another address gives out for a name and a password."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.challenge = f'Bearer realm="http://{self.host}/token",service="registry",scope="repository:x:pull"'
        self.token: Any = {"token": "good"}
        self.asked: list[dict[str, list[str]]] = []
        self.size = 0


class Handler(BaseHTTPRequestHandler):
    server: TokenRegistry

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        authorization = self.headers.get("Authorization", "")
        if url.path == "/token":
            self.server.asked.append(parse_qs(url.query))
            wanted = "Basic " + base64.b64encode(b"ann:hunter2").decode()
            self.answer(200 if authorization == wanted else 401, json.dumps(self.server.token).encode())
        elif url.path.endswith("/moved"):
            self.answer(307, b"", {"Location": f"http://{self.server.host}/v2/acme/shop/manifests/1"})
        elif authorization != "Bearer good":
            self.answer(401, b"", {"WWW-Authenticate": self.server.challenge})
        else:
            self.answer(200, b"x" * self.server.size, {"Docker-Content-Digest": DIGEST})

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[TokenRegistry]:
    with TokenRegistry() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def manifests(server: TokenRegistry, who: Credentials | None = ANN) -> Manifests:
    return Manifests(Place(server.host, "acme/shop", "1"), who)


def test_a_token_is_got_where_the_challenge_says_and_for_this_path(server: TokenRegistry) -> None:
    asking = manifests(server)
    assert asking.digest("1") == DIGEST and asking.digest("1") == DIGEST
    assert server.asked == [{"scope": ["repository:acme/shop:pull,push"], "service": ["registry"]}], "asked for once"


@pytest.mark.parametrize("token", [{}, [], {"token": 1}, {"token": "gö\nod"}])
def test_an_answer_without_a_token_is_a_failure(server: TokenRegistry, token: object) -> None:
    server.token = token
    with pytest.raises(PushFailed, match="does not let us in"):
        manifests(server).digest("1")


def test_a_wrong_password_or_none_is_a_failure_that_shows_nothing_of_it(server: TokenRegistry) -> None:
    for who in (Credentials("ann", "hunter3"), None):
        with pytest.raises(PushFailed, match="docker login") as caught:
            manifests(server, who).digest("1")
        assert "hunter3" not in str(caught.value)


def test_a_token_that_the_registry_refuses_is_a_failure(server: TokenRegistry) -> None:
    server.token = {"access_token": "bad"}
    with pytest.raises(PushFailed, match="status 401"):
        manifests(server).digest("1")


def test_credentials_go_nowhere_without_encryption(server: TokenRegistry) -> None:
    server.challenge = 'Bearer realm="http://tokens.example.org/token"'
    with pytest.raises(PushFailed, match=r"credentials to tokens\.example\.org without encryption"):
        manifests(server).digest("1")
    server.challenge = 'Bearer realm="file:///etc/passwd"'
    with pytest.raises(PushFailed, match="without encryption"):
        manifests(server).digest("1")


def test_an_address_for_tokens_that_does_not_answer_is_named(server: TokenRegistry) -> None:
    server.challenge = 'Bearer realm="http://127.0.0.1:1/token"'
    with pytest.raises(PushFailed, match=r"127\.0\.0\.1:1, which gives out tokens, does not answer"):
        manifests(server).digest("1")


def test_a_challenge_of_an_unknown_kind_is_a_failure(server: TokenRegistry) -> None:
    for challenge in ("Digest realm=x", "Basic", ""):
        server.challenge = challenge
        with pytest.raises(PushFailed, match="does not let us in"):
            manifests(server, None).digest("1")


def test_no_redirection_is_followed(server: TokenRegistry) -> None:
    with pytest.raises(PushFailed, match="status 307"):
        manifests(server).digest("moved")


def test_an_answer_that_never_ends_is_not_read_to_its_end(server: TokenRegistry) -> None:
    server.size = LARGEST + 1
    with pytest.raises(PushFailed, match="too long"):
        manifests(server).copy("1", "2")
