"""The options of pymacaron-auth: what is configured, what 2.x called it, and what holds where nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pymacaron_core.config import Config, Settings, option
from pymacaron_core.config.faults import validation_faults
from pymacaron_core.config.secrets import Secret
from pymacaron_core.errors import ConfigError

from pymacaron_auth.errors import WeakSecret
from pymacaron_auth.issuer import TIMEOUT
from pymacaron_auth.secret import checked_secret
from pymacaron_auth.verifier import LEEWAY

SECRET = "PYM_JWT_SECRET"
"""The environment variable that is asked where no secret is configured."""

OLD_NAMES = {
    "issuer": "jwt_issuer",
    "audience": "jwt_audience",
    "secret": "jwt_secret",
    "token_timeout": "jwt_token_timeout",
}
"""Options, and how 2.x named them."""

_SECONDS = "a number of seconds"
_TEXT = "a text that is not empty"


Origins = Annotated[
    tuple[Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9+.-]*://[^\sA-Z/?#*]+$")], ...], Field(strict=False)
]
"""Origins as browsers write them (RFC 6454, section 6.2); one written otherwise would be like none."""


class AuthSettings(Settings):
    """The section ``auth``. The names that begin with ``jwt_`` and ``env_jwt_`` may also stand at the top level."""

    issuer: str | None = option(None, _TEXT, min_length=1)
    """Who makes the tokens (``iss``); the host of ``live_url`` or ``live_host``, else the service's name."""

    audience: str | None = option(None, _TEXT, min_length=1)
    """Whom they are made for (``aud``); the issuer if not given."""

    secret: Any = None
    """Signs and verifies them: 32 bytes at least, by its name under ``env_secrets``; ``PYM_JWT_SECRET`` of the
    environment if not given."""

    leeway: int = option(LEEWAY, "a number of seconds, 3600 at most", ge=0, le=3600)
    """By how many seconds clocks may differ."""

    token_timeout: int | None = option(None, _SECONDS, ge=1)
    """How many seconds a token lives, where ``generate_token`` is not told."""

    default_user_id: str = option("PYM_DEFAULT_USER_ID", _TEXT, min_length=1)
    """The user of ``backend_token``, where it is not told."""

    trusted_origins: Origins = option(
        (), "a list of origins, like https://shop.example.com, with no path or '/' behind"
    )
    """Other sites whose pages may call with the user's cookie."""

    jwt_issuer: str | None = option(None, _TEXT, min_length=1)
    """``issuer``, by its name in 2.x."""

    jwt_audience: str | None = option(None, _TEXT, min_length=1)
    """``audience``, by its name in 2.x."""

    jwt_secret: Any = None
    """``secret``, by its name in 2.x."""

    jwt_token_timeout: int | None = option(None, _SECONDS, ge=1)
    """``token_timeout``, by its name in 2.x."""

    jwt_token_renew_after: int | None = option(None, _SECONDS, ge=0)
    """Accepted, and not used, as in 2.x."""

    env_jwt_secret: str | None = option(None, "the name of an environment variable", min_length=1)
    """The environment variable that holds the secret, as in 2.x."""

    env_jwt_audience: str | None = option(None, "the name of an environment variable", min_length=1)
    """The environment variable that holds the audience, as in 2.x."""


@dataclass(frozen=True, slots=True)
class AuthOptions:
    """The options of one application, complete and checked."""

    issuer: str
    audience: str
    secret: Secret
    leeway: int
    token_timeout: int
    default_user_id: str
    trusted_origins: tuple[str, ...] = ()
    made_up: bool = False
    """Whether the secret is one that was made for development."""


def options_of(config: Config, given: Mapping[str, Any]) -> AuthOptions:
    """The options of an application; ``given`` ones overrule those that are configured.

    Raises ``ConfigError`` with what is wrong: in production also for a secret that is not set.
    """
    settings = config.read("auth", AuthSettings)
    known = {name: _one_of(config, settings, name) for name in OLD_NAMES} | dict(given)
    issuer = known["issuer"] or _host(config) or config.core.name
    secret, made_up = _secret(config, settings, known["secret"], "secret" in given)
    return AuthOptions(
        issuer=issuer,
        audience=known["audience"] or _named(config, settings.env_jwt_audience, "env_jwt_audience") or issuer,
        secret=secret,
        leeway=known.get("leeway", settings.leeway),
        token_timeout=known["token_timeout"] or TIMEOUT,
        default_user_id=known.get("default_user_id", settings.default_user_id),
        trusted_origins=tuple(known.get("trusted_origins", settings.trusted_origins)),
        made_up=made_up,
    )


def _one_of(config: Config, settings: AuthSettings, name: str) -> Any:
    """An option under its name, or under that of 2.x."""
    new, old = getattr(settings, name), getattr(settings, OLD_NAMES[name])
    if new is not None and old is not None:
        raise config.error(
            _pointer(config, OLD_NAMES[name]), f"{OLD_NAMES[name]} is auth.{name}, given twice: keep one"
        )
    return old if new is None else new


def _pointer(config: Config, name: str) -> str:
    inside = config.get("auth")
    return f"/auth/{name}" if isinstance(inside, dict) and name in inside else f"/{name}"


def _host(config: Config) -> str | None:
    try:
        return urlsplit(config.core.live_url or "").hostname or config.core.live_host
    except ValueError as error:
        pointer = "/core/live_url" if "live_url" in (config.get("core") or {}) else "/live_url"
        raise config.error(pointer, f"live_url cannot be read ({error}): give one like https://a.example.com") from None


def _secret(config: Config, settings: AuthSettings, known: Any, handed: bool) -> tuple[Secret, bool]:
    """The secret, and whether it was made up."""
    if handed:
        return _checked(known, "Auth(secret=...)"), False
    if known is not None:
        name = "secret" if settings.secret is not None else "jwt_secret"
        try:
            return _checked(known, _pointer(config, name)[1:].replace("/", ".")), False
        except WeakSecret as error:
            raise config.error(_pointer(config, name), str(error)) from None
    for variable in (settings.env_jwt_secret, SECRET):
        value = _named(config, variable, "env_jwt_secret" if variable != SECRET else "")
        if value is not None:
            return _checked(value, f"the environment variable {variable}"), False
    return config.signing_secret(SECRET), True


def _named(config: Config, variable: str | None, option_name: str) -> str | None:
    """What an environment variable holds. One that an option names must be set; none of an option's is None."""
    if variable is None:
        return None
    value = config.environ.get(variable)
    if not value and option_name and config.production:
        message = f"{option_name} names the environment variable {variable}, which is not set: set it"
        raise config.error(_pointer(config, option_name), message)
    return value or None


def _checked(secret: Any, place: str) -> Secret:
    if secret == "":
        raise WeakSecret(f"{place} is empty: set the secret, or leave the option out to use {SECRET}")
    checked_secret(secret, place)
    return Secret(secret)


def checked_given(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed to ``Auth(...)``, by the rules of the configuration. Raises ``ConfigError`` with every fault."""
    options = {name: value for name, value in given.items() if name != "secret"}
    try:
        settings = AuthSettings.model_validate(options)
    except ValidationError as error:
        faults = validation_faults(error, AuthSettings, options, {})
        raise ConfigError("\n".join(f"Auth(...): {fault.message}" for fault in faults)) from None
    return {name: given[name] if name == "secret" else getattr(settings, name) for name in given}
