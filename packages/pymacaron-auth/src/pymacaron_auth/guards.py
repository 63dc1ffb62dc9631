"""The guards that core's guard step asks: one for each security scheme of a document that shows a token of ours."""

from __future__ import annotations

from collections.abc import Iterable

from pymacaron_core.call import Call
from pymacaron_core.guard import Credential
from pymacaron_core.spec.operation import SecurityScheme

from pymacaron_auth.claims import Claims
from pymacaron_auth.credentials import bearer_token, check_origin, cookie_token
from pymacaron_auth.errors import insufficient_scope, missing_cookie
from pymacaron_auth.verifier import Verifier


class HeaderGuard:
    """Guards ``http`` bearer, ``oauth2``, ``openIdConnect``, and a key in the header ``Authorization`` (as in 2.0)."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def shown(self, call: Call, scheme: SecurityScheme) -> str:
        """The token. Raises ``AuthorizationHeaderMissing`` and ``TokenInvalid`` in the words of 2.x."""
        return bearer_token(call.header("Authorization"))

    def __call__(self, call: Call, credential: Credential) -> Claims:
        claims = self._verifier.verify(credential.value)
        if credential.scheme.type != "apiKey":  # OpenAPI 3.1 lets any scheme name scopes; keys have none
            check_scopes(claims, credential.scopes)
        return claims


class CookieGuard:
    """Guards a key in a cookie, whose value is the token. A page of another site cannot use it."""

    def __init__(self, verifier: Verifier, trusted_origins: Iterable[str]) -> None:
        self._verifier = verifier
        self._trusted = tuple(trusted_origins)

    def shown(self, call: Call, scheme: SecurityScheme) -> str:
        """The token. Raises ``AuthorizationHeaderMissing`` and ``TokenInvalid``."""
        token = cookie_token(call.cookie(scheme.parameter))
        if token is None:
            raise missing_cookie(scheme.parameter)
        return token

    def __call__(self, call: Call, credential: Credential) -> Claims:
        claims = self._verifier.verify(credential.value)
        check_origin(call.method, call.header, self._trusted)
        return claims


def check_scopes(claims: Claims, needed: Iterable[str]) -> None:
    """Refuse claims that lack a scope. Raises ``InsufficientScope``."""
    scopes = claims.scopes
    lacking = [scope for scope in needed if scope not in scopes]
    if lacking:
        raise insufficient_scope(needed, lacking)
