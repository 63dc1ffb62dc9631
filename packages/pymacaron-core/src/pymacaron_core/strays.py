"""Strays: names in a query that nobody declared, and to whom a name belongs where objects take any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pymacaron_core.call import Call
from pymacaron_core.errors import RequestFault
from pymacaron_core.spec.operation import Operation, Parameter, Specification
from pymacaron_core.wire import Shape

MOST_TOLD = 20
"""How many names are told one by one."""
LONGEST = 200


class Declared(NamedTuple):
    """The names that an operation declares in one place: by themselves, and by what they begin with."""

    names: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    takes_any: bool = False

    def has(self, name: str) -> bool:
        return name in self.names or name.startswith(self.prefixes)


NOTHING = Declared()


def declared(
    operation: Operation, specification: Specification, shapes: Iterable[tuple[Parameter, Shape]], place_in: str
) -> Declared:
    """What an operation declares in the query, or in cookies; the keys of its security are among it."""
    schemes = [specification.security_schemes.get(name) for each in operation.security for name in each]
    names = {s.parameter for s in schemes if s is not None and s.type == "apiKey" and s.place_in == place_in}
    prefixes, takes_any = [], False
    for parameter, shape in shapes:
        if parameter.place_in != place_in:
            continue
        names.add(parameter.name)
        if parameter.style == "deepObject":
            prefixes.append(f"{parameter.name}[")
        elif is_spread(parameter, shape):
            names |= shape.properties.keys()
            takes_any = takes_any or shape.additional is not None
    return Declared(frozenset(names), tuple(prefixes), takes_any)


def is_spread(parameter: Parameter, shape: Shape) -> bool:
    """Whether the properties of an object stand beside each other, each by its own name: ``R=100&G=200``."""
    spreads = parameter.explode and parameter.place_in in ("query", "cookie") and parameter.content is None
    return shape.is_object and spreads and parameter.style != "deepObject"


def strays_step(known: Declared) -> Callable[[Call, list[Any], Mapping[str, Any], list[RequestFault]], None]:
    """The step that refuses names of the query which are not declared."""

    def step(call: Call, positional: list[Any], keywords: Mapping[str, Any], faults: list[RequestFault]) -> None:
        strays = [] if known.takes_any else [name for name in call.query_values if not known.has(name)]
        for name in strays[:MOST_TOLD]:
            faults.append(RequestFault("query", pointer_of(name[:LONGEST]), "unknown", "is no parameter of this call"))
        if len(strays) > MOST_TOLD:
            message = f"has {len(strays) - MOST_TOLD} more names that are no parameters of this call"
            faults.append(RequestFault("query", "", "unknown", message))

    return step


def pointer_of(name: str) -> str:
    """A name as a JSON pointer (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
