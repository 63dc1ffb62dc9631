"""Models as items and back, driven by the model's JSON Schema, losing nothing.

An item is what the wire of DynamoDB carries: ``{"name": {"S": "Ada"}}``. Numbers are ``N``, bytes ``B``, moments and
identifiers ``S``. Where the attribute alone does not tell the value (12.30 is kept as 12.3, and a key as its moment in
UTC), the attribute ``_exact`` says what it was, and is believed only while it still stands for the same value.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar, cast

from pydantic import ValidationError
from pymacaron_core.protocol import Model, is_model

from pymacaron_dynamodb.errors import ItemTooLarge, ItemUnreadable, LimitExceeded, ValueRefused
from pymacaron_dynamodb.leaves import Leaf, canonical, is_number, leaf_of, number_text, sortable, value_of
from pymacaron_dynamodb.shapes import Shape, Shapes

Attribute: TypeAlias = dict[str, Any]
"""A value on the wire of DynamoDB, under its type: ``{"N": "12"}``."""
Item: TypeAlias = dict[str, Attribute]
ModelT = TypeVar("ModelT", bound=Model)

EXACT = "_exact"
"""The attribute that tells exact values where their attributes alone do not."""

LARGEST = 400 * 1024
DEEPEST = 32
LONGEST_NAME = 65535


class Codec:
    """Turns the models of one class into items, and items into models.

    ``keys`` names the properties of the table's key, ``ours`` the attributes that are no properties.
    """

    def __init__(self, model: type[Model], keys: tuple[str, ...] = (), ours: tuple[str, ...] = ()) -> None:
        self.model = model
        self.shapes = Shapes(model.get_model_schema())
        self.keys = frozenset(keys)
        self.ours = frozenset((*ours, EXACT))

    def to_item(self, model: Model) -> Item:
        """The item of a model. Raises ``ValueRefused`` or ``LimitExceeded``, with the property's place."""
        native = model.to_native()
        taken = self.ours & native.keys()
        if taken:
            raise ValueRefused(f"/{min(taken)}: this name is taken by the attribute that says what an item needs")
        writing = _Writing(self.shapes, self.keys)
        item = writing.properties(native, self.shapes.root, "", 0)
        if writing.exact:
            item[EXACT] = {"M": writing.exact}
        return item

    def to_model(self, item: Mapping[str, Attribute]) -> Model:
        """The model in an item. Raises ``ItemUnreadable`` when it does not fit."""
        try:
            return self.model.from_native(self.to_native(item))
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            name = self.model.get_model_name()
            raise ItemUnreadable(f"an item does not fit its model {name}: {_told(error)}").caught(error) from error

    def to_native(self, item: Mapping[str, Attribute]) -> dict[str, Any]:
        """The values in an item, those of the model only, as its ``from_native`` takes them."""
        exact = item.get(EXACT, {}).get("M", {})
        reading = _Reading(self.shapes, self.keys, exact if isinstance(exact, Mapping) else {})
        own = {name: attribute for name, attribute in item.items() if name not in self.ours}
        return reading.properties(own, self.shapes.root, "")

    def key_attribute(self, name: str, value: Any) -> Attribute:
        """The attribute of a key's value. A text may stand for a date, a date-time or a UUID."""
        shape = self.shapes.of(self.shapes.root.property(name))
        if isinstance(value, str) and shape.text != "string":
            try:
                value = value_of(Leaf(shape.text, value))
            except ValueError:
                raise LimitExceeded(f"/{name}: the text is no {shape.text}") from None
        elif shape.number and isinstance(value, bool):
            raise ValueRefused(f"/{name}: a key cannot be {value}")
        return _Writing(self.shapes, self.keys).value(value, shape, f"/{name}", 1)


class _Writing:
    """One model being made an item; ``exact`` fills with what the attributes do not tell."""

    def __init__(self, shapes: Shapes, keys: frozenset[str]) -> None:
        self.shapes = shapes
        self.keys = frozenset(f"/{name}" for name in keys)
        self.exact: dict[str, Attribute] = {}

    def properties(self, values: Mapping[str, Any], shape: Shape, pointer: str, depth: int) -> Item:
        written = {}
        for name, value in values.items():
            inner = _inside(pointer, name)
            if not isinstance(name, str) or not 1 <= len(name.encode(errors="replace")) <= LONGEST_NAME:
                raise LimitExceeded(f"{inner}: a name must be a text of 1 to {LONGEST_NAME} bytes")
            leaf_of(name, inner)
            if not shape.keeps_others and name not in shape.properties:
                raise ValueRefused(f"{inner}: the schema declares no such property, and reading would lose it")
            within = self.shapes.of(shape.property(name))
            if value is None and name in shape.properties and not within.nullable:
                continue
            written[name] = self.value(value, within, inner, depth + 1)
        return written

    def value(self, value: Any, shape: Shape, pointer: str, depth: int) -> Attribute:
        if depth > DEEPEST:
            raise LimitExceeded(f"{pointer}: values can be nested {DEEPEST} deep at most")
        if value is None:
            return {"NULL": True}
        if isinstance(value, bool):
            return {"BOOL": value}
        if isinstance(value, bytes | bytearray | memoryview):
            return {"B": bytes(value)}
        if is_model(value):
            value = value.to_native()
        if isinstance(value, Mapping):
            return {"M": self.properties(value, shape, pointer, depth)}
        if isinstance(value, list | tuple):
            return {"L": [self.item(each, n, shape, pointer, depth) for n, each in enumerate(value)]}
        return self.leaf(value, shape, pointer)

    def item(self, value: Any, place: int, shape: Shape, pointer: str, depth: int) -> Attribute:
        return self.value(value, self.shapes.of(shape.item(place)), f"{pointer}/{place}", depth + 1)

    def leaf(self, value: Any, shape: Shape, pointer: str) -> Attribute:
        leaf = leaf_of(value, pointer)
        if leaf is None:
            raise ValueRefused(f"{pointer}: a {type(value).__name__} is no value that an item can hold")
        attribute = attribute_of(leaf, pointer, in_key=pointer in self.keys)
        if _plain_leaf(attribute, shape) != leaf:
            self.exact[pointer] = {"S": " ".join(leaf)}
        return attribute


class _Reading:
    """One item being made a model's values."""

    def __init__(self, shapes: Shapes, keys: frozenset[str], exact: Mapping[str, Attribute]) -> None:
        self.shapes = shapes
        self.keys = frozenset(f"/{name}" for name in keys)
        self.exact = exact

    def properties(self, attributes: Mapping[str, Attribute], shape: Shape, pointer: str) -> dict[str, Any]:
        return {
            name: self.value(attribute, self.shapes.of(shape.property(name)), _inside(pointer, name))
            for name, attribute in attributes.items()
            if shape.keeps_others or name in shape.properties
        }

    def value(self, attribute: Attribute, shape: Shape, pointer: str) -> Any:
        ((kind, value),) = attribute.items()
        if kind == "NULL":
            return None
        if kind == "BOOL":
            return value
        if kind == "B":
            return bytes(value)
        if kind == "M":
            return self.properties(value, shape, pointer)
        if kind == "L":
            return [self.value(v, self.shapes.of(shape.item(n)), f"{pointer}/{n}") for n, v in enumerate(value)]
        if kind in ("SS", "NS", "BS"):
            inner = self.shapes.of(shape.items)
            return [self.value({kind[0]: each}, inner, f"{pointer}/{n}") for n, each in enumerate(value)]
        return self._exactly(attribute, shape, pointer) if pointer in self.exact else plain_value(attribute, shape)

    def _exactly(self, attribute: Attribute, shape: Shape, pointer: str) -> Any:
        """What ``_exact`` says, where it still stands for the same value."""
        kind, _, text = str(self.exact[pointer].get("S", "")).partition(" ")
        leaf = Leaf(kind, text)
        try:
            value = value_of(leaf)
            if _equal(attribute_of(leaf, pointer, in_key=pointer in self.keys), attribute):
                return value
        except (ValueError, ValueRefused, LimitExceeded):
            pass
        return plain_value(attribute, shape)


def attribute_of(leaf: Leaf, pointer: str, *, in_key: bool = False) -> Attribute:
    """The attribute that keeps a leaf: numbers by value, date-times in keys by their moment."""
    if is_number(leaf):
        return {"N": number_text(Decimal(leaf.text), pointer)}
    if in_key and leaf.kind == "date-time":
        return {"S": sortable(value_of(leaf), pointer)}
    return {"S": leaf.text}


def plain_value(attribute: Attribute, shape: Shape) -> Any:
    """What an attribute alone says under a schema. A text that is none of its kind stays one."""
    if "N" in attribute:
        number = canonical(Decimal(attribute["N"]))
        whole = number == number.to_integral_value()
        if shape.number == "decimal" or (shape.number == "integer" and not whole):
            return number
        return int(number) if shape.number == "integer" or (not shape.number and whole) else float(number)
    text = attribute["S"]
    if shape.text == "string":
        return text
    try:
        return value_of(Leaf(shape.text, text))
    except ValueError:
        return text


def item_size(item: Mapping[str, Attribute]) -> int:
    """The size of an item in bytes, near to how Amazon counts (Developer Guide, "DynamoDB item sizes")."""
    return sum(len(name.encode()) + _size(attribute) for name, attribute in item.items())


def check_size(item: Mapping[str, Attribute], what: str) -> None:
    """Raise ``ItemTooLarge`` when an item is larger than 400 KB."""
    size = item_size(item)
    if size > LARGEST:
        raise ItemTooLarge(f"{what} is {size} bytes as an item, and DynamoDB takes {LARGEST} at most")


def to_item(model: Model) -> Item:
    """A model as an item, by itself: for those who look at items, and for tests."""
    return Codec(type(model)).to_item(model)


def to_model(model: type[ModelT], item: Mapping[str, Attribute]) -> ModelT:
    """The model of a class in an item. Raises ``ItemUnreadable``."""
    return cast(ModelT, Codec(model).to_model(item))


def _plain_leaf(attribute: Attribute, shape: Shape) -> Leaf | None:
    return leaf_of(plain_value(attribute, shape), "")


def _equal(one: Attribute, other: Attribute) -> bool:
    if "N" in one and "N" in other:
        return Decimal(one["N"]) == Decimal(other["N"])
    return one == other


def _size(attribute: Attribute) -> int:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return _number_size(value)
    if kind == "B":
        return len(value)
    if kind == "M":
        return 3 + len(value) + item_size(value)
    if kind == "L":
        return 3 + len(value) + sum(_size(each) for each in value)
    if kind in ("SS", "NS", "BS"):
        return sum(_size({kind[0]: each}) for each in value)
    return 1


def _number_size(text: str) -> int:
    digits = Decimal(text).as_tuple().digits
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def _inside(pointer: str, name: object) -> str:
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _told(error: Exception) -> str:
    """Where an item does not fit, without its values."""
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{''.join(f'/{step}' for step in fault['loc'])}: {fault['msg']}" for fault in faults[:5])
    return f"{type(error).__name__}" + (f" {error}" if isinstance(error, KeyError) else "")
