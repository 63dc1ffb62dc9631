"""Patterns of JSON Schema (regular expressions of ECMA-262) and the engine that each is given to.

- *linear*: pydantic's own engine, that of Rust, says the same; its time grows with the text and nothing else.
- *conditions*: look-ahead and look-behind at known places become several linear patterns that must, or must not, match.
- *timed*: what needs backtracking is left to the library ``regex``, for a tenth of a second of the processor; a text
  that takes longer is refused. One thread that runs into the limit again and again is given less and less time.
- *unusable*: what is no regular expression, or a monstrous one. It matches everything, and is to be reported.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic_core import SchemaError, SchemaValidator, core_schema

from pymacaron_core.models.conditions import conditions, has, inside
from pymacaron_core.models.dialects import Rust, Timed
from pymacaron_core.models.ecma import parse
from pymacaron_core.models.pattern_tree import Back, Item, Known, Look, Node, PatternError, Property, Repeat, Set

Match = Callable[[str], bool]

LONGEST = 20_000
"""Characters of a pattern, beyond which it is no use."""
LONGEST_TIMED = 5_000
LARGEST = 20_000
"""Characters of a pattern, written out without repetitions, that are left to the linear engine."""
LARGEST_TIMED = 10_000
"""Characters that a text must have to match, of a pattern that is left to the other engine."""
SECONDS = 0.1
"""How long one text may take, of the processor."""
_TRIES = 8
_WINDOW, _SPENDABLE, _LEAST = 1.0, 0.3, 0.002
_PROPERTY_SIZE, _WIDE_SIZE = 200, 10


class TooSlow(Exception):
    """A text took longer to match than its pattern is given."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What becomes of a pattern. ``rust`` is its text for pydantic where it is linear; ``why`` says why it is unusable.

    ``match`` may raise :class:`TooSlow` where it is timed.
    """

    kind: Literal["linear", "conditions", "timed", "unusable"]
    match: Match
    rust: str = ""
    why: str = ""


def matcher(ecma: str) -> Match:
    """Whether a text matches a pattern of ECMA-262 somewhere, as a function, which may raise :class:`TooSlow`.

    Every text matches a pattern that is unusable: see :func:`reading`.
    """
    return reading(ecma).match


@lru_cache(maxsize=4096)
def reading(ecma: str) -> Reading:
    """What becomes of a pattern of ECMA-262."""
    try:
        if len(ecma) > LONGEST:
            raise PatternError(f"it has more than {LONGEST} characters")
        tree = parse(ecma)
        plain = not has(tree, Look, Back)
        return (_linear(tree) if plain else _by_conditions(tree)) or _timed(tree, len(ecma))
    except PatternError as error:
        return Reading("unusable", _anything, why=str(error))


def source_of(rust: str) -> str:
    """The pattern of the document, of which this is the text for Rust."""
    return _SOURCES.get(rust, rust)


_SOURCES: dict[str, str] = {}


def remember(rust: str, ecma: str) -> None:
    """Tell faults which pattern of the document they speak of."""
    _SOURCES[rust] = ecma


def _anything(text: str) -> bool:
    return True


def _linear(tree: Node) -> Reading | None:
    """Not tried on Rust: it takes whatever is small and has neither look-around nor references."""
    if _size(tree) > LARGEST or not all(map(_is_known, _properties(tree))):
        return None
    rust = Rust().write(tree)
    return Reading("linear", _Rust(rust), rust)


class _Rust:
    """Matches by pydantic's engine, made when first asked."""

    __slots__ = ("_match", "_rust")

    def __init__(self, rust: str) -> None:
        self._rust = rust
        self._match: Match | None = None

    def __call__(self, text: str) -> bool:
        if self._match is None:
            self._match = SchemaValidator(core_schema.str_schema(pattern=self._rust)).isinstance_python
        return self._match(text)


def _properties(node: Node) -> Iterator[Property]:
    if isinstance(node, Property):
        yield node
    elif isinstance(node, Set):
        yield from (item for item in node.items if isinstance(item, Property))
    for each in inside(node):
        yield from _properties(each)


@lru_cache(maxsize=512)
def _is_known(node: Property) -> bool:
    try:
        SchemaValidator(core_schema.str_schema(pattern=Rust().write(node)))
    except SchemaError:
        return False
    return True


def _by_conditions(tree: Node) -> Reading | None:
    found = conditions(tree)
    if found is None:
        return None
    branches: list[list[tuple[Match, bool]]] = []
    for branch in found:
        tests = [(_linear(each), wanted) for each, wanted in branch]
        if any(test is None for test, _ in tests):
            return None
        branches.append([(test.match, wanted) for test, wanted in tests if test is not None])

    def match(text: str) -> bool:
        return any(all(test(text) is wanted for test, wanted in branch) for branch in branches)

    return Reading("conditions", match)


def _timed(tree: Node, length: int) -> Reading:
    if length > LONGEST_TIMED:
        raise PatternError(f"it needs backtracking and has more than {LONGEST_TIMED} characters")
    if _size(tree, least=True) > LARGEST_TIMED:
        raise PatternError(f"its repetitions ask for more than {LARGEST_TIMED} characters")
    for each in _properties(tree):
        _compiled(Timed().write(each))
    return Reading("timed", _Timed(Timed().write(tree)))


class _Timed:
    """Matches by the library ``regex``, within a time limit; made when first asked."""

    __slots__ = ("_expression", "_search")

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._search: Any = None

    def __call__(self, text: str) -> bool:
        if self._search is None:
            self._search = _compiled(self._expression)
        start, left = time.thread_time(), _left()
        try:
            for _ in range(_TRIES):
                try:
                    return self._search(text, timeout=left, concurrent=True) is not None
                except TimeoutError:  # The library counts what all threads of the process have had of the processor.
                    if time.thread_time() - start >= left:
                        break
            raise TooSlow
        except MemoryError:
            raise TooSlow from None
        finally:
            _SPENT.seconds += time.thread_time() - start


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    regex = importlib.import_module("regex")  # Late: few documents have such a pattern, and the library is large.
    try:
        return regex.compile(expression, regex.VERSION0, cache_pattern=False).search
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise PatternError(f"no engine knows it: {error}") from None


class _Spent(threading.local):
    """What this thread has had of the processor for timed patterns since ``start``."""

    start = 0.0
    seconds = 0.0


_SPENT = _Spent()


def _left() -> float:
    """How long the next text may take: a body full of texts made to be slow must not add up to minutes."""
    now = time.monotonic()
    if now - _SPENT.start > _WINDOW:
        _SPENT.start, _SPENT.seconds = now, 0.0
    return max(_LEAST, min(SECONDS, _SPENDABLE - _SPENT.seconds))


def _size(node: Node, *, least: bool = False) -> int:
    """The characters a tree would have, were its repetitions written out; or the least of them that a text needs."""
    if isinstance(node, Repeat):
        inner = _size(node.body, least=least)
        return inner * (node.low if least else max(node.low, node.high or 0, 1))
    if isinstance(node, (Set, Known)) and not least:
        return _set_size(node)
    if isinstance(node, Property) and not least:
        return _PROPERTY_SIZE
    return 1 + sum(_size(each, least=least) for each in inside(node))


def _set_size(node: Set | Known) -> int:
    """Sets of ASCII are small in Rust's engine, others are not."""
    items = node.items if isinstance(node, Set) else (node,)
    properties = sum(isinstance(item, Property) for item in items)
    ascii_only = not (isinstance(node, Set) and node.negated) and all(_is_ascii(item) for item in items)
    return properties * _PROPERTY_SIZE + (1 if ascii_only else _WIDE_SIZE)


def _is_ascii(item: Item) -> bool:
    if isinstance(item, Known):
        return item.name in "dw"
    return not isinstance(item, Property) and (item[1] if isinstance(item, tuple) else item).code < 128
