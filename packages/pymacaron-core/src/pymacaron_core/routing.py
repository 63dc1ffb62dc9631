"""Operations as routes: every generated route is an ordinary Flask rule, so that all of Flask keeps working on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import flask
from werkzeug.routing import BaseConverter, Rule

from pymacaron_core.answers import Answer, Pairs, StoredFile
from pymacaron_core.context import CallContext, current_call
from pymacaron_core.endpoint import Endpoint, LateEndpoint
from pymacaron_core.errors import StartError
from pymacaron_core.exchange import Named
from pymacaron_core.problems import error_body
from pymacaron_core.receiving import from_flask
from pymacaron_core.spec.operation import Operation
from pymacaron_core.streams import Sending

VARIABLE = re.compile(r"\{([^{}]*)\}")
SERVED = "pymacaron_served"
"""Under this name a Flask object has what serves the generated routes, by their endpoint."""
NAMED = "pymacaron_named"
"""Under this name a Flask object has the operations of its routes, by their endpoint."""
_GIVEN = "pymacaron_head_and_options"
"""Under this name a Flask object has the shapes at which an operation has one of these methods, with its endpoint."""


def rule_of(base_path: str, operation: Operation) -> tuple[str, dict[str, str]]:
    """The Werkzeug rule of an operation, and the wire name of each of its variables.

    A variable matches one segment; its text is judged by the parameters step: a wrong value is a 400 that says why.
    """
    arguments = {p.name: p.argument for p in operation.parameters if p.place_in == "path"}
    names: dict[str, str] = {}

    def variable(match: re.Match[str]) -> str:
        argument = arguments.get(match[1], "")
        name = argument if argument.isascii() and argument.isidentifier() else f"value_{len(names)}"
        names[name] = match[1]
        return f"<{name}>"

    path = f"{base_path.rstrip('/')}/{operation.path.lstrip('/')}"
    return VARIABLE.sub(variable, path), names


def shape_of_rule(rule: str) -> str:
    """The rule with its variables made alike: two operations of one shape and method cannot be told apart."""
    return re.sub(r"<[^>]*>", "<>", rule) if "<" in rule else rule


@dataclass(frozen=True, slots=True)
class Served:
    """What serves a generated route, and the view that Flask has for it. ``names`` are the wire names of its variables,
    of which none has a value in ``besides``."""

    serve: LateEndpoint
    view: Callable[..., Any]
    operation_id: str | None
    names: Mapping[str, str]
    limit: int | None
    besides: frozenset[str]
    named: Named


Besides = Mapping[str, frozenset[str]]
"""What the variable of a path is not, by the path: other paths of the document have these values written out."""


def concrete_values(paths: Iterable[str]) -> Besides:
    """For each path with one variable the values that another path has in its place.

    ``/pets/mine`` is matched before ``/pets/{id}`` (OpenAPI 3.1.1, Paths Object), also where only the other has the
    method that is called: that is 405 then.
    """
    segments = {path: tuple(path.strip("/").split("/")) for path in paths}
    values: dict[tuple[str, ...], set[str]] = {}
    templated: dict[str, tuple[str, ...]] = {}
    for path, parts in segments.items():
        held = [number for number, part in enumerate(parts) if "{" in part]
        for number, part in enumerate(parts) if not held else ():
            values.setdefault((*parts[:number], "{}", *parts[number + 1 :]), set()).add(part)
        if len(held) == 1 and VARIABLE.fullmatch(parts[held[0]]):
            templated[path] = (*parts[: held[0]], "{}", *parts[held[0] + 1 :])
    return {path: frozenset(values[key]) for path, key in templated.items() if key in values}


def add_route(
    app: flask.Flask,
    api: str,
    base_path: str,
    operation: Operation,
    serve: Endpoint,
    limit: int | None,
    headers: Pairs = (),
    besides: frozenset[str] = frozenset(),
) -> str:
    """Register an operation's route; gives back its rule. ``headers`` are added to every reply, errors too.

    The variable of its path has none of the values in ``besides``.

    Raises ``StartError`` when Flask refuses it.
    """
    rule, names = rule_of(base_path, operation)
    name = f"{api}:{operation.id or f'{operation.method} {operation.path}'}".replace(".", "_")
    if name in app.view_functions:  # pets.list and pets_list
        name += "_"
    while name in app.view_functions:
        name += f"_{len(app.view_functions)}"
    if re.search("[<>]", base_path + operation.path):
        raise StartError(f"{operation.place.file}: {operation.label} cannot be routed: a path holds no '<' or '>'")
    view = _view(app, operation, serve, names, limit)
    try:
        with _late_building(app, besides):
            app.add_url_rule(rule, name, _with_headers(view, headers) if headers else view, methods=[operation.method])
    except (ValueError, AssertionError) as error:
        raise StartError(f"{operation.place.file}: {operation.label} cannot be routed: {error}") from None
    named = Named(api, operation.id or f"{operation.method} {operation.path}", operation.method)
    app.extensions.setdefault(NAMED, {})[name] = named
    if not headers:
        served = Served(
            serve if isinstance(serve, LateEndpoint) else LateEndpoint(lambda: serve),
            view,
            operation.id,
            names,
            limit,
            besides,
            named,
        )
        app.extensions.setdefault(SERVED, {})[name] = served
    if operation.method in ("HEAD", "OPTIONS"):
        app.extensions.setdefault(_GIVEN, {})[shape_of_rule(rule), operation.method] = name
    return rule


def settle_methods(app: flask.Flask) -> None:
    """Take ``HEAD`` and ``OPTIONS`` of operations from the other rules of their shape, which have them from Flask.

    To be called when routes were added: one look at all rules.
    """
    given: Mapping[tuple[str, str], str] = app.extensions.get(_GIVEN, {})
    for known in app.url_map.iter_rules() if given else ():
        shape = shape_of_rule(known.rule)
        for method in ("HEAD", "OPTIONS"):
            owner = given.get((shape, method), known.endpoint)
            if owner != known.endpoint and known.methods and is_automatic(known, method):
                known.methods.discard(method)


def is_automatic(rule: Rule, method: str) -> bool:
    """Whether a rule has a method from Flask, not from its author."""
    if method == "HEAD":
        return "GET" in (rule.methods or ())
    return method == "OPTIONS" and bool(getattr(rule, "provide_automatic_options", False))  # Flask's own mark


class LateRule(Rule):
    """A rule that makes the function that builds its URLs when somebody wants a URL: that is most of a rule's work.

    Its variable, where it has one, is none of ``besides``.
    """

    def __init__(self, *given: Any, besides: frozenset[str] = frozenset(), **options: Any) -> None:
        self._besides = besides
        super().__init__(*given, **options)

    def get_empty_kwargs(self) -> dict[str, Any]:
        """What a copy of this rule is made with."""
        return {**super().get_empty_kwargs(), "besides": self._besides}

    def get_converter(
        self, variable_name: str, converter_name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> BaseConverter:
        """The converter of a variable."""
        converter = super().get_converter(variable_name, converter_name, args, kwargs)
        if self._besides:
            others = "|".join(map(re.escape, sorted(self._besides)))
            converter.regex = rf"(?!(?:{others})\Z){converter.regex}"
        return converter

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []
        compiled = super()._compile_builder

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build


@contextmanager
def _late_building(app: flask.Flask, besides: frozenset[str]) -> Iterator[None]:
    """Have Flask make late rules, where it would make plain ones."""
    if app.url_rule_class is not Rule or "url_rule_class" in vars(app):
        yield
        return
    app.url_rule_class = partial(LateRule, besides=besides) if besides else LateRule  # type: ignore[assignment]
    try:
        yield
    finally:
        del app.url_rule_class


def _view(
    app: flask.Flask, operation: Operation, serve: Endpoint, names: Mapping[str, str], limit: int | None
) -> Callable[..., Any]:
    def view(**values: str) -> Any:
        context = current_call() or CallContext()
        context.operation_id = operation.id
        path_values = {names[name]: value for name, value in values.items()}
        request = flask.request._get_current_object()  # type: ignore[attr-defined]
        answer = serve(from_flask(request, path_values, context, limit))
        return flask_response(app, answer) if isinstance(answer, Answer) else answer

    view.__name__ = operation.id or "operation"
    return view


def _with_headers(view: Callable[..., Any], headers: Pairs) -> Callable[..., Any]:
    def add(response: flask.Response) -> flask.Response:
        for name, value in headers:
            if name == "Link" or name not in response.headers:
                response.headers.add(name, value)
        return response

    def view_with_headers(**values: str) -> Any:
        flask.after_this_request(add)
        return view(**values)

    view_with_headers.__name__ = view.__name__
    return view_with_headers


def flask_response(app: flask.Flask, answer: Answer) -> flask.Response:
    """A finished reply as the application's own kind of response."""
    response = _with_body(app, answer)
    if answer.content_type is None:
        response.headers.pop("Content-Type", None)
    if not answer.headers:
        return response
    for name, _ in answer.headers:
        if name != "Vary":
            response.headers.pop(name, None)
    response.headers.extend(answer.headers)
    if isinstance(answer.body, bytes) and flask.request.method != "HEAD":
        response.headers.pop("Content-Length", None)  # counted when it is sent
    return response


def _with_body(app: flask.Flask, answer: Answer) -> flask.Response:
    if isinstance(answer.body, bytes):
        return app.response_class(answer.body, answer.status, content_type=answer.content_type)
    response = _unread(app, answer, answer.body)
    if flask.request.method == "HEAD":
        response.close()  # nobody will read it: a file and a generator would stay open
    return response


def _unread(app: flask.Flask, answer: Answer, source: StoredFile | Iterator[bytes]) -> flask.Response:
    if not isinstance(source, StoredFile):
        reporting = app.extensions["pymacaron"].reporting
        where = f"{flask.request.method} {flask.request.path}, while its reply was written"
        body = Sending(source, lambda error: _told(reporting, error, where))
        return app.response_class(body, answer.status, content_type=answer.content_type)
    is_whole = answer.status == 200
    response = flask.send_file(source.source, mimetype=answer.content_type, conditional=is_whole, etag=is_whole)
    if not is_whole:
        response.status_code = answer.status
    return response


def _told(reporting: Any, error: Exception, where: str) -> Any:
    """Log and report what ended a stream before its time; its error body."""
    failure = reporting.report_failure(error, where)
    return reporting.answer(failure)[0] if failure.status < 500 else error_body(failure)
