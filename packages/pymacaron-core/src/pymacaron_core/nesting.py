"""Nesting: keys in brackets (``filter[size][width]``) as trees."""

from __future__ import annotations

import re
from typing import Union

from pymacaron_core.styles import Unreadable

Tree = dict[str, Union["Tree", list[str]]]
DEEPEST = 5
"""How many keys may stand in each other. OpenAPI defines one (3.1.1, "Style Values"); what is deeper is ours."""
_KEYS = re.compile(r"(?:\[[^\[\]]*\])+")


def plant(tree: Tree, name: str, key: str, raws: list[str]) -> None:
    """Put the texts of ``name[key]`` into a tree; ``name[key][]`` is the same. Raises ``Unreadable`` for other keys."""
    written = key[len(name) :]
    keys = written[1:-1].split("][") if len(written) < 10_000 and _KEYS.fullmatch(written) else [""]
    if len(keys) > 1 and not keys[-1]:
        keys.pop()
    if not all(keys):
        raise Unreadable(f"must be written {name}[key]=value")
    if len(keys) > DEEPEST:
        raise Unreadable(f"must not be more than {DEEPEST} keys deep")
    for step in keys[:-1]:
        inside = tree.setdefault(step, {})
        if not isinstance(inside, dict):
            raise Unreadable("has a key that is a value and an object at once")
        tree = inside
    leaf = tree.setdefault(keys[-1], [])
    if not isinstance(leaf, list):
        raise Unreadable("has a key that is a value and an object at once")
    leaf.extend(raws)
