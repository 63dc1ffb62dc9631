"""Breaks lines that are too long at their brackets, as a formatter would."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

WIDTH = 120
_TOKEN = re.compile(r"""r?"(?:\\.|[^"\\])*"|r?'(?:\\.|[^'\\])*'|[\[\](){},]|[^\[\](){},"'r]+|r""")
_OPEN_QUOTE = re.compile(r'(?<!\\)(?:\\\\)*"\Z')
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What no source may have, and what would have it read otherwise than it is."""
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def fit(line: str) -> str:
    """The line, broken where it is longer than the page is wide."""
    if len(line) <= WIDTH:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    split = _outermost(line)
    if split is None:
        return line
    before, inside, after = split
    parts = _arguments(inside)
    one_line = f"{indent}    {inside.strip()}"
    body = [one_line] if len(one_line) <= WIDTH and len(parts) == 1 else [f"{indent}    {part}," for part in parts]
    return "\n".join([fit(before), *(fit(each) for each in body), fit(f"{indent}{after}")])


def _outermost(line: str) -> tuple[str, str, str] | None:
    """The line around the longest of its outermost brackets."""
    depth, start, best = 0, 0, None
    position = 0
    for token in _TOKEN.findall(line):
        if token in _CLOSING:
            depth += 1
            if depth == 1:
                start = position + 1
        elif token in _CLOSING.values():
            depth -= 1
            if depth == 0 and (best is None or position - start > best[1] - best[0]):
                best = (start, position)
        position += len(token)
    if best is None or best[0] == best[1]:
        return None
    return line[: best[0]], line[best[0] : best[1]], line[best[1] :]


def _arguments(inside: str) -> list[str]:
    parts, depth, current = [], 0, ""
    for token in _TOKEN.findall(inside):
        depth += (token in _CLOSING) - (token in _CLOSING.values())
        if token == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += token
    return [part for part in (*parts, current.strip()) if part]


def docstring(text: str, indent: str) -> list[str]:
    """The lines of a docstring, broken at the page's width."""
    escaped = text.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    escaped = _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), escaped)
    if _OPEN_QUOTE.search(escaped):
        escaped = f'{escaped[:-1]}\\"'
    lines = [line for each in escaped.splitlines() for line in _wrapped(each.rstrip(), WIDTH - len(indent) - 3)]
    if len(lines) == 1 and len(lines[0]) + len(indent) + 6 <= WIDTH:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:]), f'{indent}"""']


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``id, created and owner``."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
