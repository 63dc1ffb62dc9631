"""The model protocol: what every package of the family asks of a model, and the registry that finds models.

Standard library only. A class fulfils the protocol by its shape; nothing has to be inherited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeGuard, runtime_checkable

PROTOCOL_VERSION = 1


@runtime_checkable
class Model(Protocol):
    """What a model offers. The ``get_*`` are class methods that also work on instances."""

    __pym_protocol__: int

    @classmethod
    def get_model_name(cls) -> str:
        """The schema's name in its document."""
        ...

    @classmethod
    def get_model_api(cls) -> str:
        """The name of the API whose document declares the model."""
        ...

    @classmethod
    def get_property_names(cls) -> list[str]:
        """The properties as the wire names them, in the document's order."""
        ...

    @classmethod
    def get_model_schema(cls) -> dict[str, Any]:
        """The model as JSON Schema 2020-12, with the ``x-`` keys of the document."""
        ...

    @classmethod
    def get_model_version(cls) -> str:
        """A hash of the schema: two processes with equal versions read each other's models."""
        ...

    def to_json(
        self,
        keep_datetime: bool = False,
        keep_nullable: bool = False,
        datetime_encoder: Callable[[datetime], Any] | None = None,
        exclude_unset: bool = True,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The model as JSON primitives, by wire names."""
        ...

    @classmethod
    def from_json(cls, j: Mapping[str, Any], prune_none: bool = True) -> Model:
        """A model from JSON primitives, validated as JSON; ``j`` is not changed."""
        ...

    def to_native(self) -> dict[str, Any]:
        """The model as Python values, by wire names: Decimal, datetime and bytes are kept."""
        ...

    @classmethod
    def from_native(cls, values: Mapping[str, Any]) -> Model:
        """A model from what ``to_native`` gave; ``values`` is not changed."""
        ...


def is_model(value: object) -> TypeGuard[Model]:
    """Whether a value fulfils the protocol: one attribute look-up, cheap in hot paths."""
    return getattr(value, "__pym_protocol__", None) == PROTOCOL_VERSION


def is_model_class(value: object) -> TypeGuard[type[Model]]:
    """Whether a value is a class whose instances fulfil the protocol."""
    return isinstance(value, type) and is_model(value)


def schema_version(schema: Mapping[str, Any]) -> str:
    """The version of a schema: sixteen hexadecimal digits that change when, and only when, the schema does."""
    canonical = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]


class ModelRegistry:
    """The models of one application, found by API and name."""

    def __init__(self) -> None:
        self._models: dict[tuple[str, str], type[Model]] = {}
        self._declared: dict[tuple[str, str], Callable[[str], type[Model]]] = {}

    def register(self, model: type[Model]) -> None:
        """Add a model class.

        Raises ``TypeError`` when it does not fulfil the protocol, ``ValueError`` when its name is taken by another.
        """
        if not is_model_class(model):
            raise TypeError(f"{model!r} does not fulfil the model protocol: it has no __pym_protocol__ = 1")
        key = (model.get_model_api(), model.get_model_name())
        if key in self._declared:
            self.find(*key)
        if self._models.setdefault(key, model) is not model:
            raise ValueError(f"the API {key[0]!r} has a model {key[1]!r} already: {self._models[key]!r}")

    def declare(self, api: str, names: Iterable[str], find: Callable[[str], type[Model]]) -> None:
        """Add the models of an API by name; ``find(name)`` gives the class of one when it is asked for."""
        self._declared.update({(api, name): find for name in names})

    def find(self, api: str, name: str) -> type[Model]:
        """The model class of that API and name. Raises ``LookupError`` naming what there is."""
        model = self._models.get((api, name))
        if model is None and (api, name) in self._declared:
            model = self._models[api, name] = self._declared[api, name](name)
        if model is None:
            there = ", ".join(sorted(n for a, n in self._keys() if a == api)) or "no model at all"
            raise LookupError(f"the API {api!r} has no model {name!r}; it has {there}")
        return model

    def __iter__(self) -> Iterator[type[Model]]:
        return iter([self.find(*key) for key in self._keys()])

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys([*self._declared, *self._models]))


class IdentityCarrier(Protocol):
    """Carries the caller's identity to a task. Implemented by auth, used by async; neither knows the other."""

    def seal(self, identity: Any, task: str) -> str:
        """The identity as text that only this service can open, and only for the named task."""
        ...

    def open(self, sealed: str, task: str) -> Any:
        """The identity sealed for that task. Raises ``PyMacaronError`` for one tampered with, or sealed for another."""
        ...
