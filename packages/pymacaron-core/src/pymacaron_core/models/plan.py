"""What a generated module holds: its classes, their fields and parents, its aliases, and the name of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from pymacaron_core.models import residual
from pymacaron_core.models.classes import Classes, ModelClass
from pymacaron_core.models.families import Family
from pymacaron_core.models.fields import Fields
from pymacaron_core.models.files import files
from pymacaron_core.models.merge import Merger
from pymacaron_core.models.steering import Steering
from pymacaron_core.models.types import Types, Unenforced
from pymacaron_core.spec.operation import Body, Schema, Specification


class Plan:
    """Everything in the module of one specification. Equal documents give equal plans."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self.merger = Merger(specification.schemas)
        self.types = Types(specification.schemas, self.merger)
        self.types.uploads.update(map(id, files(specification, self.merger)))
        self._classes = Classes(specification, self.merger, self.types)
        self._steering = Steering(specification, self.merger, self.types, self._classes)
        self.fields = Fields(specification, self.merger, self.types, self._classes, self._steering)

    @property
    def classes(self) -> list[ModelClass]:
        return self._classes.found

    @property
    def aliases(self) -> Mapping[str, Schema]:
        """The names that stand for types which are no classes."""
        return self._classes.aliases

    @property
    def families(self) -> Mapping[str, Family]:
        """The names that stand for a class with those below it."""
        return self._steering.families

    def family(self, alias: str) -> str:
        """What the alias of a family stands for."""
        return self._steering.family(alias)

    def class_of(self, schema: Schema | None) -> ModelClass | None:
        """The class of a schema, where it has one of its own."""
        return None if schema is None else self._classes.class_of(schema)

    def base_name(self, model: ModelClass) -> str | None:
        return self._classes.base_name(model)

    @cached_property
    def unenforced(self) -> tuple[Unenforced, ...]:
        """Every keyword that is not enforced."""
        for each in self.classes:
            self.fields.properties(each)
            self.fields.extra(each)
        for schema in self.aliases.values():
            self.types.of_named(schema)
        for schema in self._written_in_operations():
            self.types.of(schema)
            keywords = self.merger.keywords(schema)
            if "default" in keywords and (why := self.fields.misfit(keywords["default"], schema)):
                self.types.report(schema.place, "default", why)
        return tuple(dict.fromkeys(self.types.unenforced))

    def needed_schemas(self) -> dict[str, Any]:
        """The named schemas that marks of the module refer to, as JSON Schema. To be called when all is written."""
        return residual.closure(self.specification.schemas, self.types.needed)

    def _written_in_operations(self) -> Iterator[Schema]:
        for operation in (*self.specification.operations, *self.specification.webhooks):
            body: Body | None = operation.body
            for media in (*(body.content if body else ()), *(m for r in operation.replies for m in r.content)):
                if media.schema is not None:
                    yield media.schema
            yield from (header.schema for reply in operation.replies for header in reply.headers)
            for parameter in operation.parameters:
                content = parameter.content.schema if parameter.content else None
                yield content or parameter.schema
