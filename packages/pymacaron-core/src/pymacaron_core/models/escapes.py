"""What stands behind a backslash in a regular expression of ECMA-262: characters, classes and properties."""

from __future__ import annotations

import re
import string

from pymacaron_core.models.pattern_tree import LAST, Char, Known, PatternError, Property
from pymacaron_core.models.unicode_properties import kind_of

_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_UNITS = re.compile(r"([0-9A-Fa-f]{4})(?:\\u([0-9A-Fa-f]{4}))?")
_POINT = re.compile(r"\{([0-9A-Fa-f]+)\}")
_PROPERTY = re.compile(r"\{(?:(General_Category|gc|Script|sc|Script_Extensions|scx)=)?([A-Za-z0-9_]+)\}")


class Escapes:
    """The text of a pattern, and how far it is read. ``foreign`` says that it has escapes of other languages."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.foreign = False

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
        kind = kind_of(found[1] or "", found[2])
        if kind is None:
            raise PatternError(f"{found[2]} is no property of Unicode")
        return Property(kind, found[2], negated)
