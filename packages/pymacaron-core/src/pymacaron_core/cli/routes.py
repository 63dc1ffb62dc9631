"""``pymacaron routes``: what is served, and by which function.

The JSON is a list of routes, each with ``api``, ``method``, ``path``, ``operation`` (its ``operationId``),
``function``, ``rule`` (what found the function), ``security`` (alternatives of schemes with their scopes) and
``served`` (false where the document's faults have it answered with 501). What is not there is null. Keys may be added,
none is renamed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from pymacaron_core.application import Application, LoadedApi
from pymacaron_core.cli.survey import survey
from pymacaron_core.console import YELLOW, on_one_line, say_json, say_table, tell
from pymacaron_core.errors import StartError
from pymacaron_core.resolver import Binding
from pymacaron_core.serving import base_path_of
from pymacaron_core.spec.operation import Operation


def execute(options: argparse.Namespace) -> int:
    """List the routes; those that cannot be served are in the list as well."""
    found = survey(options)
    errors = [finding for finding in found.findings if finding.severity == "error"]
    if found.application is None or (errors and not found.own_apis):
        raise StartError("\n".join(f"{each.place}: {each.message}" if each.file else each.message for each in errors))
    routes = list(_routes(found.application))
    if options.json:
        say_json(routes)
    else:
        titles = ("METHOD", "PATH", "OPERATION", "FUNCTION", "FOUND BY", "SECURITY")
        say_table(titles, (_row(route) for route in routes))
    if errors:
        number = f"{len(errors)} errors keep" if len(errors) > 1 else "1 error keeps"
        tell(f"{number} this service from starting: 'pymacaron check' tells which", YELLOW)
    return 0


def _routes(application: Application) -> Iterator[dict[str, Any]]:
    for api in application.apis.values():
        base_path = base_path_of(application.config, api.specification).rstrip("/")
        for route in api.routes:
            yield _described(api, route.operation, route.binding, base_path)
        served = {id(route.operation) for route in api.routes}
        for operation in _operations(api):
            if id(operation) not in served:
                yield {**_described(api, operation, None, base_path), "served": False}


def _operations(api: LoadedApi) -> tuple[Operation, ...]:
    """Those of an API that is served; one loaded for its models alone has none."""
    unserved = api.specification.unserved
    return (*api.specification.operations, *unserved) if api.routes or unserved else ()


def _described(api: LoadedApi, operation: Operation, binding: Binding | None, base_path: str) -> dict[str, Any]:
    return {
        "api": api.name,
        "method": operation.method,
        "path": base_path + operation.path,
        "operation": operation.id,
        "function": binding.name if binding else None,
        "rule": ("built in" if api.builtin else binding.rule) if binding else None,
        "security": security_of(operation),
        "served": True,
    }


def security_of(operation: Operation) -> list[dict[str, list[str]]]:
    """The alternatives of an operation's ``security``, each with its schemes and their scopes."""
    return [{name: list(scopes) for name, scopes in each.items()} for each in operation.security]


def _row(route: dict[str, Any]) -> tuple[str, ...]:
    return (
        route["method"],
        on_one_line(route["path"]),
        on_one_line(route["operation"] or "-"),
        route["function"] or ("not written" if route["served"] else "answers 501"),
        route["rule"] or "-",
        " or ".join(map(_alternative, route["security"])) or "-",
    )


def _alternative(requirement: dict[str, list[str]]) -> str:
    schemes = (f"{name}({', '.join(scopes)})" if scopes else name for name, scopes in requirement.items())
    return " and ".join(schemes) or "open"
