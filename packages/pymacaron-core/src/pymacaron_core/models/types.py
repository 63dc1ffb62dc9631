"""Schemas as Python types: for class fields, bodies, replies and parameters alike, as text.

The text is what stands in the generated module, and what a catalog evaluates in that module's namespace.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pymacaron_core.models.formats import INTEGERS, checker
from pymacaron_core.models.literals import literal, raw_text, text
from pymacaron_core.models.merge import ANNOTATIONS, Merger
from pymacaron_core.models.patterns import reading
from pymacaron_core.spec.operation import Discriminator, Place, Schema


@dataclass(frozen=True, slots=True)
class Unenforced:
    """A keyword of the document that is not enforced: where it stands, which one, and why."""

    place: Place
    keyword: str
    why: str


@dataclass(frozen=True, slots=True)
class Type:
    """A type expression: its text, its constraints as arguments of ``Field``, its further marks, whether None fits."""

    text: str
    constraints: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    nullable: bool = False

    @property
    def inner(self) -> str:
        """The type without None, its constraints inside."""
        parts = [self.text]
        if self.constraints:
            parts.append(f"Field({self.field_arguments})")
        parts.extend(self.marks)
        return parts[0] if len(parts) == 1 else f"Annotated[{', '.join(parts)}]"

    @property
    def full(self) -> str:
        return f"{self.inner} | None" if self.nullable and self.text not in ("Any", "None") else self.inner

    @property
    def field_arguments(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.constraints)


ANY = Type("Any", nullable=True)

_STRINGS = {
    "date": "dt.date",
    "date-time": "AwareDatetime",
    "time": "dt.time",
    "duration": "dt.timedelta",
    "uuid": "UUID",
    "byte": "Base64",
    "decimal": "Decimal",
    "decimal128": "Decimal",
}
_INTEGERS = {"int32": "Int32", "int64": "Int64"}
_NUMBERS = {"decimal": "DecimalNumber", "decimal128": "DecimalNumber"}
_NAMES = {"string": str, "integer": int, "number": float, "boolean": bool, "null": type(None), "array": list}
_BELONGS = {
    "string": ("pattern", "minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
}
_NOT_ENFORCED = {
    "not": "negation has no type",
    "if": "conditions have no type",
    "dependentRequired": "dependencies between properties have no type",
    "dependentSchemas": "dependencies between properties have no type",
    "unevaluatedProperties": "what other schemas evaluated is not known",
    "unevaluatedItems": "what other schemas evaluated is not known",
    "contains": "constraints on some of the items have no type",
    "contentSchema": "the content of strings is not read",
}


@dataclass
class Types:
    """The types of one specification's schemas. ``named`` gives the class or alias of a schema that has one."""

    schemas: Mapping[str, Schema]
    merger: Merger
    named: dict[int, str] = field(default_factory=dict)
    classes: set[int] = field(default_factory=set)
    uploads: set[int] = field(default_factory=set)
    unenforced: list[Unenforced] = field(default_factory=list)
    _done: dict[Schema, Type] = field(default_factory=dict)

    def of(self, schema: Schema) -> Type:
        """The type of a schema, by the name of its class where it has one."""
        found = self._done.get(schema)
        if found is None:
            found = self._done[schema] = self._make(schema)
        return found

    def of_named(self, schema: Schema) -> Type:
        """The type of a named schema itself: what its alias stands for."""
        return self._written(schema, self.merger.keywords(schema))

    def report(self, place: Place, keyword: str, why: str) -> None:
        self.unenforced.append(Unenforced(place, keyword, why))

    def report_conditions(self, schema: Schema, keywords: Mapping[str, Any]) -> None:
        for keyword, why in _NOT_ENFORCED.items():
            if keyword in keywords:
                self.report(schema.place, keyword, why)
        for each in keywords.get("allOf", ()):
            for keyword in each.keywords:
                self.report(schema.place, keyword, "two of them in one allOf; the last one holds")

    def _make(self, schema: Schema) -> Type:
        target = self._only_a_reference(schema)
        if target is not None and id(target) in self.named:
            told = schema.get("x-nullable") is True or self._allows_null(target)
            return Type(self.named[id(target)], nullable=told)
        if target is not None and target is not schema:
            return self.of(target)
        if id(schema) in self.named:
            return Type(self.named[id(schema)], nullable=self._allows_null(schema))
        return self._written(schema, self.merger.keywords(schema))

    def _only_a_reference(self, schema: Schema) -> Schema | None:
        """The named schema that this one is, where nothing but annotations stands beside the reference."""
        if any(not key.startswith("x-") and key not in ANNOTATIONS and key != "allOf" for key in schema.keywords):
            return None
        branches: tuple[Schema, ...] = schema.get("allOf", ())
        if schema.ref is not None and not branches:
            return self.schemas[schema.ref]
        if schema.ref is None and len(branches) == 1 and id(schema) not in self.named:
            return self._only_a_reference(branches[0])
        return None

    def _allows_null(self, schema: Schema, seen: frozenset[int] = frozenset()) -> bool:
        if id(schema) in seen:
            return False
        keywords = self.merger.keywords(schema)
        if keywords.get("x-nullable") is True or "null" in keywords.get("type", ()):
            return True
        if None in keywords.get("enum", ()) or ("const" in keywords and keywords["const"] is None):
            return True
        branches = (*keywords.get("oneOf", ()), *keywords.get("anyOf", ()))
        if branches and not keywords.get("properties"):
            return any(self._allows_null(branch, seen | {id(schema)}) for branch in branches)
        return self._says_nothing(keywords)

    def _says_nothing(self, keywords: Mapping[str, Any]) -> bool:
        kinds = [*(key for keys in _BELONGS.values() for key in keys), "type", "enum", "const", "oneOf", "anyOf"]
        return not any(key in keywords for key in kinds)

    def _written(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        if schema.refuses_all:
            return Type("Nothing")
        self.report_conditions(schema, keywords)
        if "const" in keywords:
            found = self._values(schema, keywords, [keywords["const"]])
        elif "enum" in keywords:
            found = self._values(schema, keywords, list(keywords["enum"]))
        elif keywords.get("oneOf") or keywords.get("anyOf"):
            found = self._choice(schema, keywords)
        else:
            kinds = self._kinds(schema, keywords)
            if not kinds:
                return ANY
            found = self._union([self._of_kind(kind, schema, keywords) for kind in kinds])
        return replace(found, nullable=True) if keywords.get("x-nullable") is True else found

    def _kinds(self, schema: Schema, keywords: Mapping[str, Any]) -> tuple[str, ...]:
        """The JSON types a schema is for: those it names, else the one its keywords are about."""
        named: tuple[str, ...] = keywords.get("type", ())
        if named:
            return tuple(kind for kind in named if not (kind == "integer" and "number" in named))
        if any(key in keywords for key in ("properties", "additionalProperties", "required")):
            return ("object",)
        if "items" in keywords or "prefixItems" in keywords:
            return ("array",)
        for key in (key for keys in _BELONGS.values() for key in keys if key in keywords):
            self.report(schema.place, key, "the schema names no type")
        return ()

    def _of_kind(self, kind: str, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        if kind == "string":
            return self._string(schema, keywords)
        if kind in ("integer", "number"):
            return self._number(kind, keywords)
        if kind == "array":
            return self._array(schema, keywords)
        if kind == "object":
            return self._object(schema, keywords)
        return {"boolean": Type("bool"), "null": Type("None", nullable=True)}.get(kind, ANY)

    def _string(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        form = keywords.get("format", "")
        if form == "binary" and id(schema) in self.uploads:
            return Type("Upload")
        lengths = [(name, key) for name, key in (("min_length", "minLength"), ("max_length", "maxLength"))]
        given = [(name, str(int(keywords[key]))) for name, key in lengths if key in keywords]
        if form in _STRINGS:
            for key in ("pattern", "minLength", "maxLength"):
                if key in keywords:
                    self.report(schema.place, key, f"the format {form} makes the string a value of another type")
            return Type(_STRINGS[form])
        marks = (f"Format({text(form)})",) if checker(form) else ()
        found = Type("str", tuple(given), marks)
        return self._matching(found, schema, str(keywords["pattern"])) if "pattern" in keywords else found

    def _matching(self, kind: Type, schema: Schema, pattern: str) -> Type:
        """Strings that match a pattern too: pydantic's own constraint where it means the same, else a mark."""
        found = reading(pattern)
        if found.kind == "unusable":
            self.report(schema.place, "pattern", f"{_cut(repr(pattern))} is of no use: {found.why}")
            return kind
        if found.rust == pattern:
            return replace(kind, constraints=(*kind.constraints, ("pattern", raw_text(pattern))))
        return replace(kind, marks=(f"Pattern({raw_text(pattern)})", *kind.marks))

    def _number(self, kind: str, keywords: Mapping[str, Any]) -> Type:
        whole = kind == "integer"
        bounds = (
            ("ge", "minimum", math.ceil),
            ("gt", "exclusiveMinimum", math.floor),
            ("le", "maximum", math.floor),
            ("lt", "exclusiveMaximum", math.ceil),
        )
        form = keywords.get("format", "")
        name = _INTEGERS.get(form, "int") if whole else _NUMBERS.get(form, "float")
        marks = (f"Format({text(form)})",) if name == "int" and form in INTEGERS else ()
        shown = _decimal if name == "DecimalNumber" else literal
        limit = {"Int32": 2**31, "Int64": 2**63}.get(name, math.inf)
        given = []
        for argument, key, rounded in bounds:
            bound = keywords.get(key)
            if isinstance(bound, (int, float)) and not isinstance(bound, bool) and -limit <= bound < limit:
                given.append((argument, shown(rounded(bound) if whole else bound)))
        if keywords.get("multipleOf"):
            given.append(("multiple_of", shown(keywords["multipleOf"])))
        return Type(name, tuple(given), marks)

    def _array(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        items = keywords.get("items")
        first: tuple[Schema, ...] = keywords.get("prefixItems", ())
        lengths = [(name, key) for name, key in (("min_length", "minItems"), ("max_length", "maxItems"))]
        given = [(name, str(int(keywords[key]))) for name, key in lengths if key in keywords]
        marks = ("UniqueItems()",) if keywords.get("uniqueItems") is True else ()
        if first and keywords.get("minItems") == len(first) and self._is_closed(items, keywords, len(first)):
            return Type(f"tuple[{', '.join(self.of(item).full for item in first)}]", (), marks)
        if first:
            self.report(schema.place, "prefixItems", "only arrays of one length become tuples")
            return Type("list[Any]", tuple(given), marks)
        inner = self.of(items).full if isinstance(items, Schema) else "Any"
        return Type(f"list[{inner}]", tuple(given), marks)

    def _is_closed(self, items: Any, keywords: Mapping[str, Any], length: int) -> bool:
        return keywords.get("maxItems") == length or (isinstance(items, Schema) and items.refuses_all)

    def _object(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        """An object that is no class: a dict."""
        values = keywords.get("additionalProperties")
        patterns: Mapping[str, Schema] = keywords.get("patternProperties", {})
        lengths = [(name, key) for name, key in (("min_length", "minProperties"), ("max_length", "maxProperties"))]
        given = [(name, str(int(keywords[key]))) for name, key in lengths if key in keywords]
        if keywords.get("required"):
            self.report(schema.place, "required", "the schema declares none of these properties")
        keys = self._keys(schema, keywords)
        if len(patterns) == 1 and isinstance(values, Schema) and values.refuses_all and keys == "str":
            ((pattern, values),) = patterns.items()
            keys = self._matching(Type("str"), schema, pattern).inner
        elif patterns:
            self.report(schema.place, "patternProperties", "properties are told apart by name only")
            values = None
        if isinstance(values, Schema) and values.refuses_all:
            return Type("dict[str, Any]", (("max_length", "0"),))
        inner = self.of(values).full if isinstance(values, Schema) else "Any"
        return Type(f"dict[{keys}, {inner}]", tuple(given))

    def _keys(self, schema: Schema, keywords: Mapping[str, Any]) -> str:
        names = keywords.get("propertyNames")
        if not isinstance(names, Schema):
            return "str"
        found = self.of(names)
        if found.text == "str" or found.text.startswith("Literal["):
            return found.inner
        self.report(schema.place, "propertyNames", "only lengths, patterns and enums of names are known")
        return "str"

    def _values(self, schema: Schema, keywords: Mapping[str, Any], values: list[Any]) -> Type:
        kinds: tuple[str, ...] = keywords.get("type", ())
        fitting = [value for value in values if not kinds or any(_is_a(value, kind) for kind in kinds)] or values
        nullable = None in fitting
        fitting = [value for value in fitting if value is not None]
        if not fitting:
            return Type("None", nullable=True)
        if all(isinstance(value, (str, bool, int)) for value in fitting):
            distinct = {literal(value): None for value in fitting}
            return Type(f"Literal[{', '.join(distinct)}]", nullable=nullable)
        of_kind = [self._of_kind(kind, schema, keywords) for kind in kinds if kind != "null"]
        base = self._union(of_kind) if of_kind else Type("Any")
        mark = f"OneOfValues({', '.join(literal(value) for value in fitting)})"
        return Type(base.text, base.constraints, (*base.marks, mark), nullable)

    def _choice(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        keyword = "oneOf" if keywords.get("oneOf") else "anyOf"
        branches: tuple[Schema, ...] = keywords[keyword]
        if keyword == "oneOf" and keywords.get("anyOf"):
            self.report(schema.place, "anyOf", "oneOf stands beside it")
        union = self._union([self.of(branch) for branch in branches])
        kinds = keywords.get("type", ())
        if kinds and "null" not in kinds:
            union = replace(union, nullable=False)
        discriminator = keywords.get("discriminator")
        marked = self._discriminated(discriminator, branches) if isinstance(discriminator, Discriminator) else None
        if marked:
            return replace(union, marks=(marked,))
        if keyword == "oneOf" and self._may_overlap(branches):
            self.report(schema.place, "oneOf", "a value that fits several of the schemas is accepted")
        return union

    def _union(self, types: Iterable[Type]) -> Type:
        types = list(types)
        nullable = any(each.nullable for each in types)
        several = {each.inner: each for each in types if each.text != "None"}
        if not several:
            return Type("None", nullable=True)
        if len(several) == 1:
            return replace(next(iter(several.values())), nullable=nullable)
        if "Any" in several:
            return ANY
        return Type(" | ".join(several), nullable=nullable)

    def _may_overlap(self, branches: tuple[Schema, ...]) -> bool:
        kinds = [kind for branch in branches for kind in self.merger.keywords(branch).get("type", ("any", "any"))]
        return len(set(kinds)) < len(kinds) or {"integer", "number"} <= set(kinds)

    def _discriminated(self, discriminator: Discriminator, branches: tuple[Schema, ...]) -> str | None:
        """The mark that picks the branch by a property, where every branch is a class."""
        names = {branch.ref: self.of(branch).text for branch in branches if branch.ref is not None}
        if len(names) != len(branches) or not all(id(self.schemas[ref]) in self.classes for ref in names if ref):
            return None
        mapping = {value: ref for value, ref in discriminator.mapping.items() if ref in names}
        for ref in names:
            if ref is not None and ref not in mapping.values():
                mapping[ref.rsplit(".", 1)[-1]] = ref
        pairs = ", ".join(f"{text(value)}: {names[ref]}" for value, ref in mapping.items())
        return f"Discriminated({text(discriminator.property_name)}, {{{pairs}}})"


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    if kind == "number":
        return isinstance(value, (int, float))
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, Mapping) if kind == "object" else isinstance(value, _NAMES.get(kind, object))


def _decimal(bound: Any) -> str:
    return f'Decimal("{bound}")'


def _cut(shown: str, longest: int = 60) -> str:
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."
