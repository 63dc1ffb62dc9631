"""What every model must do to fulfil the protocol, as checks that any package runs against its own models.

::

    check_model(Order, {"id": 7, "note": None})
    check_registry(Order)
    check_versions(Order, OrderWithOneMoreProperty)

Each raises :class:`ContractBroken` saying which promise is not kept.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from pymacaron_core.errors import PyMacaronError
from pymacaron_core.protocol import Model, ModelRegistry, is_model


class ContractBroken(PyMacaronError):
    """A model does not keep a promise of the protocol."""


def _promise(kept: bool, message: str) -> None:
    if not kept:
        raise ContractBroken(message)


def check_model(model: type[Model], values: Mapping[str, Any]) -> None:
    """Everything a class promises, tried with one set of JSON ``values`` that it accepts."""
    check_class(model)
    check_round_trips(model, values)


def check_class(model: type[Model]) -> None:
    """The class says what it is: names, properties, schema and version."""
    _promise(is_model(model), f"{model!r} has no __pym_protocol__ = 1")
    for name in ("get_model_name", "get_model_api"):
        told = getattr(model, name)()
        _promise(isinstance(told, str) and bool(told), f"{model!r}.{name}() must be a name, not {told!r}")
    schema = model.get_model_schema()
    names = model.get_property_names()
    _promise(list(schema.get("properties", {})) == list(names), f"{model!r}: the schema's properties are not {names}")
    _promise(json.loads(json.dumps(schema)) == schema, f"{model!r}: the schema is not made of JSON primitives")
    version = model.get_model_version()
    _promise(isinstance(version, str) and bool(version), f"{model!r}: the version must be text, not {version!r}")
    _promise(version == model.get_model_version(), f"{model!r}: the version changes from call to call")


def check_round_trips(model: type[Model], values: Mapping[str, Any]) -> None:
    """JSON and native values go in and out and are the same, and arguments are left as they were."""
    given = copy.deepcopy(dict(values))
    made = model.from_json(given)
    _promise(type(made) is model, f"{model!r}.from_json() makes a {type(made)!r}")
    _promise(given == dict(values), f"{model!r}.from_json() changes its argument")
    _promise(is_model(made), f"an instance of {model!r} has no __pym_protocol__ = 1")
    _promise(made.get_model_name() == model.get_model_name(), f"{model!r}: an instance has another name than its class")
    written = made.to_json()
    _promise(json.loads(json.dumps(written)) == written, f"{model!r}.to_json() is not made of JSON primitives")
    _promise(set(written) <= set(model.get_property_names()), f"{model!r}.to_json() has names that are no properties")
    _promise(model.from_json(written) == made, f"{model!r}: from_json(to_json()) is not the same model")
    native = made.to_native()
    kept = copy.deepcopy(native)
    _promise(model.from_native(native) == made, f"{model!r}: from_native(to_native()) is not the same model")
    _promise(native == kept, f"{model!r}.from_native() changes its argument")
    _promise(model.from_native(native).to_json() == written, f"{model!r}: native values do not give the same JSON")


def check_registry(model: type[Model]) -> None:
    """The registry gives back the very class, and refuses another of the same name."""
    registry = ModelRegistry()
    registry.register(model)
    registry.register(model)
    found = registry.find(model.get_model_api(), model.get_model_name())
    _promise(found is model, f"the registry gives {found!r} for {model!r}")
    _promise(len(registry) == 1, f"the registry holds {len(registry)} models instead of one")


def check_versions(model: type[Model], changed: type[Model]) -> None:
    """Two classes whose schemas differ have different versions; equal schemas have equal ones."""
    same = model.get_model_schema() == changed.get_model_schema()
    equal = model.get_model_version() == changed.get_model_version()
    _promise(same == equal, f"{model!r} and {changed!r}: versions must be equal exactly when the schemas are")
