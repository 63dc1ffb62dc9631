"""The classes of the user's that a model derives from: ``x-parent`` and ``x-persist``."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pymacaron_core.errors import ModelError
from pymacaron_core.models.names import PERSISTENT, PERSISTENT_OF_2X
from pymacaron_core.spec.operation import Place, Schema

PERSISTENCE = "pymacaron_dynamodb.PersistentModel"
"""The parent of models whose ``x-persist`` is a mapping, unless its ``class`` names another."""


@dataclass(frozen=True, slots=True)
class ParentClass:
    """A class of the user's that a model derives from: ``x-parent: module.Class``."""

    module: str
    name: str
    place: Place

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def parents(schema: Schema) -> Iterator[ParentClass]:
    """The classes that a schema names. Raises :class:`ModelError`."""
    for key, told in _texts(schema):
        module, _, name = told.rpartition(".")
        words = told.split(".")
        if not module or not all(word.isidentifier() and not keyword.iskeyword(word) for word in words):
            where = f"{schema.place.file} (at {schema.place.pointer})"
            raise ModelError(f"{where}: {key} must be module.Class, not {told!r}")
        yield ParentClass(module, name, schema.place / key)


def names_of(parent: ParentClass) -> frozenset[str]:
    """What a parent class is known to have. Fields give way to what it has besides when it is met."""
    is_of_2x = parent.place.pointer.endswith("/x-persist") and str(parent) != PERSISTENCE
    return PERSISTENT | PERSISTENT_OF_2X if is_of_2x else PERSISTENT


def has_parents(schema: Schema) -> bool:
    return bool(_texts(schema))


def _texts(schema: Schema) -> list[tuple[str, str]]:
    found = []
    for each in (schema, *(branch for branch in schema.get("allOf", ()) if branch.ref is None)):
        for key in ("x-parent", "x-persist"):
            told = each.get(key)
            if key == "x-persist" and isinstance(told, Mapping):
                told = told.get("class", PERSISTENCE)
            if isinstance(told, str):
                found.append((key, told))
            elif key in each.keywords:
                meant = "module.Class or {table: NAME, hash: PROPERTY}" if key == "x-persist" else "module.Class"
                raise ModelError(f"{each.place.file} (at {each.place.pointer}): {key} must be {meant}, not {told!r}")
    return found
