"""Makes access tokens: what a login hands out, and what a service shows to another."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pymacaron_auth.claims import REGISTERED, Claims
from pymacaron_auth.secret import checked_secret
from pymacaron_auth.signature import Signature
from pymacaron_auth.verifier import LAST_MOMENT, LONGEST, Clock, checked_names, is_text

TIMEOUT = 86400
"""Seconds a token lives where nobody says how long."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token is to say. What is None is as the issuer is set up. Times are in seconds."""

    user_id: str | int | UUID
    expire_in: float | None = None
    data: Mapping[str, Any] | None = None
    issuer: str | None = None
    audience: str | Sequence[str] | None = None
    iat: float | None = None


class Issuer:
    """Makes tokens under one secret (HS256), by default for one issuer and one audience; raises as ``Verifier``."""

    def __init__(
        self, secret: str, *, issuer: str, audience: str, timeout: float = TIMEOUT, clock: Clock = time.time
    ) -> None:
        self._signature = Signature(checked_secret(secret, "the secret"))
        self.name, self.audience = checked_names(issuer, audience)
        self._timeout = timeout
        self._clock = clock

    def issued(self, grant: Grant) -> Claims:
        """A new token with its claims. Claims of :data:`REGISTERED` in the data do not count, nor does ``token``.

        Raises ``ValueError`` or ``TypeError`` for what is no user's id, no text or no time, and what JSON cannot hold.
        """
        payload = self._payload(grant)
        token = self._signature.signed(payload, {"typ": "JWT", "iss": payload["iss"]})
        if len(token) > LONGEST:
            raise ValueError(
                f"the token would have {len(token)} characters, and at most {LONGEST} are taken: less data"
            )
        return Claims.from_payload(payload, token)

    def _payload(self, grant: Grant) -> dict[str, Any]:
        issued = _seconds("iat", self._clock() if grant.iat is None else grant.iat)
        expires = issued + _seconds("expire_in", self._timeout if grant.expire_in is None else grant.expire_in)
        if not 0 <= issued <= LAST_MOMENT or not 0 <= expires <= LAST_MOMENT:
            raise ValueError(f"a token cannot live from {issued} to {expires}: give iat and expire_in in seconds")
        own = {name: value for name, value in (grant.data or {}).items() if name not in (*REGISTERED, "token")}
        issuer = _text("issuer", self.name if grant.issuer is None else grant.issuer)
        audience = _audience(self.audience if grant.audience is None else grant.audience)
        return {**own, "iss": issuer, "sub": _user_id(grant.user_id), "aud": audience, "exp": expires, "iat": issued}


def _user_id(value: object) -> str:
    """An id as a text. What else an object may be as a text (a whole record, say) is not for a token."""
    if isinstance(value, bool) or not isinstance(value, str | int | UUID | None):
        raise TypeError(f"a user's id is a text, a number or a UUID, not of type {type(value).__name__}")
    text = "" if value is None else str(value)
    if not is_text(text):
        raise ValueError(f"a token needs a user's id, not {value!r}")
    return text


def _audience(value: str | Sequence[str]) -> str | list[str]:
    if isinstance(value, str):
        return _text("audience", value)
    audiences = [_text("audience", each) for each in value]
    return audiences[0] if len(audiences) == 1 else audiences or _text("audience", "")


def _text(name: str, value: str) -> str:
    if not is_text(value):
        raise ValueError(f"a token needs {name} as a text that is not empty, not {value!r}")
    return value


def _seconds(name: str, value: float) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a token needs {name} as a number of seconds, not {value!r}")
    return int(value)
