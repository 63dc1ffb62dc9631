"""The token a caller shows in workload D: HS256 (RFC 7515, RFC 7519), made with the standard library alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

SECRET = "a secret of thirty-two characters, known to all"
ISSUER = "benchmarks"
AUDIENCE = "benchmarks"
CLAIMS = {"iss": ISSUER, "sub": "ada", "aud": AUDIENCE, "iat": 1_700_000_000, "exp": 4_000_000_000}


def encoded(text: bytes) -> bytes:
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def token(secret: str) -> str:
    """A token that is good for decades, signed with a secret."""
    parts = ({"alg": "HS256", "typ": "JWT"}, CLAIMS)
    signed = b".".join(encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = hmac.digest(secret.encode(), signed, hashlib.sha256)
    return (signed + b"." + encoded(signature)).decode()


TOKEN = token(SECRET)
FORGED = token(SECRET[::-1])
