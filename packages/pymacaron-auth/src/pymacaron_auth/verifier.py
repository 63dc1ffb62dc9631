"""Decides whether an access token is good: one function of the token and the time, which knows no framework."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from pymacaron_core.errors import ConfigError

from pymacaron_auth.claims import REGISTERED, Claims
from pymacaron_auth.errors import (
    FROM_THE_FUTURE,
    UNFIT,
    WRONG_AUDIENCE,
    Untrusted,
    expired_token,
    invalid_token,
)
from pymacaron_auth.secret import checked_secret
from pymacaron_auth.signature import Opened, Signature

LONGEST = 8 * 1024
"""Characters. Longer tokens are refused before anything of them is read."""

LEEWAY = 60
"""Seconds by which clocks may differ."""

LAST_MOMENT = 253402300799
"""The end of the year 9999; no token lives longer, and no date-time could tell of it."""

TYPES = ("jwt", "at+jwt", "application/at+jwt")
"""What ``typ`` may be, in any case (RFC 7519, section 5.1; RFC 9068): other signed texts are no access tokens."""

Clock = Callable[[], float]


class Verifier:
    """Verifies tokens of one issuer, for one audience, under one secret (HS256).

    Raises ``WeakSecret`` for a secret of no worth, ``ConfigError`` for a key that is none or an empty name.
    """

    def __init__(
        self, secret: str, *, issuer: str, audience: str, leeway: float = LEEWAY, clock: Clock = time.time
    ) -> None:
        self._signature = Signature(checked_secret(secret, "the secret"))
        self.issuer, self.audience = checked_names(issuer, audience)
        self.leeway = leeway
        self._clock = clock

    def verify(self, token: str, *, now: float | None = None) -> Claims:
        """The claims of a token (RFC 7519, section 7.2) at ``now``, seconds since 1970; the clock's time if not given.

        Raises ``TokenExpired`` for one that was good once, ``TokenInvalid`` for all others that are not.
        """
        try:
            opened = self._signature.opened(token, LONGEST)
        except Untrusted as refusal:
            raise invalid_token(str(refusal)) from None
        self._check_kind(opened)
        self._check_audience(opened.payload["aud"])
        self._check_times(opened.payload, self._clock() if now is None else now)
        return Claims.from_payload(opened.payload, token)

    def _check_kind(self, opened: Opened) -> None:
        header, payload = opened
        kind = header.get("typ", "JWT")
        known = isinstance(kind, str) and kind.lower() in TYPES
        same_issuer = payload.get("iss") == self.issuer == header.get("iss", self.issuer)
        if not known or not same_issuer or not isinstance(header.get("kid", ""), str):
            raise invalid_token(UNFIT)
        if not all(name in payload for name in REGISTERED) or not is_text(payload["sub"]):
            raise invalid_token(UNFIT)

    def _check_audience(self, audience: Any) -> None:
        """A text, or a list of texts with ours among them (RFC 7519, section 4.1.3)."""
        audiences = audience if isinstance(audience, list) else [audience]
        if self.audience not in audiences or not all(isinstance(each, str) for each in audiences):
            raise invalid_token(WRONG_AUDIENCE)

    def _check_times(self, payload: Mapping[str, Any], now: float) -> None:
        issued, expires = _moment(payload["iat"]), _moment(payload["exp"])
        if issued > now + self.leeway:
            raise invalid_token(FROM_THE_FUTURE)
        if "nbf" in payload and _moment(payload["nbf"]) > now + self.leeway:
            raise invalid_token(UNFIT)
        if expires <= now - self.leeway:
            raise expired_token()


def checked_names(issuer: str, audience: str) -> tuple[str, str]:
    """The names of an issuer and an audience. Raises ``ConfigError`` for one that is none: it would fit too much."""
    for name, value in (("issuer", issuer), ("audience", audience)):
        if not is_text(value):
            raise ConfigError(f"tokens need {name} as a text that is not empty, not {value!r}")
    return issuer, audience


def is_text(value: object) -> bool:
    """Whether a value may be a claim like ``sub``: a text that is not empty, and that can be written as UTF-8."""
    if not isinstance(value, str) or not value.strip():
        return False
    try:
        return bool(value.encode("utf-8"))
    except UnicodeEncodeError:
        return False


def _moment(value: Any) -> float:
    """A NumericDate (RFC 7519, section 2): a number, not a text that looks like one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid_token(UNFIT)
    if not 0 <= value <= LAST_MOMENT:
        raise invalid_token(UNFIT)
    return value
