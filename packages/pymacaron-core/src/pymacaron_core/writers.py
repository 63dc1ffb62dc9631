"""Writers: one value as the text of its parameter, the other side of the readers.

The forms are those of RFC 6570 and OpenAPI 3.1.1 (Parameter Object, Appendices C to E). Nothing here tells whether a
server reads the value again: whoever sends it asks the readers (see ``sending``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pymacaron_core.media import is_json
from pymacaron_core.spec.operation import Parameter
from pymacaron_core.styles import DELIMITERS

Pairs = list[tuple[str, str]]
Write = Callable[[Any], Pairs]
Escape = Callable[[str], str]
UNHARMFUL = ":/?@!$'()*;"
"""The reserved characters that ``allowReserved`` leaves as they are: those that mean nothing in a query."""
REPEATING = ("query", "cookie", "body")
"""Where values can stand beside each other, each by its own name."""
UNESCAPED = ("header", "body")
"""Where nothing is escaped; ``body`` is a multipart form."""
_ESCAPED = {" ": "%20", "|": "%7C", "\t": "%09"}


def writer(parameter: Parameter) -> Write:
    """The writer of one parameter: a value as JSON has it (and ``Decimal``) to pairs of name and text.

    Path, query and cookies come escaped, headers as they are. Raises ``ValueError`` for what is no such value.
    """
    escape = escaper(parameter)
    if parameter.content is not None:
        return _content_writer(parameter, escape)
    if parameter.style == "deepObject":
        brackets = ("[", "]") if parameter.place_in == "body" else ("%5B", "%5D")
        return lambda value: list(_deep(escape(parameter.name), value, escape, brackets))

    def write(value: Any) -> Pairs:
        if parameter.explode and parameter.place_in in REPEATING and isinstance(value, (list, dict)):
            return list(_spread(parameter, value, escape))
        return [(escape(parameter.name), _styled(parameter, value, escape))]

    return write


def escaper(parameter: Parameter) -> Escape:
    """How a text is escaped in a parameter's place."""
    if parameter.place_in in UNESCAPED:
        return lambda text: text
    safe = UNHARMFUL if parameter.allow_reserved and parameter.place_in == "query" else ""
    return lambda text: quote(text, safe=safe)


def text_of(value: Any) -> str:
    """One value as text. Raises ``ValueError`` for arrays and objects, and for numbers that are none."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, (list, dict)):
        raise ValueError("arrays and objects cannot stand in each other")
    return json.dumps(value, allow_nan=False)


def _styled(parameter: Parameter, value: Any, escape: Escape) -> str:
    """A value as one text, with all that its style puts around it."""
    style, name = parameter.style, escape(parameter.name)
    delimiter = _delimiter(style, parameter.place_in)
    if style == "label":
        return "." + ("." if parameter.explode else ",").join(_parts(parameter, value, escape))
    if style == "matrix":
        if not parameter.explode or not isinstance(value, (list, dict)):
            return f";{_assigned(name, ','.join(_parts(parameter, value, escape)))}"
        pairs = value.items() if isinstance(value, dict) else ((parameter.name, each) for each in value)
        texts = [_assigned(escape(key), escape(text_of(each))) for key, each in pairs]
        return "".join(f";{text}" for text in texts) or f";{name}"
    return delimiter.join(_parts(parameter, value, escape))


def _assigned(name: str, text: str) -> str:
    return f"{name}={text}" if text else name


def _delimiter(style: str, place_in: str) -> str:
    delimiter = DELIMITERS.get(style, ",")
    return delimiter if place_in in UNESCAPED else _ESCAPED.get(delimiter, delimiter)


def _parts(parameter: Parameter, value: Any, escape: Escape) -> Iterator[str]:
    """What delimiters stand between."""
    if isinstance(value, list):
        yield from (_item(each, parameter.inner_styles, parameter.place_in, escape) for each in value)
    elif isinstance(value, dict):
        for key, each in value.items():
            pair = (escape(key), escape(text_of(each)))
            yield from ["=".join(pair)] if parameter.explode else pair
    else:
        yield escape(text_of(value))


def _item(value: Any, styles: tuple[str, ...], place_in: str, escape: Escape) -> str:
    if not styles or not isinstance(value, list):
        return escape(text_of(value))
    return _delimiter(styles[0], place_in).join(_item(each, styles[1:], place_in, escape) for each in value)


def _spread(parameter: Parameter, value: Any, escape: Escape) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield escape(parameter.name), _item(each, parameter.inner_styles, parameter.place_in, escape)
        return
    for key, each in value.items():
        for one in each if isinstance(each, list) else [each]:
            yield escape(key), escape(text_of(one))


def _deep(name: str, value: Any, escape: Escape, brackets: tuple[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _deep(f"{name}{brackets[0]}{escape(key)}{brackets[1]}", each, escape, brackets)
    elif isinstance(value, list):
        yield from ((name, escape(text_of(each))) for each in value)
    else:
        yield name, escape(text_of(value))


def _content_writer(parameter: Parameter, escape: Escape) -> Write:
    as_json = parameter.content is not None and is_json(parameter.content.name)

    def write(value: Any) -> Pairs:
        text = json.dumps(value, allow_nan=False, separators=(",", ":")) if as_json else text_of(value)
        return [(escape(parameter.name), escape(text))]

    return write
