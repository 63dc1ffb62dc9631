"""Finders: where in a call the texts of a parameter are, as they came, with their escapes."""

from __future__ import annotations

import re
from collections.abc import Callable

from pymacaron_core.call import Call
from pymacaron_core.segments import raw_finder
from pymacaron_core.spec.operation import Parameter
from pymacaron_core.styles import Unescape, Unreadable, as_it_is, as_text, unescaped, unquoted
from pymacaron_core.wire import Shape

Find = Callable[[Call], "list[str] | None"]
_CONTROL = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]")
UNESCAPES: dict[str, Unescape] = {"path": unescaped, "query": unquoted, "header": as_it_is, "cookie": unescaped}
"""How the text of each place is unescaped."""


def text_finder(parameter: Parameter, path: str, once: bool, whole: bool = False) -> Callable[[Call], str | None]:
    """What finds the one text of a parameter, still escaped; ``whole`` where nothing will be split."""
    name = parameter.name
    if parameter.place_in == "path":
        return _whole_finder(raw_finder(path, name), name) if whole else raw_finder(path, name)
    if parameter.place_in == "header":
        return lambda call: _header(call, name)
    if parameter.place_in == "cookie":
        return lambda call: _first(_cookies(call, name), once)

    def find(call: Call) -> str | None:
        raws = call.query_values.get(name)
        if raws is None:
            return None
        return one_of(raws, once) if once else raws[-1]

    return find


def _whole_finder(find: Callable[[Call], str | None], name: str) -> Callable[[Call], str | None]:
    """What finds a value of a path that is not split: as it came only where escapes may be wrong."""

    def find_whole(call: Call) -> str | None:
        value = call.path_values.get(name)
        if value is None or ("%" not in value and "\ufffd" not in value):
            return value
        return find(call)

    return find_whole


def _header(call: Call, name: str) -> str | None:
    text = call.header(name)
    if text is not None and not text.isprintable() and _CONTROL.search(text):
        raise Unreadable("must not have control characters", "encoding")
    return text


def _first(values: list[str], once: bool) -> str | None:
    if once:
        one_of(values or [""], once)
    return values[0] if values else None


def _cookies(call: Call, name: str) -> list[str]:
    return [_checked(call, value) for known, value in call.cookies if known == name]


def _checked(call: Call, value: str) -> str:
    if "\ufffd" in value:
        as_text(call.header("Cookie") or "")
    return value


def one_of(raws: list[str], once: bool) -> str:
    if once and len(raws) > 1:
        raise Unreadable("must not be given more than once", "repeated")
    return raws[-1]


def repeated_cookie(name: str) -> Find:
    """Cookies of one name (``a=1; a=2``); or one that RFC 6570 has written, which knows no cookies (``a=1&a=2``)."""

    def find(call: Call) -> list[str] | None:
        items: list[str] = []
        for value in _cookies(call, name):
            pieces = value.split("&")
            rest = [piece.removeprefix(f"{name}=") for piece in pieces[1:] if piece.startswith(f"{name}=")]
            items.extend([pieces[0], *rest] if len(rest) == len(pieces) - 1 else [value])
        return items or None

    return find


def cookie_groups(shape: Shape) -> Callable[[Call], dict[str, list[str]]]:
    """The cookies by name; those of the object may stand in one, as RFC 6570 writes them (``R=100&G=200``)."""

    def groups(call: Call) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for written, value in call.cookies:
            name = _name(written)
            if name in shape.properties or shape.additional is not None:
                _checked(call, value)
            pieces = value.split("&") if name in shape.properties else [value]
            pairs = [piece.partition("=") for piece in pieces[1:]]
            if any(key not in shape.properties for key, _, _ in pairs):
                pieces, pairs = [value], []
            found.setdefault(name, []).append(pieces[0])
            for key, _, rest in pairs:
                found.setdefault(key, []).append(rest)
        return found

    return groups


def _name(written: str) -> str:
    """A cookie's name, unescaped; one that cannot be is none that a document could declare."""
    try:
        return unescaped(written)
    except Unreadable:
        return written
