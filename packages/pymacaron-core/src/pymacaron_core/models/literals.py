"""JSON values as Python source."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec.letters import LATER


def literal(value: Any) -> str:
    """A JSON value as an expression, strings in double quotes."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def text(value: str) -> str:
    """A text, with escapes for what not every Python takes for printable."""
    single = LATER.sub(_escaped, repr(value))
    if single[0] == '"':
        return single
    inner = single[1:-1]
    if '"' in inner and "\\'" not in inner:
        return single
    return '"' + inner.replace("\\'", "'").replace('"', '\\"') + '"'


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def raw_text(value: str) -> str:
    """A pattern as a raw string where Python has one for it."""
    if (
        value.isprintable()
        and not LATER.search(value)
        and "\\" in value
        and '"' not in value
        and not value.endswith("\\")
    ):
        return f'r"{value}"'
    return text(value)
