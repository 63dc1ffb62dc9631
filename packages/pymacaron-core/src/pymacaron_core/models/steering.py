"""The aliases of parents whose discriminator says which class below them an object has."""

from __future__ import annotations

from pymacaron_core.models.classes import Classes
from pymacaron_core.models.families import Families, Family
from pymacaron_core.models.literals import literal
from pymacaron_core.models.merge import Merger
from pymacaron_core.models.names import pascal
from pymacaron_core.models.types import Types
from pymacaron_core.spec.operation import Schema, Specification


class Steering:
    """The families of one specification, by the names of their aliases. ``types`` is told each."""

    def __init__(self, specification: Specification, merger: Merger, types: Types, classes: Classes) -> None:
        self._schemas, self._classes, self._named = specification.schemas, classes, types.named
        self.families: dict[str, Family] = {}
        self._name(types, merger)

    def _name(self, types: Types, merger: Merger) -> None:
        """A parent with a discriminator has an alias beside its class: ``AnyPet`` is it or a class below it."""
        families = Families(self._schemas, merger)
        for family in families.found():
            model = self._classes.class_of(self._schemas[family.name])
            if model is not None:
                alias = self._classes.names.take(f"Any{pascal(model.name)}")
                self.families[alias] = family
                types.families[id(model.schema)] = alias
        for name in families.left_out:
            types.report(self._schemas[name].place, "discriminator", "this document's discriminators mean too many")

    def family(self, alias: str) -> str:
        """What the alias of a family stands for: the classes, and the mark that picks one."""
        family, named = self.families[alias], self._named
        schemas = self._schemas
        parent = schemas[family.name]
        members = {value: schemas[name] for value, name in family.members.items()}
        derived = {id(parent)}
        others = [named[id(each)] for each in members.values() if not self._derives(each, derived)]
        kind = " | ".join(dict.fromkeys((named[id(parent)], *others)))
        pairs = ", ".join(f"{literal(value)}: {named[id(each)]}" for value, each in members.items())
        return f"Annotated[{kind}, Discriminated({literal(family.property_name)}, {{{pairs}}})]"

    def _derives(self, schema: Schema, known: set[int]) -> bool:
        """Whether the class of a schema derives from one of those known by ``id()``; then it becomes one of them."""
        line: list[int] = []
        above: Schema | None = schema
        while above is not None and id(above) not in known:
            line.append(id(above))
            model = self._classes.class_of(above)
            above = model.base if model is not None else None
        known.update(line if above is not None else ())
        return above is not None
