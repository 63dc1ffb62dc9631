"""Whether ``null`` fits a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.models.merge import Merger
from pymacaron_core.spec.operation import Discriminator, Schema


class Nulls:
    """Answers for the schemas of one specification, without a validator."""

    def __init__(self, schemas: Mapping[str, Schema], merger: Merger) -> None:
        self._schemas = schemas
        self._merger = merger
        self._going_on: set[int] = set()

    def fits(self, schema: Schema) -> bool:
        if id(schema) in self._going_on:
            return False
        self._going_on.add(id(schema))
        try:
            return not schema.refuses_all and self.fits_merged(self._merger.keywords(schema))
        finally:
            self._going_on.discard(id(schema))

    def fits_merged(self, keywords: Mapping[str, Any]) -> bool:
        """The same for keywords in which ``allOf`` is folded."""
        if keywords.get("x-nullable") is True:
            return True
        types = keywords.get("type", ())
        if types and "null" not in types:
            return False
        if ("enum" in keywords and None not in keywords["enum"]) or keywords.get("const") is not None:
            return False
        return self._fits_others(keywords)

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
