"""What a regular expression of ECMA-262 consists of, as a small tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

LAST = 0x10FFFF
"""The last code point of Unicode."""


class PatternError(ValueError):
    """The text is no regular expression of ECMA-262, or a monstrous one. The message says why."""


@dataclass(frozen=True, slots=True)
class Char:
    """One character, and how the pattern writes it."""

    code: int
    raw: str


@dataclass(frozen=True, slots=True)
class Property:
    """``\\p{Lu}``: a property of Unicode. ``kind`` is gc, sc or scx, or empty for a property that is or is not."""

    kind: str
    value: str
    negated: bool


@dataclass(frozen=True, slots=True)
class Known:
    """``.`` or one of the classes with a letter: ``d``, ``D``, ``w``, ``W``, ``s``, ``S``."""

    name: str


Item: TypeAlias = "Char | tuple[Char, Char] | Property | Known"


@dataclass(frozen=True, slots=True)
class Set:
    """``[...]``: one character of several, or of all others."""

    items: tuple[Item, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """``^``, ``$``, ``b`` or ``B``."""

    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """``(...)``, with its number, or 0 where it captures nothing; and its name."""

    body: Node
    number: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """``(?=...)`` and its three kin."""

    body: Node
    behind: bool
    negative: bool


@dataclass(frozen=True, slots=True)
class Back:
    """What the group of this number captured."""

    number: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """``body{low,high}``; without ``high`` any number of times."""

    body: Node
    low: int
    high: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One or another."""

    branches: tuple[Node, ...]


Node: TypeAlias = "Char | Set | Property | Known | Edge | Group | Look | Back | Repeat | Sequence | Choice"
