"""Whether functions are annotated with the models that they get and answer: a schema may be two, by direction."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from pymacaron_core.application import LoadedApi, Route
from pymacaron_core.bodies import read_media
from pymacaron_core.errors import ModelError
from pymacaron_core.models import Model
from pymacaron_core.resolver import Binding
from pymacaron_core.spec.operation import Schema
from pymacaron_core.spec.views import REQUEST_OF

Models = dict[type[Model], None]


def misread(api: LoadedApi, route: Route) -> Iterator[str]:
    """What is wrong with the annotations of a route's function, in a sentence each."""
    binding = route.binding
    if binding is None:
        return
    hints = _hints(binding)
    body = route.operation.body
    if body is not None and not body.spread:
        given = _models(api, (media.schema for media in read_media(body, api.specification)))
        yield from _of_body(api, binding, hints, given)
    replies = (media.schema for reply in route.operation.replies for media in reply.content)
    yield from _of_reply(api, binding, _in(hints.get("return")), _models(api, replies))


def _of_body(api: LoadedApi, binding: Binding, hints: dict[str, Any], given: Models) -> Iterator[str]:
    first = next(iter(_parameters(binding)), "")
    for taken in _in(hints.get(first)):
        if not given or any(issubclass(each, taken) for each in given):
            continue
        names = " or ".join(each.__name__ for each in given)
        message = f"{binding.name}() takes {taken.__name__} as {first}, and {binding.operation.label} hands it {names}"
        views = [each for each in given if _view_of(api, each) == taken.get_model_name()]
        if views:
            message += f": annotate it so, and make the whole object with {taken.__name__}.from_request({first}, ...)"
        yield message


def _of_reply(api: LoadedApi, binding: Binding, answered: Models, declared: Models) -> Iterator[str]:
    wholes = {each.get_model_name(): each for each in declared}
    for each in answered:
        whole = wholes.get(_view_of(api, each))
        if whole is not None and each not in declared:
            name, label = whole.__name__, binding.operation.label
            message = (
                f"{binding.name}() answers {each.__name__}, which is {name} in requests, and {label} declares {name}"
            )
            yield f"{message}: make it with {name}.from_request(body, ...)"


def _view_of(api: LoadedApi, model: type[Model]) -> str:
    """The name of the schema that a class is the request view of; empty for none."""
    schema = api.specification.schemas.get(model.get_model_name())
    return str(schema.get(REQUEST_OF, "")) if schema is not None else ""


def _parameters(binding: Binding) -> Iterable[str]:
    try:
        return inspect.signature(binding.function).parameters
    except (TypeError, ValueError):
        return ()


def _hints(binding: Binding) -> dict[str, Any]:
    """The annotations of a function, evaluated; none where they cannot be."""
    try:
        return typing.get_type_hints(inspect.unwrap(binding.function))
    except Exception:  # annotations may be any code, and names that only type checkers have
        return {}


def _models(api: LoadedApi, schemas: Iterable[Schema | None]) -> Models:
    found: Models = {}
    for schema in schemas:
        try:
            found |= _in(api.catalog.type_of(schema)) if schema is not None else {}
        except ModelError:
            continue
    return found


def _in(kind: Any) -> Models:
    """The model classes in a type."""
    if isinstance(kind, type) and issubclass(kind, Model) and not typing.get_args(kind):
        return {kind: None} if kind is not Model else {}
    return {model: None for each in typing.get_args(kind) for model in _in(each)}
