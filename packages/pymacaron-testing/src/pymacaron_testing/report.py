"""Tells a call and its answer to a person, as text that holds no secret."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable

from pymacaron_testing.client import Answer, Call

REDACTED = "[REDACTED]"
LONGEST = 4000
"""How many characters of a body are shown."""

_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")  # a JSON Web Token (RFC 7519), as text
_PRIVATE = ("authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def redacted(text: str, secrets: Iterable[str | None] = ()) -> str:
    """The text without these secrets, and without anything that looks like a token."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, REDACTED)
    return _TOKEN.sub(REDACTED, text)


def told(call: Call, answer: Answer, secrets: Iterable[str | None] = ()) -> str:
    """A call, its answer, and the line of curl that repeats it."""
    lines = [f"request   {call.method} {call.url}", *_inside(_headers(call.headers.items()), _body(call.body))]
    if answer.url != call.url:
        lines.append(f"redirect  {answer.url}")
    lines.append(f"response  {answer.status} {answer.reason}")
    lines += _inside(_headers(answer.headers), _body(answer.body))
    return redacted("\n".join([*lines, f"curl      {curl(call)}"]), secrets)


def curl(call: Call) -> str:
    """The line of curl that makes a call; its credentials have to be filled in."""
    words = ["curl", "-i", "-X", call.method, call.url]
    for line in _headers(call.headers.items()):
        words += ["-H", line]
    if call.body is not None:
        words += ["--data-raw", call.body.decode("utf-8", errors="replace")]
    return shlex.join(words)


def shown_body(answer: Answer) -> str:
    """The body of an answer, JSON made readable, cut to what a page bears."""
    return _body(answer.body)


def _headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {_hidden(value) if name.lower() in _PRIVATE else value}" for name, value in headers]


def _hidden(value: str) -> str:
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and rest and scheme.isalpha() else REDACTED if value else value


def _body(body: bytes | None) -> str:
    if not body:
        return ""
    text = body.decode("utf-8", errors="replace")
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text) - LONGEST} characters more)"


def _inside(headers: list[str], body: str) -> list[str]:
    return [f"          {line}" for line in (*headers, *body.splitlines())]
