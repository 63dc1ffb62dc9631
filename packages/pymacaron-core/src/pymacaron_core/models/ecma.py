"""Regular expressions as ECMA-262 (22.2) means them: the text of a pattern read into a small tree.

A pattern is read in unicode mode, as JSON Schema asks for; what that mode refuses and the web's leniency (annex B)
allows is read leniently: needless escapes, braces and brackets that stand for themselves, octal escapes, ``[\\w-.]``.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import TypeAlias

LAST = 0x10FFFF
LONGEST_VALUE = 10_000
DEEPEST = 40
MOST_REPEATS = 1_000_000
"""A bound on ``{n,m}``, beyond which a pattern is no use."""


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

_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_COUNT = re.compile(r"\{([0-9]+)(,([0-9]*))?\}")
_OPENING = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]?|\((?:\?<(?![=!])([^>]{1,100})>|(?!\?))", re.DOTALL)
_NAME = re.compile("<([^>]{1,100})>")
_OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_UNITS = re.compile(r"([0-9A-Fa-f]{4})(?:\\u([0-9A-Fa-f]{4}))?")
_POINT = re.compile(r"\{([0-9A-Fa-f]+)\}")
_PROPERTY = re.compile(r"\{(?:(General_Category|gc|Script|sc|Script_Extensions|scx)=)?([A-Za-z0-9_]+)\}")
_KINDS = {"General_Category": "gc", "Script": "sc", "Script_Extensions": "scx"}
_CATEGORIES = """
    L Letter LC Cased_Letter Lu Uppercase_Letter Ll Lowercase_Letter Lt Titlecase_Letter Lm Modifier_Letter
    Lo Other_Letter M Mark Combining_Mark Mn Nonspacing_Mark Mc Spacing_Mark Me Enclosing_Mark N Number
    Nd Decimal_Number digit Nl Letter_Number No Other_Number P Punctuation punct Pc Connector_Punctuation
    Pd Dash_Punctuation Ps Open_Punctuation Pe Close_Punctuation Pi Initial_Punctuation Pf Final_Punctuation
    Po Other_Punctuation S Symbol Sm Math_Symbol Sc Currency_Symbol Sk Modifier_Symbol So Other_Symbol Z Separator
    Zs Space_Separator Zl Line_Separator Zp Paragraph_Separator C Other Cc Control cntrl Cf Format Cs Surrogate
    Co Private_Use Cn Unassigned
"""
_BINARY = """
    ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Assigned Bidi_Control Bidi_C Bidi_Mirrored Bidi_M
    Case_Ignorable CI Cased Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM Changes_When_Lowercased CWL
    Changes_When_NFKC_Casefolded CWKCF Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash
    Default_Ignorable_Code_Point DI Deprecated Dep Diacritic Dia Emoji Emoji_Component EComp Emoji_Modifier EMod
    Emoji_Modifier_Base EBase Emoji_Presentation EPres Extended_Pictographic ExtPict Extender Ext Grapheme_Base
    Gr_Base Grapheme_Extend Gr_Ext Hex_Digit Hex IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC
    ID_Start IDS Ideographic Ideo Join_Control Join_C Logical_Order_Exception LOE Lowercase Lower Math
    Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn Pattern_White_Space Pat_WS Quotation_Mark QMark Radical
    Regional_Indicator RI Sentence_Terminal STerm Soft_Dotted SD Terminal_Punctuation Term Unified_Ideograph UIdeo
    Uppercase Upper Variation_Selector VS White_Space space XID_Continue XIDC XID_Start XIDS
"""


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


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.opened = 0
        self.foreign = False
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

    def take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def match(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        found = expression.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

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

    def character_escape(self, *, inside: bool) -> Char | Property | Known:
        start = self.at - 1
        character = self.text[self.at : self.at + 1]
        if not character:
            raise PatternError("a backslash at the end")
        if character in "dDwWsS":
            self.at += 1
            return Known(character)
        if character in "pP":
            self.at += 1
            return self.property(character == "P")
        code = self.code_of(inside)
        return Char(code, self.text[start : self.at])

    def code_of(self, inside: bool) -> int:
        character = self.text[self.at]
        if character in "01234567" and (found := self.match(_OCTAL)):
            return int(found[0], 8)
        if character == "c":
            return self.control(inside)
        self.at += 1
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "b" and inside:
            return 8
        if character == "x" and (found := self.match(re.compile("[0-9A-Fa-f]{2}"))):
            return int(found[0], 16)
        if character == "u":
            return self.code_point()
        self.foreign = self.foreign or (character.isascii() and character.isalpha())
        return ord(character)

    def control(self, inside: bool) -> int:
        letter = self.text[self.at + 1 : self.at + 2]
        known = string.ascii_letters + ("0123456789_" if inside else "")
        if letter and letter in known:
            self.at += 2
            return ord(letter) % 32
        return ord("\\")

    def code_point(self) -> int:
        if found := self.match(_POINT):
            code = int(found[1][-8:], 16) if len(found[1].lstrip("0")) <= 6 else LAST + 1
            if code > LAST:
                raise PatternError("a code point beyond 10FFFF")
            return code
        found = self.match(_UNITS)
        if found is None:
            return ord("u")
        first = int(found[1], 16)
        second = int(found[2], 16) if found[2] else 0
        if 0xD800 <= first <= 0xDBFF and 0xDC00 <= second <= 0xDFFF:
            return 0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00)
        self.at = found.end(1)
        return first

    def property(self, negated: bool) -> Property:
        found = self.match(_PROPERTY)
        if found is None:
            raise PatternError("\\p without a property in braces")
        kind, value = found[1] or "", found[2]
        kind = _KINDS.get(kind, kind)
        if not kind and value in _CATEGORIES.split():
            kind = "gc"
        known = {"gc": value in _CATEGORIES.split(), "": value in _BINARY.split()}.get(kind, value[:1].isupper())
        if not known:
            raise PatternError(f"{value} is no property of Unicode")
        return Property(kind, value, negated)

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
