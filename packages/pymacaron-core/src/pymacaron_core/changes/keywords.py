"""Compares the keywords of two schemas that hold no others: types, values, formats, bounds, patterns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pymacaron_core.changes.flattening import CONDITIONS, TYPES, Flat, Flattener, identity
from pymacaron_core.changes.rules import REQUEST
from pymacaron_core.spec.operation import Discriminator, Schema

Found = tuple[str, str, str]
"""A rule, what is told by it, and the keyword it is about."""
_BOUNDS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "properties"),
)
_TOLD = frozenset(("title", "description", "example", "examples", "externalDocs", "xml", "deprecated", "$comment"))
"""Keywords that say nothing of what fits."""
_LARGER = {"int32": "int64", "float": "double"}


def compare_values(one: Flat, other: Flat, direction: str, flatteners: tuple[Flattener, Flattener]) -> Iterator[Found]:
    """What changed between two schemas, but for what they hold."""
    yield from _types(one, other)
    yield from _enum(one, other)
    yield from _format(one, other)
    yield from _range(one, other)
    yield from _counts(one, other)
    yield from _multiple(one, other)
    yield from _pattern(one, other)
    yield from _others(one, other, direction)
    for name in sorted(CONDITIONS):
        if not Conditions(*flatteners).same(one.conditions.get(name), other.conditions.get(name)):
            yield "condition-changed", f"has another `{name}`", name


def shown(value: Any) -> str:
    """A value in a sentence."""
    told = json.dumps(value, ensure_ascii=False, default=str)
    return told if len(told) <= 40 else f"{told[:37]}..."


def _types(one: Flat, other: Flat) -> Iterator[Found]:
    listed = _values(one) is not None and _values(other) is not None
    before, after = (frozenset[str](),) * 2 if listed else (one.types - {"null"}, other.types - {"null"})
    if one.refused or other.refused:
        if one.refused != other.refused:
            rule = "type-narrowed" if other.refused else "type-widened"
            yield rule, f"allows {'nothing' if other.refused else 'something'} now", "type"
        return
    told = f"is {_listed(after)} now, was {_listed(before)}"
    if before > after:
        yield "type-narrowed", told, "type"
    elif before < after:
        yield "type-widened", told, "type"
    elif before != after:
        yield "type-changed", told, "type"
    elif "null" in one.types - other.types:
        yield "nullable-removed", "cannot be null any more", "type"
    elif "null" in other.types - one.types:
        yield "nullable-added", "may be null now", "type"


def _listed(types: frozenset[str]) -> str:
    if types >= TYPES - {"null"}:
        return "of any type"
    return " or ".join(sorted(types - {"integer"} if "number" in types else types)) or "null"


def _values(flat: Flat) -> list[Any] | None:
    if "const" in flat.keywords:
        return [flat.get("const")]
    values = flat.get("enum")
    return None if values is None else [value for value in values if value is not None]


def _enum(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = _values(one), _values(other)
    keyword = "const" if "const" in other.keywords else "enum"
    if before is None and after is not None:
        yield "enum-added", f"must be one of {shown(after)} now", keyword
    elif before is not None and after is None:
        yield "enum-removed", "is not one of a list any more", "enum"
    elif before is not None and after is not None:
        known, others = {_key(value): value for value in before}, {_key(value): value for value in after}
        for key in (key for key in known if key not in others):
            yield "enum-value-removed", f"cannot be {shown(known[key])} any more", keyword
        for key in (key for key in others if key not in known):
            yield "enum-value-added", f"may be {shown(others[key])} now", keyword


def _key(value: Any) -> str:
    return json.dumps(_with_whole_numbers(value), sort_keys=True, default=str)


def _with_whole_numbers(value: Any) -> Any:
    """The value, its numbers as JSON Schema compares them: 1.0 is 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _with_whole_numbers(inner) for key, inner in value.items()}
    return [_with_whole_numbers(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _format(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = one.get("format"), other.get("format")
    if before == after:
        return
    if before is None:
        yield "format-added", f"has the format `{after}` now", "format"
    elif after is None:
        yield "format-removed", f"has the format `{before}` no more", "format"
    elif _LARGER.get(before) == after:
        yield "format-widened", f"has the format `{after}` now, was `{before}`", "format"
    elif _LARGER.get(after) == before:
        yield "format-narrowed", f"has the format `{after}` now, was `{before}`", "format"
    else:
        yield "format-changed", f"has the format `{after}` now, was `{before}`", "format"


def _range(one: Flat, other: Flat) -> Iterator[Found]:
    for bound, sign, words in (("minimum", 1, "at least"), ("maximum", -1, "at most")):
        before, after = _edge(one, bound, sign), _edge(other, bound, sign)
        if before == after:
            continue
        exclusive = f"exclusive{bound.title()}"
        keyword = exclusive if exclusive in other.keywords and bound not in other.keywords else bound
        if after is None:
            yield "bounds-loosened", f"has no `{bound}` any more", keyword
        else:
            rule = "bounds-tightened" if before is None or after > before else "bounds-loosened"
            words = words if not after[1] else {"at least": "more than", "at most": "less than"}[words]
            yield rule, f"must be {words} {shown(after[0] * sign)} now", keyword


def _edge(flat: Flat, bound: str, sign: int) -> tuple[float, bool] | None:
    """A bound, the higher the tighter, and whether it is exclusive."""
    inclusive, exclusive = flat.get(bound), flat.get(f"exclusive{bound.title()}")
    edges = [(inclusive * sign, False)] if inclusive is not None else []
    edges += [(exclusive * sign, True)] if exclusive is not None else []
    if flat.types <= {"integer", "null"}:
        edges = [(edge + 1, False) if more and edge % 1 == 0 else (edge, more) for edge, more in edges]
    return max(edges) if edges else None


def _counts(one: Flat, other: Flat) -> Iterator[Found]:
    for least, most, what in _BOUNDS:
        before, after = one.get(least) or 0, other.get(least) or 0
        if before != after:
            rule = "bounds-tightened" if after > before else "bounds-loosened"
            yield rule, f"has at least {after} {what} now, was {before}", least
        before, after = one.get(most), other.get(most)
        if before != after:
            tight = after is not None and (before is None or after < before)
            told = f"at most {after}" if after is not None else "any number of"
            yield "bounds-tightened" if tight else "bounds-loosened", f"has {told} {what} now", most
    before, after = bool(one.get("uniqueItems")), bool(other.get("uniqueItems"))
    if before != after:
        told = "must not" if after else "may"
        yield "bounds-tightened" if after else "bounds-loosened", f"{told} have equal items now", "uniqueItems"


def _multiple(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = one.get("multipleOf"), other.get("multipleOf")
    if before == after:
        return
    if after is None:
        yield "bounds-loosened", f"need not be a multiple of {shown(before)} any more", "multipleOf"
        return
    if before is None or not _divides(after, before):
        yield "bounds-tightened", f"must be a multiple of {shown(after)} now", "multipleOf"
    if before is not None and not _divides(before, after):
        yield "bounds-loosened", f"need not be a multiple of {shown(before)} any more", "multipleOf"


def _divides(one: float, other: float) -> bool:
    """Whether all multiples of ``other`` are multiples of ``one``."""
    return abs(other / one - round(other / one)) < 1e-9


def _pattern(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = one.get("pattern"), other.get("pattern")
    if before == after:
        return
    if before is None:
        yield "pattern-added", f"must match {shown(after)} now", "pattern"
    elif after is None:
        yield "pattern-removed", f"need not match {shown(before)} any more", "pattern"
    else:
        yield "pattern-changed", f"must match {shown(after)} now, was {shown(before)}", "pattern"


def _others(one: Flat, other: Flat, direction: str) -> Iterator[Found]:
    before, after = one.get("discriminator"), other.get("discriminator")
    if isinstance(before, Discriminator) and isinstance(after, Discriminator):
        if before.property_name != after.property_name:
            yield "discriminator-changed", f"is told apart by `{after.property_name}` now", "discriminator"
        for value in (value for value in before.mapping if value not in after.mapping):
            yield "enum-value-removed", f"cannot have `{before.property_name}: {value}` any more", "discriminator"
        for value in (value for value in after.mapping if value not in before.mapping):
            yield "enum-value-added", f"may have `{after.property_name}: {value}` now", "discriminator"
    if direction == REQUEST and _key(one.get("default")) != _key(other.get("default")):
        told = f"is {shown(other.get('default'))} when left out, was {shown(one.get('default'))}"
        yield "default-changed", told, "default"


class Conditions:
    """Whether two conditions say the same, whatever their schemas are called and wherever they stand."""

    def __init__(self, old: Flattener, new: Flattener) -> None:
        self._old, self._new = old.specification.schemas, new.specification.schemas
        self._seen: set[tuple[Any, Any]] = set()

    def same(self, one: Any, other: Any) -> bool:
        if isinstance(one, Schema) and isinstance(other, Schema):
            return self._same_schemas(_followed(one, self._old), _followed(other, self._new))
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            return one.keys() == other.keys() and all(self.same(value, other[key]) for key, value in one.items())
        if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
            return len(one) == len(other) and all(map(self.same, one, other))
        return type(one) is type(other) and bool(one == other)

    def _same_schemas(self, one: Schema, other: Schema) -> bool:
        pair = (identity(one), identity(other))
        if pair in self._seen:
            return True
        self._seen.add(pair)
        if (one.ref, one.refuses_all) != (other.ref, other.refuses_all):
            return False
        return self.same(_said(one), _said(other))


def _followed(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    seen: set[str] = set()
    while schema.ref is not None and not _said(schema) and schema.ref in named and schema.ref not in seen:
        seen.add(schema.ref)
        schema = named[schema.ref]
    return schema


def _said(schema: Schema) -> dict[str, Any]:
    """Keywords that say what fits."""
    return {name: value for name, value in schema.keywords.items() if name not in _TOLD and name[:2] != "x-"}
