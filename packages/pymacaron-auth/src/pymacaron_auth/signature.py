"""JSON under a signature (JWS in compact form, RFC 7515), read strictly: the one room that knows PyJWT.

PyJWT computes and compares signatures. What a signed text may look like is decided here: three segments in canonical
base64url without padding, each name once, no NaN, one algorithm, and no extension that somebody calls critical.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from pymacaron_core.errors import ConfigError

from pymacaron_auth.errors import FORGED, UNFIT, UNREADABLE, Untrusted

ALGORITHM = "HS256"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Opened(NamedTuple):
    """A signed text whose signature is good."""

    header: dict[str, Any]
    payload: dict[str, Any]


class Signature:
    """Signs and opens with one key, under HMAC-SHA256."""

    __slots__ = ("_algorithm", "_key")

    def __init__(self, key: bytes) -> None:
        """Raises ``ConfigError`` for a key of another kind: a public key is known to everybody."""
        import jwt

        self._algorithm: Any = jwt.PyJWS().get_algorithm_by_name(ALGORITHM)
        try:
            self._key = self._algorithm.prepare_key(key)
        except jwt.InvalidKeyError:
            raise ConfigError(
                f"{ALGORITHM} takes a secret text, and this is a key of another kind: give another"
            ) from None

    def signed(self, payload: Mapping[str, Any], header: Mapping[str, Any]) -> str:
        """The payload under a signature. Raises ``TypeError`` or ``ValueError`` for what JSON cannot hold."""
        text = f"{_segment({'alg': ALGORITHM, **header})}.{_segment(payload)}"
        return f"{text}.{_encoded(self._algorithm.sign(text.encode(), self._key))}"

    def opened(self, text: str, longest: int) -> Opened:
        """What was signed. Raises ``Untrusted`` for more than ``longest`` characters, and all that breaks a rule."""
        if not isinstance(text, str) or len(text) > longest:
            raise Untrusted(UNFIT)
        if not _COMPACT.fullmatch(text):
            raise Untrusted(UNREADABLE)
        start, middle, end = text.split(".")
        header = _object(start, UNREADABLE)
        if header.get("alg") != ALGORITHM or "crit" in header or "b64" in header:
            raise Untrusted(UNFIT)
        if not self._algorithm.verify(f"{start}.{middle}".encode(), self._key, _decoded(end)):
            raise Untrusted(FORGED)
        return Opened(header, _object(middle, UNFIT))


def _segment(value: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return _encoded(text.encode("utf-8"))


def _object(segment: str, refusal: str) -> dict[str, Any]:
    try:
        value = _DECODER.decode(_decoded(segment).decode("utf-8"))
    except (ValueError, RecursionError):
        raise Untrusted(refusal) from None
    if not isinstance(value, dict):
        raise Untrusted(refusal)
    return value


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(segment: str) -> bytes:
    """The bytes of a segment, which must be written as :func:`_encoded` writes them: no bit is free to change."""
    try:
        data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error:
        raise Untrusted(UNREADABLE) from None
    if _encoded(data) != segment:
        raise Untrusted(UNREADABLE)
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name is there twice")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refused)
