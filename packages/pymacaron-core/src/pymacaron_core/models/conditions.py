"""Regular expressions with look-around as conditions that each need none: ``^(?=.*[0-9])(?!.*x).{8,}$`` is three."""

from __future__ import annotations

from collections.abc import Iterator

from pymacaron_core.models.pattern_tree import (
    Back,
    Char,
    Choice,
    Edge,
    Group,
    Known,
    Look,
    Node,
    Property,
    Repeat,
    Sequence,
    Set,
)

Condition = tuple[Node, bool]
"""A tree, and whether a text must match it or must not."""
_MOST = 50


def has(node: Node, *kinds: type) -> bool:
    """Whether a node of one of the kinds is anywhere in the tree."""
    if isinstance(node, kinds):
        return True
    return any(has(inner, *kinds) for inner in inside(node))


def inside(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    if isinstance(node, Sequence):
        return node.items
    if isinstance(node, Choice):
        return node.branches
    return (node.body,) if isinstance(node, (Group, Look, Repeat)) else ()


def _looks(node: Node) -> int:
    return isinstance(node, Look) + sum(map(_looks, inside(node)))


def conditions(node: Node) -> list[list[Condition]] | None:
    """Lists of conditions: a text fits that meets all of one list. None where the tree cannot be taken apart."""
    if has(node, Back) or _looks(node) > _MOST:
        return None
    found: list[list[Condition]] = []
    for branch in _branches(node):
        taken = _taken_apart(branch)
        if taken is None or len(found) == _MOST:
            return None
        found.append(taken)
    return found


def _branches(node: Node) -> Iterator[tuple[Node, ...]]:
    """The alternatives of a tree as flat sequences."""
    if isinstance(node, Choice):
        for each in node.branches:
            yield from _branches(each)
        return
    items = _flat(node)
    for at, item in enumerate(items):
        if isinstance(item, Group) and isinstance(item.body, Choice) and has(item, Look):
            for branch in item.body.branches:
                yield from _branches(Sequence((*items[:at], *_flat(branch), *items[at + 1 :])))
            return
    yield items


def _flat(node: Node) -> tuple[Node, ...]:
    """A tree as the items of a sequence, groups that only hold a sequence opened."""
    if isinstance(node, Sequence):
        return tuple(inner for item in node.items for inner in _flat(item))
    if isinstance(node, Group) and not isinstance(node.body, Choice):
        return _flat(node.body)
    return (node,)


def _taken_apart(items: tuple[Node, ...]) -> list[Condition] | None:
    """Each look-around as a condition of its own, where it stands at a place that is known."""
    items = _without_looks_at_the_ends(items)
    plain = tuple(item for item in items if not isinstance(item, Look))
    tests: list[Condition] = []
    for at, item in enumerate(items):
        if not isinstance(item, Look):
            continue
        before = tuple(each for each in items[:at] if not isinstance(each, Look))
        after = tuple(each for each in items[at + 1 :] if not isinstance(each, Look))
        place, edge = (after, "$") if item.behind else (before, "^")
        if Edge(edge) not in place or any(_width(each) is None for each in place):
            return None
        parts = (item.body, *after) if item.behind else (*before, item.body)
        tests.append((Sequence(parts), not item.negative))
    found = [*tests, (Sequence(plain), True)]
    return None if any(has(each, Look) for each, _ in found) else found


def _without_looks_at_the_ends(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """A look-ahead that ends a pattern is matched; one that refuses a character asks for another or the end."""
    if items and isinstance(items[-1], Look) and not items[-1].behind and (last := _matched(items[-1], "$")):
        items = (*items[:-1], last)
    if items and isinstance(items[0], Look) and items[0].behind and (first := _matched(items[0], "^")):
        items = (first, *items[1:])
    return items


def _matched(look: Look, edge: str) -> Node | None:
    body = look.body
    while isinstance(body, Group):
        body = body.body
    if not look.negative:
        return Group(look.body)
    if isinstance(body, Set):
        return Group(Choice((Edge(edge), Set(body.items, not body.negated))))
    if isinstance(body, (Char, Known, Property)):
        return Group(Choice((Edge(edge), Set((body,), True))))
    return None


def _width(node: Node) -> int | None:
    """How many characters the tree matches, where that is always the same."""
    if isinstance(node, (Char, Set, Known, Property)):
        return 1
    if isinstance(node, Edge):
        return 0
    if isinstance(node, Group):
        return _width(node.body)
    if isinstance(node, Repeat):
        inner = _width(node.body)
        return inner * node.low if inner is not None and node.low == node.high else None
    widths = {_width(each) for each in inside(node)}
    if isinstance(node, Choice):
        return widths.pop() if len(widths) == 1 else None
    if not isinstance(node, Sequence) or None in widths:
        return None
    return sum(_width(each) or 0 for each in node.items)
