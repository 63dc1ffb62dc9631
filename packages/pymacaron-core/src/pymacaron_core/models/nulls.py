"""Whether ``null`` fits a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.models.merge import Merger
from pymacaron_core.spec.operation import Discriminator, Schema
from pymacaron_core.spec.order import inner_first

_LISTS, _SINGLE = ("allOf", "anyOf", "oneOf"), ("if", "then", "else", "not")


class Nulls:
    """Answers for the schemas of one specification, without a validator."""

    def __init__(self, schemas: Mapping[str, Schema], merger: Merger) -> None:
        self._schemas = schemas
        self._merger = merger
        self._known: dict[Schema, bool] = {}
        self._going_on: set[Schema] = set()

    def fits(self, schema: Schema) -> bool:
        """Whether it fits; a schema that asks itself on the way to its answer is taken not to."""
        if schema in self._going_on:
            return False
        if schema not in self._known:
            for each in inner_first((schema,), self._asked, self._known):
                self._going_on.add(each)
                self._known[each] = not each.refuses_all and self.fits_merged(self._merger.keywords(each))
                self._going_on.discard(each)
        return self._known[schema]

    def _asked(self, schema: Schema) -> list[Schema]:
        """The schemas on whose answers that of a schema may depend."""
        keywords = self._merger.keywords(schema)
        if schema.refuses_all or _decided(keywords) is not None:
            return []
        lists = [each for key in _LISTS for each in keywords.get(key, ())]
        return [*lists, *(keywords[key] for key in _SINGLE if key in keywords)]

    def fits_merged(self, keywords: Mapping[str, Any]) -> bool:
        """The same for keywords in which ``allOf`` is folded."""
        decided = _decided(keywords)
        return self._fits_others(keywords) if decided is None else decided

    def _fits_others(self, keywords: Mapping[str, Any]) -> bool:
        if "oneOf" in keywords:
            fitting = sum(self.fits(branch) for branch in keywords["oneOf"])
            if not fitting or (fitting > 1 and not isinstance(keywords.get("discriminator"), Discriminator)):
                return False
        if "anyOf" in keywords and not any(self.fits(branch) for branch in keywords["anyOf"]):
            return False
        if "if" in keywords:
            told = keywords.get("then" if self.fits(keywords["if"]) else "else")
            if told is not None and not self.fits(told):
                return False
        if "not" in keywords and self.fits(keywords["not"]):
            return False
        return all(self.fits(each) for each in keywords.get("allOf", ()))


def _decided(keywords: Mapping[str, Any]) -> bool | None:
    """What the keywords say that hold no schemas; None where it is for the others to say."""
    if keywords.get("x-nullable") is True:
        return True
    types = keywords.get("type", ())
    if types and "null" not in types:
        return False
    if ("enum" in keywords and None not in keywords["enum"]) or keywords.get("const") is not None:
        return False
    return None
