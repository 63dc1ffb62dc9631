"""The models of one API, by name, and the validators of its schemas."""

from __future__ import annotations

import datetime as dt
import decimal
import difflib
import re
import threading
import typing
import uuid
from collections.abc import Mapping
from types import ModuleType
from typing import Annotated, Any, cast

import pydantic
import typing_extensions
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from pymacaron_core.errors import ModelError
from pymacaron_core.models import constraints, json_mode, upload
from pymacaron_core.models.arguments import Argument, Arguments
from pymacaron_core.models.constraints import ReadsJson
from pymacaron_core.models.model import Model
from pymacaron_core.models.names import IMPORTS
from pymacaron_core.models.plan import Plan
from pymacaron_core.models.types import Unenforced
from pymacaron_core.spec.operation import Parameter, Place, Schema, Specification

_CONFIG = ConfigDict(allow_inf_nan=False, val_json_bytes="base64")
_ROOMS = (typing, typing_extensions, pydantic, decimal, uuid, constraints, json_mode, upload)
_WORDS: dict[str, Any] = {
    **{name: getattr(room, name) for name in IMPORTS for room in _ROOMS if hasattr(room, name)},
    "Model": Model,
    "dt": dt,
    "re": re,
}


class Catalog:
    """What ``apipool.shop`` is: models by attribute (``apipool.shop.Order``) or by :meth:`model`, and validators.

    A schema's validator is made when first asked for, and the same from then on.
    """

    def __init__(self, specification: Specification, module: ModuleType) -> None:
        self._specification = specification
        self._module = module
        self._plan = Plan(specification)
        self._adapters: dict[Schema, TypeAdapter[Any]] = {}
        self._lock = threading.RLock()

    @property
    def specification(self) -> Specification:
        """What the models were made from."""
        return self._specification

    @property
    def module(self) -> ModuleType:
        """The module the classes stand in: ``apis.shop_models``."""
        return self._module

    @property
    def unenforced(self) -> tuple[Unenforced, ...]:
        """The keywords of the document that no type enforces."""
        return self._plan.unenforced

    def names(self) -> list[str]:
        """The names of the models, as the document has them, in its order; inline ones by their class."""
        return [model.schema_name for model in self._plan.classes]

    get_model_names = names

    def models(self) -> list[type[Model]]:
        """Every model class, in the document's order."""
        return [getattr(self._module, model.name) for model in self._plan.classes]

    def model(self, name: str) -> type[Model]:
        """The class of a model, by the schema's name or the class's. Raises :class:`ModelError` when there is none."""
        for model in self._plan.classes:
            if name == model.schema_name:
                return cast(type[Model], getattr(self._module, model.name))
        for model in self._plan.classes:
            if name == model.name:
                return cast(type[Model], getattr(self._module, model.name))
        raise ModelError(self._missing(name))

    get_model = model

    def json_to_model(self, name: str, j: Mapping[str, Any]) -> Model:
        """A model of that name from JSON primitives: see :meth:`Model.from_json`."""
        return self.model(name).from_json(j)

    def type_of(self, schema: Schema) -> Any:
        """The Python type of a schema: a model class, ``list[Order]``, ``Literal["a"] | None``, ..."""
        expression = self._plan.types.of(schema).full
        try:
            return eval(expression, dict(_WORDS), dict(vars(self._module)))
        except Exception as error:
            raise ModelError(
                f"{_where(schema.place)}: no type can be made of this schema ({expression}): {error}"
            ) from error

    def adapter(self, schema: Schema) -> TypeAdapter[Any]:
        """The validator and serializer of a schema. Use ``.validator`` and ``.serializer``: they are built."""
        with self._lock:
            found = self._adapters.get(schema)
            if found is None:
                found = self._adapters[schema] = self._built(self.type_of(schema), schema.place)
            return found

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]:
        """One validator for an operation's parameters: a JSON object keyed by argument names to a dict of values.

        Defaults are filled in; what is absent and has none stays absent.
        """
        arguments = {parameter.argument: self._argument(parameter) for parameter in parameters}
        place = parameters[0].place if parameters else Place()
        return self._built(Annotated[dict[str, Any], Arguments(arguments)], place)

    def _argument(self, parameter: Parameter) -> Argument:
        schema = parameter.schema
        if parameter.content is not None and parameter.content.schema is not None:
            schema = parameter.content.schema
        kind = self.type_of(schema)
        keywords = self._plan.merger.keywords(schema)
        if "default" not in keywords:
            return Argument(kind, parameter.required)
        try:
            text = to_json(keywords["default"])
            default = self.adapter(schema).validate_json(text, strict=True, by_alias=True, by_name=False)
        except ValidationError:
            self._plan.types.report(schema.place, "default", "it does not fit the schema")
            return Argument(kind, parameter.required)
        return Argument(kind, parameter.required, True, default)

    def _built(self, kind: Any, place: Place) -> TypeAdapter[Any]:
        try:
            if isinstance(kind, type) and issubclass(kind, Model):
                kind.model_rebuild()
                adapter = TypeAdapter(kind)
                adapter.rebuild()
                return adapter
            return TypeAdapter(Annotated[kind, ReadsJson()], config=_CONFIG)
        except Exception as error:
            raise ModelError(f"{_where(place)}: no validator can be made of this schema: {error}") from error

    def _missing(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.names(), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{self._specification.file} has no model {name!r}{hint}"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.model(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.names()]

    def __repr__(self) -> str:
        return f"Catalog({self._specification.name!r}: {', '.join(self.names())})"


def _where(place: Place) -> str:
    return f"{place.file} (at {place.pointer})"
