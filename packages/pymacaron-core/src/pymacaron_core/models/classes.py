"""Which schemas become classes and which aliases, what each class derives from, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pymacaron_core.models.kinds import kinds_of
from pymacaron_core.models.merge import ANNOTATIONS, ANYTHING, Merger
from pymacaron_core.models.names import Names, class_name, pascal
from pymacaron_core.models.parents import ParentClass, has_parents, parents
from pymacaron_core.models.types import STRUCTURE, Types
from pymacaron_core.spec.circles import circles
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import MediaType, Operation, Schema, Specification

_INSIDE = (("items", "Item"), ("additionalProperties", "Value"))


@dataclass(frozen=True, slots=True, eq=False)
class ModelClass:
    """One class: its name, the schema it stands for, the model and the classes of the user's it derives from."""

    name: str
    schema: Schema
    schema_name: str
    base: Schema | None
    parents: tuple[ParentClass, ...]
    is_named: bool


class Classes:
    """The classes and aliases of one specification. ``types`` is told the name of each."""

    def __init__(self, specification: Specification, merger: Merger, types: Types) -> None:
        self._specification, self._merger, self._types = specification, merger, types
        self.found: list[ModelClass] = []
        self.aliases: dict[str, Schema] = {}
        imported = (parent.module for schema in specification.schemas.values() for parent in parents(schema))
        self.names = Names(frozenset(module.partition(".")[0] for module in imported))
        self._by_schema: dict[int, ModelClass] = {}
        self._seen: set[int] = set()
        self._name_schemas()
        for name, schema in specification.schemas.items():
            self._discover(schema, name)
        for operation in (*specification.operations, *specification.webhooks):
            self._discover_operation(operation)

    def class_of(self, schema: Schema) -> ModelClass | None:
        """The class of a schema, where it has one of its own."""
        return self._by_schema.get(id(schema))

    def base_name(self, model: ModelClass) -> str | None:
        """The name of the model that one derives from."""
        return self._by_schema[id(model.base)].name if model.base else None

    def _name_schemas(self) -> None:
        """Names that Python takes as they are come first, so that a clash changes only the other one."""
        schemas = self._specification.schemas
        wanted = {name: class_name(name) for name in schemas}
        for name in sorted(schemas, key=lambda name: wanted[name] != name):
            given = self.names.take(wanted[name])
            self._types.named[id(schemas[name])] = given
        for schema in schemas.values():
            if not self._is_class(schema):
                self.aliases[self._types.named[id(schema)]] = schema

    def _discover(self, schema: Schema, name: str) -> None:
        """Give a schema and those inside it their classes. ``name`` is the schema's, or says where it stands."""
        is_named = id(schema) in self._types.named
        if id(schema) in self._seen or not (schema.ref is None or self._adds_to_reference(schema, is_named)):
            return
        self._seen.add(id(schema))
        keywords = self._merger.keywords(schema)
        if self._is_class(schema) and (is_named or not self._is_only_reference(schema)):
            inner = pascal(self._add_class(schema, name, is_named).name)
            for wire, inside in keywords.get("properties", {}).items():
                if RECEIVED in self._merger.keywords(inside):
                    continue
                self._discover(inside, f"{inner}{pascal(wire)}")
        inner = pascal(name)
        for key, suffix in _INSIDE:
            if isinstance(keywords.get(key), Schema):
                self._discover(keywords[key], f"{inner}{suffix}")
        for inside in keywords.get("patternProperties", {}).values():
            self._discover(inside, f"{inner}Value")
        choice = self._types.choices.typed(schema, keywords)
        if choice is not None and choice.discriminated is not None and id(schema) not in self._types.named:
            self._add_alias(schema, name)
        branches = (*(choice.schemas if choice else ()), *keywords.get("prefixItems", ()))
        for number, inside in enumerate(branches, 1):
            self._discover(inside, f"{inner}Option{number}")

    def _is_class(self, schema: Schema) -> bool:
        if schema.refuses_all or not (schema.ref is None or self._adds_to_reference(schema, True)):
            return False
        keywords = self._merger.keywords(schema)
        if "enum" in keywords or "const" in keywords or set(kinds_of(keywords)) - {"null"} != {"object"}:
            return has_parents(schema) and not keywords.get("type")
        if self._types.choices.typed(schema, keywords) is not None:
            return False
        return bool(keywords.get("properties")) or has_parents(schema)

    def _adds_to_reference(self, schema: Schema, is_named: bool) -> bool:
        """Whether what stands beside a reference makes a class of its own: for a named schema, all but annotations."""
        if is_named:
            says = any(key not in ANNOTATIONS and not key.startswith("x-") for key in schema.keywords)
            return says or has_parents(schema)
        return any(key in schema.keywords for key in STRUCTURE)

    def _is_only_reference(self, schema: Schema) -> bool:
        branches: tuple[Schema, ...] = schema.get("allOf", ())
        alone = len(branches) == 1 and not schema.properties() and not schema.get("required")
        return alone and branches[0].ref is not None and not branches[0].keywords

    def _add_class(self, schema: Schema, name: str, is_named: bool) -> ModelClass:
        given = self._types.named[id(schema)] if is_named else self.names.take(class_name(name))
        base = self._base(schema)
        model = ModelClass(given, schema, name if is_named else given, base, tuple(parents(schema)), is_named)
        self._by_schema[id(schema)] = model
        self._types.named[id(schema)] = given
        self._types.classes.add(id(schema))
        self.found.append(model)
        return model

    def _add_alias(self, schema: Schema, name: str) -> None:
        """A choice that a property makes stands behind its classes: it names them in more than a type."""
        given = self._types.named[id(schema)] = self.names.take(class_name(name))
        self.aliases[given] = schema

    def _base(self, schema: Schema) -> Schema | None:
        """The class a schema extends: the only reference in its ``allOf``, when nothing of it is declared anew."""
        branches: tuple[Schema, ...] = schema.get("allOf", ())
        references = [branch for branch in branches if branch.ref is not None and not branch.keywords]
        if schema.ref is not None or len(references) != 1:
            return None
        base = self._specification.resolve(references[0])
        if base.ref is not None or not self._is_class(base) or id(schema) in self._circling:
            return None
        mine, its = self._merger.keywords(schema), self._merger.keywords(base)
        inherited: Mapping[str, Schema] = its.get("properties", {})
        its_own = {name: each for name, each in inherited.items() if each is not ANYTHING}
        if any(mine.get("properties", {}).get(name) is not each for name, each in its_own.items()):
            return None
        if {*mine.get("required", ())} & inherited.keys() - {*its.get("required", ())}:
            return None
        return base if its.get("additionalProperties") is mine.get("additionalProperties") or not inherited else None

    @cached_property
    def _circling(self) -> set[int]:
        """The schemas that are made of themselves, by ``id()``."""
        schemas = self._specification.schemas
        return {id(schemas[name]) for caught, _ in circles(schemas) for name in caught}

    def _discover_operation(self, operation: Operation) -> None:
        name = operation_name(operation)
        for media in operation.body.content if operation.body else ():
            self._discover_media(media, f"{name}Body")
        for reply in operation.replies:
            for media in reply.content:
                self._discover_media(media, f"{name}Reply{pascal(reply.status).lstrip('N')}")
            for header in reply.headers:
                self._discover(header.schema, f"{name}Reply{pascal(header.name)}")
        for parameter in operation.parameters:
            schema = parameter.content.schema if parameter.content else parameter.schema
            if schema is not None:
                self._discover(schema, f"{name}{pascal(parameter.name)}")

    def _discover_media(self, media: MediaType, name: str) -> None:
        if media.schema is not None:
            self._discover(media.schema, name)


def operation_name(operation: Operation) -> str:
    """What the inline classes of an operation are named after."""
    if operation.id:
        return pascal(operation.id.rsplit(".", 1)[-1])
    return pascal(f"{operation.method.lower()}_{operation.path}")
