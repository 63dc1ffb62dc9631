"""This module reads YAML 1.2 (https://yaml.org/spec/1.2.2/, core schema) and JSON, for documents and configuration.

``on``, ``no``, ``1:20`` and dates stay strings, ``012`` is 12, keys are strings, duplicate keys are refused. One pass
over libyaml's events builds the values with a stack of its own, so that neither depth nor aliases can hurt the process.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import yaml

from pymacaron_core.errors import PyMacaronError

MAX_DEPTH = 200
"""How deep mappings and lists may nest."""

MAX_ALIASED = 200_000
"""How many values aliases may add to a file."""

_Loader: Callable[[str], Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z|[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CORE = "tag:yaml.org,2002:"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class YamlFault(PyMacaronError):
    """Text that is no YAML: ``message``, and the ``line`` and ``column`` it is about (from 1; 0 is unknown)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message, line, column)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        return self.message


def parse(text: str | bytes, file: str = "") -> Any:
    """The value of YAML or JSON text: dicts with string keys, lists, strings, numbers, booleans, None.

    Aliased values are the same object everywhere: treat the result as read-only. ``file`` is only looked at for its
    ending: a broken ``.json`` is told in JSON's words. Raises :class:`YamlFault`.
    """
    text = decode(text)
    value = _parse(text, file.endswith(".json"))
    if lone := _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            line, column = _place(text, lone.start())
            raise YamlFault("a '\\ud...' escape stands for half a character only", line, column) from None
    return value


def _parse(text: str, is_json: bool) -> Any:
    broken_json: YamlFault | None = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _parse_json(text)
        except json.JSONDecodeError as error:
            broken_json = YamlFault(f"this is not valid JSON: {error.msg}", error.lineno, error.colno)
        except (ValueError, RecursionError):
            pass  # the events below find the place
    try:
        return _Builder().build(text)
    except YamlFault:
        if broken_json and is_json:
            raise broken_json from None
        raise


def locate(text: str | bytes, pointer: str, *, key: bool = False) -> tuple[int, int]:
    """Line and column (from 1) of what a JSON pointer (RFC 6901) names, or of its nearest parent that exists.

    ``key=True`` gives the place of the key instead of the value's. For many look-ups make one :class:`Positions`.
    """
    return Positions(text).locate(pointer, key=key)


class Positions:
    """Where each value of a text stands; also for broken text, up to the break."""

    def __init__(self, text: str | bytes) -> None:
        self._builder = _Marker()
        with contextlib.suppress(YamlFault):  # what was read until there is good enough to point at
            self._builder.build(_SURROGATE.sub(r"\\u0020", decode(text)))

    def locate(self, pointer: str, *, key: bool = False) -> tuple[int, int]:
        """Line and column of a JSON pointer, as :func:`locate`."""
        value, place = self._builder.root, self._builder.start
        for token in pointer.split("/")[1:]:
            step: Any = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                step = int(step) if step.isdecimal() and int(step) < len(value) else None
            places = self._builder.places.get((id(value), step))
            if places is None:
                break
            value, place = value[step], places[0 if key else 1]
        return place


def decode(text: str | bytes) -> str:
    """Bytes as text (UTF-8, or UTF-16 with its mark). Raises :class:`YamlFault` for what cannot be YAML at all."""
    if isinstance(text, bytes):
        if b"\0" in text and not text.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise YamlFault("this is a binary file, not YAML")
        try:
            text = text.decode("utf-16" if text.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
        except UnicodeDecodeError as error:
            line, column = _place(error.object.decode("latin-1"), error.start)
            message = f"this is not UTF-8 text (byte 0x{error.object[error.start]:02x}): save the file as UTF-8"
            raise YamlFault(message, line, column) from None
    if "\0" in text:
        raise YamlFault("this is a binary file, not YAML")
    if text.lstrip("\ufeff \t\r\n")[:15].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise YamlFault("this is an HTML or XML page, not YAML: was it saved from a browser?", 1, 1)
    return text.removeprefix("\ufeff")


def _parse_json(text: str) -> Any:
    value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise RecursionError
        level = [
            child
            for holder in level
            for child in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(child, dict | list)
        ]
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError


class _Frame:
    """An open mapping or list: its value, the key waiting for its value, and what is to be merged into it."""

    __slots__ = ("anchor", "before", "key", "key_mark", "merges", "value")

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.before = before
        self.key: str | None = None
        self.key_mark: Any = None
        self.merges: list[tuple[Any, Any]] | None = None


class _Builder:
    """Builds the value of one text from its events."""

    def __init__(self) -> None:
        self.root: Any = None
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int, bool]] = {}
        self._count = 0
        self._aliased = 0
        self._documents = 0

    def build(self, text: str) -> Any:
        steps = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        for event in _events(text):
            step = steps.get(type(event))
            if step is not None:
                step(event)
        return self.root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            _fail("there is a second document in this file: keep one, and remove the '---' line", event.start_mark)

    def _scalar(self, event: Any) -> None:
        self._count += 1
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.value) is dict:
            self._key(frame, event.value, event.start_mark)
            if event.value == "<<" and event.implicit[0]:
                frame.merges = frame.merges or []
            value: Any = event.value
        else:
            value = resolve(event.value) if event.tag is None and event.implicit[0] else _tagged(event)
            self._place(value, event.start_mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, True)

    def _key(self, frame: _Frame, key: str, mark: Any) -> None:
        if key in frame.value or (key == "<<" and frame.merges):
            _fail(f"the key '{_short(key)}' is there twice: remove one of the two", mark)
        frame.key, frame.key_mark = key, mark

    def _place(self, value: Any, mark: Any) -> None:
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if type(frame.value) is list:
            frame.value.append(value)
        elif frame.key is None:
            _fail("a key must be plain text, not a list or mapping (is a value missing its quotes?)", mark)
        elif frame.key == "<<" and frame.merges is not None:
            frame.merges.append((value, mark))
            frame.key = None
        else:
            frame.value[frame.key] = value
            frame.key = None

    def _open(self, event: Any) -> None:
        self._count += 1
        if len(self._stack) >= MAX_DEPTH:
            _fail(f"this is nested deeper than {MAX_DEPTH} levels", event.start_mark)
        value: Any = {} if type(event) is yaml.MappingStartEvent else []
        if event.tag not in (None, "!", _CORE + ("map" if value == {} else "seq")):
            _fail(f"the tag '{_short(_shown_tag(event.tag))}' means nothing here: remove it", event.start_mark)
        self._place(value, event.start_mark)
        self._stack.append(_Frame(value, event.anchor, self._count))
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 0, False)

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        for merged, mark in frame.merges or ():
            _merge(frame.value, merged, mark)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (frame.value, self._count - frame.before + 1, True)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            _fail(
                f"the alias '*{_short(event.anchor)}' has no anchor '&{_short(event.anchor)}' above", event.start_mark
            )
        value, weight, closed = self._anchors[event.anchor]
        if not closed:
            _fail(f"the alias '*{_short(event.anchor)}' stands inside of what it means", event.start_mark)
        self._count += weight
        self._aliased += weight
        if self._aliased > MAX_ALIASED:
            _fail(f"the aliases of this file stand for more than {MAX_ALIASED} values", event.start_mark)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.value) is dict and isinstance(value, str):
            self._key(frame, value, event.start_mark)
        else:
            self._place(value, event.start_mark)


class _Marker(_Builder):
    """A builder that also notes where keys and values stand."""

    def __init__(self) -> None:
        super().__init__()
        self.start = (1, 1)
        self.places: dict[tuple[int, Any], tuple[tuple[int, int], tuple[int, int]]] = {}

    def _place(self, value: Any, mark: Any) -> None:
        here = (mark.line + 1, mark.column + 1)
        if not self._stack:
            self.start = here
        else:
            frame = self._stack[-1]
            step = frame.key if type(frame.value) is dict else len(frame.value)
            key_mark = frame.key_mark if type(frame.value) is dict else mark
            if key_mark is not None:
                self.places[id(frame.value), step] = ((key_mark.line + 1, key_mark.column + 1), here)
        super()._place(value, mark)


def resolve(text: str) -> Any:
    """The value of a plain scalar by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _INT.match(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text, base) if len(text) < 4000 else text
    if _FLOAT.match(text):
        return float(re.sub(r"\.(?=[iInN])", "", text))
    return text


def _tagged(event: Any) -> Any:
    """A quoted scalar, or one with a tag."""
    if event.tag in (None, "!", _CORE + "str"):
        return event.value
    wanted = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}
    kind = event.tag.removeprefix(_CORE)
    if kind not in wanted:
        _fail(f"the tag '{_short(_shown_tag(event.tag))}' means nothing here: remove it", event.start_mark)
    value = resolve(event.value)
    if type(value) not in wanted[kind]:
        _fail(f"'{_short(event.value)}' is no {kind}, as its tag says", event.start_mark)
    return float(value) if kind == "float" else value


def _merge(target: dict[str, Any], merged: Any, mark: Any) -> None:
    for source in merged if isinstance(merged, list) else [merged]:
        if not isinstance(source, dict):
            _fail("'<<' takes a mapping, or a list of mappings", mark)
        for key, value in source.items():
            target.setdefault(key, value)


def _events(text: str) -> Iterator[Any]:
    try:
        loader = _Loader(text)
        while True:
            event = loader.get_event()
            if event is None or type(event) is yaml.StreamEndEvent:
                return
            yield event
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text) from None
    except yaml.YAMLError as error:
        bad = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
        line, column = _place(text, bad.start()) if bad else (0, 0)
        raise YamlFault(f"this is not YAML: {_sentence(str(getattr(error, 'reason', error)))}", line, column) from None


_EXPLAINED = (
    ("mapping values are not", "no key can stand before this ':': put the value in quotes, or look at the indentation"),
    ("could not find expected ':'", "a key without ':' stands here or in the line above"),
    (
        "did not find expected key",
        "this line is indented unlike the block above it, or a quote or bracket is misplaced",
    ),
    ("did not find expected '-' indicator", "this line is indented unlike the list above it"),
    ("expected ',' or", "a ',' or a closing bracket is missing before this"),
)


def _explained(error: yaml.MarkedYAMLError, text: str) -> YamlFault:
    """A parser's error as a sentence, at the place it is about."""
    mark: Any = error.problem_mark or error.context_mark
    begun: Any = error.context_mark or mark
    problem = str(error.problem or error.context or "")
    rest = text.splitlines()[mark.line :] or [""]
    line, column = rest[0], mark.column
    told = next((told for words, told in _EXPLAINED if words in problem), f"this is not YAML: {_sentence(problem)}")
    if "\t" in line[: column + 1] and not line[: column + 1].strip():
        told = "a tab is used to indent this line: YAML wants spaces"
    elif "expected ':'" not in problem and not line[column:].strip() and not "".join(rest[1:]).strip():
        told = f"the file ends too early: what begins at {begun.line + 1}:{begun.column + 1} is not closed"
    elif "cannot start any token" in problem:
        told = f"a value cannot begin with {line[column : column + 1]!r}: put it in quotes"
    return YamlFault(told, mark.line + 1, column + 1)


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _fail(message: str, mark: Any) -> NoReturn:
    raise YamlFault(message, mark.line + 1, mark.column + 1)


def _shown_tag(tag: str) -> str:
    return tag.replace(_CORE, "!!")


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    text = _sentence(text)
    return text if len(text) <= 60 else text[:57] + "..."
