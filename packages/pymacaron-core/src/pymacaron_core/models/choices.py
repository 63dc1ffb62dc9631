"""``oneOf`` and ``anyOf`` as unions: which branches there are, and whether a value can fit several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pymacaron_core.models.judge.equality import equal
from pymacaron_core.models.kinds import kind_of_value, kinds_of
from pymacaron_core.models.merge import CHOICES, Merger
from pymacaron_core.models.parts.objects import is_open
from pymacaron_core.spec.operation import Discriminator, Schema

_MOST = 60
"""Of more branches than these no pair is looked at: they may overlap."""
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Branches:
    """A choice as a union: its branches, what they do not say, the JSON types it is for, and what picks a branch."""

    schemas: tuple[Schema, ...]
    left: Mapping[str, Any]
    kinds: tuple[str, ...]
    discriminated: tuple[str, Mapping[str, Schema]] | None = None
    keyword: str = "anyOf"

    @property
    def is_one_of(self) -> bool:
        """Whether a value fits one branch alone, as the types say by themselves."""
        return self.keyword == "oneOf" and self.discriminated is None and "oneOf" not in self.left


class Choices:
    """The choices of one specification's schemas."""

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._done: dict[Schema, Branches | None] = {}
        self._kinds: dict[tuple[Schema, int], set[str] | None] = {}

    def typed(self, schema: Schema, keywords: Mapping[str, Any]) -> Branches | None:
        """The branches of a schema that is a union; None where its choices only constrain another type."""
        if schema not in self._done:
            self._done[schema] = self._typed(keywords)
        return self._done[schema]

    def _typed(self, keywords: Mapping[str, Any]) -> Branches | None:
        for key in CHOICES:
            if keywords.get(key):
                found = self._of(key, keywords)
                if found is not None:
                    return found
        return None

    def _of(self, key: str, keywords: Mapping[str, Any]) -> Branches | None:
        branches: tuple[Schema, ...] = keywords[key]
        if keywords.get("properties"):
            return self._variants(key, keywords) if self._declare_more(branches, keywords) else None
        kinds = set(kinds_of(keywords))
        each = [self.kinds(branch) for branch in branches]
        if any(found is None for found in each):
            return None
        fitting = [b for b, found in zip(branches, each, strict=True) if not kinds or _meet(kinds, found or set())]
        known = {kind for found in each for kind in found or ()}
        left = _without(keywords, key)
        if not kinds or all(kind in kinds or (kind == "integer" and "number" in kinds) for kind in known):
            left.pop("type", None)
        told = self._discriminated(keywords, branches)
        if key == "oneOf" and told is None and self.may_overlap(branches):
            left[key] = branches
        return Branches(tuple(fitting), left, tuple(kinds & known or known), told, key)

    def _declare_more(self, branches: tuple[Schema, ...], keywords: Mapping[str, Any]) -> bool:
        declared = keywords["properties"]
        return any(name not in declared for b in branches for name in self._merger.keywords(b).get("properties", ()))

    def _variants(self, key: str, keywords: Mapping[str, Any]) -> Branches:
        """The branches of an object with properties of its own, each with those: no declared property is lost."""
        branches: tuple[Schema, ...] = keywords[key]
        common = Schema({k: v for k, v in keywords.items() if k not in (key, "discriminator", "description", "title")})
        variants = tuple(self._variant(common, branch) for branch in branches)
        told = self._discriminated(keywords, branches, variants)
        left = {key: branches} if key == "oneOf" and told is None and self.may_overlap(branches) else {}
        return Branches(variants, left, ("object",), told, key)

    def _variant(self, common: Schema, branch: Schema) -> Schema:
        """The branch alone where it says all of what is common already."""
        merged = self._merger.keywords(branch)
        says_all = all(_says(merged, key, value) for key, value in common.keywords.items() if not key.startswith("x-"))
        return branch if says_all else Schema({"allOf": (common, branch)}, place=branch.place)

    def kinds(self, schema: Schema, depth: int = 0) -> set[str] | None:
        """The JSON types of the values a schema takes; None where it names none."""
        if (schema, depth) not in self._kinds:
            self._kinds[schema, depth] = self._kinds_of(schema, depth)
        return self._kinds[schema, depth]

    def _kinds_of(self, schema: Schema, depth: int) -> set[str] | None:
        keywords = self._merger.keywords(schema)
        values = _values(keywords)
        if values is not None:
            return {kind_of_value(value) for value in values}
        named = kinds_of(keywords)
        if named or depth > _DEEPEST:
            return set(named) or None
        for key in CHOICES:
            each = [self.kinds(branch, depth + 1) for branch in keywords.get(key, ())]
            if each and all(found is not None for found in each):
                return {kind for found in each for kind in found or ()}
        return None

    def may_overlap(self, branches: tuple[Schema, ...]) -> bool:
        """Whether a value may fit two of the branches."""
        if len(branches) > _MOST:
            return True
        return any(not self._are_disjoint(*pair) for pair in combinations(branches, 2))

    def _are_disjoint(self, mine: Schema, theirs: Schema, depth: int = 0) -> bool:
        both = self._merger.keywords(mine), self._merger.keywords(theirs)
        values = [_values(each) for each in both]
        if values[0] is not None and values[1] is not None:
            return not any(equal(a, b) for a in values[0] for b in values[1])
        kinds = [self.kinds(each) for each in (mine, theirs)]
        if kinds[0] is None or kinds[1] is None:
            return False
        common = {kind for kind in kinds[0] if _meet({kind}, kinds[1])}
        if not common:
            return True
        return common == {"object"} and depth < _DEEPEST and self._are_other_objects(*both, depth)

    def _are_other_objects(self, mine: Mapping[str, Any], theirs: Mapping[str, Any], depth: int) -> bool:
        required = {*mine.get("required", ()), *theirs.get("required", ())}
        a, b = mine.get("properties", {}), theirs.get("properties", {})
        if any(_lacks(one, other) for one, other in ((mine, theirs), (theirs, mine))):
            return True
        return any(self._are_disjoint(a[name], b[name], depth + 1) for name in a if name in b and name in required)

    def _discriminated(
        self, keywords: Mapping[str, Any], branches: tuple[Schema, ...], variants: tuple[Schema, ...] = ()
    ) -> tuple[str, Mapping[str, Schema]] | None:
        """The property that picks the branch and what its values mean, where every branch is a class with a name."""
        told = keywords.get("discriminator")
        if not isinstance(told, Discriminator):
            return None
        meant = dict(zip(branches, variants or branches, strict=True))
        by_name = {b.ref: meant[b] for b in branches if b.ref is not None and not b.keywords}
        others = [b for b in branches if b.ref is None or b.keywords]
        if not by_name or any(self.kinds(b) != {"null"} for b in others):
            return None
        if not all(self._is_object(branch) for branch in by_name.values()):
            return None
        mapping = {value: ref for value, ref in told.mapping.items() if ref in by_name}
        for ref in by_name:
            if ref not in mapping.values():
                mapping[ref.rsplit(".", 1)[-1]] = ref
        return told.property_name, {value: by_name[ref] for value, ref in mapping.items()}

    def _is_object(self, schema: Schema) -> bool:
        keywords = self._merger.keywords(schema)
        is_class = kinds_of(keywords) == ("object",) and bool(keywords.get("properties"))
        return is_class and self.typed(schema, keywords) is None


def _without(keywords: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in keywords.items() if name != key}


def _values(keywords: Mapping[str, Any]) -> list[Any] | None:
    if "const" in keywords:
        return [keywords["const"]]
    return list(keywords["enum"]) if "enum" in keywords else None


def _meet(mine: set[str], theirs: set[str]) -> bool:
    if mine & theirs:
        return True
    return any("integer" in a and "number" in b for a, b in ((mine, theirs), (theirs, mine)))


def _lacks(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether one asks for a property that the other refuses."""
    if is_open(theirs) or not theirs["additionalProperties"].refuses_all or theirs.get("patternProperties"):
        return False
    return any(name not in theirs.get("properties", {}) for name in mine.get("required", ()))


def _says(merged: Mapping[str, Any], key: str, value: Any) -> bool:
    if key == "properties":
        return all(merged.get(key, {}).get(name) is each for name, each in value.items())
    if key == "required":
        return set(value) <= set(merged.get(key, ()))
    return key in merged and (merged[key] is value or bool(merged[key] == value))
