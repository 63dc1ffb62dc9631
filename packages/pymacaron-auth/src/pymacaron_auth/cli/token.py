"""``pymacaron-auth token``: a token of the project's service, printed alone so that a shell can use it."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timezone
from typing import Any

from pymacaron_core.config import load_config
from pymacaron_core.console import say, say_json, tell
from pymacaron_core.errors import StartError

from pymacaron_auth.claims import Claims
from pymacaron_auth.issuer import Grant, Issuer
from pymacaron_auth.settings import SECRET, AuthOptions, options_of


def execute(options: argparse.Namespace) -> int:
    """Print the token on standard output, and nothing else there."""
    settings = options_of(load_config(options.root, path=options.config, env=options.env), {})
    claims = _claims(settings, options)
    if settings.made_up:
        tell(f"{SECRET} is not set: signed with the secret that was made for development here")
    if options.json:
        say_json(_told(claims))
    else:
        say(str(claims.token))
    return 0


def _claims(settings: AuthOptions, options: argparse.Namespace) -> Claims:
    issuer = Issuer(settings.secret, issuer=settings.issuer, audience=settings.audience, timeout=settings.token_timeout)
    try:
        return issuer.issued(Grant(options.user, options.expire_in, _data(options), audience=options.audience))
    except ValueError as error:
        raise StartError(str(error)) from None


def _data(options: argparse.Namespace) -> dict[str, Any]:
    try:
        data = json.loads(options.data) if options.data is not None else {}
    except (ValueError, RecursionError) as error:
        raise StartError(f'--data is no JSON ({error}): give an object, like \'{{"email": "a@b.se"}}\'') from None
    if not isinstance(data, dict):
        raise StartError('--data must be a JSON object, like \'{"email": "a@b.se"}\'')
    return {**data, "scope": " ".join(options.scope)} if options.scope else data


def _told(claims: Claims) -> dict[str, Any]:
    expires = datetime.fromtimestamp(claims.expires_at, timezone.utc).isoformat().replace("+00:00", "Z")
    return {"token": claims.token, "expires": expires, "claims": claims.payload()}
