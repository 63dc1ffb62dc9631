"""Writes values as YAML that readers of YAML 1.1 and of 1.2 understand alike; the same text for the same values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_LONGEST_KEY = 1000
"""Readers look for the ``:`` of a key within 1024 characters."""


def dump(value: Any) -> str:
    """JSON values (and infinities) as YAML, keys in their order, without anchors."""
    if _is_nested(value):
        return "".join(f"{line}\n" for line in _block(value, ""))
    return f"{_scalar(value, '')}\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    """The lines of a mapping or list that is not empty."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _member(_key(str(key), indent), inner, indent)
        return
    for inner in value:
        if _is_nested(inner):
            lines = _block(inner, f"{indent}  ")
            yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
            yield from lines
        else:
            yield f"{indent}- {_scalar(inner, indent)}"


def _member(key: str, value: Any, indent: str) -> Iterator[str]:
    if _is_nested(value):
        yield f"{indent}{key}:"
        yield from _block(value, f"{indent}  ")
    else:
        yield f"{indent}{key}: {_scalar(value, indent)}"


def _key(key: str, indent: str) -> str:
    written = _text(key)
    return written if len(written) < _LONGEST_KEY else f"? {written}\n{indent}"


def _is_nested(value: Any) -> bool:
    return isinstance(value, (dict, list, tuple)) and len(value) > 0


def _scalar(value: Any, indent: str) -> str:
    if isinstance(value, str):
        return _lines(value, indent) if _fits_lines(value) else _text(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, (dict, list, tuple)):
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"a {type(value).__name__} is no value of YAML")


def _number(value: float) -> str:
    """YAML 1.1 wants a point and a signed exponent."""
    if math.isnan(value) or math.isinf(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    written = repr(value)
    return re.sub(r"^(-?\d+)e", r"\1.0e", written)


def _text(value: str) -> str:
    """A text on one line: plain where nobody takes it for anything else."""
    if _is_plain(value):
        return value
    if value and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    written = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e]", lambda found: _escaped(found[0]), written)


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    number = ord(letter)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"


def _is_plain(value: str) -> bool:
    if not value or not value.isprintable() or not (value[0].isalpha() or value[0] in "/_$"):
        return False
    if value.lower() in _WORDS or value[-1] in ": ":
        return False
    return ": " not in value and " #" not in value


def _fits_lines(value: str) -> bool:
    """Whether a text reads best as a block of lines, and is the same when it is read again."""
    lines = value.split("\n")
    if len(lines) < 2 or not lines[0] or lines[0][0] == " ":
        return False
    return all(not line or (line.isprintable() and line[0] != "\t") for line in lines)


def _lines(value: str, indent: str) -> str:
    kept = value.rstrip("\n")
    mark = {0: "|-", 1: "|"}.get(len(value) - len(kept), "|+")
    lines = (value[:-1] if value.endswith("\n") else value).split("\n")
    return "\n".join([mark, *(f"{indent}  {line}" if line else "" for line in lines)])
