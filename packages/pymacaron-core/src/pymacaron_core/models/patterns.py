"""The regular expressions of JSON Schema (ECMA-262) as those of Rust, or of Python where Rust has no such thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

_OUTSIDE = {"d": "[0-9]", "D": "[^0-9]", "w": "[A-Za-z0-9_]", "W": "[^A-Za-z0-9_]", "/": "/"}
_INSIDE = {"d": "0-9", "w": "A-Za-z0-9_", "/": "/"}
_TOKEN = re.compile(r"\\.|\(\?<(?![=!])|.", re.DOTALL)


@cache
def translate(pattern: str) -> tuple[str, bool] | None:
    """The pattern for pydantic, and whether it needs Python's ``re``. None where neither can say it."""
    rust = _rewrite(pattern, python=False)
    try:
        SchemaValidator(core_schema.str_schema(pattern=rust))
        return rust, False
    except SchemaError:
        pass
    python = _rewrite(pattern, python=True)
    try:
        re.compile(python)
    except (re.error, OverflowError, RecursionError):
        return None
    return python, True


@cache
def matcher(ecma: str) -> Callable[[str], bool]:
    """Whether a text matches an ECMA-262 pattern somewhere. Every text does where no engine can say the pattern."""
    found = translate(ecma)
    if found is None:
        return lambda text: True
    expression, is_python = found
    if is_python:
        search = re.compile(expression).search
        return lambda text: search(text) is not None
    return SchemaValidator(core_schema.str_schema(pattern=expression)).isinstance_python


def _rewrite(pattern: str, *, python: bool) -> str:
    """ECMA's ``\\d`` and ``\\w`` know ASCII only, and ``$`` is the very end."""
    written: list[str] = []
    inside = False
    for token in _TOKEN.findall(pattern):
        if token[0] == "\\" and len(token) == 2:
            written.append((_INSIDE if inside else _OUTSIDE).get(token[1], token))
        elif inside and token in "[&~" and not python:
            written.append(f"\\{token}")
        elif token == "$" and not inside and python:
            written.append(r"\Z")
        elif token == "(?<" and python:
            written.append("(?P<")
        else:
            inside = token == "[" if not inside else token != "]"
            written.append(token)
    return "".join(written)
