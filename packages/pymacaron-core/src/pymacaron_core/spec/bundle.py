"""The document as one mapping: what stands in other files is brought in, in the author's dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec.document import Library
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.references import Unresolved, reference, target

_LITERAL = frozenset(("example", "default", "enum", "const", "value", "x-example"))
_NAMES = frozenset(("properties", "patternProperties", "definitions", "schemas", "$defs", "mapping", "headers"))


def bundle(library: Library, names: Mapping[Place, str], derived: Mapping[str, Place], group: tuple[str, ...]) -> Any:
    """The first file of the library without references to other files; ``names`` are the schemas' names by place.

    Schemas become members of ``group`` (``definitions``, or ``components`` and ``schemas``); anything else is written
    where it is referred to.
    """
    name = library.files[0]
    document = library.open(name).value
    if len(library.files) == 1:
        return document
    bundler = _Bundler(library, name, names, "#/" + "/".join(group))
    bundled = bundler.copy(document, Place(name), literal=False)
    holder = bundled
    for key in group:
        holder = holder.setdefault(key, {})
    for schema, place in derived.items():
        if place.file != name:
            value, _ = target(library, f"#{place.pointer}", Place(place.file))
            holder[schema] = bundler.copy(value, place, literal=False)
    return bundled


class _Bundler:
    """Copies values, with references to other files replaced."""

    def __init__(self, library: Library, main: str, names: Mapping[Place, str], prefix: str) -> None:
        self.library, self.main, self.names, self.prefix = library, main, names, prefix
        self._open: list[Place] = []

    def copy(self, value: Any, place: Place, literal: bool, named: bool = False) -> Any:
        if literal or not isinstance(value, (dict, list)):
            return value
        if isinstance(value, list):
            return [self.copy(item, place / number, literal=False) for number, item in enumerate(value)]
        ref = None if named else reference(value)
        if ref is not None:
            return self._referred(value, ref, place)
        return {
            key: self._mapping(inner, place / key)
            if key == "mapping" and not named
            else self.copy(inner, place / key, not named and _is_literal(key, inner), not named and key in _NAMES)
            for key, inner in value.items()
        }

    def _referred(self, value: dict[str, Any], ref: str, place: Place) -> Any:
        beside = {
            key: self.copy(inner, place / key, _is_literal(key, inner), key in _NAMES)
            for key, inner in value.items()
            if key != "$ref"
        }
        try:
            found, there = target(self.library, ref, place)
        except Unresolved:
            return {**value, **beside}
        name = self.names.get(there)
        if there.file == self.main and place.file == self.main and ref[:1] == "#":
            return {"$ref": ref, **beside}
        if name is not None:
            return {"$ref": f"{self.prefix}/{_escaped(name)}", **beside}
        if there.file == self.main:
            return {"$ref": f"#{there.pointer}", **beside}
        if there in self._open:
            return beside
        self._open.append(there)
        inlined = self.copy(found, there, literal=False)
        self._open.pop()
        return {**inlined, **beside} if isinstance(inlined, dict) else inlined

    def _mapping(self, value: Any, place: Place) -> Any:
        """The mapping of a discriminator: its values are references."""
        if not isinstance(value, dict):
            return value
        return {key: self._mapped(inner, place) for key, inner in value.items()}

    def _mapped(self, ref: Any, place: Place) -> Any:
        if not isinstance(ref, str) or ref in self.names.values():
            return ref
        try:
            _, there = target(self.library, ref, place)
        except Unresolved:
            return ref
        name = self.names.get(there)
        return ref if name is None else f"{self.prefix}/{_escaped(name)}"


def _is_literal(key: str, value: Any) -> bool:
    return key in _LITERAL or key.startswith("x-") or (key == "examples" and isinstance(value, list))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
