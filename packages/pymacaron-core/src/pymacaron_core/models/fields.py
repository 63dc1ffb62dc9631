"""What the class of a model says: its fields with their defaults, and what becomes of everything else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pymacaron_core.models import residual
from pymacaron_core.models.asking import Asking
from pymacaron_core.models.classes import Classes, ModelClass
from pymacaron_core.models.defaults import Defaults
from pymacaron_core.models.expression import ANY, Type
from pymacaron_core.models.judge import Judge
from pymacaron_core.models.merge import Merger
from pymacaron_core.models.names import Names, attribute_name
from pymacaron_core.models.parents import names_of
from pymacaron_core.models.steering import Steering
from pymacaron_core.models.types import Types
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.models.written import AllWritten, written
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import Schema, Specification
from pymacaron_core.spec.views import REQUEST_OF

_LONGEST = 100
"""How many letters of a value are shown."""


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


class Fields:
    """The fields of the classes of one specification."""

    def __init__(
        self, specification: Specification, merger: Merger, types: Types, classes: Classes, steering: Steering
    ) -> None:
        self._schemas, self._policy = specification.schemas, specification.policy
        self._merger, self._types, self._classes, self._steering = merger, types, classes, steering
        self._attributes_of: dict[str, Mapping[str, str]] = {}
        self._reserved: dict[str, frozenset[str]] = {}
        self._written = AllWritten(self._schemas)
        self._asking = Asking(self._schemas)
        self._has_views = any(REQUEST_OF in schema.keywords for schema in self._schemas.values())

    def properties(self, model: ModelClass) -> list[Property]:
        """The fields a class declares itself, in the document's order."""
        keywords = self._merger.keywords(model.schema)
        base = self._all_properties(model.base) if model.base else {}
        required = set(keywords.get("required", ()))
        attributes = self._attributes(model)
        found = []
        for wire, schema in keywords.get("properties", {}).items():
            inner = self._merger.keywords(schema)
            if base.get(wire) is schema or RECEIVED in inner:
                continue
            must = wire in required or inner.get("x-mandatory") is True or schema.get("x-mandatory") is True
            kind = self._types.of(schema)
            default = None if must else self._default(schema, inner, kind)
            found.append(Property(wire, attributes[wire], schema, inner, kind, must, default))
        self._types.report_doubts(model.schema, keywords)
        return found

    def _attributes(self, model: ModelClass) -> Mapping[str, str]:
        """The attribute of each property, inherited ones included. Those that keep their name come first."""
        for each in self._parents_first(model):
            base = self._classes.class_of(each.base) if each.base else None
            found = dict(self._attributes_of[base.name]) if base else {}
            names = Names(frozenset(found.values()))
            reserved = self._reserved[base.name] if base else frozenset()
            reserved = self._reserved[each.name] = reserved.union(*map(names_of, each.parents))
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
            each = self._classes.class_of(each.base) if each.base else None
        return found[::-1]

    def _default(self, schema: Schema, keywords: Mapping[str, Any], kind: Type) -> str | None:
        if "default" not in keywords:
            return None
        value = keywords["default"]
        if why := self.misfit(value, schema):
            self._types.report(schema.place, "default", why)
            return None
        if self._has_views:
            value = Withholding(schema, self._schemas, RECEIVED)(value)
        argument = self._defaults.argument(value, kind.text, kind.nullable)
        if argument is None:
            self._types.report(schema.place, "default", "it cannot be written as a value of the property's type")
        return argument

    @cached_property
    def _defaults(self) -> Defaults:
        classes = {model.name: model for model in self._classes.found}

        def accepts(name: str, value: Any) -> bool | None:
            return self.fits(value, classes[name].schema) if name in classes else None

        def alias(name: str) -> str | None:
            if name in self._steering.families:
                return self._steering.family(name)
            return self._types.of_named(self._classes.aliases[name]).inner if name in self._classes.aliases else None

        return Defaults(alias, accepts)

    def fits(self, value: Any, schema: Schema) -> bool:
        """Whether a JSON value is one of a schema."""
        return Judge(written(schema), self._written).fits(value)

    def misfit(self, value: Any, schema: Schema) -> str:
        """Why a JSON value is none of a schema; empty where it is one."""
        judge = Judge(written(schema), self._written)
        if judge.fits(value):
            return ""
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
        breach = next(iter(judge.breaches(value)), None)
        if breach is None:
            return f"{shown} does not fit the schema"
        part = "".join(f"/{step}" for step in breach.steps)
        return f"{shown} does not fit the schema, where {part or 'it'} {breach.message}"

    def received(self, model: ModelClass) -> list[str]:
        """The properties that only replies have, in the request view of a model."""
        return self.received_of(model.schema)

    def received_of(self, schema: Schema) -> list[str]:
        return [n for n, each in self._all_properties(schema).items() if RECEIVED in self._merger.keywords(each)]

    @property
    def read_only(self) -> str:
        """The class variable that holds them: whether they are dropped or refused when received."""
        return "__pym_refused__" if self._policy.read_only == "refuse" else "__pym_dropped__"

    def extra(self, model: ModelClass) -> str | Type | None:
        """What becomes of undeclared properties: ``forbid``, kept and of a type, or dropped (None).

        Those that the class's own rules look at are kept: without them a model could not be read again.
        """
        keywords = self._merger.keywords(model.schema)
        undeclared = keywords.get("additionalProperties")
        patterns: Mapping[str, Schema] = keywords.get("patternProperties", {})
        if patterns:
            is_closed = isinstance(undeclared, Schema) and undeclared.refuses_all
            return self._types.of(next(iter(patterns.values()))) if is_closed and len(patterns) == 1 else ANY
        if not isinstance(undeclared, Schema):
            policies: dict[str, str | Type] = {"refuse": "forbid", "keep": ANY}
            kept = ANY if self._asking.of_others(self._rules(model.schema), keywords.get("properties", {})) else None
            return policies.get(self._policy.undeclared, kept)
        return "forbid" if undeclared.refuses_all else self._types.of(undeclared)

    def closed_by(self, model: ModelClass) -> str:
        """The keyword by which undeclared properties are refused, where it is not ``additionalProperties``."""
        told = self._merger.keywords(model.schema).get("additionalProperties")
        keyword = residual.closing("additionalProperties", told) if isinstance(told, Schema) else ""
        return "" if keyword == "additionalProperties" else keyword

    def rules(self, model: ModelClass) -> str | None:
        """The mark for what the fields of a class do not say; None where they say all, or its base says the same."""
        found = self._rules(model.schema)
        if not found or (model.base is not None and residual.plain(self._rules(model.base)) == residual.plain(found)):
            return None
        return self._types.mark(found)

    def _rules(self, schema: Schema) -> Mapping[str, Any]:
        keywords = self._merger.keywords(schema)
        declared = keywords.get("properties", {})
        left = residual.rest(keywords, ("type", "properties", "required", "additionalProperties"), ("object",))
        undeclared = tuple(name for name in keywords.get("required", ()) if name not in declared)
        if undeclared:
            left["required"] = undeclared
        others = keywords.get("additionalProperties")
        if others is None and self._policy.undeclared == "refuse":
            others = Schema(refuses_all=True)
        if "patternProperties" in left and others is not None:
            left["properties"] = dict.fromkeys(declared, Schema())
            left["additionalProperties"] = others
        return residual.by_their_names(left)

    def _all_properties(self, schema: Schema) -> Mapping[str, Schema]:
        found: Mapping[str, Schema] = self._merger.keywords(schema).get("properties", {})
        return found
