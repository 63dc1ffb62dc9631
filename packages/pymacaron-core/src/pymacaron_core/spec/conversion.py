"""An OpenAPI 3.0 document as OpenAPI 3.1: the same structure, with schemas as JSON Schema 2020-12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec.anatomy import groups
from pymacaron_core.spec.bundle import Bundler, escaped
from pymacaron_core.spec.dialect import Dialect
from pymacaron_core.spec.document import Library
from pymacaron_core.spec.keywords import KNOWN
from pymacaron_core.spec.node import Node
from pymacaron_core.spec.operation import Place, Schema
from pymacaron_core.spec.references import Unresolved, reference, target
from pymacaron_core.spec.writing import write_schema

VERSION = "3.1.0"
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class Converter(Bundler):
    """Writes a document that ``dialect`` read as OpenAPI 3.1. What 3.1 cannot say is among the ``faults``.

    Every reference leads to a component of the result: what it led to elsewhere is brought there.
    """

    def __init__(self, library: Library, dialect: Dialect) -> None:
        super().__init__(library, dialect.schemas.names, dialect.dialect)
        self.read_by = dialect
        self.targets = groups("3.1")
        self._fits: dict[tuple[str, str], str] = {}

    def converted(self) -> dict[str, Any]:
        """The whole document."""
        root: dict[str, Any] = self.library.open(self.main).value
        self._fit_names(root)
        document = self.head(root)
        self._write_brought(document)
        schemas = {}
        for name, schema in self.read_by.schemas.complete().items():
            if schema.place.file:
                self._tell_lost(self._value(schema.place), schema.place)
            schemas[self.fit("schema", name)] = self.written(schema)
        if schemas:
            components = document.setdefault("components", {})
            document["components"] = {"schemas": schemas, **{k: v for k, v in components.items() if k != "schemas"}}
        return document

    def head(self, root: dict[str, Any]) -> dict[str, Any]:
        """The document without its schemas."""
        members = self._members(root, Place(self.main), "document")
        return {key: VERSION if key == "openapi" else value for key, value in members.items()}

    def copy(self, value: Any, place: Place, kind: str) -> Any:
        if kind == "schema":
            return self.schema(value, place)
        if kind == "components" and isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key != "schemas"}
            return {key: self._fitted(key, inner) for key, inner in super().copy(value, place, kind).items()}
        return super().copy(value, place, kind)

    def schema(self, value: Any, place: Place) -> Any:
        """The schema that stands at a place."""
        self._tell_lost(value, place)
        return self.written(self.read_by.schemas.read(Node(value, place, self.library)))

    def written(self, schema: Schema) -> Any:
        """A schema of the vocabulary as 3.1 has it."""
        return write_schema(schema, self.schema_reference, implied=self.dialect == "2.0")

    def schema_reference(self, name: str) -> str:
        return self._prefix("schema") + escaped(self.fit("schema", name))

    def fit(self, kind: str, name: str) -> str:
        """The name of a component: as it was, where 3.1 allows it."""
        return self._fits.get((kind, name), name)

    def refer(self, ref: str, place: Place, kind: str) -> dict[str, Any]:
        """A reference to the component that ``ref`` leads to. Raises ``Unresolved``."""
        _, there = target(self.library, ref, place)
        return {"$ref": self._prefix(kind) + escaped(self.component(kind, there))}

    def component(self, kind: str, place: Place) -> str:
        """The name of the component that stands for what is at a place."""
        for name in self._own(kind):
            if place == self._own_place(kind) / name:
                return self.fit(kind, name)
        return self.bring(kind, place)

    def tell(self, place: Place, message: str) -> None:
        """Tell what is lost."""
        self.faults.warning(place, message, "conversion")

    def _referring(self, value: dict[str, Any], ref: str, place: Place, kind: str) -> Any:
        try:
            found, there = target(self.library, ref, place)
            if kind != "path":
                self._tell_beside(value, place)
                return self.refer(ref, place, kind)
        except Unresolved as error:
            self.faults.warning(place / "$ref", str(error), "reference")
            return dict(value)
        beside = self._members({key: inner for key, inner in value.items() if key != "$ref"}, place, kind)
        if there in self._open:
            return beside
        self._open.append(there)
        inlined = self.copy(found, there, kind)
        self._open.pop()
        return {**inlined, **beside} if isinstance(inlined, dict) else beside

    def _discriminator(self, value: dict[str, Any], place: Place) -> dict[str, Any]:
        return value

    def _write_brought(self, document: dict[str, Any]) -> None:
        while self._waiting:
            kind, place, name = self._waiting.popleft()
            holder = document
            for key in self.targets[kind]:
                holder = holder.setdefault(key, {})
            holder[name] = self.copy(self._value(place), place, kind)

    def _prefix(self, kind: str) -> str:
        return "#/" + "/".join(self.targets[kind]) + "/"

    def _own_place(self, kind: str) -> Place:
        place = Place(self.main)
        for key in self.groups[kind]:
            place = place / key
        return place

    def _fit_names(self, root: Mapping[str, Any]) -> None:
        """Give names that 3.1 does not allow others."""
        for kind in self.groups:
            taken = set(self._own(kind)) | (set(self.names.values()) if kind == "schema" else set())
            for name in sorted(name for name in taken if _UNFIT.search(name) or not name):
                plain = _UNFIT.sub("_", name).strip("_") or "Unnamed"
                unique, number = plain, 2
                while unique in taken:
                    unique, number = f"{plain}_{number}", number + 1
                taken.add(unique)
                self._fits[kind, name] = unique
                if name in self._own(kind) and not name.startswith("x-"):
                    place = self._own_place(kind) / name
                    self.tell(place, f"names have letters, digits, '.', '-' and '_' only: `{name}` becomes `{unique}`")

    def _fitted(self, group: str, members: Any) -> Any:
        kind = next((kind for kind, path in self.targets.items() if path[-1] == group), "")
        return (
            {self.fit(kind, name): inner for name, inner in members.items()} if isinstance(members, dict) else members
        )

    def _tell_beside(self, value: dict[str, Any], place: Place) -> None:
        for key in value:
            if (
                key != "$ref"
                and not key.startswith("x-")
                and key not in ("nullable", "description", "title", "summary")
            ):
                self.tell(place / key, f"`{key}` beside `$ref` means nothing before 3.1, and is left out")

    def _tell_lost(self, value: Any, place: Place) -> None:
        """Tell of the keys of a schema that mean nothing, or mean nothing where they stand."""
        if not isinstance(value, dict):
            return
        if reference(value) is not None:
            self._tell_beside(value, place)
            return
        for key, inner in value.items():
            held = self.anatomy["schema"].get(key)
            if held is not None and held.kind == "schema":
                for step, each in _inner(inner, held.form):
                    self._tell_lost(each, place / key if step is None else place / key / step)
            elif held is None and key not in KNOWN and not key.startswith("x-"):
                self.tell(place / key, f"`{key}` means nothing in a schema, and is left out")


def _inner(value: Any, form: str) -> list[tuple[str | int | None, Any]]:
    """The schemas under a keyword, each with the step that leads to it."""
    if isinstance(value, list):
        return list(enumerate(value))
    if form == "named":
        return list(value.items()) if isinstance(value, dict) else []
    return [(None, value)]
