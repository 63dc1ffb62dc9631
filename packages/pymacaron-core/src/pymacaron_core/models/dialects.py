"""Trees of regular expressions as text for the engines: Rust's (pydantic's) and that of the library ``regex``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pymacaron_core.models.pattern_tree import (
    LAST,
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

Ranges = tuple[tuple[int, int], ...]

_SPACES: Ranges = (
    *((0x9, 0xD), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
_WORDS: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_LINES: Ranges = ((0xA, 0xA), (0xD, 0xD), (0x2028, 0x2029))
_EVERYTHING = ({"s", "S"}, {"d", "D"}, {"w", "W"})
_SURROGATES = (0xD800, 0xDFFF)
_WORD_TEXT = "0-9A-Z_a-z"
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_SPECIAL = frozenset("\\.+*?()|[]{}^$")
_SPECIAL_IN_SET = frozenset("\\[]^-&~")
_SAME_ESCAPES = frozenset("\\.+*?()|[]{}^$/-tnvfr")


def _others(ranges: Ranges) -> Ranges:
    found, start = [], 0
    for first, last in ranges:
        if start < first:
            found.append((start, first - 1))
        start = last + 1
    return (*found, (start, LAST))


KNOWN: dict[str, Ranges] = {
    "d": ((0x30, 0x39),),
    "w": _WORDS,
    "s": _SPACES,
    ".": _others(_LINES),
    "D": _others(((0x30, 0x39),)),
    "W": _others(_WORDS),
    "S": _others(_SPACES),
}


class Dialect:
    """Writes a tree as text. ``any_of`` and ``none_of`` are one character of all, and of none."""

    any_of = nothing = ""

    def write(self, node: Node) -> str:
        if isinstance(node, Sequence):
            return "".join(self._single(each) for each in node.items)
        if isinstance(node, Choice):
            return "|".join(self.write(branch) for branch in node.branches)
        return self._single(node)

    def _single(self, node: Node) -> str:
        if isinstance(node, Char):
            return self.char(node)
        if isinstance(node, Known):
            return self.known(node)
        if isinstance(node, Property):
            return self.property(node)
        if isinstance(node, Set):
            return self.set(node)
        if isinstance(node, Edge):
            return self.edge(node.kind)
        if isinstance(node, Group):
            return f"{self.opening(node)}{self.write(node.body)})"
        if isinstance(node, Repeat):
            return f"{self.atomic(node.body)}{_counts(node)}{'?' if node.lazy else ''}"
        if isinstance(node, Look):
            return f"(?{'<' * node.behind}{'!' if node.negative else '='}{self.write(node.body)})"
        return self.back(node) if isinstance(node, Back) else f"(?:{self.write(node)})"

    def atomic(self, node: Node) -> str:
        return f"(?:{self.write(node)})" if isinstance(node, (Look, Sequence, Choice)) else self._single(node)

    def set(self, node: Set) -> str:
        names = {item.name for item in node.items if isinstance(item, Known)}
        inside = "".join(self.items(node))
        if not inside or any(pair <= names for pair in _EVERYTHING):
            return self.nothing if node.negated is bool(inside) else self.any_of
        return f"[{'^' if node.negated else ''}{inside}]"

    def items(self, node: Set) -> Iterator[str]:
        for item in node.items:
            if isinstance(item, Property):
                yield self.property(item)
            elif isinstance(item, Known):
                yield from self.ranges(KNOWN[item.name])
            elif isinstance(item, Char):
                yield from self.ranges(((item.code, item.code),))
            else:
                yield from self.ranges(((item[0].code, item[1].code),))

    def ranges(self, ranges: Iterable[tuple[int, int]]) -> Iterator[str]:
        for first, last in ranges:
            yield self.code(first) if first == last else f"{self.code(first)}-{self.code(last)}"

    def property(self, node: Property) -> str:
        return f"\\{'P' if node.negated else 'p'}{{{node.kind}{'=' if node.kind else ''}{node.value}}}"

    def code(self, code: int) -> str:
        raise NotImplementedError

    def char(self, node: Char) -> str:
        return self.code(node.code)

    def known(self, node: Known) -> str:
        return f"[{''.join(self.ranges(KNOWN[node.name]))}]"

    def edge(self, kind: str) -> str:
        raise NotImplementedError

    def opening(self, node: Group) -> str:
        return "(" if node.number else "(?:"

    def back(self, node: Back) -> str:
        raise NotImplementedError


class Rust(Dialect):
    """Keeps what means the same as it is written, so that most patterns stay as they are."""

    any_of, nothing = r"[\x00-\x{10FFFF}]", r"[^\x00-\x{10FFFF}]"

    def code(self, code: int) -> str:
        character = chr(code)
        if character.isalnum() and code < 128:
            return character
        return f"\\{character}" if character in _SPECIAL_IN_SET else _shown(character)

    def char(self, node: Char) -> str:
        if _SURROGATES[0] <= node.code <= _SURROGATES[1]:
            return self.nothing
        if len(node.raw) == 2 and node.raw[0] == "\\" and node.raw[1] in _SAME_ESCAPES:
            return node.raw
        character = chr(node.code)
        return f"\\{character}" if character in _SPECIAL else _shown(character)

    def items(self, node: Set) -> Iterator[str]:
        last = len(node.items) - 1
        for at, item in enumerate(node.items):
            if isinstance(item, Known) and item.name in "dw":
                yield {"d": "0-9", "w": "A-Za-z0-9_"}[item.name]
            elif isinstance(item, Char) and ((item.raw == "-" and at in (0, last)) or _is_kept(item, at)):
                yield item.raw
            elif isinstance(item, tuple) and all(_is_kept(each, 1) for each in item):
                yield f"{item[0].raw}-{item[1].raw}"
            else:
                yield from super().items(Set((item,), negated=False))

    def ranges(self, ranges: Iterable[tuple[int, int]]) -> Iterator[str]:
        return super().ranges(_without_surrogates(ranges))

    def known(self, node: Known) -> str:
        return {"d": "[0-9]", "D": "[^0-9]", "w": "[A-Za-z0-9_]", "W": "[^A-Za-z0-9_]"}.get(
            node.name, f"[^{''.join(self.ranges(_LINES))}]" if node.name == "." else super().known(node)
        )

    def edge(self, kind: str) -> str:
        return kind if kind in "^$" else f"(?-u:\\{kind})"

    def opening(self, node: Group) -> str:
        return f"(?<{node.name}>" if node.name.isascii() and node.name.isidentifier() else super().opening(node)


class Timed(Dialect):
    """The dialect of ``regex``, every character that is no letter or digit escaped."""

    any_of, nothing = r"[\x00-\U0010FFFF]", "(?!)"

    def set(self, node: Set) -> str:
        """That library takes ``[^\\p{L}\\P{L}]`` for anything, so what is no property is asked for on its own."""
        if len(node.items) < 2 or not any(isinstance(item, Property) and item.negated for item in node.items):
            return super().set(node)
        each = "|".join(super(Timed, self).set(Set((item,), negated=False)) for item in node.items)
        return f"(?:(?!{each}){self.any_of})" if node.negated else f"(?:{each})"

    def code(self, code: int) -> str:
        character = chr(code)
        if character.isalnum() and code < 128:
            return character
        return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"

    def edge(self, kind: str) -> str:
        before, after = f"(?<=[{_WORD_TEXT}])", f"(?=[{_WORD_TEXT}])"
        no_before, no_after = before.replace("=", "!"), after.replace("=", "!")
        edges = {
            "^": r"\A",
            "$": r"\Z",
            "b": f"(?:{before}{no_after}|{no_before}{after})",
            "B": f"(?:{before}{after}|{no_before}{no_after})",
        }
        return edges[kind]

    def back(self, node: Back) -> str:
        """A group that captured nothing is an empty text in ECMA-262."""
        return f"(?({node.number})\\{node.number}|)"


def _is_kept(item: Char, at: int) -> bool:
    """Whether Rust reads a character of a set as it is written."""
    if len(item.raw) == 1:
        return item.raw not in _SPECIAL_IN_SET and (item.raw in _PUNCTUATION or item.raw.isalnum() or item.raw == " ")
    return len(item.raw) == 2 and item.raw[0] == "\\" and item.raw[1] in _SAME_ESCAPES and at >= 0


def _without_surrogates(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of characters: no text that Rust knows holds half a pair."""
    low, high = _SURROGATES
    for first, last in ranges:
        if first < low:
            yield first, min(last, low - 1)
        if last > high:
            yield max(first, high + 1), last


def _shown(character: str) -> str:
    return character if character.isprintable() else f"\\x{{{ord(character):X}}}"


def _counts(node: Repeat) -> str:
    plain = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.low, node.high))
    if plain:
        return plain
    if node.high == node.low:
        return f"{{{node.low}}}"
    return f"{{{node.low},{'' if node.high is None else node.high}}}"
