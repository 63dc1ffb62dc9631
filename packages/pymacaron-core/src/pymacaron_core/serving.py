"""An operation as a route: served, or answered with 501 where its document or its models do not let it be."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NoReturn

import flask

from pymacaron_core.application import Application, Route
from pymacaron_core.call import Call
from pymacaron_core.conditions import conditional
from pymacaron_core.config import Config
from pymacaron_core.deprecation import goodbye
from pymacaron_core.endpoint import Adapters, Endpoint, LateEndpoint, endpoint, steps_of
from pymacaron_core.errors import ModelError, NotWritten, StartError
from pymacaron_core.gathering import Wishes
from pymacaron_core.mock import mock_function
from pymacaron_core.models import Catalog
from pymacaron_core.resolver import Binding
from pymacaron_core.routing import Besides, add_route, is_automatic, rule_of, shape_of_rule
from pymacaron_core.spec import positioned
from pymacaron_core.spec.error_replies import ErrorReplies
from pymacaron_core.spec.operation import Operation, Specification
from pymacaron_core.watch import Watch

log = logging.getLogger(__name__)


def route_of(
    application: Application,
    specification: Specification,
    catalog: Catalog,
    operation: Operation,
    binding: Binding | None,
    wishes: Wishes,
    besides: Besides,
) -> Route | None:
    """One route, served. None where it cannot be, and that is tolerated or logged."""
    try:
        return _served(application, specification, catalog, operation, binding, wishes, besides)
    except ModelError as error:
        if wishes.tolerated is not None or application.config.core.documents == "strict":
            wishes.fail(error)
            return None
        log.error("%s; %s is not served", error, operation.label)
    except StartError as error:
        wishes.fail(error)
    return None


def _served(
    application: Application,
    specification: Specification,
    catalog: Catalog,
    operation: Operation,
    binding: Binding | None,
    wishes: Wishes,
    besides: Besides,
) -> Route:
    settings = application.config.core
    options = settings.of_operation(operation.id)
    if binding is None:
        options = options.model_copy(update={"replies": "off"})

    quiet = (503,) if wishes.builtin else ()  # a service that is not ready has not failed
    watch = Watch(operation, application.reporting, settings.report_call_exceeding_ms, quiet)

    def serving(adapters: Adapters) -> Endpoint:
        served = binding or Binding(operation, mock_function(operation, specification), "mock", "mock")
        answered = error_replies_of(application).statuses(operation)
        steps = steps_of(served, specification, adapters, wishes.guards, options, answered)
        return conditional(endpoint(steps, watch), operation)

    if wishes.tolerated is not None or settings.documents == "strict":
        serve = serving(catalog.of(operation))
    else:
        if not catalog.is_known:
            serving(catalog.looking_at(operation))
        serve = LateEndpoint(lambda: _late(serving, catalog, operation))
    base_path = base_path_of(application.config, specification)
    _check_free(application, rule_of(base_path, operation)[0], operation)
    limit, headers = options.max_body_bytes, goodbye(operation)
    others = besides.get(operation.path, frozenset())
    rule = add_route(application.app, specification.name, base_path, operation, serve, limit, headers, others)
    if application.cors is not None:
        application.cors.know(rule, operation, specification)
    return Route(operation, rule, binding)


def _late(serving: Callable[[Adapters], Endpoint], catalog: Catalog, operation: Operation) -> Endpoint:
    """An endpoint composed at its first call; where its models cannot be made it is not served, as at the start."""
    try:
        return serving(catalog.of(operation))
    except ModelError as error:
        log.error("%s; %s is not served", error, operation.label)
        return _not_served


def refuse(
    application: Application, specification: Specification, operations: Iterable[Operation], besides: Besides
) -> None:
    """Answer 501 where operations are left out of the service; where there cannot be a route, it is 404."""
    base_path = base_path_of(application.config, specification)
    taken = set(_taken(application.app))
    for operation in operations:
        key = shape_of_rule(rule_of(base_path, operation)[0]), operation.method
        if key not in taken:
            taken.add(key)
            with contextlib.suppress(StartError):
                others = besides.get(operation.path, frozenset())
                add_route(application.app, specification.name, base_path, operation, _not_served, None, (), others)


def _not_served(call: Call) -> NoReturn:
    raise NotWritten("this operation is not served: its document has faults, which the log of the service names")


def error_replies_of(application: Application) -> ErrorReplies:
    """What the operations of a service answer by themselves."""
    core, callback = application.config.core, application.reporting.error_callback
    limits = (core.max_body_bytes, *(each.max_body_bytes for each in core.operations.values()))
    return ErrorReplies(
        "own" if callback else core.errors,
        core.fault_status,
        limits_bodies=any(limit is not None for limit in limits),
        refuses_unknown=core.unknown_parameters == "refuse",
    )


def base_path_of(config: Config, specification: Specification) -> str:
    """What stands before the paths of an API: the configuration's word, else the document's."""
    own = config.core.apis.get(specification.name)
    return specification.base_path if own is None or own.base_path is None else own.base_path


def _check_free(application: Application, rule: str, operation: Operation) -> None:
    shape = (shape_of_rule(rule), operation.method)
    taken: Mapping[tuple[str, str], str] = application.app.extensions["pymacaron_routes"]
    if shape in taken:
        where = positioned(operation.place, application.root)
        raise StartError(f"{where}: {operation.label} has the route of {taken[shape]}: {operation.method} {rule}")
    application.app.extensions["pymacaron_routes"][shape] = f"{operation.label} in {operation.place.file}"


def has_route(app: flask.Flask, rule: str, method: str) -> bool:
    """Whether a route of that shape is there already, ours or hand-written."""
    return (shape_of_rule(rule), method) in _taken(app)


def _taken(app: flask.Flask) -> Iterator[tuple[str, str]]:
    """The shapes of all routes, each with the methods that its author gave it."""
    for known in app.url_map.iter_rules():
        for method in known.methods or ():
            if not is_automatic(known, method):
                yield shape_of_rule(known.rule), method
