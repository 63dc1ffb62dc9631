"""One request and its reply, as log lines and metrics tell of it when it is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from time import perf_counter
from typing import Any
from urllib.parse import quote

from pymacaron_core.context import CallContext

EXCHANGE = "pymacaron.exchange"
"""Where an environment has the exchange that it began, where somebody is told of it."""
REQUEST_ID = "X-Request-ID"
METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"))
LONGEST_PATH = 1_000
"""How many characters of a path are told."""
LONGEST_METHOD = 20

_OWN = frozenset(("X-", "x-"))
_PLAIN = re.compile(r"[!#-\[\]-~]{0,1000}\Z").match
_SAFE = "[]!$%&'()*+,-./:;=@_~"

StartResponse = Callable[..., Any]


class Named:
    """The operation of a route: the API's name, the operation's id, else its method and path; its method.

    ``encoded`` is the operation as a JSON string, ``row`` where it is counted; None until that is known.
    """

    __slots__ = ("api", "encoded", "method", "operation", "row")

    def __init__(self, api: str, operation: str, method: str) -> None:
        self.api, self.operation, self.method = api, operation, method
        self.encoded = encode_basestring_ascii(operation)
        self.row: int | None = None


class Exchange:
    """What is known of a request from when it comes, and of its reply; ``size`` and what follows once it is over.

    ``named`` is the operation that the request is for, ``context`` its call context, where somebody made one. What the
    caller chose is as it came in ``asked`` and ``raw_path``; ``settle`` makes ``method`` and ``path`` of them, which
    can stand in a line as they are.
    """

    __slots__ = (
        *("asked", "began", "context", "line", "method", "named", "path", "raw_path"),
        *("moment", "request_id", "seconds", "size", "start_response", "user"),
    )

    size: int
    """The bytes of the body that were sent."""
    seconds: float
    moment: float
    """When it was over, by ``time.time()``; there once its line is made."""
    method: str
    path: str
    """Percent-encoded, as in a URL: without blanks, quotes, backslashes and control characters."""

    def __init__(self, environ: dict[str, Any], start_response: StartResponse, request_id: str | None = None) -> None:
        self.began = perf_counter()
        self.asked: str = environ["REQUEST_METHOD"]
        self.raw_path: str = environ.get("PATH_INFO", "")
        if environ.get("SCRIPT_NAME"):
            self.raw_path = environ["SCRIPT_NAME"] + self.raw_path
        self.start_response = start_response
        self.line = "500"
        self.named: Named | None = None
        self.context: CallContext | None = None
        self.request_id = request_id
        self.user: str | None = None

    def start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
        """The server's ``start_response`` (PEP 3333), told the request's id where the reply does not tell one."""
        self.line = status
        if self.request_id is not None:
            for name, _ in headers:
                if name[:2] in _OWN and name.lower() == "x-request-id":
                    break
            else:
                headers = [*headers, (REQUEST_ID, self.request_id)]
        return self.start_response(status, headers) if error is None else self.start_response(status, headers, error)

    def begin(self, status: str, headers: list[tuple[str, str]]) -> None:
        """As ``start``, for a reply that is known to tell no id; the headers are the exchange's own to change."""
        self.line = status
        if self.request_id is not None:
            headers.append((REQUEST_ID, self.request_id))
        self.start_response(status, headers)

    def end(self, size: int) -> None:
        """The request is over, with a reply of so many bytes."""
        self.seconds = perf_counter() - self.began
        self.size = size

    @property
    def status(self) -> int:
        """The status of the reply; 500 where there is none."""
        line = self.line[:3]
        return int(line) if line.isdecimal() else 500

    def settle(self) -> None:
        """Make ``method`` and ``path`` of what came."""
        asked, path = self.asked, self.raw_path
        self.method = asked if asked in METHODS else written(asked, LONGEST_METHOD)
        self.path = path if _PLAIN(path) else written(path, LONGEST_PATH)

    def texts(self) -> str:
        """All that a caller chose of what is told."""
        return "\n".join((_decoded(self.raw_path), self.asked, self.request_id or "", self.user or ""))

    def hide(self, hide: Callable[[str], str]) -> None:
        """Have what a caller chose told without what is hidden."""
        self.asked = hide(self.asked)
        self.raw_path = hide(_decoded(self.raw_path)).encode("utf-8", "replace").decode("latin-1")
        self.request_id, self.user = hide(self.request_id or ""), hide(self.user or "")


def written(text: str, most: int) -> str:
    """A text of WSGI's, bytes as letters, percent-encoded; what is longer than ``most`` then is cut off, with dots."""
    told = quote(text[:most], safe=_SAFE, encoding="latin-1", errors="replace")
    if len(text) <= most and len(told) <= most:
        return told
    return f"{told[:most].rpartition('%')[0] if '%' in told[most - 2 : most] else told[:most]}..."


def _decoded(path: str) -> str:
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")
