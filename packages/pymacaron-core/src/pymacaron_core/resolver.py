"""Names to functions: which function serves which operation, by which rule, and whether its signature fits.

The first rule that fits wins: a function handed to the API, ``x-bind-server``, a dotted ``operationId``,
``x-openapi-router-controller``, and the plain ``operationId`` (as it is, or in snake_case) in the
API's handlers module.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pymacaron_core.coroutines import finish
from pymacaron_core.errors import BindingError, FunctionMissing
from pymacaron_core.spec import positioned
from pymacaron_core.spec.operation import Operation, Place, identifier

Function = Callable[..., Any]
HANDED = "handed to the API"
RENAME = "Python knows one module of a name, so give one of the two another"
OLD_NAMES = {"pymacaron.auth": "pymacaron_auth"}


@dataclass(frozen=True, slots=True)
class Binding:
    """An operation, the function that serves it, and the rule that found it. ``dropped``: declared keywords that the
    function does not take."""

    operation: Operation
    function: Function
    rule: str
    name: str
    dropped: tuple[str, ...] = ()
    own_defaults: tuple[str, ...] = ()

    def adapted(self) -> Function:
        """The function as the request path calls it: every declared argument in, its own defaults respected."""
        function = self.function
        if inspect.iscoroutinefunction(function):
            function = _run_to_end(function)
        if not self.dropped and not self.own_defaults:
            return function
        dropped, own_defaults = self.dropped, self.own_defaults

        def adapted(*positional: Any, **keywords: Any) -> Any:
            for name in dropped:
                del keywords[name]
            for name in own_defaults:
                if keywords[name] is None:
                    del keywords[name]
            return function(*positional, **keywords)

        return adapted


def _run_to_end(function: Function) -> Function:
    @functools.wraps(function)
    def run(*positional: Any, **keywords: Any) -> Any:
        return finish(function(*positional, **keywords))

    return run


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where functions are looked for: ``given`` by operationId, the API's handlers ``module``, the project ``root``."""

    given: Mapping[str, Function]
    module: str
    root: Path | str = "."


def bind(operation: Operation, candidates: Candidates) -> Binding | None:
    """The binding of one operation; None when no function is written for it yet.

    Raises ``BindingError`` when a name leads nowhere, or to something that does not fit.
    """
    found = _find(operation, candidates)
    if found is None:
        return None
    function, rule, name = found
    if not callable(function):
        raise BindingError(_at(operation, candidates, f"{name} is no function, but of type {type(function).__name__}"))
    other = loaded_elsewhere(name, candidates.root) if rule != HANDED else None
    if other is not None:
        message = f"{name} is of another project in this process, {other}: {RENAME}"
        raise BindingError(_at(operation, candidates, message))
    function = _decorated(operation, function, candidates)
    dropped, own_defaults = fit(operation, function, name, candidates)
    return Binding(operation, function, rule, name, dropped, own_defaults)


def unwritten(operation: Operation, candidates: Candidates) -> str:
    """What to tell about an operation without a function: where it was looked for, and what to do."""
    wanted = operation.id or f"a function for {operation.label}"
    if operation.id is None:
        todo = "give the operation an operationId or an x-bind-server"
    else:
        name = identifier(operation.id)
        todo = f"write {name}() in {candidates.module}, or let 'pymacaron generate --handlers' write the stub"
    near = _nearest(operation, candidates)
    hint = f" (did you mean {near}()?)" if near else ""
    return _at(
        operation,
        candidates,
        f"{operation.label} has no function: {wanted} is not in {candidates.module}{hint}; {todo}",
    )


def _nearest(operation: Operation, candidates: Candidates) -> str:
    if operation.id is None:
        return ""
    module = _import(candidates.module)
    names = [n for n, v in vars(module).items() if inspect.isfunction(v)] if module else []
    return next(iter(difflib.get_close_matches(identifier(operation.id), names, 1)), "")


def _find(operation: Operation, candidates: Candidates) -> tuple[Function, str, str] | None:
    operation_id, extensions = operation.id, operation.extensions
    for name in (operation_id, operation_id and identifier(operation_id), f"{operation.method} {operation.path}"):
        if name and name in candidates.given:
            function = candidates.given[name]
            return function, HANDED, getattr(function, "__qualname__", name)
    if extensions.get("x-bind-server"):
        return _named(operation, candidates, str(extensions["x-bind-server"]), "x-bind-server")
    if operation_id and _is_dotted(operation_id) and _import(current_name(operation_id).partition(".")[0]) is not None:
        return _named(operation, candidates, operation_id, "operationId")
    controller = extensions.get("x-openapi-router-controller")
    if controller and operation_id:
        return _named(operation, candidates, f"{controller}.{operation_id}", "x-openapi-router-controller")
    return _in_handlers(operation, candidates)


def _is_dotted(name: str) -> bool:
    """Whether an operation id may be the name of a function in a module; many have dots and are just names."""
    return "." in name and all(part.isidentifier() for part in name.split("."))


def _in_handlers(operation: Operation, candidates: Candidates) -> tuple[Function, str, str] | None:
    if operation.id is None:
        return None
    module = _import(candidates.module)
    for name in dict.fromkeys((operation.id, identifier(operation.id))):
        function = getattr(module, name, None)
        if function is not None:
            return function, "operationId in handlers", f"{candidates.module}.{name}"
    return None


def _named(operation: Operation, candidates: Candidates, dotted: str, rule: str) -> tuple[Function, str, str]:
    dotted = current_name(dotted)
    return (
        look_up(dotted, lambda message: _at(operation, candidates, f"{rule} of {operation.label}: {message}")),
        rule,
        dotted,
    )


def current_name(dotted: str) -> str:
    """A dotted name of 2.x by the name it has now."""
    for old, new in OLD_NAMES.items():
        if dotted == old or dotted.startswith(f"{old}."):
            return new + dotted[len(old) :]
    return dotted


def look_up(dotted: str, told: Callable[[str], str]) -> Any:
    """What a dotted name (``module.function``, ``module.Class.method``) stands for.

    Raises ``BindingError`` with ``told(message)`` when it stands for nothing.
    """
    parts = dotted.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise BindingError(told(f"{dotted!r} is not a name like module.function"))
    for cut in range(len(parts) - 1, 0, -1):
        module = _import(".".join(parts[:cut]), told)
        if module is None:
            continue
        return _attribute(module, parts[cut:], told)
    raise FunctionMissing(told(f"there is no module {'.'.join(parts[:-1])!r} (looked for {dotted!r})"))


def _attribute(module: ModuleType, names: list[str], told: Callable[[str], str]) -> Any:
    value: Any = module
    for name in names:
        if not hasattr(value, name):
            near = difflib.get_close_matches(name, [n for n in dir(value) if not n.startswith("_")], 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise FunctionMissing(told(f"{module.__name__} has no {'.'.join(names)!r}{hint}"))
        value = getattr(value, name)
    return value


def _import(name: str, told: Callable[[str], str] = str) -> ModuleType | None:
    """Import a module; None when it does not exist. One that exists and fails stops the start, with its own error."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            return None
        raise BindingError(told(f"{_cause(error)} (so {name} cannot be imported)")) from error
    except BindingError:
        raise
    except (Exception, SystemExit) as error:
        raise BindingError(told(f"{_cause(error)} (so {name} cannot be imported)")) from error


def _cause(error: BaseException) -> str:
    """An exception of somebody's module, with the line of it that failed: the innermost one outside of libraries."""
    if isinstance(error, SyntaxError):
        return f"{_shown(error.filename or '?')}:{error.lineno}: {error.msg}"
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [each for each in frames if not _is_library(each[0])]
    file, line = (own or frames)[-1]
    if isinstance(error, SystemExit):
        return f"{_shown(file)}:{line}: it ends the process; a module must only define what it is imported for"
    return f"{_shown(file)}:{line}: {type(error).__name__}: {error}"


def _is_library(file: str) -> bool:
    library = os.path.dirname(os.__file__)
    return "site-packages" in file or file.startswith((library, "<frozen", os.path.dirname(__file__)))


def _shown(file: str) -> str:
    """A file as one would name it from the working directory."""
    relative = os.path.relpath(file)
    return file if relative.startswith(os.pardir) else relative


def _with_line(name: str, function: Function) -> str:
    """The name of a function with the line where it stands, where that is known."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{name}() ({_shown(code.co_filename)}:{code.co_firstlineno})" if code is not None else f"{name}()"


def loaded_elsewhere(dotted: str, root: Path | str) -> str | None:
    """The file of the module that a dotted name means in this process, where the project has another file for it."""
    parts = dotted.split(".")
    while parts and ".".join(parts) not in sys.modules:
        parts.pop()
    loaded = getattr(sys.modules.get(".".join(parts)), "__file__", None)
    if not loaded or not parts:
        return None
    place = os.path.join(root, *parts)
    own = (f"{place}.py", os.path.join(place, "__init__.py"))
    if loaded in own:  # as it nearly always is: links are looked into only where they may matter
        return None
    elsewhere = any(os.path.isfile(file) and os.path.realpath(file) != os.path.realpath(loaded) for file in own)
    return str(loaded) if elsewhere else None


def _decorated(operation: Operation, function: Function, candidates: Candidates) -> Function:
    dotted = operation.extensions.get("x-decorate-server")
    if not dotted:
        return function
    names = [dotted] if isinstance(dotted, str) else list(dotted)
    for name in reversed(names):
        decorator, _, _ = _named(operation, candidates, str(name), "x-decorate-server")
        decorated = decorator(function)
        if not callable(decorated):
            raise BindingError(_at(operation, candidates, f"x-decorate-server: {name} returned no function"))
        function = decorated
    return function


def fit(
    operation: Operation, function: Function, name: str, candidates: Candidates
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which declared arguments a function does not take, and which it has defaults of its own for.

    Raises ``BindingError`` when it needs an argument that the document lacks, or takes no body where there is one.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return (), ()
    offered = arguments_of(operation)
    positional = operation.body is not None and not operation.body.spread
    if positional:
        parameters = _without_first(parameters, operation, _with_line(name, function), candidates)
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        taken = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    else:
        taken = set(offered)
    _check_needs(parameters, offered, operation, _with_line(name, function), candidates)
    own = {p.name for p in parameters if p.default is not p.empty and p.default is not None}
    return tuple(a for a in offered if a not in taken), tuple(a for a in offered if a in own)


def arguments_of(operation: Operation) -> tuple[str, ...]:
    """The keywords an operation hands to its function."""
    keywords = [p.argument for p in operation.parameters]
    if operation.body is not None and operation.body.spread:
        keywords += operation.body.arguments.values()
    return tuple(keywords)


def _without_first(
    parameters: list[inspect.Parameter], operation: Operation, name: str, candidates: Candidates
) -> list[inspect.Parameter]:
    """The parameters left once the body is handed over as the first positional argument."""
    first = parameters[0] if parameters else None
    if first is None or first.kind in (first.KEYWORD_ONLY, first.VAR_KEYWORD):
        message = f"{name} must take the body of {operation.label} as its first argument"
        raise BindingError(_at(operation, candidates, message))
    return parameters if first.kind is first.VAR_POSITIONAL else parameters[1:]


def _check_needs(
    parameters: list[inspect.Parameter],
    offered: tuple[str, ...],
    operation: Operation,
    name: str,
    candidates: Candidates,
) -> None:
    for parameter in parameters:
        if parameter.default is not parameter.empty or parameter.kind in (
            parameter.VAR_KEYWORD,
            parameter.VAR_POSITIONAL,
        ):
            continue
        if parameter.name in offered and parameter.kind is not parameter.POSITIONAL_ONLY:
            continue
        has = f"it has {', '.join(offered)}" if offered else "it has no parameters"
        near = difflib.get_close_matches(parameter.name, offered, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        message = f"{name} needs an argument {parameter.name!r}, which {operation.label} does not declare: {has}{hint}"
        raise BindingError(_at(operation, candidates, message))


def _at(operation: Operation, candidates: Candidates, message: str) -> str:
    return f"{positioned(_place(operation), candidates.root)}: {message}"


def _place(operation: Operation) -> Place:
    for key in ("x-bind-server", "operationId"):
        if key in operation.extensions or (key == "operationId" and operation.id):
            return operation.place / key
    return operation.place
