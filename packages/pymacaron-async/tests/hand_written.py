"""A model as a person would write it, on nothing but the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymacaron_core.protocol import schema_version


class Parcel:
    """A parcel of the API ``post``."""

    __pym_protocol__: int = 1

    def __init__(self, id: str, grams: int | None = None) -> None:
        self.id = id
        self.grams = grams

    @classmethod
    def get_model_name(cls) -> str:
        return cls.__name__

    @classmethod
    def get_model_api(cls) -> str:
        return "post"

    @classmethod
    def get_property_names(cls) -> list[str]:
        return ["id", "grams"]

    @classmethod
    def get_model_schema(cls) -> dict[str, Any]:
        properties = {"id": {"type": "string"}, "grams": {"type": "integer"}}
        return {"type": "object", "properties": properties, "required": ["id"]}

    @classmethod
    def get_model_version(cls) -> str:
        return schema_version(cls.get_model_schema())

    def to_json(self, *unused: Any, **unused_too: Any) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def from_json(cls, j: Mapping[str, Any], prune_none: bool = True) -> Parcel:
        return cls(j["id"], j.get("grams"))

    def to_native(self) -> dict[str, Any]:
        return self.to_json()

    @classmethod
    def from_native(cls, values: Mapping[str, Any]) -> Parcel:
        return cls(values["id"], values.get("grams"))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]
