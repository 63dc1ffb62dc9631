"""What reports and log lines do not tell: secrets, credentials, and values whose names say that they are secret."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode

from pymacaron_core.lines import REDACTED

HIDDEN_NAMES = (
    "apikey", "auth", "cookie", "credential", "cvv", "jwt", "passphrase", "passwd", "password", "privatekey", "pwd",
    "secret", "session", "signature", "token",
)  # fmt: skip
"""A name that holds one of these words, whatever its case, dashes and underscores, has a secret value."""

OPEN_NAMES = frozenset({"isauth", "author", "authors"})
SHORTEST = 8
"""Shorter credentials are not looked for in texts: hiding each ``1`` would hide everything else too."""
LARGEST_BODY = 256 * 1024
"""Larger bodies are told by their size alone, in bytes."""
LONGEST_BODY = 10_000
"""How many characters of a body are told."""
DEEPEST = 50


class Redaction:
    """What one service hides: ``names`` are words of its own, ``secrets`` contents of ``env_secrets``."""

    def __init__(self, names: Iterable[str] = (), secrets: Iterable[str] = ()) -> None:
        self._words = (*HIDDEN_NAMES, *(word for name in names if (word := _plain(name))))
        self._secrets = frozenset(str(secret) for secret in secrets if len(secret) >= 4)
        self._keys: set[str] = set()
        self._carriers: tuple[str, ...] = ("HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_COOKIE")
        self.add_key("X-API-Key")
        self._names: frozenset[str] = frozenset()
        self._sources: list[Callable[[], Iterable[str]]] = []
        self._asking = threading.Lock()

    def add_key(self, name: str) -> None:
        """Hide a header, parameter or cookie that a document names as a key (OpenAPI, Security Scheme ``apiKey``)."""
        if name.lower() not in self._keys:
            self._keys.add(name.lower())
            self._carriers += (f"HTTP_{name.upper().replace('-', '_')}",)

    def add_names(self, source: Callable[[], Iterable[str]]) -> None:
        """Hide the values of names that ``source`` gives, which is asked when something is to be hidden."""
        self._sources.append(source)

    def hides(self, name: str) -> bool:
        """Whether a name is that of a secret."""
        if self._sources:
            self._ask()
        plain, lower = _plain(name), name.lower()
        if lower in self._keys or lower in self._names:
            return True
        return plain not in OPEN_NAMES and any(word in plain for word in self._words)

    def _ask(self) -> None:
        with self._asking:
            while self._sources:
                self._names |= {each.lower() for each in self._sources[0]()}
                del self._sources[0]

    def credentials(self, header: Callable[[str], str | None], query: str = "") -> list[str]:
        """What a request shows to say who it is: texts to be hidden wherever they stand."""
        given = header("Authorization") or ""
        proxy, cookie = header("Proxy-Authorization") or "", header("Cookie") or ""
        found = [given, given.partition(" ")[2], proxy, proxy.partition(" ")[2], cookie]
        found += [part.partition("=")[2].strip() for part in cookie.split(";")]
        found += [header(name) or "" for name in self._keys]
        found += [value for name, value in parse_qsl(query, errors="replace") if self.hides(name)]
        return [value for value in found if len(value) >= SHORTEST]

    def may_find(self, environ: Mapping[str, Any]) -> bool:
        """Whether there is anything to be hidden at all, in the service or in a request."""
        return bool(self._secrets or environ.get("QUERY_STRING") or not environ.keys().isdisjoint(self._carriers))

    def found(self, environ: Mapping[str, Any], text: str) -> list[str]:
        """What of the service's secrets, and of a request's credentials, a text holds."""
        found = [secret for secret in self._secrets if secret in text] if self._secrets else []
        query = str(environ.get("QUERY_STRING") or "")
        if (query and _holds_a_value(text, query)) or _holds_a_credential(text, environ, self._carriers):
            known = self.credentials(lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}"), query)
            found += [each for each in known if each in text]
        return found

    def text(self, text: str, credentials: Iterable[str] = ()) -> str:
        """A text without secrets and credentials."""
        for hidden in sorted({*self._secrets, *credentials}, key=len, reverse=True):
            text = text.replace(hidden, REDACTED)
        return text

    def value(self, value: Any, credentials: Iterable[str] = (), depth: int = 0) -> Any:
        """Plain data without what is hidden, by name or as text; what is too deep is left out."""
        if isinstance(value, str):
            return self.text(value, credentials)
        if depth > DEEPEST:
            return "..."
        if isinstance(value, Mapping):
            return {key: self._member(str(key), inner, credentials, depth) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(inner, credentials, depth + 1) for inner in value]
        return value

    def _member(self, name: str, value: Any, credentials: Iterable[str], depth: int) -> Any:
        if value is not None and self.hides(name):
            return REDACTED
        return self.value(value, credentials, depth + 1)

    def query(self, query: str) -> str:
        """A query, or a form written like one, with the values of secret names hidden."""
        pairs = parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=None)
        shown = [(name, REDACTED if self.hides(name.partition("[")[0]) or self.hides(name) else v) for name, v in pairs]
        return urlencode(shown, quote_via=quote, safe="[]:,/") if shown else ""

    def body(self, body: bytes, content_type: str) -> str:
        """The text of a request's body, not too long; what cannot be read for secrets is told by its size alone."""
        kind = content_type.partition(";")[0].strip().lower()
        told = f"<{len(body)} bytes>"
        if len(body) <= LARGEST_BODY:
            with contextlib.suppress(ValueError, RecursionError):
                told = self._read(body.decode("utf-8"), kind) or told
        return told if len(told) <= LONGEST_BODY else f"{told[:LONGEST_BODY]}... ({len(told)} characters)"

    def _read(self, text: str, kind: str) -> str:
        if kind == "application/x-www-form-urlencoded":
            return self.query(text)
        if kind in ("", "application/json") or kind.endswith("+json"):
            return json.dumps(self.value(json.loads(text)), ensure_ascii=False)
        return text if kind.startswith("text/") else ""


def _holds_a_credential(text: str, environ: Mapping[str, Any], carriers: Iterable[str]) -> bool:
    """Whether a text may hold some of what these headers show: looked at for each request, so it looks at little."""
    for name in carriers:
        value = environ.get(name)
        if value:
            shown = [value, value.partition(" ")[2]]
            if name == "HTTP_COOKIE":
                shown += [part.partition("=")[2].strip() for part in value.split(";")]
            if any(len(each) >= SHORTEST and each in text for each in shown):
                return True
    return False


def _holds_a_value(text: str, query: str) -> bool:
    for part in query.split("&"):
        value = part.partition("=")[2]
        if len(value) >= SHORTEST and (value in text or unquote_plus(value, errors="replace") in text):
            return True
    return False


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
