"""Credentials: what a call shows to be let in, at the place that the document's security schemes say.

They go with a request to the service's own address and nowhere else: no redirection is ever followed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from pymacaron_core.context import CallContext
from pymacaron_core.errors import Unsendable
from pymacaron_core.spec.operation import Operation, SecurityScheme, Specification

Given = Mapping[str, Any]
"""Credentials by the name of their scheme: a token or key, a name with a password, or a function that gives one."""
BEARERS = ("oauth2", "openIdConnect")


class Shown:
    """What is added to a request: headers, and pairs of the query and of cookies."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.query: list[str] = []
        self.cookies: list[str] = []


def credentials_step(
    operation: Operation, specification: Specification, given: Given, is_internal: bool
) -> Callable[[CallContext | None], Shown]:
    """What gives an operation's credentials: those of the first alternative of its ``security`` that are all there.

    Where the service is internal, what its caller has shown to this one counts as there, under the same scheme.
    """
    schemes = specification.security_schemes

    def step(call: CallContext | None) -> Shown:
        for alternative in operation.security:
            found = {
                name: _value(schemes.get(name), given.get(name), call if is_internal else None) for name in alternative
            }
            if found and all(value is not None for value in found.values()):
                shown = Shown()
                for name, value in found.items():
                    _show(operation, schemes[name], value, shown)
                return shown
        return Shown()

    return step


def _value(scheme: SecurityScheme | None, given: Any, call: CallContext | None) -> Any:
    if scheme is None:
        return None
    if callable(given):
        given = given()
    if given is None and call is not None:
        return _passed_on(scheme, call)
    return given


def _passed_on(scheme: SecurityScheme, call: CallContext) -> Any:
    """What the caller of this service has shown under a scheme of the same kind."""
    if scheme.type == "apiKey":
        return call.header(scheme.parameter) if scheme.place_in == "header" else None
    kind, _, value = (call.header("Authorization") or "").partition(" ")
    wanted = "bearer" if scheme.type in BEARERS else scheme.scheme.lower()
    return _Ready(f"{kind} {value.strip()}") if value and kind.lower() == wanted else None


class _Ready(str):
    """A whole value of ``Authorization``."""

    __slots__ = ()


def _show(operation: Operation, scheme: SecurityScheme, value: Any, shown: Shown) -> None:
    if scheme.type == "apiKey":
        key = _text(operation, scheme, value)
        if scheme.place_in == "header":
            shown.headers[scheme.parameter] = key
        elif scheme.place_in == "query":
            shown.query.append(f"{quote(scheme.parameter, safe='')}={quote(key, safe='')}")
        else:
            shown.cookies.append(f"{scheme.parameter}={quote(key, safe='')}")
    elif isinstance(value, _Ready):
        shown.headers["Authorization"] = _text(operation, scheme, value)
    elif scheme.type in BEARERS or (scheme.type == "http" and scheme.scheme.lower() == "bearer"):
        shown.headers["Authorization"] = f"Bearer {_text(operation, scheme, value)}"
    elif scheme.type == "http" and scheme.scheme.lower() == "basic":
        shown.headers["Authorization"] = f"Basic {b64encode(_pair(operation, scheme, value)).decode()}"
    elif scheme.type == "http":
        shown.headers["Authorization"] = f"{scheme.scheme} {_text(operation, scheme, value)}"


def _pair(operation: Operation, scheme: SecurityScheme, value: Any) -> bytes:
    """The name and the password of Basic (RFC 7617)."""
    if isinstance(value, (tuple, list)) and len(value) == 2 and ":" not in str(value[0]):
        value = f"{value[0]}:{value[1]}"
    text = _text(operation, scheme, value)
    if ":" not in text:
        message = f"the credentials of {scheme.name!r} must be (name, password), and no name has a colon"
        raise Unsendable(f"{operation.label}: {message}")
    return text.encode()


def _text(operation: Operation, scheme: SecurityScheme, value: Any) -> str:
    """A credential that can stand in a header. The error does not tell it."""
    if not isinstance(value, str) or not value or not value.isprintable() or not value.isascii():
        message = f"the credentials of {scheme.name!r} are not a text of ASCII letters, digits and signs"
        raise Unsendable(f"{operation.label}: {message}")
    return str(value)
