"""Makes access tokens: what a login hands out, and what a service shows to another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_auth.claims import REGISTERED, Claims
from pymacaron_auth.secret import checked_secret
from pymacaron_auth.signature import Signature
from pymacaron_auth.verifier import LAST_MOMENT, LONGEST, Clock, is_user_id

TIMEOUT = 86400
"""Seconds a token lives where nobody says how long."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one token is to say. What is None is as the issuer is set up. Times are in seconds."""

    user_id: Any
    expire_in: float | None = None
    data: Mapping[str, Any] | None = None
    issuer: str | None = None
    audience: str | None = None
    iat: float | None = None


class Issuer:
    """Makes tokens under one secret (HS256), by default for one issuer and one audience."""

    def __init__(
        self, secret: str, *, issuer: str, audience: str, timeout: float = TIMEOUT, clock: Clock = time.time
    ) -> None:
        self._signature = Signature(checked_secret(secret, "the secret"))
        self.name = issuer
        self.audience = audience
        self._timeout = timeout
        self._clock = clock

    def issued(self, grant: Grant) -> Claims:
        """A new token with its claims. Claims of :data:`REGISTERED` in the data do not count, nor does ``token``.

        Raises ``ValueError`` or ``TypeError`` for what no verifier would take, or JSON cannot hold.
        """
        payload = self._payload(grant)
        token = self._signature.signed(payload, {"typ": "JWT", "iss": payload["iss"]})
        if len(token) > LONGEST:
            raise ValueError(
                f"the token would have {len(token)} characters, and at most {LONGEST} are taken: less data"
            )
        return Claims.from_payload(payload, token)

    def _payload(self, grant: Grant) -> dict[str, Any]:
        user_id = str(grant.user_id) if grant.user_id is not None else ""
        if not is_user_id(user_id):
            raise ValueError(f"a token needs a user's id, not {grant.user_id!r}")
        issued = int(self._clock() if grant.iat is None else grant.iat)
        expires = issued + int(self._timeout if grant.expire_in is None else grant.expire_in)
        if not 0 <= issued <= LAST_MOMENT or not 0 <= expires <= LAST_MOMENT:
            raise ValueError(f"a token cannot live from {issued} to {expires}: give iat and expire_in in seconds")
        own = {name: value for name, value in (grant.data or {}).items() if name not in (*REGISTERED, "token")}
        issuer, audience = grant.issuer or self.name, grant.audience or self.audience
        return {**own, "iss": issuer, "sub": user_id, "aud": audience, "exp": expires, "iat": issued}
