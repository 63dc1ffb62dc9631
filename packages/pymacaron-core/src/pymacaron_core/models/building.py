"""The core schema of a class of models: how it reads JSON, which directions it holds, and the check of its rules."""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from pymacaron_core.models.directions import WrapValidator, hold_directions, without_dropped
from pymacaron_core.models.json_mode import read_as_json_schema
from pymacaron_core.models.refusals import close
from pymacaron_core.models.rules import JsonSchema


def built(
    cls: type[BaseModel], schema: CoreSchema, rules: JsonSchema | None, closed_by: str, handler: GetCoreSchemaHandler
) -> CoreSchema:
    """The core schema that pydantic made of a class, made to judge as the document does. It is changed in place."""
    model = cast(dict[str, Any], handler.resolve_ref_schema(schema))
    while model["type"] != "model":
        if "schema" not in model:
            return schema
        model = model["schema"]
    metadata = model.setdefault("metadata", {})
    if not metadata.get("pymacaron") and isinstance(model["schema"].get("fields"), dict):
        metadata["pymacaron"] = True
        if cls.model_config.get("extra") == "allow":
            model["schema"].setdefault("extras_schema", core_schema.any_schema())
        read_as_json_schema(model["schema"])
        hold_directions(cls, model)
        if cls.model_config.get("extra") == "forbid":
            close(closed_by, model)
        if rules is not None:
            _add_rules(without_dropped(cls, rules.check_model), model)
    return schema


def _add_rules(check: WrapValidator, model: dict[str, Any]) -> None:
    """Put the check of a class's rules around the schema of the class, in its place."""
    inner = dict(model)
    outside = {"ref": inner.pop("ref")} if "ref" in inner else {}
    model.clear()
    model.update(core_schema.with_info_wrap_validator_function(check, cast(Any, inner)), **outside)


def write_rules(rules: JsonSchema, written: dict[str, Any]) -> None:
    """Add the rules of a class to its JSON Schema, in its place."""
    complete = rules.beside(dict(written))
    written.clear()
    written.update(complete)


def keep_declared(cls: type[BaseModel], kind: type[BaseModel]) -> None:
    """Keep the fields that models (of a ``kind``) declare: annotations of other parents only type their methods."""
    fields = cls.__pydantic_fields__
    inherited = [name for base in cls.__mro__[:0:-1] if issubclass(base, kind) for name in base.__pydantic_fields__]
    kept = {name: fields[name] for name in (*inherited, *cls.__annotations__) if name in fields}
    fields.clear()
    fields.update(kept)
