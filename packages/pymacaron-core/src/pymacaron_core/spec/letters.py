"""The characters that names are made of: those of Unicode 13, which every Python from 3.10 on knows alike.

Each Python has a newer Unicode than the one before. A name or a text with characters that came later would be written
one way by one of them and another way by the next, or not be a name at all where it is read.
"""

from __future__ import annotations

import keyword
import re

_LATER = """
558 58B-58C 5C8-5C9 61D 870-89F 8B5 8C8-8D2 B53-B54 C3C C5C-C5D CDC-CDD CF3 ECE 170D 1715-171F 180F 1AC1-1AF0 1B4C-1B4F
1B7D-1B7F 1C89-1C8A 1DFA 208F 209D-209F 20C0-20C4 2427-2429 2B96 2C2F 2C5F 2E53-2E63 2FFC-2FFF 31E4-31EF 9FFD-9FFF
A7C0-A7C1 A7CB-A7F4 AB6C-AB6D FBC2-FBD2 FD40-FD4F FD90-FD91 FDC8-FDCF FDFE-FDFF 10570-105F3 10780-107BF 10940-10959
10D40-10D8F 10EC2-10EFF 10F70-10F89 11070-11075 110C2 1123F-11241 11380-113E2 116B9 116D0-116E3 11740-11746 11AB0-11ABF
11B00-11BF9 11DB0-11DF1 11F00-11F5A 1246F 12475-1247F 12550-12FF2 1342F 13439-143FA 16100-16139 16A70-16AC9 16D40-16D79
16EA0-16ED3 16FF2-16FF6 187F8-187FF 18CD6-18CFF 18D09-1AFFE 1B11F-1B132 1B155 1B168 1CC00-1CFC3 1D127-1D128 1D1E9-1D1FF
1D250-1D2D3 1D6A6 1DB00-1DFFF 1E030-1E08F 1E290-1E2AE 1E4D0-1E7FE 1F1AE 1F6D8-1F6DF 1F774-1F77F 1F7D9-1F7DB 1F7F0-1F7FF
1F8B2-1F8D8 1F979 1F9CC 1FA54-1FA57 1FA75-1FA77 1FA7B-1FA7C 1FA87-1FA8F 1FAA9-1FAAF 1FAB7-1FABF 1FAC3-1FACF 1FAD7-1FAFA
1FBCB-1FBEF 1FBFA 2A6DE-2A6DF 2B735-2B73F 2B81E 2CEA2-2CEAD 2EBF0-2EE5D 31350-3FC3F
"""
"""Where Unicode 14 to 18 have characters and Unicode 13 has none."""
_NOT_IN_NAMES = "\u200c\u200d\u30fb\uff65"
"""In names from Unicode 15.1 on only."""


def _ranges(told: str) -> str:
    ends = (part.partition("-") for part in told.split())
    return "".join(f"{chr(int(first, 16))}-{chr(int(last or first, 16))}" for first, _, last in ends)


LATER = re.compile(f"[{_ranges(_LATER)}]")
_NO_NAME = re.compile(f"[{_NOT_IN_NAMES}{_ranges(_LATER)}]")


def known(text: str) -> str:
    """The text with underscores in place of characters that are not in names everywhere."""
    return text if text.isascii() else _NO_NAME.sub("_", text)


def is_identifier(name: str) -> bool:
    """Whether it is an identifier for every Python, and no keyword."""
    return name.isidentifier() and not keyword.iskeyword(name) and (name.isascii() or not _NO_NAME.search(name))


def capitalized(word: str) -> str:
    """The word with its first letter in upper case, where that is a letter everywhere."""
    return _cased(word[:1], word[:1].upper()) + word[1:]


def lowered(text: str) -> str:
    """The text in lower case, letter by letter where some have no such letter everywhere."""
    lower = text.lower()
    return lower if text.isascii() or not LATER.search(lower) else "".join(_cased(c, c.lower()) for c in text)


def _cased(letter: str, other: str) -> str:
    return letter if LATER.search(other) else other
