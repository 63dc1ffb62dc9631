"""The caller's identity on its way to a task: signed for that one task, by a key that signs nothing else.

What is sealed is no access token and cannot become one: its key is derived for this end alone, its ``typ`` and its
audience are its own, and the bearer token is not in it. It has no end: a task may wait longer than the token lived.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from pymacaron_auth.claims import Claims
from pymacaron_auth.errors import IdentityRefused, Untrusted
from pymacaron_auth.secret import checked_secret, derived_key
from pymacaron_auth.signature import Signature
from pymacaron_auth.verifier import Clock

AUDIENCE = "pym-task"
TYPE = "pym-task+jwt"
PURPOSE = "task identity"
LONGEST = 64 * 1024
"""Characters of a sealed identity."""


class SealedIdentity:
    """Seals identities for tasks of one service, and opens them in its workers: core's ``IdentityCarrier``.

    Claims travel without their token; another identity (of a guard of the service's own) must be plain JSON.
    """

    def __init__(self, secret: str, *, issuer: str, clock: Clock = time.time) -> None:
        self._signature = Signature(derived_key(checked_secret(secret, "the secret"), PURPOSE))
        self._issuer = issuer
        self._clock = clock

    def seal(self, identity: Any, task: str) -> str:
        """The identity for the task of that id. Raises ``IdentityRefused`` for one that cannot travel."""
        kind, value = ("claims", identity.payload()) if isinstance(identity, Claims) else ("value", identity)
        payload = {"iss": self._issuer, "aud": AUDIENCE, "task": task, "iat": int(self._clock()), kind: value}
        try:
            sealed = self._signature.signed(payload, {"typ": TYPE})
        except (TypeError, ValueError):
            told = f"an identity of type {type(identity).__name__} cannot go with a task"
            raise IdentityRefused(f"{told}: let the guard return a mapping, a text or a number") from None
        if len(sealed) > LONGEST:
            raise IdentityRefused(f"an identity of {len(sealed)} characters cannot go with a task: at most {LONGEST}")
        return sealed

    def open(self, sealed: str, task: str) -> Any:
        """The identity that was sealed for that task. Raises ``IdentityRefused`` for all else."""
        try:
            header, payload = self._signature.opened(sealed, LONGEST)
        except Untrusted:
            raise IdentityRefused(f"the identity of task {task} was changed, or sealed under another secret") from None
        whose = (header.get("typ"), payload.get("aud"), payload.get("iss"))
        if whose != (TYPE, AUDIENCE, self._issuer):
            raise IdentityRefused(f"the identity of task {task} was sealed by another service")
        if payload.get("task") != task:
            raise IdentityRefused(f"the identity of task {task} was sealed for another task")
        try:
            return _unsealed(payload)
        except (KeyError, TypeError, ValueError):
            raise IdentityRefused(f"the identity of task {task} was sealed by another version") from None


def _unsealed(payload: Mapping[str, Any]) -> Any:
    return Claims.from_payload(payload["claims"]) if "claims" in payload else payload["value"]
