"""Which table a model lives in, and by which key: from ``x-persist`` in its document, or from a class of 2.x's kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pymacaron_core.protocol import Model

from pymacaron_dynamodb.errors import TableError
from pymacaron_dynamodb.item import EXACT
from pymacaron_dynamodb.shapes import Shape, Shapes

NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}\Z")
"""A table's name (API Reference, "CreateTable")."""

ATTRIBUTE = re.compile(r"[^\[\]\x00-\x1f]{1,255}\Z")
"""A name of a key's attribute; with brackets, expressions would take it for an item of a list."""

VERSION = "_v"
"""The attribute that changes with every save, unless ``version`` names another."""

PARITY = "__persistence_class__"
"""An attribute that 2.x wrote into items."""

_OPTIONS = ("table", "hash", "range", "version", "class")


@dataclass(frozen=True, slots=True)
class Key:
    """One attribute of a table's key, and its type on the wire: ``S``, ``N`` or ``B``."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name with the prefix, its key, and the attribute that tells versions of an item apart."""

    name: str
    hash: Key
    range: Key | None = None
    version: str = VERSION

    @property
    def keys(self) -> tuple[Key, ...]:
        return (self.hash,) if self.range is None else (self.hash, self.range)

    @property
    def ours(self) -> tuple[str, ...]:
        """The attributes of items that are no properties of a model."""
        return (self.version, EXACT, PARITY)

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(f'{key.name}: {key.type}' for key in self.keys)})"


def is_persistent(model: type[Model]) -> bool:
    """Whether a model is ours to keep: not where ``x-persist`` names a class that does it in its own way."""
    if hasattr(model, "table_name") and hasattr(model, "primary_key"):
        return True
    config = getattr(model, "model_config", None)  # of a class that core made; its schema is dear to make
    extra = model.get_model_schema() if config is None else config.get("json_schema_extra") or {}
    told = extra.get("x-persist")
    return isinstance(told, Mapping) and ("class" not in told or hasattr(model, "load_from_db"))


def table_of(model: type[Model], prefix: str = "") -> Table:
    """The table of a model. Raises ``TableError`` saying what is wrong with its declaration."""
    schema = model.get_model_schema()
    where = f"x-persist of {model.get_model_api()}.{model.get_model_name()}"
    told = _declared(model, schema, where)
    name = told["table"]
    if not NAME.match(f"{prefix}{name}"):
        raise TableError(
            f"{where}: a table's name has 3 to 255 letters, digits, '_', '-' and '.', not {prefix + name!r}"
        )
    properties = model.get_property_names()
    shapes = Shapes(schema)
    keys = [_key(part, told[part], shapes, where) for part in ("hash", "range") if told.get(part)]
    if len({key.name for key in keys}) < len(keys):
        raise TableError(f"{where}: hash and range are both {keys[0].name!r}: they must be two properties")
    version = told.get("version", VERSION)
    for taken in (version, EXACT):
        if taken in properties or version in (EXACT, PARITY):
            raise TableError(f"{where}: the attribute {taken!r} must be no property: name another by 'version'")
    return Table(f"{prefix}{name}", keys[0], keys[1] if len(keys) > 1 else None, version)


def distinct(tables: Iterable[Table]) -> list[Table]:
    """Each table once, by name. Raises ``TableError`` where two models want one table with different keys."""
    found: dict[str, Table] = {}
    for table in tables:
        other = found.setdefault(table.name, table)
        if other.keys != table.keys:
            raise TableError(f"two models declare the table {table.name} with different keys: {other} and {table}")
    return sorted(found.values(), key=lambda table: table.name)


def _declared(model: type[Model], schema: Mapping[str, Any], where: str) -> dict[str, str]:
    """What is said of the table, with the words of ``x-persist``."""
    told = schema.get("x-persist", {})
    parent: Any = _imported(told, where) if isinstance(told, str) and not hasattr(model, "table_name") else model
    options = dict(told) if isinstance(told, Mapping) else {}
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise TableError(f"{where}: {unknown[0]!r} is no option; there are {', '.join(_OPTIONS)}")
    inherited = (("table", "table_name"), ("hash", "primary_key"), ("range", "range_key"))
    for option, attribute in inherited:
        if getattr(parent, attribute, None):
            options.setdefault(option, getattr(parent, attribute))
    for option in ("table", "hash"):
        if option not in options:
            raise TableError(f"{where}: it names no {option}: write x-persist: {{table: NAME, hash: PROPERTY}}")
    for option, value in options.items():
        if not isinstance(value, str) or not ATTRIBUTE.match(value):
            raise TableError(f"{where}: {option} must be a name of 1 to 255 characters without brackets, not {value!r}")
    return options


def _imported(name: str, where: str) -> Any:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise TableError(f"{where}: the class {name} cannot be imported: {error}") from error


def _key(part: str, name: str, shapes: Shapes, where: str) -> Key:
    root = shapes.root
    if name not in root.properties:
        raise TableError(f"{where}: {part} must be a property, and there is no {name!r}")
    kind = _key_type(shapes.of(root.property(name)))
    if not kind:
        raise TableError(f"{where}: {part} must be a text, a number or bytes, and {name!r} is not, or not always")
    return Key(name, kind)


def _key_type(shape: Shape) -> str:
    """The type of a key on the wire; empty where the property can be no key."""
    types = shape.types - {"null"}
    if types and types <= {"integer", "number"}:
        return "N"
    if types == {"number", "string"} and shape.number == "decimal":
        return "N"
    if types != {"string"} or shape.text in ("time", "duration"):
        return ""
    if shape.is_binary:
        return "B"
    return "N" if shape.number == "decimal" else "S"
