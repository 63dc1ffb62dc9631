"""What this package adds to an application: guards, ``/auth/version``, and the carrier of a task's identity."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from pymacaron_core.config.lookup import shown
from pymacaron_core.errors import StartError
from pymacaron_core.guard import Guard, shows_token
from pymacaron_core.plugins import Plugin
from pymacaron_core.spec.operation import Specification
from pymacaron_core.state import state_folder

from pymacaron_auth.builtin import auth
from pymacaron_auth.guards import CookieGuard, HeaderGuard
from pymacaron_auth.issuer import Issuer
from pymacaron_auth.seal import SealedIdentity
from pymacaron_auth.settings import SECRET, AuthOptions, checked_given, options_of
from pymacaron_auth.verifier import Clock, Verifier

log = logging.getLogger(__name__)


class Auth(Plugin):
    """Tokens for one application: ``API(app, auth=Auth())``. What is given here overrules the configuration.

    ``leeway`` and ``token_timeout`` are in seconds; ``clock`` gives the seconds since 1970.
    Raises ``ConfigError`` for a value of a wrong type.
    """

    name = "auth"

    def __init__(
        self,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        secret: str | None = None,
        leeway: int | None = None,
        token_timeout: int | None = None,
        default_user_id: str | None = None,
        trusted_origins: Iterable[str] | None = None,
        clock: Clock = time.time,
    ) -> None:
        given = {
            "issuer": issuer,
            "audience": audience,
            "secret": secret,
            "leeway": leeway,
            "token_timeout": token_timeout,
            "default_user_id": default_user_id,
            "trusted_origins": trusted_origins,
        }
        self._given = checked_given({name: value for name, value in given.items() if value is not None})
        self._clock = clock
        self._tokens: Tokens | None = None

    def attach(self, application: Any) -> None:
        """Read the options, and take the application's tokens into care. Raises ``ConfigError`` where they are wrong.

        Raises ``StartError`` when this is another application's already.
        """
        if self._tokens is not None:
            raise StartError("this Auth() belongs to another application already: make one for each, auth=Auth()")
        self._tokens = Tokens(options_of(application.config, self._given), self._clock)
        application.identity_carrier = self._tokens.carrier
        if self._tokens.options.made_up:
            file = shown(state_folder(application.root) / "secrets.json")
            log.warning("the secret %s is not set: one made for development is used, from %s", SECRET, file)

    @property
    def tokens(self) -> Tokens:
        """What makes and verifies tokens. Raises ``StartError`` before the plugin is attached."""
        if self._tokens is None:
            raise StartError("this Auth() belongs to no application yet: hand it over, API(app, auth=Auth())")
        return self._tokens

    def guards(self, specification: Specification) -> Mapping[str, Guard]:
        """A guard for each scheme whose credential is a token; other schemes are the service's own to guard."""
        tokens = self.tokens
        in_header = HeaderGuard(tokens.verifier)
        in_cookie = CookieGuard(tokens.verifier, tokens.options.trusted_origins)
        schemes = specification.security_schemes.items()
        return {name: in_cookie if it.place_in == "cookie" else in_header for name, it in schemes if shows_token(it)}

    def builtin_apis(self) -> Iterable[ModuleType]:
        return (auth,)


class Tokens:
    """Makes, verifies and seals, all under the options of one application."""

    def __init__(self, options: AuthOptions, clock: Clock = time.time) -> None:
        named = {"issuer": options.issuer, "audience": options.audience}
        self.options = options
        self.verifier = Verifier(options.secret, **named, leeway=options.leeway, clock=clock)
        self.issuer = Issuer(options.secret, **named, timeout=options.token_timeout, clock=clock)
        self.carrier = SealedIdentity(options.secret, issuer=options.issuer, clock=clock)
