"""Finds some places of a text without building it: for the faults of a large document."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from pymacaron_core.yaml12.events import decode, events
from pymacaron_core.yaml12.fault import YamlFault
from pymacaron_core.yaml12.reading import SURROGATE, Positions


def places(text: str | bytes, pointers: Iterable[str]) -> Mapping[str, tuple[int, int]]:
    """Line and column (from 1) of the keys that JSON pointers (RFC 6901) name, or of their nearest parents that exist.

    As :class:`Positions`, which is asked where an alias or ``<<`` stands in the way.
    """
    pointers = list(pointers)
    root = _Wanted()
    ends = {pointer: root.add(pointer) for pointer in pointers}
    walk = _Walk(root)
    with contextlib.suppress(YamlFault):  # what is found until there is good enough to point at
        for event in events(SURROGATE.sub(r"\\u0020", decode(text))):
            walk.step(event)
            if walk.is_done:
                break
    if walk.is_lost:
        positions = Positions(text)
        return {pointer: positions.locate(pointer, key=True) for pointer in pointers}
    return {pointer: end.nearest() for pointer, end in ends.items()}


class _Wanted:
    """A place that is looked for, with those inside of it."""

    __slots__ = ("children", "parent", "place")

    def __init__(self, parent: _Wanted | None = None) -> None:
        self.parent = parent
        self.place: tuple[int, int] | None = None
        self.children: dict[str, _Wanted] = {}

    def add(self, pointer: str) -> _Wanted:
        end = self
        for token in pointer.split("/")[1:]:
            step = token.replace("~1", "/").replace("~0", "~")
            end = end.children.setdefault(step, _Wanted(end))
        return end

    def nearest(self) -> tuple[int, int]:
        at: _Wanted | None = self
        while at is not None:
            if at.place is not None:
                return at.place
            at = at.parent
        return 1, 1

    def count(self) -> int:
        found, waiting = 0, [self]
        while waiting:
            at = waiting.pop()
            found += 1
            waiting.extend(at.children.values())
        return found


class _Walk:
    """Goes along the events, and only looks into what holds something wanted."""

    def __init__(self, root: _Wanted) -> None:
        self.is_lost = False
        self._left = root.count()
        self._next: _Wanted | None = root
        self._frames: list[list[Any]] = []  # what is wanted inside, whether a mapping, its key or number, its mark
        self._skipped = 0

    @property
    def is_done(self) -> bool:
        return self.is_lost or not self._left

    def step(self, event: Any) -> None:
        kind = type(event)
        if kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            if self._skipped:
                self._skipped -= 1
            else:
                self._frames.pop()
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            wanted = None if self._skipped else self._value(event)
            if self._skipped or wanted is None or not wanted.children:
                self._skipped += 1
            else:
                self._frames.append([wanted, kind is yaml.MappingStartEvent, None, None])
        elif not self._skipped and kind in (yaml.ScalarEvent, yaml.AliasEvent):
            self._leaf(event, kind is yaml.AliasEvent)

    def _leaf(self, event: Any, is_alias: bool) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame[1] and frame[3] is None:
            if is_alias or event.value == "<<":
                self.is_lost = True
            else:
                frame[2], frame[3] = event.value, event.start_mark
            return
        wanted = self._value(event)
        if is_alias and wanted is not None and wanted.children:
            self.is_lost = True

    def _value(self, event: Any) -> _Wanted | None:
        """What is wanted of the value that begins here, if anything; its place is noted."""
        mark, wanted = event.start_mark, None
        if not self._frames:
            wanted, self._next = self._next, None
        else:
            frame = self._frames[-1]
            if frame[1]:
                wanted, mark, frame[3] = frame[0].children.get(frame[2]), frame[3] or mark, None
            else:
                frame[2] = 0 if frame[2] is None else frame[2] + 1
                wanted = frame[0].children.get(str(frame[2]))
        if wanted is not None and wanted.place is None:
            wanted.place = mark.line + 1, mark.column + 1
            self._left -= 1
        return wanted
