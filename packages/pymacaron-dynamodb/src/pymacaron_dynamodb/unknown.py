"""Attributes of an item that its model does not know, kept when the model is saved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pymacaron_dynamodb.item import Attribute, Item
from pymacaron_dynamodb.shapes import Shape, Shapes


def with_unknown(before: Mapping[str, Attribute], now: Item, shapes: Shapes, ours: frozenset[str]) -> Item:
    """The item to save, with what the item that was loaded had beside the model's own properties, at any depth."""
    return _Merging(shapes).properties({name: a for name, a in before.items() if name not in ours}, now, shapes.root)


class _Merging:
    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def properties(self, before: Mapping[str, Attribute], now: Item, shape: Shape) -> Item:
        merged = dict(now)
        for name, attribute in before.items():
            if name in now:
                merged[name] = self.value(attribute, now[name], self.shapes.of(shape.property(name)))
            elif not shape.keeps_others and name not in shape.properties:
                merged[name] = attribute
        return merged

    def value(self, before: Attribute, now: Attribute, shape: Shape) -> Attribute:
        if "M" in before and "M" in now:
            return {"M": self.properties(before["M"], now["M"], shape)}
        if "L" in before and "L" in now:
            return {"L": self.items(before["L"], now["L"], shape)}
        return now

    def items(self, before: Sequence[Attribute], now: Sequence[Attribute], shape: Shape) -> list[Attribute]:
        """Each object with the unknown attributes of the one it was: the same but for them, else that of its place."""
        left: list[Any] = list(enumerate(before))
        partners: dict[int, Attribute] = {}
        for place, each in enumerate(now):
            inner = self.shapes.of(shape.item(place))
            same = next((b for b in left if self.known(b[1], inner) == each), None)
            if same is not None:
                partners[place] = same[1]
                left.remove(same)
        if len(before) == len(now):
            partners.update({place: each for place, each in left if place not in partners})
        return [
            self.value(partners[place], each, self.shapes.of(shape.item(place))) if place in partners else each
            for place, each in enumerate(now)
        ]

    def known(self, attribute: Attribute, shape: Shape) -> Attribute:
        """An attribute without what its model does not know."""
        if "L" in attribute:
            return {"L": [self.known(each, self.shapes.of(shape.item(n))) for n, each in enumerate(attribute["L"])]}
        if "M" not in attribute:
            return attribute
        kept = {n: a for n, a in attribute["M"].items() if shape.keeps_others or n in shape.properties}
        return {"M": {name: self.known(each, self.shapes.of(shape.property(name))) for name, each in kept.items()}}
