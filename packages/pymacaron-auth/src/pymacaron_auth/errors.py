"""The errors of pymacaron-auth, and the challenge that goes with each refusal (RFC 6750, section 3).

::

    PyMacaronError                          of pymacaron-core, as all that is not drawn with its base here
    ├── PyMacaronException                  answered over HTTP
    │   ├── AuthorizationHeaderMissing      401 AUTHORIZATION_HEADER_MISSING
    │   │   └── NoCurrentUser               the same, where code asks who calls and nobody is known
    │   ├── TokenExpired                    401 TOKEN_EXPIRED
    │   ├── TokenInvalid                    401 TOKEN_INVALID
    │   └── Forbidden                       403 FORBIDDEN
    │       └── InsufficientScope           403 INSUFFICIENT_SCOPE
    ├── Untrusted                           a signed text that breaks a rule; says which
    ├── IdentityRefused                     a task's identity cannot be sealed, or what was sealed is not opened
    └── StartError
        └── ConfigError                     the configuration is wrong
            └── WeakSecret                  a secret that others could guess
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pymacaron_core.errors import (
    AuthorizationHeaderMissing,
    ConfigError,
    Forbidden,
    PyMacaronError,
    TokenExpired,
    TokenInvalid,
)

HEADER_MISSING = "There is no Authorization header in the HTTP request"
NOT_BEARER = "Authorization header must start with Bearer"
NO_TOKEN = "Token not found in Authorization header"
TOO_MANY_WORDS = "Authorization header must be Bearer + \\s + token"
NOT_ASKED = "nobody is logged in here: this operation asks for no token (security: of its document, or requires_auth)"
UNREADABLE = "token signature is invalid"
FORGED = "JWT token signature is invalid"
WRONG_AUDIENCE = "JWT has incorrect audience"
FROM_THE_FUTURE = "JWT token was issued in the future"
UNFIT = "JWT token is invalid"
EXPIRED = "JWT token has expired"


class NoCurrentUser(AuthorizationHeaderMissing, AttributeError):
    """Nobody is logged in here."""


class InsufficientScope(Forbidden):
    """The caller's token does not reach that far."""

    code = "INSUFFICIENT_SCOPE"


class Untrusted(PyMacaronError):
    """A signed text is not to be trusted; the message says which rule it breaks."""


class IdentityRefused(PyMacaronError):
    """The identity of a task cannot be sealed, or what was sealed is not opened."""


class WeakSecret(ConfigError):
    """A secret is one that others could guess."""


def missing_header() -> AuthorizationHeaderMissing:
    """The refusal of a request that shows nothing."""
    return AuthorizationHeaderMissing(HEADER_MISSING, headers=challenge())


def missing_cookie(name: str) -> AuthorizationHeaderMissing:
    """The refusal of a request without the cookie that its operation asks for."""
    return AuthorizationHeaderMissing(f"there is no token in the cookie {name!r}", headers=challenge())


def invalid_token(message: str) -> TokenInvalid:
    """The refusal of what is no token of ours."""
    return TokenInvalid(message, headers=challenge("invalid_token", message))


def expired_token() -> TokenExpired:
    """The refusal of a token that was good once."""
    return TokenExpired(EXPIRED, headers=challenge("invalid_token", EXPIRED))


def insufficient_scope(needed: Iterable[str], lacking: Iterable[str]) -> InsufficientScope:
    """The refusal of a token whose scopes do not include all that are needed."""
    needed, message = list(needed), f"the token lacks the scope {' '.join(lacking)}"
    return InsufficientScope(message, headers=challenge("insufficient_scope", message, " ".join(needed)))


def challenge(error: str = "", description: str = "", scope: str = "") -> dict[str, str]:
    """The header ``WWW-Authenticate``; a request that shows nothing is told no error (RFC 6750, section 3.1)."""
    told = {"realm": "api", "error": error, "error_description": description, "scope": scope}
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{k}="{_quotable(v)}"' for k, v in told.items() if v)}


def _quotable(text: str) -> str:
    return re.sub(r'["\\]', "", re.sub(r"[^ -~]", "?", text))
