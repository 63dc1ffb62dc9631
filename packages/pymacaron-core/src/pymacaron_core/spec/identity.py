"""The names that parts of a file give themselves: ``$id`` and ``$anchor`` (JSON Schema 2020-12, 8.2), ``$self``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urldefrag, urljoin

from pymacaron_core.spec.operation import Place

_NAMING = re.compile(rb"\$(id|anchor|dynamicAnchor|self)\b")
_LITERAL = frozenset(("example", "examples", "default", "enum", "const", "value"))
_NAMES = frozenset(("properties", "patternProperties", "definitions", "schemas", "$defs", "dependentSchemas"))


class Identity:
    """The names inside of one file: ``bases`` has the base URI of each place that has one of its own."""

    def __init__(self, name: str, data: bytes, value: Any) -> None:
        self.name = name
        self.bases = {"": name if "://" in name else f"file:///{name}"}
        self.anchors: dict[tuple[str, str], str] = {}
        """Places by the place of the resource they are in, and their anchor."""
        self.clashes: list[tuple[Place, str]] = []
        """Names that are taken when they are given again, each with what to tell."""
        self.dynamic: list[str] = []
        """Every ``$dynamicAnchor``."""
        self._taken: dict[str, str] = {}
        self.named = _NAMING.search(data) is not None
        if self.named:
            for pointer, found in _mappings(value):
                self._note(pointer, found)

    @property
    def ids(self) -> dict[str, Place]:
        """The places that have a base URI of their own, by that."""
        return {uri: Place(self.name, pointer) for pointer, uri in reversed(self.bases.items())} if self.named else {}

    def scope(self, pointer: str) -> str:
        """The place of the resource that a place is in: the nearest one above with an ``$id``, else the file."""
        if not self.named:
            return ""
        while pointer and pointer not in self.bases:
            pointer = pointer.rpartition("/")[0]
        return pointer

    def _note(self, pointer: str, found: dict[str, Any]) -> None:
        own = found.get("$id") if pointer or "$self" not in found else found["$self"]
        if isinstance(own, str):
            uri, anchor = urldefrag(own)
            scope = self.scope(pointer.rpartition("/")[0])
            if uri:
                self.bases[pointer] = _joined(self.bases[scope], uri)
                self._take("$id", self.bases[pointer], pointer)
            elif anchor:  # as drafts before 2019-09 wrote anchors
                self.anchors.setdefault((scope, anchor), pointer)
        scope = self.scope(pointer)
        for key in ("$anchor", "$dynamicAnchor"):
            name = found.get(key)
            if isinstance(name, str):
                first = self.anchors.setdefault((scope, name), pointer)
                if first != pointer:
                    self.clashes.append((Place(self.name, pointer) / key, taken(key, name, Place(self.name, first))))
                if key == "$dynamicAnchor":
                    self.dynamic.append(name)

    def _take(self, key: str, uri: str, pointer: str) -> None:
        first = self._taken.setdefault(uri, pointer)
        if first != pointer:
            self.clashes.append((Place(self.name, pointer) / key, taken(key, uri, Place(self.name, first))))


def taken(key: str, name: str, first: Place) -> str:
    """What is told where a name is given a second time."""
    where = f"{first.file}#{first.pointer}"
    return f"`{key}: {name[:200]}` is taken by {where}, and references mean that one; give each its own name"


def _joined(base: str, uri: str) -> str:
    try:
        return urljoin(base, uri)
    except ValueError:
        return uri


def _mappings(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of a file with its place, in the order of the file; what is only data is not looked into."""
    waiting: list[tuple[str, Any, bool]] = [("", value, False)]
    while waiting:
        pointer, found, names = waiting.pop()
        if isinstance(found, dict):
            if not names:
                yield pointer, found
            for key, inner in reversed(found.items()):
                if isinstance(inner, (dict, list)) and (names or not (key in _LITERAL or key.startswith("x-"))):
                    step = key.replace("~", "~0").replace("/", "~1")
                    waiting.append((f"{pointer}/{step}", inner, not names and key in _NAMES))
        else:
            inside = ((number, item) for number, item in enumerate(found) if isinstance(item, (dict, list)))
            waiting += reversed([(f"{pointer}/{number}", item, False) for number, item in inside])
