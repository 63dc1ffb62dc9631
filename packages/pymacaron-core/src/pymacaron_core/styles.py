"""Styles: how one text holds several values, by the styles of OpenAPI 3 and the collection formats of Swagger 2.0.

Text is split while it is still escaped, and unescaped after: an escaped delimiter is part of a value (OpenAPI 3.1.1,
Appendix C, "Delimiters in Parameter Values"). The exceptions are the space, the bar and the tab, which no query may
hold as they are (Appendix E, "Illegal or Reserved Delimiters"): they delimit escaped too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

Split = Callable[[str], list[str]]
Unescape = Callable[[str], str]
Pairs = list[tuple[str, str]]

DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""What is between the values of a style that has a delimiter of its own; that of others is a comma."""
_ESCAPED = {" ": "%20| ", "|": r"%7[Cc]|\|", "\t": "%09|\t"}
_HALF_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_HEADER_ITEM = re.compile(r'[ \t]*((?:[^,"=]*=)?"(?:[^"\\]|\\.)*"[ \t]*(?=,|\Z)|[^,]*)(?:,|\Z)')


class Unreadable(Exception):
    """The text of a parameter is not what its style asks for; the message says how, ``rule`` what kind of fault."""

    def __init__(self, message: str, rule: str = "style") -> None:
        super().__init__(message)
        self.rule = rule


def unquoted(raw: str) -> str:
    """Text of a query or a form, unescaped: a plus is a space. Raises ``Unreadable`` where it is not UTF-8."""
    if raw.isascii():
        return unescaped(raw.replace("+", " ")) if "%" in raw else raw.replace("+", " ")
    return unescaped(as_text(raw).replace("+", " "))


def unescaped(raw: str) -> str:
    """Text of a path or a cookie, unescaped (RFC 3986, section 2.1). Raises ``Unreadable`` where it is not UTF-8."""
    if "%" not in raw:
        return raw
    if _HALF_ESCAPE.search(raw):
        raise Unreadable("has a percent sign that begins no escape: it is written %25", "encoding")
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeError:
        raise Unreadable("must be UTF-8, percent-encoded", "encoding") from None


def as_text(wire: str) -> str:
    """What a WSGI environment has as Latin-1 (PEP 3333), as UTF-8. Raises ``Unreadable`` where it is none."""
    try:
        return wire.encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise Unreadable("must be UTF-8, percent-encoded", "encoding") from None


def as_it_is(raw: str) -> str:
    """Text of a header: nothing is escaped there (OpenAPI 3.1.2, Parameter Object)."""
    return raw


def splitter(style: str, place_in: str) -> Split:
    """What splits the values of an array or object that come as one text; an empty text has none."""
    delimiter = DELIMITERS.get(style, ",")
    if delimiter == "," and place_in == "header":
        return header_items
    if delimiter == "," or place_in in ("header", "body"):
        return lambda raw: raw.split(delimiter) if raw else []
    pattern = re.compile(_ESCAPED[delimiter] + (r"|\+" if delimiter == " " and place_in == "query" else ""))
    return lambda raw: pattern.split(raw) if raw else []


def header_items(text: str) -> list[str]:
    """The items of a header's list (RFC 9110, section 5.6.1). A comma within a quoted string is none of the list's;
    the quotes stay, as every header has rules of its own for them (OpenAPI 3.1.1, Appendix D)."""
    if '"' not in text:
        return [item.strip(" \t") for item in text.split(",")] if text.strip(" \t") else []
    items: list[str] = []
    for found in _HEADER_ITEM.finditer(text):
        items.append(found[1].strip(" \t"))
        if found.end(1) == len(text):
            break
    return items


def alternating(items: list[str], unescape: Unescape) -> Pairs:
    """``R,100,G,200``: names and values in turn. Raises ``Unreadable`` when one is left over."""
    if len(items) % 2:
        raise Unreadable("must have a value for every name")
    return [(unescape(name), unescape(value)) for name, value in zip(items[::2], items[1::2], strict=True)]


def assigned(items: list[str], unescape: Unescape, bare: bool = False) -> Pairs:
    """``R=100`` for each. Raises ``Unreadable`` for one without ``=``, which ``bare`` takes for an empty value."""
    pairs: Pairs = []
    for item in items:
        name, equals, value = item.partition("=")
        if not equals and not bare:
            raise Unreadable("must be written name=value for every property")
        pairs.append((unescape(name), unescape(value)))
    return pairs


def without_prefix(text: str, prefix: str) -> str:
    """What stands after the first letter of a label or a matrix. Raises ``Unreadable`` where it is not there."""
    if not text.startswith(prefix):
        raise Unreadable(f"must start with {prefix!r}")
    return text[1:]


def without_name(text: str, name: str) -> str:
    """The value in one ``name=value`` of a matrix; a name alone has an empty one (RFC 6570, section 3.2.7)."""
    written, _, value = text.partition("=")
    if written != name and unescaped(written) != name:
        raise Unreadable(f"must start with {';' + name + '='!r}")
    return value
