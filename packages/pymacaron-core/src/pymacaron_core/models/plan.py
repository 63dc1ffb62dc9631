"""What a generated module holds: its classes, their fields and parents, its aliases, and the name of each."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pymacaron_core.errors import ModelError
from pymacaron_core.models import residual
from pymacaron_core.models.defaults import Defaults
from pymacaron_core.models.expression import ANY, Type
from pymacaron_core.models.families import Families, Family, told_apart
from pymacaron_core.models.judge import Judge
from pymacaron_core.models.kinds import kinds_of
from pymacaron_core.models.literals import literal
from pymacaron_core.models.merge import ANNOTATIONS, ANYTHING, Merger
from pymacaron_core.models.names import PERSISTENT, Names, attribute_name, class_name, pascal
from pymacaron_core.models.types import STRUCTURE, Types, Unenforced
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.models.written import AllWritten, written
from pymacaron_core.spec.circles import circles
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import FORMS, Body, MediaType, Operation, Place, Schema, Specification
from pymacaron_core.spec.views import REQUEST_OF

PERSISTENCE = "pymacaron_dynamodb.PersistentModel"
"""The parent of models whose ``x-persist`` is a mapping, unless its ``class`` names another."""

_INSIDE = (("items", "Item"), ("additionalProperties", "Value"))


@dataclass(frozen=True, slots=True)
class ParentClass:
    """A class of the user's that a model derives from: ``x-parent: module.Class``."""

    module: str
    name: str
    place: Place

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a class."""

    wire: str
    attribute: str
    schema: Schema
    keywords: Mapping[str, Any]
    type: Type
    required: bool
    default: str | None


@dataclass(frozen=True, slots=True, eq=False)
class ModelClass:
    """One class: its name, the schema it stands for, the model and the classes of the user's it derives from."""

    name: str
    schema: Schema
    schema_name: str
    base: Schema | None
    parents: tuple[ParentClass, ...]
    is_named: bool


@dataclass
class Plan:
    """Everything in the module of one specification. Equal documents give equal plans."""

    specification: Specification
    classes: list[ModelClass] = field(default_factory=list)
    aliases: dict[str, Schema] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.merger = Merger(self.specification.schemas)
        self.types = Types(self.specification.schemas, self.merger)
        self._names = Names()
        self._by_schema: dict[int, ModelClass] = {}
        self._seen: set[int] = set()
        self._attributes_of: dict[str, Mapping[str, str]] = {}
        self._persistent: set[str] = set()
        self._name_schemas()
        self._find_uploads()
        for name, schema in self.specification.schemas.items():
            self._discover(schema, name)
        for operation in (*self.specification.operations, *self.specification.webhooks):
            self._discover_operation(operation)
        self._name_families()

    def class_of(self, schema: Schema) -> ModelClass | None:
        """The class of a schema, where it has one of its own."""
        return self._by_schema.get(id(schema))

    @cached_property
    def unenforced(self) -> tuple[Unenforced, ...]:
        """Every keyword that is not enforced."""
        for each in self.classes:
            self.properties(each)
            self.extra(each)
        for schema in self.aliases.values():
            self.types.of_named(schema)
        for schema in self._written_in_operations():
            self.types.of(schema)
            keywords = self.merger.keywords(schema)
            if "default" in keywords and not self._fits(keywords["default"], schema):
                self.types.report(schema.place, "default", "it does not fit the schema")
        return tuple(dict.fromkeys(self.types.unenforced))

    def needed_schemas(self) -> dict[str, Any]:
        """The named schemas that marks of the module refer to, as JSON Schema. To be called when all is written."""
        return residual.closure(self.specification.schemas, self.types.needed)

    def rules(self, model: ModelClass) -> str | None:
        """The mark for what the fields of a class do not say; None where they say all, or its base says the same."""
        found = self._rules(model.schema)
        if not found or (model.base is not None and residual.plain(self._rules(model.base)) == residual.plain(found)):
            return None
        return self.types.mark(found)

    def _rules(self, schema: Schema) -> Mapping[str, Any]:
        keywords = self.merger.keywords(schema)
        declared = keywords.get("properties", {})
        left = residual.rest(keywords, ("type", "properties", "required", "additionalProperties"), ("object",))
        undeclared = tuple(name for name in keywords.get("required", ()) if name not in declared)
        if undeclared:
            left["required"] = undeclared
        others = keywords.get("additionalProperties")
        if others is None and self.specification.policy.undeclared == "refuse":
            others = Schema(refuses_all=True)
        if "patternProperties" in left and others is not None:
            left["properties"] = dict.fromkeys(declared, Schema())
            left["additionalProperties"] = others
        return left

    def properties(self, model: ModelClass) -> list[Property]:
        """The fields a class declares itself, in the document's order."""
        keywords = self.merger.keywords(model.schema)
        base = self._all_properties(model.base) if model.base else {}
        required = set(keywords.get("required", ()))
        attributes = self._attributes(model)
        found = []
        for wire, schema in keywords.get("properties", {}).items():
            inner = self.merger.keywords(schema)
            if base.get(wire) is schema or RECEIVED in inner:
                continue
            must = wire in required or inner.get("x-mandatory") is True or schema.get("x-mandatory") is True
            kind = self.types.of(schema)
            default = None if must else self._default(schema, inner, kind)
            found.append(Property(wire, attributes[wire], schema, inner, kind, must, default))
        self.types.report_doubts(model.schema, keywords)
        return found

    def _attributes(self, model: ModelClass) -> Mapping[str, str]:
        """The attribute of each property, inherited ones included. Those that keep their name come first."""
        for each in self._parents_first(model):
            base = self.class_of(each.base) if each.base else None
            found = dict(self._attributes_of[base.name]) if base else {}
            names = Names(frozenset(found.values()))
            if each.parents or (base is not None and base.name in self._persistent):
                self._persistent.add(each.name)
            reserved = PERSISTENT if each.name in self._persistent else frozenset()
            own = [wire for wire in self._all_properties(each.schema) if wire not in found]
            for wire in sorted(own, key=lambda wire: attribute_name(wire, reserved) != wire):
                found[wire] = names.take_attribute(attribute_name(wire, reserved))
            self._attributes_of[each.name] = found
        return self._attributes_of[model.name]

    def _parents_first(self, model: ModelClass) -> list[ModelClass]:
        """The model and those it derives from, as far as their attributes are not known."""
        found: list[ModelClass] = []
        each: ModelClass | None = model
        while each is not None and each.name not in self._attributes_of:
            found.append(each)
            each = self.class_of(each.base) if each.base else None
        return found[::-1]

    def _default(self, schema: Schema, keywords: Mapping[str, Any], kind: Type) -> str | None:
        if "default" not in keywords:
            return None
        value = keywords["default"]
        if not self._fits(value, schema):
            self.types.report(schema.place, "default", "it does not fit the schema")
            return None
        if self._has_views:
            value = Withholding(schema, self.specification.schemas, RECEIVED)(value)
        argument = self._defaults.argument(value, kind.text, kind.nullable)
        if argument is None:
            self.types.report(schema.place, "default", "it cannot be written as a value of the property's type")
        return argument

    @cached_property
    def _has_views(self) -> bool:
        return any(REQUEST_OF in schema.keywords for schema in self.specification.schemas.values())

    @cached_property
    def _defaults(self) -> Defaults:
        classes = {model.name: model for model in self.classes}

        def accepts(name: str, value: Any) -> bool | None:
            return self._fits(value, classes[name].schema) if name in classes else None

        def alias(name: str) -> str | None:
            if name in self.families:
                return self.family(name)
            return self.types.of_named(self.aliases[name]).inner if name in self.aliases else None

        return Defaults(alias, accepts)

    def _fits(self, value: Any, schema: Schema) -> bool:
        return Judge(written(schema), self._written).fits(value)

    @cached_property
    def _written(self) -> AllWritten:
        return AllWritten(self.specification.schemas)

    def received(self, model: ModelClass) -> list[str]:
        """The properties that only replies have, in the request view of a model."""
        return self.received_of(model.schema)

    def received_of(self, schema: Schema) -> list[str]:
        return [n for n, each in self._all_properties(schema).items() if RECEIVED in self.merger.keywords(each)]

    @property
    def read_only(self) -> str:
        """The class variable that holds them: whether they are dropped or refused when received."""
        return "__pym_refused__" if self.specification.policy.read_only == "refuse" else "__pym_dropped__"

    def base_name(self, model: ModelClass) -> str | None:
        return self._by_schema[id(model.base)].name if model.base else None

    def extra(self, model: ModelClass) -> str | Type | None:
        """What becomes of undeclared properties: ``forbid``, kept and of a type, or dropped (None)."""
        keywords = self.merger.keywords(model.schema)
        undeclared = keywords.get("additionalProperties")
        patterns: Mapping[str, Schema] = keywords.get("patternProperties", {})
        if patterns:
            is_closed = isinstance(undeclared, Schema) and undeclared.refuses_all
            return self.types.of(next(iter(patterns.values()))) if is_closed and len(patterns) == 1 else ANY
        if not isinstance(undeclared, Schema):
            policies: dict[str, str | Type] = {"refuse": "forbid", "keep": ANY}
            return policies.get(self.specification.policy.undeclared)
        return "forbid" if undeclared.refuses_all else self.types.of(undeclared)

    def _all_properties(self, schema: Schema) -> Mapping[str, Schema]:
        found: Mapping[str, Schema] = self.merger.keywords(schema).get("properties", {})
        return found

    def _name_schemas(self) -> None:
        """Names that Python takes as they are come first, so that a clash changes only the other one."""
        schemas = self.specification.schemas
        wanted = {name: class_name(name) for name in schemas}
        for name in sorted(schemas, key=lambda name: wanted[name] != name):
            given = self._names.take(wanted[name])
            self.types.named[id(schemas[name])] = given
        for schema in schemas.values():
            if not self._is_class(schema):
                self.aliases[self.types.named[id(schema)]] = schema

    def _name_families(self) -> None:
        """A parent with a discriminator has an alias beside its class: ``AnyPet`` is it or a class below it."""
        schemas = self.specification.schemas
        families = Families(schemas, self.merger)
        for family in families.found():
            model = self.class_of(schemas[family.name])
            if model is not None:
                alias = self._names.take(f"Any{pascal(model.name)}")
                self.families[alias] = family
                self.types.families[id(model.schema)] = alias
        for name in families.left_out:
            self.types.report(schemas[name].place, "discriminator", "this document's discriminators mean too many")

    def family(self, alias: str) -> str:
        """What the alias of a family stands for: the classes, and the mark that picks one."""
        family, named = self.families[alias], self.types.named
        schemas = self.specification.schemas
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
            model = self.class_of(above)
            above = model.base if model is not None else None
        known.update(line if above is not None else ())
        return above is not None

    def _is_class(self, schema: Schema) -> bool:
        if schema.refuses_all or not (schema.ref is None or self._adds_to_reference(schema, True)):
            return False
        keywords = self.merger.keywords(schema)
        if "enum" in keywords or "const" in keywords or set(kinds_of(keywords)) - {"null"} != {"object"}:
            return bool(_parent_texts(schema)) and not keywords.get("type")
        if self.types.choices.typed(schema, keywords) is not None:
            return False
        return bool(keywords.get("properties")) or bool(_parent_texts(schema))

    def _find_uploads(self) -> None:
        """Binary strings directly in a form are files."""
        for operation in self.specification.operations:
            for media in operation.body.content if operation.body else ():
                if media.name in FORMS and media.schema is not None:
                    told = told_apart(media.schema, self.specification.schemas)
                    for form in (media.schema, *(told[1].values() if told else ())):
                        for schema in self._all_properties(form).values():
                            self._mark_upload(schema)

    def _mark_upload(self, schema: Schema) -> None:
        keywords = self.merger.keywords(schema)
        if keywords.get("format") == "binary":
            self.types.uploads.add(id(schema))
        elif isinstance(keywords.get("items"), Schema):
            self._mark_upload(keywords["items"])

    def _discover(self, schema: Schema, name: str) -> None:
        """Give a schema and those inside it their classes. ``name`` is the schema's, or says where it stands."""
        is_named = id(schema) in self.types.named
        if id(schema) in self._seen or not (schema.ref is None or self._adds_to_reference(schema, is_named)):
            return
        self._seen.add(id(schema))
        keywords = self.merger.keywords(schema)
        if self._is_class(schema) and (is_named or not self._is_only_reference(schema)):
            inner = pascal(self._add_class(schema, name, is_named).name)
            for wire, inside in keywords.get("properties", {}).items():
                if RECEIVED in self.merger.keywords(inside):
                    continue
                self._discover(inside, f"{inner}{pascal(wire)}")
        inner = pascal(name)
        for key, suffix in _INSIDE:
            if isinstance(keywords.get(key), Schema):
                self._discover(keywords[key], f"{inner}{suffix}")
        for inside in keywords.get("patternProperties", {}).values():
            self._discover(inside, f"{inner}Value")
        choice = self.types.choices.typed(schema, keywords)
        if choice is not None and choice.discriminated is not None and id(schema) not in self.types.named:
            self._add_alias(schema, name)
        branches = (*(choice.schemas if choice else ()), *keywords.get("prefixItems", ()))
        for number, inside in enumerate(branches, 1):
            self._discover(inside, f"{inner}Option{number}")

    def _adds_to_reference(self, schema: Schema, is_named: bool) -> bool:
        """Whether what stands beside a reference makes a class of its own: for a named schema, all but annotations."""
        if is_named:
            says = any(key not in ANNOTATIONS and not key.startswith("x-") for key in schema.keywords)
            return says or bool(_parent_texts(schema))
        return any(key in schema.keywords for key in STRUCTURE)

    def _is_only_reference(self, schema: Schema) -> bool:
        branches: tuple[Schema, ...] = schema.get("allOf", ())
        alone = len(branches) == 1 and not schema.properties() and not schema.get("required")
        return alone and branches[0].ref is not None and not branches[0].keywords

    def _add_class(self, schema: Schema, name: str, is_named: bool) -> ModelClass:
        given = self.types.named[id(schema)] if is_named else self._names.take(class_name(name))
        base = self._base(schema)
        model = ModelClass(given, schema, name if is_named else given, base, tuple(_parents(schema)), is_named)
        self._by_schema[id(schema)] = model
        self.types.named[id(schema)] = given
        self.types.classes.add(id(schema))
        self.classes.append(model)
        return model

    def _add_alias(self, schema: Schema, name: str) -> None:
        """A choice that a property makes stands behind its classes: it names them in more than a type."""
        given = self.types.named[id(schema)] = self._names.take(class_name(name))
        self.aliases[given] = schema

    def _base(self, schema: Schema) -> Schema | None:
        """The class a schema extends: the only reference in its ``allOf``, when nothing of it is declared anew."""
        branches: tuple[Schema, ...] = schema.get("allOf", ())
        references = [branch for branch in branches if branch.ref is not None and not branch.keywords]
        if schema.ref is not None or len(references) != 1:
            return None
        base = self.specification.resolve(references[0])
        if base.ref is not None or not self._is_class(base) or id(schema) in self._circling:
            return None
        mine, its = self.merger.keywords(schema), self.merger.keywords(base)
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
        schemas = self.specification.schemas
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


def operation_name(operation: Operation) -> str:
    """What the inline classes of an operation are named after."""
    if operation.id:
        return pascal(operation.id.rsplit(".", 1)[-1])
    return pascal(f"{operation.method.lower()}_{operation.path}")


def _parent_texts(schema: Schema) -> list[tuple[str, str]]:
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


def _parents(schema: Schema) -> Iterator[ParentClass]:
    for key, told in _parent_texts(schema):
        module, _, name = told.rpartition(".")
        words = told.split(".")
        if not module or not all(word.isidentifier() and not keyword.iskeyword(word) for word in words):
            where = f"{schema.place.file} (at {schema.place.pointer})"
            raise ModelError(f"{where}: {key} must be module.Class, not {told!r}")
        yield ParentClass(module, name, schema.place / key)
