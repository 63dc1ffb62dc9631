"""Builds values from events with a stack of its own, so that neither depth nor aliases can hurt the process."""

from __future__ import annotations

from typing import Any

import yaml

from pymacaron_core.yaml12.events import events
from pymacaron_core.yaml12.fault import fail, short
from pymacaron_core.yaml12.scalar import CORE, resolve, shown_tag, tagged

MAX_DEPTH = 200
"""How deep mappings and lists may nest."""

MAX_ALIASED = 200_000
"""How many values aliases may add to a file."""

MAX_MEMBERS = 40_000
"""How many members one mapping or list may have."""

MAX_VALUES = 750_000
"""How many values a file may have, keys counted: that are some 12 MB of YAML as people write it."""


class Frame:
    """An open mapping or list: its value, the key waiting for its value, and what is to be merged into it."""

    __slots__ = ("anchor", "before", "key", "key_mark", "merges", "value")

    def __init__(self, value: Any, anchor: str | None, before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.before = before
        self.key: str | None = None
        self.key_mark: Any = None
        self.merges: list[tuple[Any, Any]] | None = None


class Builder:
    """Builds the value of one text from its events."""

    def __init__(self) -> None:
        self.root: Any = None
        self._stack: list[Frame] = []
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
        for event in events(text):
            step = steps.get(type(event))
            if step is not None:
                step(event)
        return self.root

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            fail("there is a second document in this file: keep one, and remove the '---' line", event.start_mark)

    def _scalar(self, event: Any) -> None:
        self._count += 1
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.value) is dict:
            self._key(frame, event.value, event.start_mark)
            if event.value == "<<" and event.implicit[0]:
                frame.merges = frame.merges or []
            value: Any = event.value
        else:
            value = resolve(event.value) if event.tag is None and event.implicit[0] else tagged(event)
            self._place(value, event.start_mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, True)

    def _key(self, frame: Frame, key: str, mark: Any) -> None:
        if key in frame.value or (key == "<<" and frame.merges):
            fail(f"the key '{short(key)}' is there twice: remove one of the two", mark)
        if len(frame.value) >= MAX_MEMBERS:
            fail(f"this mapping has more than {MAX_MEMBERS} keys; that is no API document", mark)
        frame.key, frame.key_mark = key, mark

    def _place(self, value: Any, mark: Any) -> None:
        if not self._stack:
            self.root = value
            return
        frame = self._stack[-1]
        if type(frame.value) is list:
            if len(frame.value) >= MAX_MEMBERS:
                fail(f"this list has more than {MAX_MEMBERS} items; that is no API document", mark)
            frame.value.append(value)
        elif frame.key is None:
            fail("a key must be plain text, not a list or mapping (is a value missing its quotes?)", mark)
        elif frame.key == "<<" and frame.merges is not None:
            frame.merges.append((value, mark))
            frame.key = None
        else:
            frame.value[frame.key] = value
            frame.key = None

    def _open(self, event: Any) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            fail(f"there are more than {MAX_VALUES} values in this file; that is no API document", event.start_mark)
        if len(self._stack) >= MAX_DEPTH:
            fail(f"this is nested deeper than {MAX_DEPTH} levels", event.start_mark)
        value: Any = {} if type(event) is yaml.MappingStartEvent else []
        if event.tag is not None and event.tag not in ("!", CORE + ("map" if value == {} else "seq")):
            fail(f"the tag '{short(shown_tag(event.tag))}' means nothing here: remove it", event.start_mark)
        self._place(value, event.start_mark)
        self._stack.append(Frame(value, event.anchor, self._count))
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
            fail(f"the alias '*{short(event.anchor)}' has no anchor '&{short(event.anchor)}' above", event.start_mark)
        value, weight, closed = self._anchors[event.anchor]
        if not closed:
            fail(f"the alias '*{short(event.anchor)}' stands inside of what it means", event.start_mark)
        self._count += weight
        self._aliased += weight
        if self._aliased > MAX_ALIASED:
            fail(f"the aliases of this file stand for more than {MAX_ALIASED} values", event.start_mark)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.value) is dict and isinstance(value, str):
            self._key(frame, value, event.start_mark)
        else:
            self._place(value, event.start_mark)


class Marker(Builder):
    """A builder that also notes where keys and values stand."""

    def __init__(self) -> None:
        super().__init__()
        self.start = (1, 1)
        self._alive: list[Any] = []  # an id is a name only as long as its value lives
        self.places: dict[tuple[int, Any], tuple[tuple[int, int], tuple[int, int]]] = {}

    def _place(self, value: Any, mark: Any) -> None:
        here = (mark.line + 1, mark.column + 1)
        if not self._stack:
            self.start = here
        else:
            frame = self._stack[-1]
            step = frame.key if type(frame.value) is dict else len(frame.value)
            key_mark = frame.key_mark if type(frame.value) is dict else mark
            self._alive.append(frame.value)
            if key_mark is not None:
                self.places[id(frame.value), step] = ((key_mark.line + 1, key_mark.column + 1), here)
        super()._place(value, mark)


def _merge(target: dict[str, Any], merged: Any, mark: Any) -> None:
    for source in merged if isinstance(merged, list) else [merged]:
        if not isinstance(source, dict):
            fail("'<<' takes a mapping, or a list of mappings", mark)
        for key, value in source.items():
            target.setdefault(key, value)
