"""The models of one API, by name, and the validators of its schemas."""

from __future__ import annotations

import datetime as dt
import decimal
import difflib
import re
import threading
import typing
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import ModuleType
from typing import Annotated, Any, cast

import pydantic
import typing_extensions
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import to_json

from pymacaron_core.errors import ModelError, StartError
from pymacaron_core.models import constraints, json_mode, offsets, refusals, rules, upload
from pymacaron_core.models.arguments import Argument, Arguments
from pymacaron_core.models.constraints import ReadsJson
from pymacaron_core.models.made import ATTRIBUTE, Made, name_of
from pymacaron_core.models.merge import Merger
from pymacaron_core.models.model import Model
from pymacaron_core.models.names import IMPORTS
from pymacaron_core.models.plan import Plan
from pymacaron_core.models.residual import NamedSchemas
from pymacaron_core.models.types import Unenforced
from pymacaron_core.spec.operation import Operation, Parameter, Place, Schema, Specification

_CONFIG = ConfigDict(allow_inf_nan=False, val_json_bytes="base64")
_ROOMS = (typing, typing_extensions, pydantic, decimal, uuid, constraints, json_mode, offsets, refusals, rules, upload)
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
        self._made: Made = vars(module).get(ATTRIBUTE) or Made()
        self._merger = Merger(specification.schemas)
        self._schemas = NamedSchemas(specification.schemas)
        self._adapters: dict[Schema, TypeAdapter[Any]] = {}
        self._lock = threading.RLock()
        self.makes_client: Callable[[Catalog], Any] | None = None
        if self._made.classes is None:
            self._made.classes = tuple((model.name, model.schema_name) for model in self._plan.classes)

    @cached_property
    def _plan(self) -> Plan:
        """What the module was made by; made again only where something is asked that nobody asked before."""
        known = self._made.plan
        return known if known is not None and known.specification is self._specification else Plan(self._specification)

    @property
    def classes(self) -> tuple[tuple[str, str], ...]:
        """The names of the classes, each with that of its schema."""
        return self._made.classes or ()

    @property
    def is_known(self) -> bool:
        """Whether the types of all that operations ask for are known, without planning the models again."""
        return self._made.is_known

    def keep(self) -> None:
        """Keep what is known of the models for the next process, once every operation was looked at."""
        if not self._made.is_known:
            self._made.keep()

    def of(self, operation: Operation) -> OperationCatalog:
        """The validators of one operation's schemas."""
        return OperationCatalog(self, f"{operation.method} {operation.path}")

    def looking_at(self, operation: Operation) -> OperationCatalog:
        """What takes note of what an operation asks for: it makes no validators, and gives stand-ins."""
        return _Onlooker(self, f"{operation.method} {operation.path}")

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

    @cached_property
    def client(self) -> Any:
        """What calls the operations of this API where another service serves it (``pymacaron_core.client.Client``).

        Raises ``StartError`` where whoever loaded the models has not said how.
        """
        if self.makes_client is None:
            raise StartError(f"{self._specification.file} was loaded for its models alone: make a Client of it")
        return self.makes_client(self)

    def names(self) -> list[str]:
        """The names of the models, as the document has them, in its order; inline ones by their class."""
        return [schema_name for _, schema_name in self.classes]

    get_model_names = names

    def models(self) -> list[type[Model]]:
        """Every model class, in the document's order."""
        return [getattr(self._module, name) for name, _ in self.classes]

    def model(self, name: str) -> type[Model]:
        """The class of a model, by the schema's name or the class's. Raises :class:`ModelError` when there is none."""
        for given, schema_name in self.classes:
            if name == schema_name:
                return cast(type[Model], getattr(self._module, given))
        for given, _ in self.classes:
            if name == given:
                return cast(type[Model], getattr(self._module, given))
        raise ModelError(self._missing(name))

    get_model = model

    def json_to_model(self, name: str, j: Mapping[str, Any]) -> Model:
        """A model of that name from JSON primitives: see :meth:`Model.from_json`."""
        return self.model(name).from_json(j)

    def type_of(self, schema: Schema, scope: str = "") -> Any:
        """The Python type of a schema: a model class, ``list[Order]``, ``Literal["a"] | None``, ..."""
        expression = self._expression(schema, scope)
        try:
            return eval(expression, dict(_WORDS), _Names(self._module, self._schemas))
        except Exception as error:
            raise ModelError(
                f"{_where(schema.place)}: no type can be made of this schema ({expression}): {error}"
            ) from error

    def note(self, schema: Schema, scope: str) -> None:
        """Have the type of a schema known to the next process."""
        told, name = self._plan.types.of(schema).full, name_of(schema, scope)
        known = self._made.expressions
        known[name] = told if known.get(name, told) == told else None

    def _expression(self, schema: Schema, scope: str) -> str:
        """The type of a schema as text: as kept, else by the plan (also where one name stands for several types)."""
        return self._made.expressions.get(name_of(schema, scope)) or self._plan.types.of(schema).full

    def adapter(self, schema: Schema, scope: str = "") -> TypeAdapter[Any]:
        """The validator and serializer of a schema. Use ``.validator`` and ``.serializer``: they are built."""
        with self._lock:
            found = self._adapters.get(schema)
            if found is None:
                found = self._adapters[schema] = self._built(self.type_of(schema, scope), schema.place)
            return found

    def parameters_adapter(self, parameters: tuple[Parameter, ...], scope: str = "") -> TypeAdapter[Any]:
        """One validator for an operation's parameters: a JSON object keyed by argument names to a dict of values.

        Defaults are filled in; what is absent and has none stays absent.
        """
        arguments = {parameter.argument: self._argument(parameter, scope) for parameter in parameters}
        place = parameters[0].place if parameters else Place()
        return self._built(Annotated[dict[str, Any], Arguments(arguments)], place)

    def _argument(self, parameter: Parameter, scope: str) -> Argument:
        schema = _schema_of(parameter)
        kind = self.type_of(schema, scope)
        keywords = self._merger.keywords(schema)
        if "default" not in keywords:
            return Argument(kind, parameter.required)
        try:
            text = to_json(keywords["default"])
            default = self.adapter(schema, scope).validate_json(text, strict=True, by_alias=True, by_name=False)
        except ValidationError:
            why = self._plan.fields.misfit(keywords["default"], schema) or "it does not fit the schema"
            self._plan.types.report(schema.place, "default", why)
            return Argument(kind, parameter.required)
        return Argument(kind, parameter.required, True, default)

    def _built(self, kind: Any, place: Place) -> TypeAdapter[Any]:
        try:
            model = _class_in(kind)
            if model is None:
                return _adapter(Annotated[kind, ReadsJson()], _CONFIG)
            model.model_rebuild()
            return _adapter(kind, None)
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


def _adapter(_kind: Any, _config: ConfigDict | None) -> TypeAdapter[Any]:
    """An adapter. Its maker's variables are names of types for pydantic: these are none that a class can have."""
    _made = TypeAdapter(_kind, config=_config)
    _made.rebuild()
    return _made


class OperationCatalog:
    """The validators of one operation's schemas."""

    def __init__(self, catalog: Catalog, scope: str) -> None:
        self._catalog, self._scope = catalog, scope

    def type_of(self, schema: Schema) -> Any:
        return self._catalog.type_of(schema, self._scope)

    def adapter(self, schema: Schema) -> TypeAdapter[Any]:
        return self._catalog.adapter(schema, self._scope)

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]:
        return self._catalog.parameters_adapter(parameters, self._scope)


class _Onlooker(OperationCatalog):
    """Stand-ins for an operation's validators; what is asked for is noted."""

    def type_of(self, schema: Schema) -> Any:
        self._catalog.note(schema, self._scope)
        return Any

    def adapter(self, schema: Schema) -> TypeAdapter[Any]:
        self._catalog.note(schema, self._scope)
        return _STAND_IN

    def parameters_adapter(self, parameters: tuple[Parameter, ...]) -> TypeAdapter[Any]:
        for parameter in parameters:
            self._catalog.note(_schema_of(parameter), self._scope)
        return _STAND_IN


def _schema_of(parameter: Parameter) -> Schema:
    if parameter.content is not None and parameter.content.schema is not None:
        return parameter.content.schema
    return parameter.schema


_STAND_IN: TypeAdapter[Any] = TypeAdapter(Any)


class _Names(Mapping[str, Any]):
    """The names of a module, those it makes when asked included. Marks may refer to every schema, not only to those
    that the module's own do."""

    def __init__(self, module: ModuleType, schemas: Mapping[str, Any]) -> None:
        self._module = module
        self._schemas = schemas

    def __getitem__(self, name: str) -> Any:
        if name == "SCHEMAS":
            return self._schemas
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(dir(self._module))

    def __len__(self) -> int:
        return len(dir(self._module))


def _class_in(kind: Any) -> type[Model] | None:
    """The class of models a type is, with marks or without."""
    inner = getattr(kind, "__origin__", kind) if hasattr(kind, "__metadata__") else kind
    return inner if isinstance(inner, type) and issubclass(inner, Model) else None


def _where(place: Place) -> str:
    return f"{place.file} (at {place.pointer})"
