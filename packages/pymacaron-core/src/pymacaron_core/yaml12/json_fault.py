"""What is wrong with a text that is no JSON (RFC 8259), as a sentence and a place; the same with every Python."""

from __future__ import annotations

import json
import re

from pymacaron_core.yaml12.fault import YamlFault, place_of, short

_NO_JSON = "this is not valid JSON: "
_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}
_TEXT = r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'
_CONSTANT = re.compile(_TEXT + "|(-?Infinity|NaN)", re.DOTALL)
_BRACKET = re.compile(_TEXT + r"|[\[{}\]]", re.DOTALL)
_WORD = re.compile(r"[$@]?[^\W\d][\w.$-]*")
_PLAIN = {
    "Expecting ',' delimiter": "a `,` is missing before this",
    "Expecting ':' delimiter": "a `:` is missing between a key and its value",
    "Expecting property name enclosed in double quotes": "a key in double quotes stands here",
    "Expecting value": "a value is missing here",
    "Extra data": "the document ended before this: remove what follows, or a closing bracket too many",
    "Invalid control character at": "a text is on one line: write a line break in it as `\\n`, a tab as `\\t`",
    "Invalid \\uXXXX escape": "`\\u` is followed by four hexadecimal digits",
}


def json_fault(error: json.JSONDecodeError) -> YamlFault:
    """What Python's reader stumbled over, told by what stands there."""
    text, offset = error.doc, error.pos
    if error.msg.startswith("Unterminated string"):  # it goes on to the end: a line's end in it is told otherwise
        return _at(text, offset, "the file ends too early: the string that begins here is not closed")
    while offset < len(text) and text[offset] in " \t\r\n" and not error.msg.startswith("Invalid control"):
        offset += 1
    before = len(text[:offset].rstrip()) - 1
    if offset >= len(text):
        return _at(text, offset, f"the file ends too early: {_left_open(text)}")
    if text[offset] in "}]" and text[before : before + 1] == ",":
        return _at(text, before, f"{_NO_JSON}no `,` stands before the closing `{text[offset]}`: remove it")
    if text[offset] == "," and error.msg.startswith("Illegal trailing comma"):
        closing = text[offset + 1 :].lstrip()[:1]
        return _at(text, offset, f"{_NO_JSON}no `,` stands before the closing `{closing}`: remove it")
    return _at(text, offset, f"{_NO_JSON}{_told(text, offset, before, error.msg)}")


def constant_fault(text: str) -> YamlFault | None:
    """Where ``NaN`` or ``Infinity`` stands in a text, which Python takes for JSON."""
    found = next((each for each in _CONSTANT.finditer(text) if each[1]), None)
    return _at(text, found.start(), f"{_NO_JSON}there is no number `{found[1]}`") if found else None


def _told(text: str, offset: int, before: int, problem: str) -> str:
    letter, word = text[offset], _WORD.match(text, offset)
    wants_key = problem.startswith("Expecting property name")
    if text.startswith(("//", "/*", "#"), offset):
        return "it has no comments: remove this one"
    if letter in "'`\u2018\u2019\u201c\u201d":
        return 'keys and texts stand in double quotes ("), and in no others'
    if word and (wants_key or problem.startswith("Expecting value")):
        meant = "" if wants_key else _WORDS.get(word[0], "")
        return f"`{short(word[0])}` is " + (f"written `{meant}`" if meant else "put in double quotes")
    if problem.startswith("Invalid \\escape"):
        return f"`{short(text[offset : offset + 2])}` is no escape: a backslash is written `\\\\`"
    if letter in "+.-" or (letter in "0123456789.xX" and text[before] in "-.0123456789" and before == offset - 1):
        return "a number is written as 12, -0.5 or 1e3: no leading zeros or `+`, digits on both sides of a point"
    return next((told for words, told in _PLAIN.items() if problem.startswith(words)), problem)


def _left_open(text: str) -> str:
    """What is not closed: the innermost bracket."""
    opened: list[tuple[str, int]] = []
    for each in _BRACKET.finditer(text):
        if each[0] in "{[":
            opened.append((each[0], each.start()))
        elif each[0] in "}]" and opened:
            opened.pop()
    if not opened:
        return "a value is missing"
    line, column = place_of(text, opened[-1][1])
    return f"the `{opened[-1][0]}` at {line}:{column} is not closed"


def _at(text: str, offset: int, message: str) -> YamlFault:
    return YamlFault(message, *place_of(text, offset))
