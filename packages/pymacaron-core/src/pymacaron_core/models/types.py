"""Schemas as Python types: for class fields, bodies, replies and parameters alike, as text.

The text is what stands in the generated module, and what a catalog evaluates in that module's namespace. A type takes
every value that its schema does, and as few others as pydantic has words for; the keywords that refuse those stand in
a mark, :class:`~pymacaron_core.models.rules.JsonSchema`, beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pymacaron_core.models import containers, residual, scalars
from pymacaron_core.models.choices import Choices
from pymacaron_core.models.expression import ANY, NOTHING, Type
from pymacaron_core.models.files import is_file
from pymacaron_core.models.judge import Judge
from pymacaron_core.models.kinds import is_of, kinds_of, with_types_of_values
from pymacaron_core.models.literals import literal
from pymacaron_core.models.merge import ANNOTATIONS, Merger
from pymacaron_core.models.nulls import Nulls
from pymacaron_core.models.patterns import reading
from pymacaron_core.spec.operation import Place, Schema

STRUCTURE = (
    "properties",
    "additionalProperties",
    "patternProperties",
    "unevaluatedProperties",
    "allOf",
    "enum",
    "const",
)
"""Keywords that make another class of what a reference leads to."""

_EMPTY = frozenset(("None", "Nothing"))
"""Types that are no branch of a union: null stands beside it."""


@dataclass(frozen=True, slots=True)
class Unenforced:
    """A keyword of the document that is not enforced: where it stands, which one, and why."""

    place: Place
    keyword: str
    why: str


_SEEN_BY_MARKS = (
    *("not", "if", "then", "else", "contains", "propertyNames", "patternProperties", "prefixItems"),
    *("dependentSchemas", "unevaluatedProperties", "unevaluatedItems"),
)
"""Keywords whose schemas need not have a type of their own."""


@dataclass
class Types:
    """The types of one specification's schemas. ``named`` gives the class or alias of a schema that has one.

    ``families`` gives, for a parent with a discriminator, the alias that stands where it is referred to: any of the
    classes below it. ``needed`` are the names of the schemas that marks refer to.
    """

    schemas: Mapping[str, Schema]
    merger: Merger
    named: dict[int, str] = field(default_factory=dict)
    families: dict[int, str] = field(default_factory=dict)
    classes: set[int] = field(default_factory=set)
    uploads: set[int] = field(default_factory=set)
    unenforced: list[Unenforced] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    _done: dict[Schema, Type] = field(default_factory=dict)
    _going_on: set[Schema] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.choices = Choices(self.merger)
        self._nulls = Nulls(self.schemas, self.merger)

    def of(self, schema: Schema) -> Type:
        """The type of a schema, by the name of its class where it has one.

        One that holds itself and has no name is judged where it would begin again.
        """
        found = self._done.get(schema)
        if found is None and schema in self._going_on:
            return Type("Any", marks=(self.mark({"allOf": (schema,)}),), nullable=self._nulls.fits(schema))
        if found is None:
            self._going_on.add(schema)
            found = self._done[schema] = self._make(schema)
            self._going_on.discard(schema)
        return found

    def of_named(self, schema: Schema) -> Type:
        """The type of a schema itself, whatever its name: what its alias stands for."""
        if self._is_null(schema):
            return self._null(self.merger.keywords(schema))
        target = self._only_a_reference(schema)
        if target is not None and target is not schema:
            found = self.of(target)
            return replace(found, nullable=True) if schema.get("x-nullable") is True else found
        if schema.ref is not None and self._is_whole(schema):
            left = residual.rest(self._beside(schema), (), ())
            found = self._marked(self.of(self.schemas[schema.ref]), left)
            return replace(found, nullable=self._nulls.fits(schema))
        return self._written(schema, self.merger.keywords(schema))

    def report(self, place: Place, keyword: str, why: str) -> None:
        self.unenforced.append(Unenforced(place, keyword, why))

    def mark(self, keywords: Mapping[str, Any]) -> str:
        """The mark that enforces keywords of a schema."""
        needed = set(residual.names(keywords))
        self.needed |= needed
        return f"JsonSchema({literal(residual.plain(keywords))}{', SCHEMAS' if needed else ''})"

    def report_doubts(self, schema: Schema, keywords: Mapping[str, Any]) -> None:
        """Tell what no type and no mark enforces, also in the schemas that only marks see."""
        self._report_patterns(schema, keywords)
        waiting = [inner for key in _SEEN_BY_MARKS for inner in _inside(keywords.get(key))]
        while waiting:
            inner = waiting.pop()
            self._report_patterns(inner, inner.keywords)
            waiting.extend(each for value in inner.keywords.values() for each in _inside(value))

    def _report_patterns(self, schema: Schema, keywords: Mapping[str, Any]) -> None:
        for pattern in (
            *((str(keywords["pattern"]),) if "pattern" in keywords else ()),
            *keywords.get("patternProperties", ()),
        ):
            found = reading(pattern)
            if found.kind == "unusable":
                keyword = "pattern" if pattern == keywords.get("pattern") else "patternProperties"
                self.report(schema.place, keyword, f"{_cut(repr(pattern))} is of no use: {found.why}")

    def _make(self, schema: Schema) -> Type:
        if id(schema) in self.named and not self._is_null(schema):
            name = self.families.get(id(schema)) or self.named[id(schema)]
            return Type(name, nullable=self._nulls.fits(schema))
        return self.of_named(schema)

    def _is_null(self, schema: Schema) -> bool:
        if not self._nulls.fits(schema):
            return False
        keywords = self.merger.keywords(schema)
        values = self._values(keywords) if "enum" in keywords or "const" in keywords else None
        return values.text == "None" if values is not None else self.choices.kinds(schema) in ({"null"}, set())

    def _only_a_reference(self, schema: Schema) -> Schema | None:
        """The named schema that this one is, where nothing but annotations stands beside the reference."""
        if any(not key.startswith("x-") and key not in ANNOTATIONS and key != "allOf" for key in schema.keywords):
            return None
        branches = [each for each in schema.get("allOf", ()) if not residual.says_nothing(each)]
        if schema.ref is not None and not branches:
            return self.schemas[schema.ref]
        if schema.ref is None and len(branches) == 1 and id(schema) not in self.named:
            return self._only_a_reference(branches[0])
        return None

    def _is_whole(self, schema: Schema) -> bool:
        """Whether a reference with keywords beside it is the type it refers to, with a mark for these."""
        target = self.merger.keywords(self.schemas[str(schema.ref)])
        is_union = self.choices.typed(self.schemas[str(schema.ref)], target) is not None
        is_class = bool(target.get("properties"))
        return (is_union or is_class) and not any(key in schema.keywords for key in STRUCTURE)

    def _beside(self, schema: Schema) -> Mapping[str, Any]:
        """What stands beside a reference, less a type that is said there as well."""
        told = set(self.merger.keywords(self.schemas[str(schema.ref)]).get("type", ()))
        is_told = bool(told) and told <= set(schema.get("type", ()))
        return {key: value for key, value in schema.keywords.items() if key != "type" or not is_told}

    def _written(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        if schema.refuses_all:
            return NOTHING
        self.report_doubts(schema, keywords)
        found = self._values(keywords) if "enum" in keywords or "const" in keywords else None
        if found is None:
            found = self._with_mark(schema, keywords)
        if found.text == "Any" and not found.marks:
            return found
        return replace(found, nullable=self._nulls.fits_merged(keywords))

    def _with_mark(self, schema: Schema, keywords: Mapping[str, Any]) -> Type:
        keywords = with_types_of_values(keywords)
        if id(schema) in self.uploads and not keywords.get("type"):
            keywords = {**keywords, "type": ("string",)}
        branches = self.choices.typed(schema, keywords)
        if branches is not None:
            types = [self.of(branch) for branch in branches.schemas]
            found = self._union(types)
            if branches.is_one_of and found.text != "Any" and len({each.inner for each in types} - _EMPTY) > 1:
                found = replace(found, marks=(*found.marks, "OneOf()"))
            found = replace(found, marks=(*found.marks, *self._discriminated(branches.discriminated)))
            left = residual.rest(branches.left, (), branches.kinds)
        else:
            kinds = kinds_of(keywords)
            each = [self._of_kind(kind, schema, keywords) for kind in kinds]
            found = self._union([kind for kind, _ in each]) if each else ANY
            used = {"type", *(key for _, keys in each for key in keys)} if each else set()
            left = residual.rest(keywords, used, kinds)
        return self._marked(found, left)

    def _marked(self, found: Type, left: Mapping[str, Any]) -> Type:
        if not left or found.text in ("Nothing", "None"):
            return found
        return replace(found, marks=(*found.marks, self.mark(left)))

    def _discriminated(self, told: tuple[str, Mapping[str, Schema]] | None) -> Iterable[str]:
        if told is not None:
            name, mapping = told
            pairs = ", ".join(f"{literal(value)}: {self.of(branch).text}" for value, branch in mapping.items())
            yield f"Discriminated({literal(name)}, {{{pairs}}})"

    def _of_kind(self, kind: str, schema: Schema, keywords: Mapping[str, Any]) -> tuple[Type, set[str]]:
        if kind == "string":
            if id(schema) in self.uploads and is_file(keywords):
                return Type("Upload"), {"format", "pattern", "minLength", "maxLength"}
            return scalars.string(keywords)
        if kind in ("integer", "number"):
            return scalars.number(kind, keywords)
        if kind == "array":
            return containers.array(keywords, self.of)
        if kind == "object":
            return containers.free_object(keywords, self.of)
        return (Type("bool") if kind == "boolean" else Type("None", nullable=True)), set()

    def _values(self, keywords: Mapping[str, Any]) -> Type | None:
        """The type of a schema with ``enum`` or ``const``; None where a value is none that ``Literal`` takes."""
        values = [keywords["const"]] if "const" in keywords else list(keywords["enum"])
        others = residual.rest(keywords, ("const",) if "const" in keywords else ("enum",), ())
        if set(others) == {"type"}:
            values = [value for value in values if is_of(value, keywords["type"])]
        elif others:
            judge = self._judge(others)
            values = [value for value in values if judge.fits(value)]
        values = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values if v is not None]
        if not values:
            return self._null(keywords) if self._nulls.fits_merged(keywords) else self._nothing(keywords)
        if not all(isinstance(value, (str, bool, int)) for value in values):
            return None
        groups = [[v for v in values if type(v) is kind] for kind in dict.fromkeys(map(type, values))]
        each = [f"Literal[{', '.join(dict.fromkeys(literal(value) for value in group))}]" for group in groups]
        return Type(" | ".join(each), marks=("Const()",) if "const" in keywords else ())

    def _null(self, keywords: Mapping[str, Any]) -> Type:
        """The type of null alone, which tells what the document says: that it is a type, or a value."""
        told = {key: keywords[key] for key in ("enum", "const") if key in keywords and "type" not in keywords}
        return Type("None", marks=(self.mark(told),) if told else (), nullable=True)

    def _nothing(self, keywords: Mapping[str, Any]) -> Type:
        """The type of no value, which tells of values that other keywords refuse what they would have to be."""
        told = {key: keywords[key] for key in ("type", "enum", "const") if key in keywords}
        return NOTHING if told.get("enum") == () or not told else Type("Nothing", marks=(self.mark(told),))

    def _judge(self, keywords: Mapping[str, Any]) -> Judge:
        return Judge(residual.plain(keywords), residual.NamedSchemas(self.schemas))

    def _union(self, types: Iterable[Type]) -> Type:
        types = list(types)
        nullable = any(each.nullable for each in types)
        several = {each.inner: each for each in types if each.text not in _EMPTY}
        if not several:
            return Type("None", nullable=True) if nullable else NOTHING
        if len(several) == 1:
            return replace(next(iter(several.values())), nullable=nullable)
        if "Any" in several:
            return ANY
        return Type(" | ".join(several), nullable=nullable)


def _cut(shown: str, longest: int = 60) -> str:
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def _inside(value: Any) -> tuple[Schema, ...]:
    """The schemas that a keyword's value is, or holds."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    elif isinstance(value, Schema):
        value = (value,)
    return tuple(each for each in value if isinstance(each, Schema)) if isinstance(value, tuple) else ()
