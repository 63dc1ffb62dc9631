"""Regular expressions as ECMA-262 (22.2) means them: the text of a pattern read into a small tree.

A pattern is read in unicode mode, as JSON Schema asks for; what that mode refuses and the web's leniency (annex B)
allows is read leniently: needless escapes, braces and brackets that stand for themselves, octal escapes, ``[\\w-.]``.
"""

from __future__ import annotations

import re

from pymacaron_core.models.escapes import Escapes
from pymacaron_core.models.pattern_tree import (
    Back,
    Char,
    Choice,
    Edge,
    Group,
    Item,
    Known,
    Look,
    Node,
    PatternError,
    Property,
    Repeat,
    Sequence,
    Set,
)

LONGEST_VALUE = 10_000
DEEPEST = 40
MOST_REPEATS = 1_000_000
"""A bound on ``{n,m}``, beyond which a pattern is no use."""

_COUNT = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_OPENING = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]?|\((?:\?<(?![=!])([^>]{1,100})>|(?!\?))", re.DOTALL)
_NAME = re.compile("<([^>]{1,100})>")


def parse(pattern: str) -> Node:
    """The tree of a pattern. Raises :class:`PatternError`."""
    return _Parser(pattern).whole()


def is_regular(text: str) -> bool:
    """Whether a text is a regular expression of ECMA-262 (the format ``regex``).

    One with escapes of other languages (``\\A``, ``\\Z``) is not, and one of more than ten thousand characters.
    """
    if len(text) > LONGEST_VALUE:
        return False
    try:
        parser = _Parser(text)
        parser.whole()
    except PatternError:
        return False
    return not parser.foreign


class _Parser(Escapes):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0
        self.opened = 0
        openings = [found for found in _OPENING.finditer(text) if found[0][0] == "("]
        self.groups = len(openings)
        self.names = {found[1]: number for number, found in enumerate(openings, 1) if found[1] is not None}
        if len(self.names) < sum(found[1] is not None for found in openings):
            raise PatternError("two groups have one name")

    def whole(self) -> Node:
        node = self.choice()
        if self.at < len(self.text):
            raise PatternError("a closing parenthesis without an opening one")
        return node

    def choice(self) -> Node:
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def sequence(self) -> Node:
        items: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            items.append(self.repeated(self.atom()))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def atom(self) -> Node:
        character = self.text[self.at]
        if character in "*+?" or (character == "{" and _COUNT.match(self.text, self.at)):
            raise PatternError(f"{character} has nothing to repeat")
        self.at += 1
        if character == "(":
            return self.group()
        if character == "[":
            return self.set()
        if character == "\\":
            return self.escape()
        if character in "^$":
            return Edge(character)
        return Known(".") if character == "." else Char(ord(character), character)

    def repeated(self, node: Node) -> Node:
        counts = self.counts()
        if counts is None:
            return node
        low, high = counts
        if isinstance(node, Edge) or (isinstance(node, Look) and node.behind):
            raise PatternError("an edge or a look-behind is repeated")
        if high is not None and high < low:
            raise PatternError("a repetition ends before it begins")
        if max(low, high or 0) > MOST_REPEATS:
            raise PatternError(f"a repetition of more than {MOST_REPEATS} times")
        return Repeat(node, low, high, self.take("?"))

    def counts(self) -> tuple[int, int | None] | None:
        for sign, low, high in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self.take(sign):
                return low, high
        found = self.match(_COUNT)
        if found is None:
            return None
        low = _count(found[1])
        return low, (low if found[2] is None else _count(found[3]) if found[3] else None)

    def group(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternError(f"groups nested more than {DEEPEST} deep")
        node = self.opened_group()
        if not self.take(")"):
            raise PatternError("an opening parenthesis without a closing one")
        self.depth -= 1
        return node

    def opened_group(self) -> Node:
        if self.take("?:"):
            return Group(self.choice())
        for opening, behind, negative in (("?=", False, False), ("?!", False, True)):
            if self.take(opening):
                return Look(self.choice(), behind, negative)
        for opening, behind, negative in (("?<=", True, False), ("?<!", True, True)):
            if self.take(opening):
                return Look(self.choice(), behind, negative)
        name = ""
        if self.take("?"):
            found = self.match(_NAME)
            name = found[1] if found is not None else ""
            if not name.replace("$", "_").isidentifier():
                raise PatternError("(? opens no group that ECMA-262 knows")
        self.opened += 1
        number = self.opened
        return Group(self.choice(), number, name)

    def escape(self) -> Node:
        character = self.text[self.at : self.at + 1]
        if character in ("b", "B") and character:
            self.at += 1
            return Edge(character)
        if character == "k" and self.names:
            return self.named_reference()
        if character in tuple("123456789"):
            digits = re.compile("[0-9]+").match(self.text, self.at)
            if digits is not None and len(digits[0]) < 6 and int(digits[0]) <= self.groups:
                self.at = digits.end()
                return Back(int(digits[0]))
        return self.character_escape(inside=False)

    def named_reference(self) -> Node:
        self.at += 1
        found = self.match(_NAME)
        if found is None or found[1] not in self.names:
            raise PatternError("a reference to a group that has no such name")
        return Back(self.names[found[1]])

    def set(self) -> Set:
        negated = self.take("^")
        items: list[Item] = []
        while not self.take("]"):
            first = self.set_item()
            if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
                items.append(first)
                continue
            self.at += 1
            last = self.set_item()
            if isinstance(first, Char) and isinstance(last, Char):
                if first.code > last.code:
                    raise PatternError("a range that ends before it begins")
                items.append((first, last))
            else:
                items.extend((first, Char(ord("-"), "-"), last))
        return Set(tuple(items), negated)

    def set_item(self) -> Char | Property | Known:
        if self.at >= len(self.text):
            raise PatternError("an opening bracket without a closing one")
        character = self.text[self.at]
        self.at += 1
        return self.character_escape(inside=True) if character == "\\" else Char(ord(character), character)


def _count(digits: str) -> int:
    return int(digits.lstrip("0")[:10] or "0")
