"""Compares the keywords of two schemas that hold no others: types, values, bounds, patterns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pymacaron_core.changes.flattening import Flat
from pymacaron_core.changes.formats import compare_formats
from pymacaron_core.changes.rules import REQUEST
from pymacaron_core.changes.values import TYPES, is_within, key_of, listed, shown, type_of

Found = tuple[str, str, str]
"""A rule, what is told by it, and the keyword it is about."""
_BOUNDS = (
    ("minLength", "maxLength", "characters"),
    ("minItems", "maxItems", "items"),
    ("minProperties", "maxProperties", "properties"),
)
_ALSO_NULL = {
    "type-narrowed": "nullable-removed",
    "type-widened": "nullable-added",
    "type-changed": "type-changed",
}
"""What is told of null already, where a change of types is told."""


def compare_values(one: Flat, other: Flat) -> Iterator[Found]:
    """What changed between two schemas, but for what they hold and what leaving them out means."""
    before, after = listed(one.keywords), listed(other.keywords)
    types = list(_types(one, other)) if before is None or after is None else []
    yield from types
    told = {_ALSO_NULL.get(rule) for rule, _, _ in types}
    yield from (found for found in compare_null(one, other) if found[0] not in told and "type-changed" not in told)
    if before is not None or after is not None:
        yield from _enum(one, other)
    if not one.types & other.types - {"null"}:
        return
    if before is None and after is None:
        yield from _range(one, other)
        yield from _counts(one, other)
        yield from _multiple(one, other)
    if before is None or after is None:
        yield from compare_formats(one.get("format"), other.get("format"))
        yield from _pattern(one, other)
        yield from _content(one, other)


def compare_refusal(one: Flat, other: Flat) -> Iterator[Found]:
    """Whether nothing fits now, or nothing did."""
    if one.refused != other.refused:
        rule = "type-narrowed" if other.refused else "type-widened"
        yield rule, f"allows {'nothing' if other.refused else 'something'} now", "type"


def compare_defaults(one: Flat, other: Flat, direction: str) -> Iterator[Found]:
    """What leaving a value out means to those who send it."""
    if direction == REQUEST and key_of(one.get("default")) != key_of(other.get("default")):
        told = f"is {shown(other.get('default'))} when left out, was {shown(one.get('default'))}"
        yield "default-changed", told, "default"


def compare_null(one: Flat, other: Flat) -> Iterator[Found]:
    """Whether null was, and is, allowed."""
    if "null" in one.types - other.types:
        yield "nullable-removed", "cannot be null any more", "type"
    elif "null" in other.types - one.types:
        yield "nullable-added", "may be null now", "type"


def _types(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = one.types - {"null"}, other.types - {"null"}
    told = f"is {_listed(after)} now, was {_listed(before)}"
    if before > after:
        yield "type-narrowed", told, "type"
    elif before < after:
        yield "type-widened", told, "type"
    elif before != after:
        yield "type-changed", told, "type"


def _listed(types: frozenset[str]) -> str:
    if types >= TYPES - {"null"}:
        return "of any type"
    return " or ".join(sorted(types - {"integer"} if "number" in types else types)) or "null"


def _values(flat: Flat) -> list[Any] | None:
    """The values but null that fit, where they are listed, or are true and false; None, where they are not."""
    values = listed(flat.keywords)
    if values is None:
        return [False, True] if flat.types - {"null"} == {"boolean"} else None
    kept = (value for value in values if value is not None and type_of(value) in flat.types)
    return [value for value in kept if is_within(value, flat.keywords)]


def _enum(one: Flat, other: Flat) -> Iterator[Found]:
    before, after = _values(one), _values(other)
    keyword = "const" if "const" in other.keywords else "enum"
    if not one.types & other.types - {"null"} and (before is None or after is None):
        return
    if before is None:
        yield "enum-added", f"must be one of {shown(after)} now", keyword
        for value in (value for value in after or () if not is_within(value, one.keywords)):
            yield "enum-value-added", f"may be {shown(value)} now", keyword
    elif after is None:
        yield "enum-removed", "is not one of a list any more", "enum"
        for value in (value for value in before if not is_within(value, other.keywords)):
            yield "enum-value-removed", f"cannot be {shown(value)} any more", keyword
    else:
        known, others = {key_of(value): value for value in before}, {key_of(value): value for value in after}
        for key in (key for key in known if key not in others):
            yield "enum-value-removed", f"cannot be {shown(known[key])} any more", keyword
        for key in (key for key in others if key not in known):
            yield "enum-value-added", f"may be {shown(others[key])} now", keyword


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


def _content(one: Flat, other: Flat) -> Iterator[Found]:
    for keyword in ("contentEncoding", "contentMediaType"):
        before, after = one.get(keyword), other.get(keyword)
        if before != after:
            told = f"has {'no' if after is None else 'the'} `{keyword}` {'' if after is None else shown(after)}"
            yield "text-content-changed", f"{told.rstrip()} now", keyword
