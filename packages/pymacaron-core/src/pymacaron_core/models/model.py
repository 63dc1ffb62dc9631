"""The class every generated model derives from: a pydantic model that fulfils the model protocol."""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaMode
from pydantic_core import CoreSchema, to_json
from typing_extensions import Self

from pymacaron_core.models.building import built, keep_declared, write_rules
from pymacaron_core.models.dumping import add_nulls, with_datetimes
from pymacaron_core.models.giving_way import give_way, leave_to_parents
from pymacaron_core.models.json_mode import JsonSchemaGenerator
from pymacaron_core.models.pruning import without_refused_nulls
from pymacaron_core.models.rules import JsonSchema
from pymacaron_core.models.wire_names import nullable_names, wire_names
from pymacaron_core.protocol import schema_version

_BUILDING = threading.RLock()


class Model(BaseModel):
    """One object of an API. Its fields are the properties of its schema.

    The constructor and assignment take Python values, and refuse names the schema does not declare. JSON is read by
    :meth:`from_json`, strictly. What a schema says of several properties together is judged when a model is made, and
    not at each assignment: one comes before the other. A generated class is built when first used.
    """

    __pym_protocol__: int = 1
    __pym_name__: ClassVar[str | None] = None
    __pym_accepted__: ClassVar[frozenset[str] | None] = None
    __pym_dropped__: ClassVar[tuple[str, ...]] = ()
    """In a request view: the ``readOnly`` properties. JSON may have them, and they are not kept."""
    __pym_refused__: ClassVar[tuple[str, ...]] = ()
    """The same, where JSON that has them is refused."""
    __pym_closed_by__: ClassVar[str] = ""
    """The keyword that refuses undeclared properties, where it is not ``additionalProperties``."""
    __pym_rules__: ClassVar[JsonSchema | None] = None

    model_config = ConfigDict(
        extra="ignore",
        validate_assignment=True,
        validate_by_name=True,
        validate_by_alias=True,
        defer_build=True,
        protected_namespaces=(),
        allow_inf_nan=False,
        val_json_bytes="base64",
    )

    def __init__(self, /, **data: Any) -> None:
        try:
            self.__pydantic_validator__.validate_python(data, self_instance=self)
        except ValidationError:
            _check_names(type(self), data)
            raise
        if len(data) != len(self.__pydantic_fields_set__):
            _check_names(type(self), data)

    # Tells pydantic that this constructor adds nothing to validation, which then never leaves pydantic-core.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        give_way(cls, Model)
        for base in cls.__mro__[1:]:
            if issubclass(base, Model) and base.__module__ != cls.__module__ and not base.__pydantic_fields_complete__:
                base.model_rebuild(raise_errors=False)  # its annotations mean nothing in another module

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls.__pym_accepted__ = None
        leave_to_parents(cls)
        if any(not issubclass(base, BaseModel) for base in cls.__mro__[:-1]):
            keep_declared(cls, Model)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return built(cls, handler(source), cls.__pym_rules__, cls.__pym_closed_by__, handler)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        written = handler(schema)
        if cls.__pym_rules__ is not None:
            write_rules(cls.__pym_rules__, handler.resolve_ref_schema(written))
        return written

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Build the class now. Done by itself at the first use, by one thread at a time.

        What a generated class names is in its module: a variable of whoever happens to use it first means nothing.
        """
        if _types_namespace is None and "__pym_api__" in vars(sys.modules.get(cls.__module__, object)):
            _types_namespace = {}
        with _BUILDING:
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )

    @classmethod
    def model_json_schema(
        cls,
        by_alias: bool | None = True,
        ref_template: str = DEFAULT_REF_TEMPLATE,
        schema_generator: type[GenerateJsonSchema] = JsonSchemaGenerator,
        mode: JsonSchemaMode = "validation",
        **more: Any,
    ) -> dict[str, Any]:
        """Pydantic's method, which leaves the marks of models to the generator that knows them."""
        return super().model_json_schema(by_alias, ref_template, schema_generator, mode, **more)

    @classmethod
    def get_model_name(cls) -> str:
        """The schema's name in its document."""
        return next((own for own in _inherited(cls, "__pym_name__") if own), None) or cls.__name__

    @classmethod
    def get_model_api(cls) -> str:
        """The name of the API whose document declares the model; empty for a class no document declares."""
        modules = (vars(sys.modules[each.__module__]) for each in cls.__mro__ if each.__module__ in sys.modules)
        return next((str(names["__pym_api__"]) for names in modules if "__pym_api__" in names), "")

    @classmethod
    def get_property_names(cls) -> list[str]:
        """The properties as the wire names them, in the document's order."""
        return list(wire_names(cls).values())

    @classmethod
    def get_model_properties(cls) -> list[str]:
        """The same as :meth:`get_property_names`, by its name of PyMacaron 2.x."""
        return cls.get_property_names()

    @classmethod
    def get_nullable_properties(cls) -> list[str]:
        """The properties that may be ``null`` on the wire."""
        return nullable_names(cls)

    @classmethod
    def get_model_schema(cls) -> dict[str, Any]:
        """The model as JSON Schema 2020-12, with the ``x-`` keys of the document."""
        if "__pym_schema__" not in cls.__dict__:
            _remember(cls, "__pym_schema__", cls.model_json_schema(schema_generator=JsonSchemaGenerator))
        return cast(dict[str, Any], copy.deepcopy(cls.__dict__["__pym_schema__"]))

    @classmethod
    def get_model_version(cls) -> str:
        """A hash of the schema: two processes with equal versions read each other's models."""
        if "__pym_version__" not in cls.__dict__:
            _remember(cls, "__pym_version__", schema_version(cls.get_model_schema()))
        return cast(str, cls.__dict__["__pym_version__"])

    def to_json(
        self,
        keep_datetime: bool = False,
        keep_nullable: bool = False,
        datetime_encoder: Callable[[datetime], Any] | None = None,
        exclude_unset: bool = True,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The model as JSON primitives, by wire names.

        Properties never set are left out, defaults included, unless ``exclude_unset`` is False. None is written, as
        null, where the schema allows null, unless ``exclude_none``. ``keep_nullable`` writes null also for nullable
        properties never set. ``keep_datetime`` leaves date-times as they are; ``datetime_encoder`` writes them.
        """
        dumped = self.model_dump(
            mode="json", by_alias=True, exclude_unset=exclude_unset, exclude_none=exclude_none, warnings=False
        )
        if keep_datetime or datetime_encoder is not None:
            native = self.model_dump(
                by_alias=True, exclude_unset=exclude_unset, exclude_none=exclude_none, warnings=False
            )
            dumped = with_datetimes(dumped, native, datetime_encoder or (lambda moment: moment))
        if keep_nullable:
            add_nulls(dumped, self)
        return dumped

    @classmethod
    def from_json(cls, j: Mapping[str, Any], prune_none: bool = True) -> Self:
        """A model from JSON primitives, validated as JSON; ``j`` is not changed.

        With ``prune_none``, properties that are None where the schema refuses null are taken as absent. Raises
        :class:`pydantic.ValidationError`.
        """
        text = to_json(j)
        try:
            return cls._read(text)
        except ValidationError as error:
            pruned = without_refused_nulls(text, error) if prune_none else None
            if pruned is None:
                raise
        return cls._read(pruned)

    @classmethod
    def _read(cls, text: bytes) -> Self:
        return cls.model_validate_json(text, strict=True, by_alias=True, by_name=False)

    @classmethod
    def from_request(cls, request: Model, /, **more: Any) -> Self:
        """The whole object of what a request said of it: ``Order.from_request(body, id=7)``.

        ``more`` are the properties that requests do not have (``readOnly``), or that are to be others. Raises
        :class:`pydantic.ValidationError`, also where the model has no property of such a name.
        """
        wire = wire_names(cls)
        return cls(**{**request.to_native(), **{wire.get(name, name): value for name, value in more.items()}})

    def to_native(self) -> dict[str, Any]:
        """The model as Python values, by wire names: Decimal, datetime and bytes are kept."""
        return self.model_dump(by_alias=True, exclude_unset=True, warnings=False)

    @classmethod
    def from_native(cls, values: Mapping[str, Any]) -> Self:
        """A model from what :meth:`to_native` gave; ``values`` is not changed."""
        return cls.model_validate(dict(values), by_alias=True, by_name=False)

    def clone(self) -> Self:
        """A deep copy: equal, with the same properties set."""
        return self.model_copy(deep=True)

    def diff_with(self, other: Model) -> dict[str, tuple[Any, Any]]:
        """The properties that differ, by wire name, each with this model's value and the other's (None: absent)."""
        mine, theirs = self.to_native(), other.to_native()
        names = dict.fromkeys([*mine, *theirs])
        return {n: (mine.get(n), theirs.get(n)) for n in names if mine.get(n) != theirs.get(n)}


_ANYTHING: frozenset[str] = frozenset({"*"})


def _inherited(cls: type[Model], name: str) -> Iterator[Any]:
    return (vars(each)[name] for each in cls.__mro__ if name in vars(each))


def _remember(cls: type[Model], name: str, value: Any) -> None:
    type.__setattr__(cls, name, value)


def _accepted(cls: type[Model]) -> frozenset[str]:
    """The names the constructor takes."""
    keeps_extra = cls.model_config.get("extra") == "allow"
    names = wire_names(cls)
    accepted = _ANYTHING if keeps_extra else frozenset([*names, *names.values()])
    _remember(cls, "__pym_accepted__", accepted)
    return accepted


def _check_names(cls: type[Model], data: dict[str, Any]) -> None:
    """Refuse names that the class does not declare, before anything else is told of what it was given."""
    accepted = cls.__pym_accepted__ or _accepted(cls)
    if accepted is not _ANYTHING and not data.keys() <= accepted:
        raise _unknown_names(cls, data, data.keys() - accepted) from None


def _unknown_names(cls: type[Model], data: dict[str, Any], unknown: set[str]) -> ValidationError:
    faults = [{"type": "extra_forbidden", "loc": (name,), "input": data[name]} for name in data if name in unknown]
    return ValidationError.from_exception_data(cls.__name__, cast(Any, faults))
