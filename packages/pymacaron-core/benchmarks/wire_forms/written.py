"""The wire forms of values: by an implementation of RFC 6570 that is not ours, and by the tables of OpenAPI.

Forms that RFC 6570 has are expanded by ``uritemplate``. The others follow OpenAPI 3.1.1, "Style Examples" and
Appendices C to E: delimiters escaped in a query, no escapes in headers, cookies set apart by ``; ``.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from uritemplate import expand

NAME = "color"
OPERATORS = {"simple": "", "label": ".", "matrix": ";", "form": "?"}
DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}


class Uncarried(Exception):
    """The style cannot carry this value: OpenAPI leaves it open, or another value is written alike."""


def written(style: str, explode: bool, place: str, value: Any) -> str:
    """The text of ``color`` in its place: path segment, query, header or cookies."""
    value = _texts(value)
    _check(style, explode, place, value)
    if style == "deepObject":
        return "&".join(f"{NAME}%5B{_escaped(key)}%5D={_escaped(text)}" for key, text in value.items())
    if style in DELIMITERS and not (explode and isinstance(value, (list, dict))):
        return _delimited(DELIMITERS[style], place, value)
    text = expand(f"{{{OPERATORS.get(style, '?')}{NAME}{'*' if explode else ''}}}", {NAME: value})
    if place == "header":
        return unquote(text)
    if place == "cookie":
        return text.removeprefix("?").replace("&", "; ")
    return text.removeprefix("?")


def _delimited(delimiter: str, place: str, value: Any) -> str:
    parts = [part for pair in value.items() for part in pair] if isinstance(value, dict) else value
    text = delimiter.join(_escaped(part) for part in ([parts] if isinstance(parts, str) else parts))
    return f"{NAME}={text}" if place == "query" else unquote(text) if place == "header" else text


def _texts(value: Any) -> Any:
    """A value as RFC 6570 has them: texts, lists of texts, and names with texts."""
    if isinstance(value, list):
        return [_texts(each) for each in value]
    if isinstance(value, dict):
        return {key: _texts(each) for key, each in value.items()}
    return value if isinstance(value, str) else json.dumps(value)


def _escaped(text: str) -> str:
    return expand("{v}", v=text)


def _check(style: str, explode: bool, place: str, value: Any) -> None:
    """Raise ``Uncarried`` for what is written like something else."""
    texts = [value] if isinstance(value, str) else [*value, *(value.values() if isinstance(value, dict) else ())]
    if style == "deepObject" and not isinstance(value, dict):
        raise Uncarried("only objects are deep")
    letter = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}.get(style)
    if letter and not isinstance(value, str) and not explode and any(letter in text for text in texts):
        raise Uncarried("the delimiter is escaped, and so is what is in the value")
    if place == "path" and (style in ("simple", *DELIMITERS) and not any(texts)):
        raise Uncarried("no segment of a path is empty")
    if place == "header":
        commas = "," if letter is None else letter
        lists = not isinstance(value, str)
        if any(not text.isascii() or text != text.strip() or (lists and commas in text) for text in texts):
            raise Uncarried("headers have no escapes")
    if style == "label" and explode and not isinstance(value, str) and any("." in text for text in texts):
        raise Uncarried("RFC 6570 does not escape a dot")
