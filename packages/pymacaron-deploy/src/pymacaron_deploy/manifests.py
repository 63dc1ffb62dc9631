"""Reads and writes manifests in a registry over its HTTP API (OCI distribution specification 1.1)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from pymacaron_deploy.credentials import DOCKER_HUB, Credentials
from pymacaron_deploy.errors import PushFailed

ANSWER_SECONDS = 30.0
LARGEST = 4 * 1024 * 1024
"""Bytes of the largest manifest that a registry must take, and of the largest answer that is read."""

MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image lies: its registry (a host), its path there, and its tag or digest."""

    registry: str
    path: str
    tag: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a registry, read to its end."""

    status: int
    headers: dict[str, str]
    """By name in small letters."""
    body: bytes


class Manifests:
    """The manifests of one path in a registry. Plain HTTP is spoken to loopback alone.

    Raises :class:`~pymacaron_deploy.errors.PushFailed` when the registry does not answer, or not as it should.
    """

    def __init__(self, place: Place, who: Credentials | None) -> None:
        self._place, self._who = place, who
        self._authorization = ""
        host = "registry-1.docker.io" if place.registry == DOCKER_HUB else place.registry
        scheme = "http" if is_loopback(urlsplit(f"//{host}").hostname or "") else "https"
        self._top = f"{scheme}://{host}/v2/{place.path}/manifests"

    def digest(self, tag: str) -> str:
        """The digest of what the registry holds by a tag or digest; ``''`` when it holds nothing."""
        answer = self._ask("HEAD", tag)
        if answer.status == 404:
            return ""
        if answer.status != 200 or "docker-content-digest" not in answer.headers:
            raise self._refused("tell a digest", answer)
        return answer.headers["docker-content-digest"]

    def copy(self, tag: str, new: str) -> str:
        """Give what is held by a tag or digest a new tag, and its digest back."""
        held = self._ask("GET", tag)
        if held.status != 200:
            raise self._refused(f"give the manifest of {tag}", held)
        kind = held.headers.get("content-type", MANIFESTS[0])
        put = self._ask("PUT", new, held.body, {"Content-Type": kind})
        if put.status != 201:
            raise self._refused(f"take the tag {new}", put)
        digest = f"sha256:{hashlib.sha256(held.body).hexdigest()}"
        if self.digest(new) != digest:
            raise PushFailed(f"{self._place.registry} holds something else as {self._place.path}:{new} than was copied")
        return digest

    def _ask(self, method: str, tag: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request, and a second one with what the registry's challenge asks for."""
        wanted = {"Accept": ", ".join(MANIFESTS)} | (headers or {})
        answer = self._send(method, tag, body, wanted)
        if answer.status == 401:
            self._authorization = self._authorize(answer)
            answer = self._send(method, tag, body, wanted)
        return answer

    def _send(self, method: str, tag: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._authorization:
            headers = headers | {"Authorization": self._authorization}
        try:
            return ask(f"{self._top}/{tag}", method=method, body=body, headers=headers)
        except (OSError, HTTPException) as error:
            raise PushFailed(
                f"the registry {self._place.registry} does not answer ({error}): is deploy.registry right?"
            ) from error

    def _authorize(self, answer: Answer) -> str:
        """What to send as ``Authorization``, as ``WWW-Authenticate`` asks for it: Basic, or a token got elsewhere."""
        scheme, _, rest = answer.headers.get("www-authenticate", "").partition(" ")
        parameters = dict(_CHALLENGE.findall(rest))
        if scheme.lower() == "basic" and self._who:
            return basic(self._who)
        if scheme.lower() == "bearer" and "realm" in parameters:
            return f"Bearer {self._get_token(parameters)}"
        raise self._refused("let us in", answer)

    def _get_token(self, parameters: dict[str, str]) -> str:
        realm = urlsplit(parameters["realm"])
        if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.hostname or "")):
            raise PushFailed(f"{self._place.registry} asks to send credentials to {realm.netloc} without encryption")
        scope = f"repository:{self._place.path}:pull,push"
        query = urlencode({"scope": scope} | {k: v for k, v in parameters.items() if k == "service"})
        headers = {"Authorization": basic(self._who)} if self._who else {}
        try:
            answer = ask(f"{realm.scheme}://{realm.netloc}{realm.path}?{query}", headers=headers)
        except (OSError, HTTPException) as error:
            raise PushFailed(f"{realm.netloc}, which gives out tokens, does not answer ({error})") from error
        told = _json(answer.body)
        token = told.get("token") or told.get("access_token")
        if answer.status != 200 or not isinstance(token, str) or not token.isascii():
            raise self._refused("let us in", answer)
        return token

    def _refused(self, what: str, answer: Answer) -> PushFailed:
        advice = ": log in with 'docker login', or use another account" if answer.status in (401, 403) else ""
        return PushFailed(
            f"the registry {self._place.registry} does not {what} for {self._place.path} "
            f"(HTTP status {answer.status}){advice}"
        )


class _StayHere(HTTPRedirectHandler):
    """Follows no redirection: credentials go to the host they are meant for."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def ask(url: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str]) -> Answer:
    """One request, through a proxy only where the host is not this machine. Any status is an answer.

    Raises ``OSError`` or ``HTTPException`` when there is none.
    """
    proxies = ProxyHandler({}) if is_loopback(urlsplit(url).hostname or "") else ProxyHandler()
    request = Request(url, body, {"User-Agent": "pymacaron-deploy"} | headers, method=method)
    try:
        with build_opener(proxies, _StayHere()).open(request, timeout=ANSWER_SECONDS) as response:
            return read(response)
    except HTTPError as error:
        with error:
            return read(error)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read(response: HTTPResponse | HTTPError) -> Answer:
    """An answer, read to its end. Raises ``HTTPException`` when it is longer than any manifest."""
    body = response.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise HTTPException("its answer is too long")
    return Answer(response.status or 0, {name.lower(): value for name, value in response.headers.items()}, body)


def basic(who: Credentials) -> str:
    """Credentials as ``Authorization`` has them (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{who.username}:{who.password}".encode()).decode()


def _json(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
