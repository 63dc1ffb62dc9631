"""Scalars by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""

from __future__ import annotations

import re
from typing import Any

from pymacaron_core.yaml12.fault import fail, short

_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
CORE = "tag:yaml.org,2002:"


def resolve(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INT.match(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base) if len(text) < 4000 else text
    if _FLOAT.match(text):
        return float(re.sub(r"\.(?=[iInN])", "", text))
    return text


def tagged(event: Any) -> Any:
    """A quoted scalar, or one with a tag."""
    if event.tag in (None, "!", CORE + "str"):
        return event.value
    wanted = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}
    kind = event.tag.removeprefix(CORE)
    if kind not in wanted:
        fail(f"the tag '{short(shown_tag(event.tag))}' means nothing here: remove it", event.start_mark)
    value = resolve(event.value)
    if type(value) not in wanted[kind]:
        fail(f"'{short(event.value)}' is no {kind}, as its tag says", event.start_mark)
    return float(value) if kind == "float" else value


def shown_tag(tag: str) -> str:
    """A tag as people write it."""
    return tag.replace(CORE, "!!")
