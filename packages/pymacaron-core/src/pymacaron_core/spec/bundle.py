"""The document as one mapping: what stands in other files is brought in, in the author's dialect."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from pymacaron_core.spec.anatomy import EITHER, LIST, MAP, ONE, Held, anatomy, groups, held_by
from pymacaron_core.spec.document import Library
from pymacaron_core.spec.faults import Faults
from pymacaron_core.spec.names import camel, derived_name
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.references import Unresolved, reference, target

_IDENTITY = frozenset(("$id", "$anchor", "$dynamicAnchor"))
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def bundle(library: Library, names: Mapping[Place, str], derived: Iterable[Place], dialect: str) -> Any:
    """The first file of the library without references to other files; ``names`` are the schemas' names by place.

    What a reference leads to in another file becomes a member of the group of its kind (``definitions``,
    ``components/parameters``, ...), where the dialect has one; else it is written where it is referred to.
    The schemas at the places ``derived`` that are in other files are brought in first, in this order.
    """
    name = library.files[0]
    document = library.open(name).value
    if len(library.files) == 1:
        return document
    return Bundler(library, names, dialect).document(derived)


class Bundler:
    """Copies a document, with references to other files replaced; those that lead nowhere stay, and are ``faults``."""

    def __init__(self, library: Library, names: Mapping[Place, str], dialect: str) -> None:
        self.library, self.names, self.dialect = library, names, dialect
        self.main = library.files[0]
        self.anatomy, self.groups = anatomy(dialect), groups(dialect)
        self.faults = Faults()
        self._plain = len(library.files) > 1 and any(library.open(self.main).identity.bases)
        """Whether parts of the main file lose their names too: within an ``$id``, ``#/components`` means another."""
        self._brought: dict[tuple[str, Place], str] = {}
        self._taken: dict[str, set[str]] = {}
        self._waiting: deque[tuple[str, Place, str]] = deque()
        self._open: list[Place] = []

    def document(self, derived: Iterable[Place] = ()) -> Any:
        """The whole document. The schemas at the places ``derived`` come first among those brought in."""
        for place in derived:
            if place.file != self.main:
                self.bring("schema", place)
        copied = self.copy(self.library.open(self.main).value, Place(self.main), "document")
        while self._waiting:
            kind, place, name = self._waiting.popleft()
            holder = copied
            for key in self.groups[kind]:
                if not isinstance(holder.get(key), dict):
                    holder[key] = {}
                holder = holder[key]
            holder[name] = self.copy(self._value(place), place, kind)
        return copied

    def copy(self, value: Any, place: Place, kind: str) -> Any:
        """The object of this kind that stands at a place."""
        if not isinstance(value, dict):
            return value
        if kind == "discriminator":
            return self._discriminator(value, place)
        ref = reference(value)
        loses_names = self._plain or place.file != self.main
        if ref is None and kind == "schema" and loses_names and isinstance(value.get("$dynamicRef"), str):
            ref = value["$dynamicRef"]
        if ref is not None and kind != "document":
            return self._referring(value, ref, place, kind)
        return self._members(value, place, kind)

    def bring(self, kind: str, place: Place) -> str:
        """The name that an object of another file gets in this one."""
        known = self._brought.get((kind, place))
        if known is None:
            known = self._brought[kind, place] = self._named(kind, place)
            self._waiting.append((kind, place, known))
        return known

    def _members(self, value: dict[str, Any], place: Place, kind: str) -> dict[str, Any]:
        known = self.anatomy.get(kind, {})
        copied: dict[str, Any] = {}
        for key, inner in value.items():
            if kind == "schema" and key in _IDENTITY and (self._plain or place.file != self.main):
                continue  # what refers to it by such a name refers to its place from now on
            held = held_by(known, key)
            copied[key] = inner if held is None else self._held(inner, place / key, held)
        return copied

    def _held(self, value: Any, place: Place, held: Held) -> Any:
        if held.form in (LIST, EITHER) and isinstance(value, list):
            return [self.copy(item, place / number, held.kind) for number, item in enumerate(value)]
        if held.form in (ONE, EITHER):
            return self.copy(value, place, held.kind)
        if not isinstance(value, dict):
            return value
        return {
            key: inner if held.form == MAP and key.startswith("x-") else self.copy(inner, place / key, held.kind)
            for key, inner in value.items()
        }

    def _referring(self, value: dict[str, Any], ref: str, place: Place, kind: str) -> Any:
        try:
            found, there = target(self.library, ref, place)
        except Unresolved as error:
            self.faults.warning(place / "$ref", str(error), "reference")
            return dict(value)
        beside = {key: inner for key, inner in value.items() if key not in ("$ref", "$dynamicRef")}
        if kind == "path" or (kind == "schema" and self.dialect[:3] > "3.0"):
            beside = self._members(beside, place, kind)
        if there.file == self.main:
            stays = place.file == self.main and ref.startswith("#") and not self._plain
            return {"$ref": ref if stays else f"#{_quoted(there.pointer)}", **beside}
        if kind in self.groups:
            return {"$ref": self._prefix(kind) + escaped(self.bring(kind, there)), **beside}
        if there in self._open:
            return beside
        self._open.append(there)
        inlined = self.copy(found, there, kind)
        self._open.pop()
        return {**inlined, **beside} if isinstance(inlined, dict) else inlined

    def _discriminator(self, value: dict[str, Any], place: Place) -> dict[str, Any]:
        """A discriminator: the values of its mapping are names of schemas, or references."""
        mapping = value.get("mapping")
        if not isinstance(mapping, dict):
            return value
        return {
            **value,
            "mapping": {key: self._mapped(inner, place / "mapping" / key) for key, inner in mapping.items()},
        }

    def _mapped(self, ref: Any, place: Place) -> Any:
        if not isinstance(ref, str) or ref in self._own("schema"):
            return ref
        try:
            _, there = target(self.library, ref, place)
        except Unresolved as error:
            self.faults.warning(place, str(error), "reference")
            return ref
        if there.file == self.main:
            return ref if place.file == self.main and not self._plain else f"#{_quoted(there.pointer)}"
        return self._prefix("schema") + escaped(self.bring("schema", there))

    def _named(self, kind: str, place: Place) -> str:
        taken = self._taken.get(kind)
        if taken is None:
            taken = self._taken[kind] = {*self._own(kind), *(self.names.values() if kind == "schema" else ())}
        known = self.names.get(place) if kind == "schema" else None
        if known is None:
            known = derived_name(place, taken)
            if _UNFIT.search(known) and self.dialect != "2.0":
                known = derived_name(Place(place.file, f"/{camel([known])}"), taken)
            taken.add(known)
        return known

    def _own(self, kind: str) -> Iterable[str]:
        holder = self.library.open(self.main).value
        for key in self.groups[kind]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        return holder if isinstance(holder, dict) else ()

    def _value(self, place: Place) -> Any:
        return target(self.library, f"#{_quoted(place.pointer)}", Place(place.file))[0]

    def _prefix(self, kind: str) -> str:
        return "#/" + "/".join(self.groups[kind]) + "/"


def escaped(name: str) -> str:
    return _quoted(name.replace("~", "~0").replace("/", "~1"))


def _quoted(pointer: str) -> str:
    """A pointer as the fragment of a reference."""
    return pointer.replace("%", "%25")
