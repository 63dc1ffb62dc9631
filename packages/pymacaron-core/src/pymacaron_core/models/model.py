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
from pydantic_core import CoreSchema, core_schema, from_json, to_json
from typing_extensions import Self

from pymacaron_core.models.directions import hold_directions
from pymacaron_core.models.json_mode import (
    JsonSchemaGenerator,
    OptionalNotNullable,
    read_as_json_schema,
)
from pymacaron_core.models.places import steps_into
from pymacaron_core.models.rules import JsonSchema
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
        accepted = self.__pym_accepted__ or _accepted(type(self))
        if accepted is not _ANYTHING and not data.keys() <= accepted:
            raise _unknown_names(type(self), data, data.keys() - accepted)
        self.__pydantic_validator__.validate_python(data, self_instance=self)

    # Tells pydantic that this constructor adds nothing to validation, which then never leaves pydantic-core.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__mro__[1:]:
            if issubclass(base, Model) and base.__module__ != cls.__module__ and not base.__pydantic_fields_complete__:
                base.model_rebuild(raise_errors=False)  # its annotations mean nothing in another module

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        cls.__pym_accepted__ = None
        if any(not issubclass(base, BaseModel) for base in cls.__mro__[:-1]):
            _keep_declared(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
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
            if cls.__pym_rules__ is not None:
                _add_rules(cls.__pym_rules__, model)
        return schema

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        written = handler(schema)
        if cls.__pym_rules__ is not None:
            target = handler.resolve_ref_schema(written)
            complete = cls.__pym_rules__.beside(dict(target))
            target.clear()
            target.update(complete)
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
        """Build the class now. Done by itself at the first use, by one thread at a time."""
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
        return list(_wire_names(cls).values())

    @classmethod
    def get_model_properties(cls) -> list[str]:
        """The same as :meth:`get_property_names`, by its name of PyMacaron 2.x."""
        return cls.get_property_names()

    @classmethod
    def get_nullable_properties(cls) -> list[str]:
        """The properties that may be ``null`` on the wire."""
        return [wire for name, wire in _wire_names(cls).items() if _takes_null(cls, name)]

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
            dumped = _with_datetimes(dumped, native, datetime_encoder or (lambda moment: moment))
        if keep_nullable:
            _add_nulls(dumped, self)
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
            pruned = _without_refused_nulls(text, error) if prune_none else None
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
        wire = _wire_names(cls)
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


def _add_rules(rules: JsonSchema, model: dict[str, Any]) -> None:
    """Put the check of a class's rules around the schema of the class, in its place."""
    inner = dict(model)
    outside = {"ref": inner.pop("ref")} if "ref" in inner else {}
    model.clear()
    model.update(core_schema.with_info_wrap_validator_function(rules.check_model, cast(Any, inner)), **outside)


_ANYTHING: frozenset[str] = frozenset({"*"})


def _inherited(cls: type[Model], name: str) -> Iterator[Any]:
    return (vars(each)[name] for each in cls.__mro__ if name in vars(each))


def _keep_declared(cls: type[Model]) -> None:
    """Keep the fields that models declare, in their order: annotations of other parents only type their methods."""
    fields = cls.__pydantic_fields__
    inherited = [name for base in cls.__mro__[:0:-1] if issubclass(base, Model) for name in base.__pydantic_fields__]
    kept = {name: fields[name] for name in (*inherited, *cls.__annotations__) if name in fields}
    fields.clear()
    fields.update(kept)


def _remember(cls: type[Model], name: str, value: Any) -> None:
    type.__setattr__(cls, name, value)


def _wire_names(cls: type[Model]) -> dict[str, str]:
    """The attribute of each property and its name on the wire."""
    if not cls.__pydantic_fields_complete__:
        cls.model_rebuild()
    fields = cls.__pydantic_fields__.items()
    return {name: name if field.serialization_alias is None else field.serialization_alias for name, field in fields}


def _takes_null(cls: type[Model], name: str) -> bool:
    field = cls.__pydantic_fields__[name]
    if any(isinstance(mark, OptionalNotNullable) for mark in field.metadata):
        return False
    return type(None) in getattr(field.annotation, "__args__", ())


def _accepted(cls: type[Model]) -> frozenset[str]:
    """The names the constructor takes."""
    keeps_extra = cls.model_config.get("extra") == "allow"
    names = _wire_names(cls)
    accepted = _ANYTHING if keeps_extra else frozenset([*names, *names.values()])
    _remember(cls, "__pym_accepted__", accepted)
    return accepted


def _unknown_names(cls: type[Model], data: dict[str, Any], unknown: set[str]) -> ValidationError:
    faults = [{"type": "extra_forbidden", "loc": (name,), "input": data[name]} for name in data if name in unknown]
    return ValidationError.from_exception_data(cls.__name__, cast(Any, faults))


def _with_datetimes(dumped: Any, native: Any, encode: Callable[[datetime], Any]) -> Any:
    if isinstance(native, datetime):
        return encode(native)
    if isinstance(dumped, dict):
        return {key: _with_datetimes(value, native[key], encode) for key, value in dumped.items()}
    if isinstance(dumped, list):
        return [_with_datetimes(*pair, encode) for pair in zip(dumped, native, strict=True)]
    return dumped


def _add_nulls(dumped: Any, value: Any) -> None:
    if isinstance(value, Model):
        nullable = value.get_nullable_properties()
        for name, wire in _wire_names(type(value)).items():
            if wire in dumped:
                _add_nulls(dumped[wire], getattr(value, name))
            elif wire in nullable and getattr(value, name) is None:
                dumped[wire] = None
    elif isinstance(value, Mapping) and isinstance(dumped, dict):
        for key, inner in value.items():
            _add_nulls(dumped.get(key), inner)
    elif isinstance(value, (list, tuple)) and isinstance(dumped, list):
        for pair in zip(dumped, value, strict=False):
            _add_nulls(*pair)


def _without_refused_nulls(text: bytes, error: ValidationError) -> bytes | None:
    """The same JSON without the nulls the error complains of; None where it complains of no null."""
    document, pruned = from_json(text), False
    for fault in error.errors(include_url=False, include_context=False):
        if fault["input"] is None and fault["type"] != "missing":
            pruned |= _drop_null(document, steps_into(fault["loc"], None))
    return to_json(document) if pruned else None


def _drop_null(document: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if isinstance(document, dict) and step in document:
            if document[step] is None:
                del document[step]
                return True
            document = document[step]
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
    return False
