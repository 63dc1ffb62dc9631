"""Who calls, as the code of a service asks and says it: in requests, in tasks, in threads and in scripts.

The identity lives in core's call context; each function works for the application of the call, else the only one there
is (``pymacaron_core.current_application``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from pymacaron_core.application import current_application
from pymacaron_core.context import CallContext, current_call, enter, entered
from pymacaron_core.discovery import plugin_of
from pymacaron_core.errors import StartError
from pymacaron_core.logs import user_id as id_of

from pymacaron_auth.claims import Claims
from pymacaron_auth.credentials import COOKIE, Header, bearer_token, check_origin, cookie_of, cookie_token
from pymacaron_auth.errors import HEADER_MISSING, NOT_ASKED, NoCurrentUser, challenge
from pymacaron_auth.issuer import Grant
from pymacaron_auth.plugin import Auth, Tokens

SHORT = 300
"""Seconds a token lives that is made for one errand."""


def generate_token(
    user_id: str | int | UUID,
    expire_in: float | None = None,
    data: Mapping[str, Any] | None = None,
    issuer: str | None = None,
    iat: float | None = None,
    audience: str | Sequence[str] | None = None,
) -> str:
    """A token for a user, to be handed out by a login. ``expire_in`` and ``iat`` are in seconds; ``data`` are claims.

    Raises ``ValueError`` or ``TypeError`` for what cannot be a token.
    """
    return _token(Grant(user_id, expire_in, data, issuer, audience, iat))


def load_auth_token(token: str, load: bool = True) -> Claims:
    """The claims of a token, whose user is the current one from here on, unless ``load`` is false.

    That is until the call ends; outside of one, as long as the thread lives: ``backend_token`` acts for a block only.
    Raises ``TokenExpired`` or ``TokenInvalid``.
    """
    claims = tokens().verifier.verify(token)
    if load:
        call = current_call()
        if call is None:
            enter(CallContext(current_application(), identity=claims))
        else:
            call.identity = claims
    return claims


def authenticate_http_request(token: str | None = None) -> Claims:
    """Make the user of the request's token the current one: header ``Authorization`` first, then the cookie ``token``.

    ``token`` stands for the header, ``Bearer`` and all. Raises ``AuthorizationHeaderMissing``, ``TokenExpired``,
    ``TokenInvalid``, and ``Forbidden`` for a cookie that another site's page sent.
    """
    return load_auth_token(bearer_token(token) if token is not None else _shown())


def _shown() -> str:
    call = current_call()
    header: Header = call.header if call is not None else lambda name: None
    given = header("Authorization")
    in_cookie = None if given and given.strip(" \t") else cookie_token(cookie_of(header, COOKIE))
    if call is None or in_cookie is None:
        return bearer_token(given)
    check_origin(call.method, header, tokens().options.trusted_origins)
    return in_cookie


def current_user() -> Claims:
    """The claims of the current user. Raises ``NoCurrentUser``, answered as 401, where there is none."""
    claims = _claims()
    if claims is None:
        call = current_call()
        shown = call is not None and call.header("Authorization")
        raise NoCurrentUser(NOT_ASKED if shown else HEADER_MISSING, headers=challenge())
    return claims


def get_userid() -> str:
    """The current user's id; ``''`` where there is none."""
    call = current_call()
    return (id_of(call.identity) if call is not None else None) or ""


def get_user_token_data() -> dict[str, Any]:
    """The payload of the current user's token, and where there is one ``token`` itself. Raises as ``current_user``."""
    claims = current_user()
    return {**claims.payload(), **({"token": claims.token} if claims.token else {})}


def get_user_token() -> str:
    """The current user's token; ``''`` where there is no user.

    In a task it is a new one that says the same and lives for five minutes: the caller's own stayed where the call was.
    """
    claims = _claims()
    if claims is None:
        return ""
    return claims.token or _token(Grant(claims.sub, SHORT, claims.data, claims.issuer, claims.audience))


def get_token_issuer() -> str:
    """Who made the current user's token; who makes those of this service, where there is no user."""
    claims = _claims()
    return claims.issuer if claims is not None else tokens().options.issuer


@contextmanager
def backend_token(
    issuer: str | None = None,
    user_id: str | int | UUID | None = None,
    data: Mapping[str, Any] | None = None,
    expire_in: float | None = SHORT,
    audience: str | Sequence[str] | None = None,
) -> Iterator[str]:
    """Act as another user within a ``with`` block, ``default_user_id`` if not given; gives the token for it.

    Nobody else of this call is concerned. ``audience`` names the service that the token is for, where it is another.
    Raises as ``generate_token`` does: also for ``''``, which is what ``get_userid`` gives where nobody is logged in.
    """
    own = tokens()
    user_id = own.options.default_user_id if user_id is None else user_id  # '', nobody, is not the default
    claims = own.issuer.issued(Grant(user_id, expire_in, data, issuer, audience))
    call = current_call() or CallContext(current_application())
    with entered(call.acting_as(claims)):
        yield str(claims.token)


def tokens() -> Tokens:
    """What makes and verifies the tokens of the current application. Raises ``StartError`` where it has none."""
    plugin = plugin_of(current_application(), "auth", "a function of pymacaron_auth was called")
    if not isinstance(plugin, Auth):
        raise StartError(f"the functions of pymacaron_auth need its own plugin, and this application has {plugin!r}")
    return plugin.tokens


def _token(grant: Grant) -> str:
    return str(tokens().issuer.issued(grant).token)


def _claims() -> Claims | None:
    call = current_call()
    identity = call.identity if call is not None else None
    return identity if isinstance(identity, Claims) else None
