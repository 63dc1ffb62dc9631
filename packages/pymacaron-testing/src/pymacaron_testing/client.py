"""Makes calls over HTTP with the standard library: what goes out, what comes back, and what is tried again."""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, urljoin, urlsplit

from pymacaron_testing.errors import AnswerLost, CallError, NotConnected

MAX_REDIRECTS = 10


@dataclass(frozen=True)
class Call:
    """One request, as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """One response, read to its end. ``url`` is what was asked last, after redirects."""

    url: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case; None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def text(self) -> str:
        """The body as text: UTF-8, what is none replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def target_url(self) -> str | None:
        """Where a redirect leads, as a whole URL; None when this is no redirect (RFC 9110, section 15.4)."""
        location = self.header("Location")
        return urljoin(self.url, location) if location and self.status in (301, 302, 303, 307, 308) else None


@dataclass(frozen=True)
class Manner:
    """How a call is made."""

    connect_seconds: float = 50
    """How long connecting may take."""

    read_seconds: float = 50
    """How long the service may be silent."""

    whole_seconds: float = 300
    """How long an answer may take in all."""

    verify_ssl: bool = True
    """Whether the certificate must be good."""

    follow_redirects: bool = True
    """Whether redirects are followed."""

    retries: int = 3
    """How often a GET whose answer was lost is sent again."""


def send(call: Call, manner: Manner) -> Answer:
    """The answer to a call. A GET whose answer is lost is sent again, up to three times; nothing else ever is.

    Raises :class:`NotConnected` when the service was not reached, :class:`AnswerLost` when the answer did not arrive
    whole, :class:`CallError` for an answer that is no HTTP and for redirects without an end.
    """
    answer = _send_patiently(call, manner)
    for _ in range(MAX_REDIRECTS):
        target = answer.target_url
        if target is None or not manner.follow_redirects:
            return answer
        call = _redirected(call, answer.status, target)
        answer = _send_patiently(call, manner)
    raise CallError(f"{call.method} {call.url} is redirected more than {MAX_REDIRECTS} times")


def _send_patiently(call: Call, manner: Manner) -> Answer:
    for _ in range(manner.retries if call.method == "GET" else 0):
        with contextlib.suppress(AnswerLost):
            return _send_once(call, manner)
    return _send_once(call, manner)


def _send_once(call: Call, manner: Manner) -> Answer:
    url = urlsplit(call.url)
    connection = _connected(url, manner)
    try:
        with _deadline(connection.sock, manner.whole_seconds) as expired:
            try:
                answer = _exchange(connection, call, url)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if not expired.is_set():
                    raise _told(call, manner, error) from None
        if expired.is_set():
            raise CallError(f"{call.method} {call.url} was not answered whole within {manner.whole_seconds:g} seconds")
        return answer
    finally:
        connection.close()


def _connected(url: SplitResult, manner: Manner) -> http.client.HTTPConnection:
    place = f"{url.scheme}://{url.netloc}"
    try:
        connection = _connection(url, manner)
        connection.connect()
    except ssl.SSLCertVerificationError as error:
        raise NotConnected(f"the certificate of {place} is not trusted ({error.verify_message})") from None
    except TimeoutError:
        raise NotConnected(f"{place} did not take the connection within {manner.connect_seconds:g} seconds") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotConnected(f"nothing answers at {place} ({reason})") from None
    connection.sock.settimeout(manner.read_seconds)
    return connection


def _connection(url: SplitResult, manner: Manner) -> http.client.HTTPConnection:
    host, seconds = url.hostname or "", manner.connect_seconds
    if url.scheme != "https":
        return http.client.HTTPConnection(host, url.port or 80, timeout=seconds)
    return http.client.HTTPSConnection(host, url.port or 443, timeout=seconds, context=_context(manner.verify_ssl))


def _exchange(connection: http.client.HTTPConnection, call: Call, url: SplitResult) -> Answer:
    path = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
    headers = {"Accept": "*/*", "Connection": "close", "User-Agent": "pymacaron-testing", **call.headers}
    with contextlib.suppress(BrokenPipeError):  # the answer may be there, before the whole body was wanted
        connection.request(call.method, path, body=call.body, headers=headers)
    response = connection.getresponse()
    with response:
        body = response.read()
    return Answer(call.url, response.status, response.reason, tuple(response.getheaders()), body)


def _told(call: Call, manner: Manner, error: Exception) -> CallError:
    """What went wrong after connecting, in a sentence."""
    what = f"{call.method} {call.url}"
    if isinstance(error, TimeoutError):
        return AnswerLost(f"{what} was not answered: silence for {manner.read_seconds:g} seconds")
    if isinstance(error, http.client.IncompleteRead | ConnectionError | ssl.SSLError):
        return AnswerLost(f"{what} was not answered: the connection was closed half way")
    if isinstance(error, http.client.HTTPException):
        return CallError(f"{what} got an answer that is no HTTP ({type(error).__name__})")
    if isinstance(error, ValueError):  # its text would show the header
        return CallError(f"{what} cannot be sent: a header holds a character that none may hold")
    return AnswerLost(f"{what} was not answered ({error})")


@contextlib.contextmanager
def _deadline(connection: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Cut the connection after so many seconds, whatever trickles in; the event tells that it was."""
    expired = threading.Event()

    def cut() -> None:
        expired.set()
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()


def _redirected(call: Call, status: int, target: str) -> Call:
    """The call that a redirect asks for; credentials stay with the host they are for."""
    before, after = urlsplit(call.url), urlsplit(target)
    if after.scheme not in ("http", "https") or not after.hostname:
        raise CallError(f"{call.method} {call.url} is redirected to {target!r}, which is no address to call")
    headers = dict(call.headers)
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        headers.pop("Authorization", None)
    if status in (301, 302, 303) and call.method not in ("GET", "HEAD"):
        headers.pop("Content-Type", None)
        return replace(call, method="GET", url=target, headers=headers, body=None)
    return replace(call, url=target, headers=headers)


@functools.cache
def _context(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
