"""Schemas that are made of themselves: what no value can have, and no type can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from pymacaron_core.spec.depth import made_of
from pymacaron_core.spec.operation import Schema

TOLD = 20
"""How many circles through the same schemas are told."""
_SHOWN = 10


def circles(named: Mapping[str, Schema]) -> Iterator[tuple[list[str], list[str]]]:
    """The schemas that mean each other by references and ``allOf``/``anyOf``/``oneOf`` alone: all that are caught in
    one another, and the members of one circle through the first of those not told yet (empty after enough of them)."""
    parts = {name: found for name, schema in named.items() if (found := made_of(schema))}
    parts = {name: [part for part in found if part in parts] for name, found in parts.items()}
    for caught in _components(parts):
        inside = set(caught)
        told: set[str] = set()
        for number, name in enumerate(caught):
            if name not in told and number < TOLD:
                circle = _circle(name, parts, inside)
                told.update(circle)
                yield caught, circle


def shown(circle: list[str]) -> str:
    """``A -> B -> A``."""
    names = circle
    if len(circle) > _SHOWN:
        names = [*circle[: _SHOWN - 1], f"{len(circle) - _SHOWN} more", circle[-1]]
    return " -> ".join([*names, circle[0]])


def _components(parts: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """What lies on circles, together what reaches each other (Tarjan, Depth-first search and linear graph algorithms,
    1972), in the order of the names."""
    order = {name: number for number, name in enumerate(parts)}
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_names: list[str] = []
    is_open: set[str] = set()
    for root in parts:
        way = [(root, iter(parts[root]))] if root not in index else []
        while way:
            name, rest = way[-1]
            if name not in index:
                index[name] = lowest[name] = len(index)
                open_names.append(name)
                is_open.add(name)
            for onward in rest:
                if onward not in index:
                    way.append((onward, iter(parts[onward])))
                    break
                if onward in is_open and index[onward] < lowest[name]:
                    lowest[name] = index[onward]
            else:
                way.pop()
                if way and lowest[name] < lowest[way[-1][0]]:
                    lowest[way[-1][0]] = lowest[name]
                if lowest[name] == index[name]:
                    found: list[str] = []
                    while not found or found[-1] != name:
                        found.append(open_names.pop())
                    is_open.difference_update(found)
                    if len(found) > 1 or name in parts[name]:
                        yield sorted(found, key=order.__getitem__)


def _circle(name: str, parts: Mapping[str, list[str]], inside: set[str]) -> list[str]:
    """The shortest way from a name back to it."""
    before: dict[str, str] = {}
    waiting = deque([name])
    while waiting and name not in before:
        here = waiting.popleft()
        for part in parts[here]:
            if part in inside and part not in before:
                before[part] = here
                waiting.append(part)
    way = [before[name]]
    while way[-1] != name:
        way.append(before[way[-1]])
    return way[::-1]
