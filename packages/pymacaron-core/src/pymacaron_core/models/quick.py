"""A second validator of types, for JSON as it nearly always comes: what it takes, the first takes as the same value.

It leaves out what is rare: integers written as ``1.0``, leap seconds, properties by their Python names. What it refuses
is for the first one to judge. A type of which anything is not known here has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, SchemaValidator

from pymacaron_core.models.json_mode import INTEGER, LEAF
from pymacaron_core.models.leaves import AS_USUAL
from pymacaron_core.models.model import Model

MOST = 2_000
"""Schemas of more parts than this have no second validator: each class is in it as often as it is named."""

_OURS = f"{__package__}."
_LEAVES = frozenset(("any", "bool", "float", "literal", "none", "str"))
_MODEL = frozenset(("type", "cls", "schema", "config", "ref", "metadata", "custom_init", "root_model", "serialization"))
_FIELDS = frozenset(("type", "fields", "model_name", "computed_fields", "extras_schema", "metadata", "serialization"))
_FACTORY = frozenset(("default_factory", "default_factory_takes_data"))
_DEFAULT = frozenset(("type", "schema", "default", "metadata", "serialization")) | _FACTORY
_AS_IT_IS = frozenset(("chain", "function-after", "function-plain"))
"""How a leaf is read that holds nothing else."""


class _Unknown(Exception):
    """Something whose meaning is not known here."""


def quick_reader(adapter: TypeAdapter[Any]) -> Callable[[bytes], Any] | None:
    """What reads JSON text of an adapter's type, or raises ``ValidationError``; None where there is none."""
    if type(adapter.validator) is not SchemaValidator:  # a plugin of pydantic's watches it
        return None
    try:
        schema = _Quick().schema(cast(dict[str, Any], adapter.core_schema))
        validator = SchemaValidator(cast(CoreSchema, schema), {"strict": True}, _use_prebuilt=False)
    except (_Unknown, TypeError):  # TypeError: a pydantic that always takes the classes' own
        return None
    return validator.validate_json


class _Quick:
    """Makes one core schema of another. ``left`` is how many parts it may still have."""

    def __init__(self) -> None:
        self.left = MOST
        self.definitions: Mapping[str, dict[str, Any]] = {}
        self.within: list[str] = []

    def schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        self.left -= 1
        if self.left < 0:
            raise _Unknown
        kind: str = schema["type"]
        if kind in _LEAVES:
            return schema
        make = getattr(self, f"_{kind.replace('-', '_')}", None)
        if make is None:
            raise _Unknown
        made: dict[str, Any] = make(schema)
        return made

    def _definitions(self, schema: dict[str, Any]) -> dict[str, Any]:
        self.definitions = {each["ref"]: each for each in schema[schema["type"]]}
        return self.schema(schema["schema"])

    def _definition_ref(self, schema: dict[str, Any]) -> dict[str, Any]:
        name = schema["schema_ref"]
        if name in self.within or name not in self.definitions:
            raise _Unknown  # it holds itself
        self.within.append(name)
        made = self.schema(self.definitions[name])
        self.within.pop()
        return made

    def _model(self, schema: dict[str, Any]) -> dict[str, Any]:
        cls = schema["cls"]
        if not schema.keys() <= _MODEL or schema.get("root_model") or schema.get("custom_init"):
            raise _Unknown
        if not issubclass(cls, Model) or schema["schema"]["type"] != "model-fields":
            raise _Unknown
        config = {**schema.get("config", {}), "strict": True, "validate_by_name": False, "validate_by_alias": True}
        return {"type": "model", "cls": cls, "schema": self.schema(schema["schema"]), "config": config}

    def _model_fields(self, schema: dict[str, Any]) -> dict[str, Any]:
        if not schema.keys() <= _FIELDS:
            raise _Unknown
        fields = {name: {**field, "schema": self.schema(field["schema"])} for name, field in schema["fields"].items()}
        made = {"type": "model-fields", "fields": fields, "model_name": schema.get("model_name", "")}
        return {**made, "extras_schema": self.schema(schema["extras_schema"])} if "extras_schema" in schema else made

    def _default(self, schema: dict[str, Any]) -> dict[str, Any]:
        if not schema.keys() <= _DEFAULT or schema.get("default_factory") not in (None, list, dict):
            raise _Unknown
        return {**schema, "schema": self.schema(schema["schema"])}

    def _nullable(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {"type": "nullable", "schema": self.schema(schema["schema"])}

    def _list(self, schema: dict[str, Any]) -> dict[str, Any]:
        inner = schema.get("items_schema")
        return schema if inner is None else {**schema, "items_schema": self.schema(inner)}

    def _dict(self, schema: dict[str, Any]) -> dict[str, Any]:
        inner: dict[str, Any] = {
            key: self.schema(schema[key]) for key in ("keys_schema", "values_schema") if key in schema
        }
        return {**schema, **inner}

    def _json_or_python(self, schema: dict[str, Any]) -> dict[str, Any]:
        json: dict[str, Any] = schema["json_schema"]
        if json.get("metadata", {}).get(INTEGER) and json["type"] == "chain":
            last = json["steps"][-1]
            return {**last, "strict": True} if last["type"] == "int" else json
        if schema.get("metadata", {}).get(LEAF):
            if json["type"] not in _AS_IT_IS:
                raise _Unknown
            known = AS_USUAL.get(json["function"]["function"]) if json["type"] == "function-plain" else None
            return json if known is None else cast(dict[str, Any], known)
        return self.schema(json)

    def _function_after(self, schema: dict[str, Any]) -> dict[str, Any]:
        function = schema["function"]["function"]
        if schema["function"]["type"] != "no-info" or not str(function.__module__).startswith(_OURS):
            raise _Unknown
        return {**schema, "schema": self.schema(schema["schema"])}
