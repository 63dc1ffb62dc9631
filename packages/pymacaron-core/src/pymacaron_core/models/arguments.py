"""One validator for all the parameters of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter: its type, whether it must be there, its default (already of the type) where it has one."""

    type: Any
    required: bool
    has_default: bool = False
    default: Any = None


class Arguments:
    """Marks a dict as the arguments of an operation. Absent ones without default stay absent."""

    def __init__(self, arguments: Mapping[str, Argument]) -> None:
        self.arguments = dict(arguments)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        fields = {}
        for name, argument in self.arguments.items():
            inner = handler.generate_schema(argument.type)
            if argument.has_default:
                inner = core_schema.with_default_schema(inner, default=argument.default)
            fields[name] = core_schema.typed_dict_field(inner, required=argument.required and not argument.has_default)
        return core_schema.typed_dict_schema(fields, extra_behavior="ignore")
