"""Reads a text: its value, and where each part of it stands."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any, NoReturn

from pymacaron_core.yaml12.builder import MAX_DEPTH, MAX_MEMBERS, MAX_VALUES, Builder, Marker
from pymacaron_core.yaml12.events import decode
from pymacaron_core.yaml12.fault import YamlFault, place_of
from pymacaron_core.yaml12.json_fault import constant_fault, json_fault

SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def parse(text: str | bytes, file: str = "") -> Any:
    """The value of YAML or JSON text: dicts with string keys, lists, strings, numbers, booleans, None.

    Aliased values are the same object everywhere: treat the result as read-only. ``file`` is only looked at for its
    ending: a ``.json`` must be JSON, where it begins as JSON does. Raises :class:`YamlFault`.
    """
    text = decode(text)
    value = _parse(text, file.endswith(".json"))
    if lone := SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            line, column = place_of(text, lone.start())
            raise YamlFault("a '\\ud...' escape stands for half a character only", line, column) from None
    return value


def _parse(text: str, is_json: bool) -> Any:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _parse_json(text)
        except json.JSONDecodeError as error:
            if is_json:  # what YAML makes of it is not what other readers of the file do
                raise json_fault(error) from None
        except (ValueError, RecursionError):
            if is_json and (fault := constant_fault(text)) is not None:
                raise fault from None
            # the events below find the place
    return Builder().build(text)


def locate(text: str | bytes, pointer: str, *, key: bool = False) -> tuple[int, int]:
    """Line and column (from 1) of what a JSON pointer (RFC 6901) names, or of its nearest parent that exists.

    ``key=True`` gives the place of the key instead of the value's. For many look-ups make one :class:`Positions`.
    """
    return Positions(text).locate(pointer, key=key)


class Positions:
    """Where each value of a text stands; also for broken text, up to the break."""

    def __init__(self, text: str | bytes) -> None:
        self._builder = Marker()
        with contextlib.suppress(YamlFault):  # what was read until there is good enough to point at
            self._builder.build(SURROGATE.sub(r"\\u0020", decode(text)))

    def locate(self, pointer: str, *, key: bool = False) -> tuple[int, int]:
        """Line and column of a JSON pointer, as :func:`locate`."""
        value, place = self._builder.root, self._builder.start
        for token in pointer.split("/")[1:]:
            step: Any = token.replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                step = int(step) if re.fullmatch("[0-9]{1,9}", step) else None
            if not _has(value, step):
                break
            places = self._builder.places.get((id(value), step))  # none for what '<<' brought
            value, place = value[step], places[0 if key else 1] if places else place
        return place


def _has(value: Any, step: Any) -> bool:
    return step in (range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ())


def _parse_json(text: str) -> Any:
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise RecursionError
    value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH or any(len(holder) > MAX_MEMBERS for holder in level):
            raise RecursionError
        level = [
            child
            for holder in level
            for child in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(child, dict | list)
        ]
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs) if len(pairs) <= MAX_MEMBERS else {}
    if len(value) != len(pairs):
        raise ValueError
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError
