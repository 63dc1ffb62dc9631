"""URIs (RFC 3986), IRIs (RFC 3987) and templates of them (RFC 6570): is a text one. All in linear time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial

from pymacaron_core.models.hostnames import is_ipv6

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*")
_LOOSE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_FUTURE = re.compile(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+")
_PLAIN = r"A-Za-z0-9._~!$&'()*+,;=%\-"
_BEYOND = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 15)
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"


_NAME = (_PLAIN, _PLAIN + _BEYOND)
"""The characters of a part: in a URI, and in an IRI."""
_USER = (f"{_PLAIN}:", f"{_PLAIN}:{_BEYOND}")
_PATH = (f"{_PLAIN}:@/", f"{_PLAIN}:@/{_BEYOND}")
_FRAGMENT = (f"{_PLAIN}:@/?", f"{_PLAIN}:@/?{_BEYOND}")
_QUERY = (_FRAGMENT[0], f"{_FRAGMENT[1]}{_PRIVATE}")

_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_VARIABLE = r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+(?:\.(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+)*(?::[1-9][0-9]{0,3}|\*)?"
_VARIABLES = re.compile(rf"[+#./;?&=,!@|]?{_VARIABLE}(?:,{_VARIABLE})*")
_NO_LITERAL = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f-\x9f\ud800-\udfff]')
_EASY = r"A-Za-z0-9._~!$&'()*+,;=:@/\-"
_USUAL = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[{_EASY}]*)?(?:\?[{_EASY}?]*)?(?:#[{_EASY}?]*)?"
)
"""Most URIs there are: read in one step."""


@cache
def _has_only(characters: str) -> Callable[[str], object]:
    """Whether a text has only these characters. Made when first asked: IRI's take milliseconds."""
    return re.compile(f"[{characters}]*").fullmatch


def _is_reference(text: str, *, wide: bool, absolute: bool) -> bool:
    if _USUAL.fullmatch(text):
        return True
    found = _PARTS.fullmatch(text)
    if found is None or _LOOSE_PERCENT.search(text):
        return False
    scheme, authority, path, query, fragment = found.groups()
    if scheme is None:
        if absolute or (authority is None and ":" in path.partition("/")[0]):
            return False
    elif not _SCHEME.fullmatch(scheme):
        return False
    if authority is not None and not _is_authority(authority, wide):
        return False
    parts = ((_PATH, path), (_QUERY, query or ""), (_FRAGMENT, fragment or ""))
    return all(_has_only(each[wide])(part) is not None for each, part in parts)


def _is_authority(text: str, wide: bool) -> bool:
    user, _, place = text.rpartition("@")
    if _has_only(_USER[wide])(user) is None:
        return False
    if place.startswith("["):
        address, closed, port = place[1:].partition("]")
        if not closed or not (is_ipv6(address) or _FUTURE.fullmatch(address)):
            return False
    else:
        name, colon, port = place.partition(":")
        if _has_only(_NAME[wide])(name) is None:
            return False
        port = colon + port
    return not port or (port[0] == ":" and ((port[1:].isdigit() and port.isascii()) or port == ":"))


is_uri = partial(_is_reference, wide=False, absolute=True)
is_uri_reference = partial(_is_reference, wide=False, absolute=False)
is_iri = partial(_is_reference, wide=True, absolute=True)
is_iri_reference = partial(_is_reference, wide=True, absolute=False)


def is_uri_template(text: str) -> bool:
    """A text with expressions in braces, all levels."""
    if any(not _VARIABLES.fullmatch(inner) for inner in _EXPRESSION.findall(text)):
        return False
    rest = _EXPRESSION.sub("", text)
    return not _NO_LITERAL.search(rest) and not _LOOSE_PERCENT.search(rest)
