"""What this package adds to an application: guards, ``/auth/version``, and the carrier of a task's identity."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from pymacaron_core.errors import StartError
from pymacaron_core.guard import Guard
from pymacaron_core.plugins import Plugin
from pymacaron_core.spec.operation import Specification

from pymacaron_auth.builtin import auth
from pymacaron_auth.guards import CookieGuard, HeaderGuard, is_cookie, shows_token
from pymacaron_auth.issuer import Issuer
from pymacaron_auth.seal import SealedIdentity
from pymacaron_auth.settings import SECRET, AuthOptions, check_given, options_of
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
        self._given = {name: value for name, value in given.items() if value is not None}
        check_given(self._given)
        self._clock = clock
        self._engine: Engine | None = None

    def attach(self, application: Any) -> None:
        """Read the options, and take the application's tokens into care. Raises ``ConfigError`` where they are wrong.

        Raises ``StartError`` when this is another application's already.
        """
        if self._engine is not None:
            raise StartError("this Auth() belongs to another application already: make one for each, auth=Auth()")
        self._engine = Engine(options_of(application.config, self._given), self._clock)
        application.identity_carrier = self._engine.carrier
        if self._engine.options.made_up:
            log.warning("the secret %s is not set: one made for development is used, from .pym/secrets.json", SECRET)

    @property
    def engine(self) -> Engine:
        """What makes and verifies tokens. Raises ``StartError`` before the plugin is attached."""
        if self._engine is None:
            raise StartError("this Auth() belongs to no application yet: hand it over, API(app, auth=Auth())")
        return self._engine

    def guards(self, specification: Specification) -> Mapping[str, Guard]:
        """A guard for each scheme whose credential is a token; other schemes are the service's own to guard."""
        engine = self.engine
        found: dict[str, Guard] = {}
        for name, scheme in specification.security_schemes.items():
            if shows_token(scheme):
                found[name] = HeaderGuard(engine.verifier)
            elif is_cookie(scheme):
                found[name] = CookieGuard(engine.verifier, engine.options.trusted_origins)
        return found

    def builtin_apis(self) -> Iterable[ModuleType]:
        return (auth,)


class Engine:
    """Makes, verifies and seals, all under the options of one application."""

    def __init__(self, options: AuthOptions, clock: Clock = time.time) -> None:
        named = {"issuer": options.issuer, "audience": options.audience}
        self.options = options
        self.verifier = Verifier(options.secret, **named, leeway=options.leeway, clock=clock)
        self.issuer = Issuer(options.secret, **named, timeout=options.token_timeout, clock=clock)
        self.carrier = SealedIdentity(options.secret, issuer=options.issuer, clock=clock)
