"""The routes of operations as a tree of their segments, less those that a rule of somebody else might be meant by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.routing import Rule, UnicodeConverter

from pymacaron_core.routing import LateRule, Served

_VARIABLE = re.compile(r"<([^<>:]+)>\Z")
_ANY = object()
"""Stands for a segment that any text matches."""
_REST = object()
"""Stands for segments that anything matches from here on."""


@dataclass(frozen=True, slots=True)
class LeanRoute:
    """A generated route with its rule; ``names`` are the wire names of its variables, in their order."""

    endpoint: str
    rule: Rule
    served: Served
    names: tuple[str, ...]


NO_ROUTE = None, None
"""What stands for a route that was not found, and the values of its variables."""


@dataclass(slots=True)
class Tree:
    """Routes by their segments; ``static`` has those without variables by their whole path."""

    static: dict[str, dict[str, LeanRoute]] = field(default_factory=dict)
    root: dict[Any, Any] = field(default_factory=dict)

    def found(self, path: str, method: str) -> tuple[LeanRoute, list[str]] | None:
        """The route of a path with variables, and their values; None where Flask must say."""
        if path[:1] != "/":
            return None
        node: Any = self.root
        values: list[str] = []
        for segment in path.split("/")[1:]:
            inner = node.get(segment)
            if inner is None:
                inner = node.get(_ANY)
                if inner is None or not segment:
                    return None
                values.append(segment)
            node = inner
        route = node.get((method,))
        if route is None or not route.served.besides.isdisjoint(values):
            return None
        return route, values


def tree_of(rules: Iterable[Rule], served: Mapping[str, Served]) -> Tree:
    """The tree of the routes that can be told by their segments alone, with no other rule to be asked."""
    tree = Tree()
    own: list[tuple[Rule, tuple[Any, ...]]] = []
    others: list[tuple[Rule, tuple[Any, ...]]] = []
    for rule in rules:
        if not (rule.build_only or rule.websocket):
            is_own = rule.endpoint in served and _is_plain(rule)
            (own if is_own else others).append((rule, _pattern(rule)))
    for rule, pattern in own:
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if any(_may_be_meant(pattern, methods, other, each) for each, other in others):
            continue
        each = served[rule.endpoint]
        names = tuple(each.names[m[1]] for m in map(_VARIABLE.match, rule.rule.split("/")) if m)
        _put(tree, pattern, LeanRoute(rule.endpoint, rule, each, names), methods)
    return tree


def _is_plain(rule: Rule) -> bool:
    """Whether a rule says no more than which text stands where."""
    if type(rule) not in (Rule, LateRule) or rule.defaults or rule.redirect_to or rule.alias:
        return False
    if "//" in rule.rule or _REST in _pattern(rule):
        return False
    return all(type(each) is UnicodeConverter for each in rule._converters.values())


def _put(tree: Tree, pattern: tuple[Any, ...], route: LeanRoute, methods: Iterable[str]) -> None:
    for method in methods:
        if _ANY not in pattern:
            tree.static.setdefault("/" + "/".join(pattern), {})[method] = route
        node = tree.root
        for segment in pattern:
            node = node.setdefault(segment, {})
        node.setdefault((method,), route)


def _pattern(rule: Rule) -> tuple[Any, ...]:
    """The segments of a rule, those with a variable as what they match. Slashes are merged, as Werkzeug may do."""
    found: list[Any] = []
    for segment in re.sub("//+", "/", rule.rule).lstrip("/").split("/"):
        if "<" not in segment:
            found.append(segment)
        elif _VARIABLE.match(segment) and segment.startswith("<"):
            found.append(_ANY)
        else:
            return (*found, _REST)
    return tuple(found)


def _may_be_meant(own: tuple[Any, ...], methods: set[str], other: tuple[Any, ...], rule: Rule) -> bool:
    """Whether a call of an operation could be one of another rule, by the segments of both."""
    if rule.methods is not None and methods.isdisjoint(rule.methods):
        return False
    if _ANY not in own:  # a path that is written out comes first
        return own == other
    for mine, its in zip(own, other, strict=False):
        if its is _REST:
            return True
        if mine is not its and mine is not _ANY and its is not _ANY and mine != its:
            return False
    return len(own) == len(other) or (len(other) > len(own) and other[len(own)] in ("", _REST))
