"""Regular expressions of ECMA-262 by chance, and texts for them; from a seed, always the same."""

from __future__ import annotations

from random import Random

CHARACTERS = [*"abcAZ09_- .,/@:#&~'\"!<>=%;", *"\u00e9\u00df\u4e2d\U0001f600\u00a0\u2028\n\t\ufeff\u0661"]
_CLASSES = ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S"]
_RANGES = ["a-c", "A-Z", "0-9", "a-z", "\\u0600-\\u06ff", " -~"]
_PROPERTIES = ["\\p{L}", "\\p{Lu}", "\\P{L}", "\\p{Nd}", "\\p{Alphabetic}", "\\p{gc=Ll}", "\\p{Script=Greek}"]
_LENIENT = ["{", "}", "]", "\\_", "\\@", "{,3}", "\\ ", "[\\w-.]", "\\8", "\\c", "x{1", "\\-", "\\07", "[\\c_]"]
_COUNTS = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "??"]


class Patterns:
    """Patterns by one seed. ``lenient`` ones have something that only annex B allows, and no word of unicode mode."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lenient = False
        self.names = 0

    def pattern(self) -> str:
        self.lenient = self.random.random() < 0.15
        if self.random.random() < 0.35:
            looks = "".join(self._look("(?=", "(?!") for _ in range(self.random.randint(0, 3)))
            last = self._look("(?<!", "(?<=") if self.random.random() < 0.3 else ""
            return f"^{looks}{self._choice(2)}{last}$"
        body = self._choice(2)
        if self.random.random() < 0.15 and "(" in body.replace("(?", ""):
            body += "\\1"
        return body + self.random.choice(_LENIENT) if self.lenient else body

    def texts(self) -> list[str]:
        return [
            "".join(self.random.choices(CHARACTERS, k=self.random.choice([0, 1, 1, 2, 3, 4, 6]))) for _ in range(14)
        ]

    def _choice(self, depth: int) -> str:
        return "|".join(self._sequence(depth) for _ in range(self.random.choice([1, 1, 1, 2])))

    def _sequence(self, depth: int) -> str:
        return "".join(self._term(depth) for _ in range(self.random.randint(1, 4)))

    def _term(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.07:
            return self.random.choice(["^", "$", "\\b", "\\B"])
        if chance < 0.14 and depth > 0:
            return self._look("(?=", "(?!", "(?<=", "(?<!")
        repeated = self.random.choice(_COUNTS) if self.random.random() < 0.3 else ""
        return self._atom(depth) + repeated

    def _look(self, *openings: str) -> str:
        return f"{self.random.choice(openings)}{self._choice(1)})"

    def _atom(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.15:
            return self._set()
        if chance < 0.3:
            return self.random.choice([*_CLASSES, ".", ".", "[^]", "[]", "\\cJ", "\\0"])
        if chance < 0.36 and not self.lenient:
            return self.random.choice(_PROPERTIES)
        if chance < 0.6 and depth > 0:
            return f"{self._opening()}{self._choice(depth - 1)})"
        return self._character()

    def _opening(self) -> str:
        self.names += 1
        return self.random.choice(["(", "(?:", "(?:", "(" if self.lenient else f"(?<n{self.names}>"])

    def _character(self) -> str:
        character = self.random.choice(CHARACTERS)
        code = ord(character)
        written = [f"\\x{code:02x}"] if code < 256 else []
        written += [f"\\u{code:04x}"] if code < 0x10000 else []
        written += [] if self.lenient else [f"\\u{{{code:x}}}"]
        if code >= 0x10000 and not self.lenient:
            written.append(f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}")
        if character in "./" or (written and self.random.random() < 0.2):
            return self.random.choice(["\\" + character] if character in "./" else written)
        return character

    def _set(self) -> str:
        inside = "^" if self.random.random() < 0.3 else ""
        for _ in range(self.random.randint(0, 4)):
            several = self.random.choice(
                [*_CLASSES, *_RANGES, "\\-", "\\b", *([] if self.lenient else _PROPERTIES[:3])]
            )
            one = self._character().replace("-", "\\-")
            inside += several if self.random.random() < 0.5 else one
        return f"[{inside}{'-' if self.random.random() < 0.2 else ''}]"
