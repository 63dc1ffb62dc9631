"""Tokens and identities for PyMacaron services: verified, issued, and enforced as the document says.

Names are imported when first used (PEP 562); ``__init__.pyi`` tells type checkers what they are.
"""

from importlib import import_module

__version__ = "3.0.0"

_ROOMS = {
    "pymacaron_auth.claims": ("Claims",),
    "pymacaron_auth.decorators": ("add_auth", "requires_auth"),
    "pymacaron_auth.errors": ("IdentityRefused", "InsufficientScope", "NoCurrentUser", "WeakSecret"),
    "pymacaron_auth.identity": (
        "authenticate_http_request",
        "backend_token",
        "current_user",
        "generate_token",
        "get_token_issuer",
        "get_user_token",
        "get_user_token_data",
        "get_userid",
        "load_auth_token",
    ),
    "pymacaron_auth.issuer": ("Grant", "Issuer"),
    "pymacaron_auth.plugin": ("Auth",),
    "pymacaron_auth.seal": ("SealedIdentity",),
    "pymacaron_auth.verifier": ("Verifier",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pymacaron_auth' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
