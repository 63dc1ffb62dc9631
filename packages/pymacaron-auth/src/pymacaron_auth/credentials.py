"""Where a request shows its token: the header ``Authorization``, or a cookie that no other site had sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote_plus

from pymacaron_core.errors import Forbidden
from werkzeug.sansio.http import parse_cookie

from pymacaron_auth.errors import NO_TOKEN, NOT_BEARER, TOO_MANY_WORDS, invalid_token, missing_header

Header = Callable[[str], "str | None"]
"""Gives a header of the request by its name; None where it is absent."""

COOKIE = "token"
"""The cookie that is read where no document names another."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, section 9.2.1)."""


def bearer_token(value: str | None) -> str:
    """The token in the value of an Authorization header (RFC 6750, section 2.1).

    Raises ``AuthorizationHeaderMissing`` when there is none, ``TokenInvalid`` when it is malformed.
    """
    words = _words(value or "")
    if not words:
        raise missing_header()
    if words[0].lower() != "bearer":
        raise invalid_token(NOT_BEARER)
    if len(words) == 1:
        raise invalid_token(NO_TOKEN)
    if len(words) > 2:
        raise invalid_token(TOO_MANY_WORDS)
    return words[1]


def cookie_token(value: str | None) -> str | None:
    """The token in a cookie, percent-encoded or not, with ``Bearer`` before it or not; None where there is none."""
    words = _words(unquote_plus(value or ""))
    if len(words) == 1 and words[0].lower() != "bearer":
        return words[0]
    return bearer_token(" ".join(words)) if words else None


def cookie_of(header: Header, name: str) -> str | None:
    """A cookie of the request."""
    text = (header("Cookie") or "").encode("latin-1", "replace").decode("utf-8", "replace")
    return parse_cookie(text).get(name)


def check_origin(method: str, header: Header, trusted: Iterable[str]) -> None:
    """Refuse a call that changes something, and that a page of another site sent with the user's cookie.

    Browsers say so in ``Sec-Fetch-Site`` (Fetch Metadata), older ones in ``Origin`` (RFC 6454); callers that are no
    browser send neither. Raises ``Forbidden``.
    """
    if method.upper() in SAFE_METHODS:
        return
    site, origin = header("Sec-Fetch-Site"), header("Origin")
    own = site in ("same-origin", "none") if site else not origin or origin.partition("://")[2] == header("Host")
    if not own and (not origin or origin not in trusted):
        raise Forbidden(f"a page of another site ({origin or site}) cannot call this with the user's cookie")


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[ \t]+", text) if word]
