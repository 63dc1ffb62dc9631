"""Takes values of secrets out of texts that people will read."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

REDACTED = "[REDACTED]"


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with ``[REDACTED]`` for each value: as it is, or written as in base64, in a URL or in a repr."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, REDACTED)
    return text


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield secret
    yield repr(secret)[1:-1]
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
