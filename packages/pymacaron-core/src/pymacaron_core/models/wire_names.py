"""The properties of a class of models as the wire names them, and which of them may be null."""

from __future__ import annotations

from pydantic import BaseModel

from pymacaron_core.models.json_mode import OptionalNotNullable


def wire_names(cls: type[BaseModel]) -> dict[str, str]:
    """The attribute of each property and its name on the wire."""
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild()
    fields = cls.__pydantic_fields__.items()
    return {name: name if field.serialization_alias is None else field.serialization_alias for name, field in fields}


def nullable_names(cls: type[BaseModel]) -> list[str]:
    """The properties that may be ``null`` on the wire."""
    return [wire for name, wire in wire_names(cls).items() if _takes_null(cls, name)]


def _takes_null(cls: type[BaseModel], name: str) -> bool:
    field = cls.__pydantic_fields__[name]
    if any(isinstance(mark, OptionalNotNullable) for mark in field.metadata):
        return False
    return type(None) in getattr(field.annotation, "__args__", ())
