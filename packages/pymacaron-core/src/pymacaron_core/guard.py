"""The guard step: who calls, checked against ``security`` before anything else of the request is judged.

The document says where a credential stands and which scopes it needs; a guard, handed to ``API(guards=...)`` or brought
by a plugin, says whether it is good and whose it is. Alternatives are tried in the document's order (OR), every scheme
of an alternative must pass (AND), ``{}`` lets callers without credentials in. See OpenAPI, Security Requirement Object.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.call import Call
from pymacaron_core.coroutines import finish
from pymacaron_core.errors import AuthorizationHeaderMissing, GuardMissing, PyMacaronException, TokenInvalid
from pymacaron_core.spec.operation import Operation, Requirement, SecurityScheme, Specification
from pymacaron_core.styles import Unreadable, unquoted


@dataclass(frozen=True, slots=True)
class Credential:
    """What the caller showed for one scheme: the key, the bearer token, or the encoded part of ``Basic``.

    For ``mutualTLS`` it is ``SUCCESS``: the server verified a certificate, and says in ``call.environ`` whose it is.
    """

    scheme: SecurityScheme
    value: str
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Credential(scheme={self.scheme.name!r}, value=[REDACTED], scopes={self.scopes!r})"


Guard = Callable[[Call, Credential], Any]
"""Returns the caller's identity (None where there is none to tell), or raises ``TokenInvalid``, ``Forbidden``, ...

May be a coroutine function, and may be a comparison: ``False`` refuses as ``TokenInvalid`` does, ``True`` lets in, and
tells no identity where another guard of the same alternative does.
An object that also has ``shown(call, scheme) -> str | None`` finds the credential itself: it may refuse a malformed
one, or raise ``AuthorizationHeaderMissing`` in words of its own.
"""

HOW_TO_GUARD = (
    "hand a guard for each scheme to the API, API(app, guards={'name': check}), "
    "where check(call, credential) returns the caller's identity or raises TokenInvalid or Forbidden"
)

GuardStep = Callable[[Call], None]


def guard_step(operation: Operation, specification: Specification, guards: Mapping[str, Guard]) -> GuardStep | None:
    """The step that enforces an operation's ``security``; None when it declares none.

    Raises ``GuardMissing`` when a scheme it needs has no guard.
    """
    if not operation.security:
        return None
    alternatives = tuple(
        tuple(_check(specification, operation, name, scopes, guards) for name, scopes in requirement.items())
        for requirement in operation.security
        if requirement
    )
    optional = any(not requirement for requirement in operation.security)
    return _alternatives_step(alternatives, optional) if alternatives else None


def missing_guards(specification: Specification, guards: Mapping[str, Guard]) -> dict[str, list[Operation]]:
    """The schemes that operations need and nobody guards, each with the operations that need it."""
    missing: dict[str, list[Operation]] = {}
    for operation in specification.operations:
        for name in _schemes(operation.security):
            if _guard_of(specification, name, guards) is None:
                missing.setdefault(name, []).append(operation)
    return missing


def _schemes(security: Iterable[Requirement]) -> list[str]:
    return list(dict.fromkeys(name for requirement in security for name in requirement))


def _guard_of(specification: Specification, name: str, guards: Mapping[str, Guard]) -> Guard | None:
    return guards.get(f"{specification.name}.{name}") or guards.get(name)


Check = Callable[[Call], Any]


def _check(
    specification: Specification, operation: Operation, name: str, scopes: tuple[str, ...], guards: Mapping[str, Guard]
) -> Check:
    scheme = specification.security_schemes.get(name)
    guard = _guard_of(specification, name, guards)
    if scheme is None:
        raise GuardMissing(
            f"{specification.file}: {operation.label} needs the security scheme {name!r}, which is not declared"
        )
    if guard is None:
        raise GuardMissing(
            f"{specification.file}: {operation.label} needs the security scheme {name!r} ({scheme.type}), "
            f"and nothing guards it; {HOW_TO_GUARD}"
        )
    if not callable(guard):
        raise GuardMissing(f"the guard of {name!r} is a {type(guard).__name__}, not a function; {HOW_TO_GUARD}")

    shown = getattr(guard, "shown", _shown)

    def check(call: Call) -> Any:
        value = shown(call, scheme)
        if value is None:
            raise AuthorizationHeaderMissing(_wanted(scheme), headers=_challenge(scheme))
        identity = guard(call, Credential(scheme, value, scopes))
        if inspect.isawaitable(identity):  # nobody is let in by a coroutine that was never run
            identity = finish(identity)
        if identity is False:
            raise TokenInvalid(headers=_challenge(scheme))
        return identity

    return check


def _alternatives_step(alternatives: tuple[tuple[Check, ...], ...], optional: bool) -> GuardStep:
    def step(call: Call) -> None:
        refusals: list[PyMacaronException] = []
        for checks in alternatives:
            try:
                identities = [check(call) for check in checks]
            except PyMacaronException as refusal:
                if refusal.status not in (401, 403):
                    raise
                refusals.append(refusal)
                continue
            call.context.identity = _whose(identities)
            return
        judged = [refusal for refusal in refusals if not isinstance(refusal, AuthorizationHeaderMissing)]
        if judged:
            raise judged[0]
        if not optional:
            raise refusals[0]

    return step


def _whose(identities: Iterable[Any]) -> Any:
    """The first identity that says who calls; what a comparison says (``True``) where none does."""
    told = [one for one in identities if one is not None]
    return next((one for one in told if one is not True), True if told else None)


def shows_token(scheme: SecurityScheme) -> bool:
    """Whether callers show a bearer token for a scheme: in the header ``Authorization``, or in a cookie."""
    if scheme.type == "apiKey":
        return scheme.place_in == "cookie" or (
            scheme.place_in == "header" and scheme.parameter.lower() == "authorization"
        )
    return scheme.type in ("oauth2", "openIdConnect") or (scheme.type == "http" and scheme.scheme.lower() == "bearer")


def _shown(call: Call, scheme: SecurityScheme) -> str | None:
    """The credential as the request shows it, or None. An ``Authorization`` of another scheme counts as none."""
    if scheme.type == "apiKey":
        return _api_key(call, scheme)
    if scheme.type == "mutualTLS":
        verified = call.environ.get("SSL_CLIENT_VERIFY")  # as Apache and nginx tell it: SUCCESS, NONE, FAILED:...
        return verified if verified == "SUCCESS" else None
    wanted = scheme.scheme.lower() if scheme.type == "http" else "bearer"
    given = call.header("Authorization")
    if not given:
        return None
    word, _, value = given.strip().partition(" ")
    if word.lower() != wanted:
        return None
    if not value.strip():
        raise TokenInvalid(f"the Authorization header says {word} and carries nothing", headers=_challenge(scheme))
    return value.strip()


def _api_key(call: Call, scheme: SecurityScheme) -> str | None:
    if scheme.place_in == "header":
        return call.header(scheme.parameter) or None
    if scheme.place_in == "cookie":
        return call.cookie(scheme.parameter) or None
    values = call.query_values.get(scheme.parameter)
    try:
        return unquoted(values[-1]) or None if values else None
    except Unreadable:
        raise TokenInvalid("the key in the query is no UTF-8") from None


def _wanted(scheme: SecurityScheme) -> str:
    if scheme.type == "apiKey":
        return f"this call needs a key in the {scheme.place_in} {scheme.parameter!r}"
    if scheme.type == "mutualTLS":
        return "this call needs a client certificate"
    word = scheme.scheme.capitalize() if scheme.type == "http" else "Bearer"
    return f"this call needs credentials: an Authorization header with '{word} ...'"


def _challenge(scheme: SecurityScheme) -> dict[str, str]:
    """The challenge of a 401 (RFC 9110, section 11.6.1); keys have no registered scheme and get none."""
    if scheme.type == "apiKey" or scheme.type == "mutualTLS":
        return {}
    word = scheme.scheme if scheme.type == "http" else "bearer"
    realm = re.sub(r'[^ -~]|["\\]', "?", scheme.name)
    return {"WWW-Authenticate": "Bearer" if word.lower() == "bearer" else f'{word.capitalize()} realm="{realm}"'}
