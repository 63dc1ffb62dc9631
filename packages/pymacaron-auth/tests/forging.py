"""Tokens as an attacker writes them, with the standard library alone: any header, any payload, any signature."""

import base64
import hashlib
import hmac
import json

SECRET = "f3b1c0de5a9d47e28b6f0c2d91e7a4583c6d"
OTHER_SECRET = "0a4d8c1f6e2b97305d1c8a6f4e3b2d7199ce"
NOW = 1_800_000_000
HEADER = {"alg": "HS256", "typ": "JWT"}
PAYLOAD = {"iss": "shop", "sub": "bob", "aud": "shop", "iat": NOW - 10, "exp": NOW + 3600}
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def segment(value) -> str:
    """A segment of JSON; a text or bytes stand as they are."""
    if isinstance(value, str | bytes):
        return b64(value.encode() if isinstance(value, str) else value)
    return b64(json.dumps(value).encode())


def signed(header, payload, secret=SECRET, algorithm="HS256") -> str:
    """A token with a good signature over whatever is given."""
    text = f"{segment(header)}.{segment(payload)}"
    key = secret if isinstance(secret, bytes) else secret.encode()
    return f"{text}.{b64(hmac.new(key, text.encode(), HASHES[algorithm]).digest())}"


def token(header=(), secret=SECRET, without=(), **claims) -> str:
    """A token of our own making: good, but for what is given."""
    payload = {name: value for name, value in {**PAYLOAD, **claims}.items() if name not in without}
    return signed({**HEADER, **dict(header)}, payload, secret)
