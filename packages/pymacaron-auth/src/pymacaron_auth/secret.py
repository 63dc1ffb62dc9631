"""The signing secret: whether it is one, and the keys that are made from it for other ends."""

from __future__ import annotations

import hashlib
import hmac
import re

from pymacaron_auth.errors import WeakSecret

SHORTEST = 32
"""Bytes. A key shorter than its hash weakens HMAC-SHA256 (RFC 7518, section 3.2)."""

LONGEST_PERIOD = 16
"""Characters. What only repeats so few is as easy to guess as they are."""

_WORDS = re.findall(
    r"\w+",
    "a and api app auth bar be bit bits byte bytes change changed changeme default demo dev development do dummy "
    "enter example fill fixme foo for goes here hmac hs in insecure insert is it jwt keep key least long me must my "
    "never not of only own pass password placeholder please private prod production put random replace replaced safe "
    "secret secrets secure set sha shared should signing some string super tbd test testing that the this to todo "
    "token top unsafe use very with xxx you your",
)
_NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_ADVICE = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


def checked_secret(secret: str, place: str) -> bytes:
    """The bytes of a secret. Raises ``WeakSecret``, naming ``place`` and never the secret, for one of no worth."""
    if not isinstance(secret, str):
        raise WeakSecret(f"{place} must be a text, not of type {type(secret).__name__}: put it in quotes")
    key = secret.encode("utf-8", "surrogateescape")
    if _NAME.fullmatch(secret):
        name = "the name of an environment variable, not its content"
        raise WeakSecret(f"{place} is {name}: set that variable, and list its name under env_secrets")
    if "-----BEGIN " in secret or '"kty"' in secret:
        raise WeakSecret(f"{place} is a PEM or JWK key, and HS256 takes a secret text: {_ADVICE}")
    if _says_nothing(secret):
        raise WeakSecret(f"{place} is a placeholder that anybody could guess: {_ADVICE}")
    if len(key) < SHORTEST:
        raise WeakSecret(f"{place} has {len(key)} bytes, and HS256 needs {SHORTEST} at least: {_ADVICE}")
    return key


def _says_nothing(secret: str) -> bool:
    """Whether a secret is made of the words that stand where one should, or of a few characters again and again."""
    letters = re.sub(r"[^a-z]", "", secret.lower())
    only_words = bool(letters) and _is_made_of_words(letters) and len(re.findall(r"\d", secret)) < SHORTEST // 2
    return only_words or any(secret[n:] == secret[:-n] for n in range(1, min(LONGEST_PERIOD, len(secret) // 2) + 1))


def _is_made_of_words(letters: str) -> bool:
    ends = {0}
    for start in range(len(letters)):
        if start in ends:
            ends |= {start + len(word) for word in _WORDS if letters.startswith(word, start)}
    return len(letters) in ends


def derived_key(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from which neither the secret nor another purpose's key follows (RFC 5869)."""
    extracted = hmac.digest(b"pymacaron-auth", secret, hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)
