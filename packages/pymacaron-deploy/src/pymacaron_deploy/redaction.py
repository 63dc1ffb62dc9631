"""Takes values of secrets out of texts that people will read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

REDACTED = "[REDACTED]"
SHORTEST_LINE = 8
"""Letters of a line that is hidden by itself; shorter ones tell nothing, and stand elsewhere too."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with ``[REDACTED]`` for each value: as it is, or written as in base64, in a URL, in a repr or
    in JSON; of one of several lines also for each of them, since texts are often told line by line."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, REDACTED)
    return text


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield secret
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield from (line for line in secret.splitlines() if len(line) >= SHORTEST_LINE)
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
