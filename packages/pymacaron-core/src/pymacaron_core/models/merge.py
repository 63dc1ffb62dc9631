"""One schema in place of several that must all hold (``allOf``), without a word of theirs lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.judge.equality import equal
from pymacaron_core.models.parts import arrays, objects
from pymacaron_core.spec.operation import Schema
from pymacaron_core.spec.order import inner_first

_TIGHTER: dict[str, Callable[..., Any]] = {
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}
CHOICES = ("oneOf", "anyOf")
_IN_PLACE = ("allOf", *CHOICES)
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "$id", "$schema", "$anchor", "$dynamicAnchor", "$vocabulary"),
        *("discriminator", "contentEncoding", "contentMediaType", "contentSchema"),
    }
)
_TOGETHER = (("if", "then", "else"), ("contains", "minContains", "maxContains"))
_MOST = 16
ANYTHING = Schema()


class Merger:
    """Folds ``allOf`` and what stands beside a reference into one mapping of keywords, once for each schema.

    What cannot be folded (a second ``not``, a second ``pattern``) is left in ``allOf``: schemas that must hold as well.
    A schema that nothing fits has an empty ``enum``.
    """

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._done: dict[Schema, Mapping[str, Any]] = {}
        self._going_on: set[int] = set()
        self._both: dict[tuple[object, ...], Schema] = {}

    def keywords(self, schema: Schema) -> Mapping[str, Any]:
        """The keywords of a schema with every reference it consists of followed and every ``allOf`` folded in."""
        found = self._done.get(schema)
        if found is None:
            for each in inner_first((schema,), self._made_of, self._done):
                self._done[each] = self._fold(each)
            found = self._done[schema]
        return found

    def _made_of(self, schema: Schema) -> list[Schema]:
        if schema.ref is None:
            return [branch for key in _IN_PLACE for branch in schema.keywords.get(key, ())]
        inside = [self._schemas[schema.ref]]
        return [*inside, *(branch for key in _IN_PLACE for branch in schema.keywords.get(key, ()))]

    def _fold(self, schema: Schema) -> Mapping[str, Any]:
        if id(schema) in self._going_on:
            return {}
        if schema.refuses_all:
            return {"enum": ()}
        self._going_on.add(id(schema))
        try:
            merged: dict[str, Any] = {}
            if schema.ref is not None:
                self.add(merged, self.keywords(self._schemas[schema.ref]))
            for branch in schema.get("allOf", ()):
                self.add(merged, self.keywords(branch))
            own = {key: value for key, value in schema.keywords.items() if key not in ("allOf", *objects.OUTER)}
            self.add(merged, own)
            if "unevaluatedProperties" in schema.keywords and "properties" in merged:
                merged["properties"] = {n: each for n, each in merged["properties"].items() if each is not ANYTHING}
            objects.close(merged, schema)
            arrays.close(merged, schema)
            return self._with_spoken_of(merged)
        finally:
            self._going_on.discard(id(schema))

    def add(self, merged: dict[str, Any], other: Mapping[str, Any]) -> None:
        """Add the keywords of another schema that must hold as well."""
        left = dict(other)
        objects.merge(merged, left, self.both)
        arrays.merge(merged, left, self.both)
        for group in _TOGETHER:
            if any(key in merged for key in group) and any(key in left for key in group):
                also(merged, {key: left.pop(key) for key in group if key in left})
        for key, value in left.items():
            if key not in merged or key in ANNOTATIONS or key.startswith("x-"):
                merged[key] = value
            elif key in ("allOf", objects.WHOLE):
                merged[key] = (*merged[key], *value)
            elif key in CHOICES:
                self._add_choice(merged, key, value)
            else:
                self._add_one(merged, key, value)

    def both(self, mine: Schema, theirs: Schema) -> Schema:
        """One schema for what must fit two: the same for the same two, so that circles end."""
        if mine is theirs or _says_nothing(theirs):
            return mine
        if _says_nothing(mine):
            return theirs
        if mine.refuses_all or theirs.refuses_all:
            return mine if mine.refuses_all else theirs
        parts = {_key(part): part for part in (*self._parts(mine), *self._parts(theirs))}
        if len(parts) == 1:
            return mine
        found = self._both.get(tuple(parts))
        if found is None:
            found = self._both[tuple(parts)] = Schema({"allOf": tuple(parts.values())}, place=theirs.place)
        return found

    def _parts(self, schema: Schema) -> tuple[Schema, ...]:
        is_ours = schema.ref is None and len(schema.keywords) == 1 and "allOf" in schema.keywords
        return schema.keywords["allOf"] if is_ours else (schema,)

    def _add_choice(self, merged: dict[str, Any], key: str, branches: tuple[Schema, ...]) -> None:
        """A second choice: every pair of branches, where that keeps properties from being lost."""
        if merged[key] == branches:
            return
        mine: tuple[Schema, ...] = merged[key]
        declare = [any(self.keywords(b).get("properties") for b in each) for each in (mine, branches)]
        if all(declare) and len(mine) * len(branches) <= _MOST:
            merged[key] = tuple(Schema({"allOf": (a, b)}, place=a.place) for a in mine for b in branches)
        else:
            also(merged, {key: branches})

    def _add_one(self, merged: dict[str, Any], key: str, value: Any) -> None:
        mine = merged[key]
        if key in _TIGHTER:
            merged[key] = _TIGHTER[key](mine, value)
        elif key == "type":
            merged[key] = _types(mine, value)
            if not merged[key]:
                merged.update(type=mine, enum=())
        elif key == "required":
            merged[key] = tuple(dict.fromkeys((*mine, *value)))
        elif key == "enum":
            merged[key] = tuple(each for each in mine if any(equal(each, other) for other in value))
        elif key == "uniqueItems":
            merged[key] = mine or value
        elif key == "dependentRequired":
            names = {**mine, **value}
            merged[key] = {name: tuple(dict.fromkeys((*mine.get(name, ()), *value.get(name, ())))) for name in names}
        elif key in ("dependentSchemas", "propertyNames"):
            merged[key] = (
                objects.in_both(mine, value, self.both) if key == "dependentSchemas" else self.both(mine, value)
            )
        elif mine is not value and (type(mine) is not type(value) or mine != value):
            also(merged, {key: value})

    def _with_spoken_of(self, merged: dict[str, Any]) -> Mapping[str, Any]:
        """Declare also what is required, or only some objects have (by ``then``, ...), so that it is not lost."""
        declared = merged.get("properties")
        if not declared or not objects.is_open(merged):
            return merged
        parts = [name for part in _conditional(merged) for name in self._spoken_of(part)]
        names = [name for name in dict.fromkeys((*_required(merged), *parts)) if name not in declared]
        if names:
            merged["properties"] = {**declared, **dict.fromkeys(names, ANYTHING)}
        return merged

    def _spoken_of(self, schema: Schema) -> Iterator[str]:
        keywords = self.keywords(schema)
        yield from keywords.get("properties", ())
        yield from _required(keywords)
        for key in CHOICES:
            for branch in keywords.get(key, ()):
                yield from self._spoken_of(branch)


def _required(keywords: Mapping[str, Any]) -> Iterator[str]:
    yield from keywords.get("required", ())
    for name, others in keywords.get("dependentRequired", {}).items():
        yield from (name, *others)


def _conditional(merged: Mapping[str, Any]) -> Iterator[Schema]:
    for key in ("if", "then", "else"):
        if key in merged:
            yield merged[key]
    yield from merged.get("dependentSchemas", {}).values()
    yield from merged.get("allOf", ())
    if merged.get("oneOf"):
        yield from merged.get("anyOf", ())


def also(merged: dict[str, Any], keywords: Mapping[str, Any]) -> None:
    """Keep keywords beside those that are there."""
    merged["allOf"] = (*merged.get("allOf", ()), Schema(keywords))


def _types(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    kept = [kind for kind in mine if kind in theirs or (kind == "integer" and "number" in theirs)]
    if "number" in mine and "integer" in theirs and "number" not in theirs:
        kept.append("integer")
    return tuple(dict.fromkeys(kept))


def _says_nothing(schema: Schema) -> bool:
    return not schema.keywords and schema.ref is None and not schema.refuses_all


def _key(schema: Schema) -> object:
    return schema.ref if schema.ref is not None and not schema.keywords else id(schema)
