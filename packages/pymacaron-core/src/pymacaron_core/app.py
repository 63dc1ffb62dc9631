"""The room that knows them all: an API made from documents on a Flask object, and its way from a folder to a service.

::

    app = Flask(__name__)
    api = API(app)
    api.load_apis("apis")
    api.start()

:func:`load` does the same for a project's folder; ``run``, ``serve``, workers, tests and images all come through it.
"""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import flask

from pymacaron_core.alongside import serve_alongside
from pymacaron_core.application import Application, loading
from pymacaron_core.builtin import crash, health, ping
from pymacaron_core.collecting import uncollected
from pymacaron_core.config import Config, load_config
from pymacaron_core.console import say
from pymacaron_core.development import stop_on_signals
from pymacaron_core.discovery import attach, attach_wanted, guards_for
from pymacaron_core.docs import docs_blueprint
from pymacaron_core.errors import ModelError, StartError
from pymacaron_core.gathering import Wishes, read_all
from pymacaron_core.guard import Guard
from pymacaron_core.hosting import host_application
from pymacaron_core.leftovers import name_leftovers
from pymacaron_core.listening import bound_socket
from pymacaron_core.loading import load_all, load_builtin, name_unknown_settings, read_builtin
from pymacaron_core.logs import set_level
from pymacaron_core.models import classes_of, write_pool
from pymacaron_core.plugins import Plugin
from pymacaron_core.redaction import Redaction
from pymacaron_core.reporting import ErrorCallback, ErrorReporter, Reporting
from pymacaron_core.reports import Server
from pymacaron_core.resolver import loaded_elsewhere
from pymacaron_core.serving import base_path_of, error_replies_of, has_route
from pymacaron_core.signals import STOPPING
from pymacaron_core.spec.foreign import foreign
from pymacaron_core.spec.operation import Specification

BUILTIN: Mapping[str, ModuleType] = {"ping": ping, "health": health, "crash": crash}
Function = TypeVar("Function", bound=Callable[..., Any])


class API:
    """The service on a Flask object. ``app`` may be left out; then one is made, and is ``api.app``.

    ``guards`` maps a security scheme's name (or ``api.scheme``) to its guard, ``handlers`` is a module, or a mapping
    of operation ids to functions; ``error_callback(exception)`` gives the body, or body and status, of every error;
    ``error_reporter(title=, data=, exception=)`` is told of faults of the service; ``ping_hook`` runs at ``/ping``.
    ``auth``, ``tasks`` and ``persistence`` take the plugins of sibling packages, ``pymacaron_auth.Auth()`` and so on;
    one left out is found by itself where it is installed and a document or the configuration asks for it.
    """

    def __init__(
        self,
        app: flask.Flask | None = None,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        log_level: int | str | None = None,
        *,
        auth: Plugin | None = None,
        tasks: Plugin | None = None,
        persistence: Plugin | None = None,
        error_reporter: ErrorReporter | None = None,
        error_callback: ErrorCallback | None = None,
        default_user_id: str | None = None,
        ping_hook: Callable[[], Any] | Iterable[Callable[[], Any]] = (),
        guards: Mapping[str, Guard] | None = None,
        handlers: ModuleType | Mapping[str, Callable[..., Any]] | None = None,
        config: Config | None = None,
        root: str | Path | None = None,
    ) -> None:
        starting = _starting.get()
        self.app = flask.Flask("pymacaron") if app is None else app
        self.config = config or (starting.config if starting else load_config(_root_of(self.app, root)))
        self.host = host or self.config.core.host
        self.port = port or self.config.core.port
        self.guards: dict[str, Guard] = dict(guards or {})
        self._handlers = _functions(handlers)
        self._wishes = starting.wishes if starting else Wishes()
        self._docs: tuple[str, str | None] | None = None
        self._builtins: set[str] = set()
        reporting = Reporting(
            debug=self.config.core.debug if debug is None else debug,
            error_callback=error_callback,
            error_reporter=error_reporter,
            default_user_id=default_user_id,
            form=self.config.core.errors,
            fault_status=self.config.core.fault_status,
            server=Server(self.config.name, environment=self.config.env, port=self.port),
            redaction=Redaction(self.config.core.redact, self.config.secrets),
        )
        self.application = Application(self.app, self.config.root, self.config, reporting)
        self.application.ping_hooks.extend([ping_hook] if callable(ping_hook) else ping_hook)
        reporting.server.api_version = self.application.version
        if log_level is not None:
            set_level(log_level)
        host_application(self.app, self.application)
        self.app.extensions["pymacaron_api"] = self
        for slot, plugin in (("auth", auth), ("async", tasks), ("dynamodb", persistence)):
            if plugin is not None:
                attach(self.application, slot, plugin)

    def operation(self, operation_id: str) -> Callable[[Function], Function]:
        """A decorator that names the function serving an operation, by its id or as ``"GET /path"``."""

        def decorate(function: Function) -> Function:
            self._handlers[operation_id] = function
            return function

        return decorate

    def load_apis(
        self,
        path: str | Path | None = None,
        ignore: Iterable[str] = (),
        only_models: Iterable[str] = (),
        force: bool = False,
        global_names: bool = False,
    ) -> API:
        """Serve every document below ``path`` (default: ``apis/`` of the project).

        ``ignore`` names APIs to leave out, ``only_models`` those that give models and no routes; ``global_names`` fails
        when two APIs declare one model name with different schemas; ``force`` is accepted: models are always current.

        Raises ``DocumentError``, ``BindingError``, ``GuardMissing`` or ``StartError``: everything wrong at once.
        """
        with uncollected():
            self._load_apis(path, ignore, only_models)
        if global_names:
            _check_global_names(self.application)
        return self

    def _load_apis(self, path: str | Path | None, ignore: Iterable[str], only_models: Iterable[str]) -> None:
        root = self.application.root
        folder = root / "apis" if path is None else root / path
        ignored = [*self.config.core.ignore, *ignore]
        specifications = read_all(folder, root, self._wishes, ignored, self.config, keep=True)
        name_leftovers(folder, (each.name for each in specifications))
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
        for missing in attach_wanted(self.application, specifications, self.guards):
            self._wishes.fail(missing)
        wishes = Wishes(
            guards=guards_for(self.application, specifications, self.guards),
            handlers=self._handlers,
            only_models=frozenset(only_models),
            mock_missing=self._wishes.mock_missing,
            write_models=self._wishes.write_models,
            tolerated=self._wishes.tolerated,
        )
        with loading(self.application):
            load_all(self.application, specifications, wishes)
        if wishes.write_models and folder == root / "apis":
            catalogs = [api.catalog for api in self.application.apis.values() if not api.builtin]
            write_pool(classes_of(((each.specification, each.classes) for each in catalogs), root), root)

    def load_clients(self, path: str | Path = "clients", apis: Iterable[str] | None = None) -> API:
        """Load the documents of services that this one calls: ``apipool.<api>.client.<operation>(...)`` calls them.

        ``path`` is their folder, ``apis`` names those that are wanted (default: all). What is said of an address and
        of timeouts stands in the configuration, under ``core.clients.<api>``.

        Raises ``DocumentError`` for documents with faults, and ``StartError`` for an API that is not there.
        """
        root = self.application.root
        folder = root / path
        wishes = replace(self._wishes, called=True)
        with uncollected():
            specifications = read_all(folder, root, wishes, (), self.config, keep=True)
            wanted = None if apis is None else set(apis)
            if wanted is not None and (missing := sorted(wanted - {each.name for each in specifications})):
                raise StartError(f"{folder} has no API called {missing[0]!r}: load_clients(apis=...) names it")
            called = [
                s
                for s in specifications
                if s.name not in self.application.apis and (wanted is None or s.name in wanted)
            ]
            with loading(self.application):
                called = [foreign(specification) for specification in called]
                load_all(self.application, called, replace(wishes, only_models=frozenset(s.name for s in called)))
        return self

    def load_builtin_apis(self, names: Iterable[str] = ("ping", "health")) -> API:
        """Serve the APIs every service has, except where the service has a route of its own.

        ``crash`` is served only where it is named: it fails in every way a service can, to try what becomes of reports.
        """
        for name in names:
            if name not in BUILTIN:
                raise StartError(f"there is no built-in API {name!r}; there is {', '.join(BUILTIN)}")
            if name not in self._builtins:
                self._load_builtin(name, BUILTIN[name])
        return self

    def _load_builtin(self, name: str, functions: ModuleType) -> None:
        self._builtins.add(name)
        specification = read_builtin(self.application, name, functions)
        load_builtin(self.application, specification, functions, guards_for(self.application, [specification], {}))

    def publish_apis(self, path: str = "doc", toc: str | None = None) -> API:
        """Serve the docs page and the documents under ``/<path>/``; ``toc`` (Markdown) opens each one's description."""
        self._docs = (path.strip("/"), toc)
        return self

    def finish(self) -> Application:
        """The application, with all that every service has. Called by ``start`` and ``load``; once is enough."""
        application = self.application
        if application.ready:
            return application
        self.load_builtin_apis()
        for plugin in application.plugins.values():
            self._check_loaded(plugin)
            for module in plugin.builtin_apis():
                self._load_builtin(module.__name__.rpartition(".")[2], module)
        if not self._wishes.tolerated:
            name_unknown_settings(application)
        docs = self.config.core.docs
        if self._docs is None and (not self.config.production if docs is None else docs):
            self._docs = ("doc", None)
        if self._docs is not None and not has_route(self.app, f"/{self._docs[0]}/", "GET"):
            served = [api.specification for api in application.apis.values() if not api.called]
            apis = [_as_served(application, specification) for specification in served]
            errors = error_replies_of(application)
            told = docs_blueprint(application.name, application.version, apis, *self._docs, errors=errors)
            self.app.register_blueprint(told)
        application.ready = True
        return application

    def _check_loaded(self, plugin: Plugin) -> None:
        """Have a plugin look at what was loaded; what is wrong stops the start, or is told where that is tolerated."""
        try:
            plugin.loaded()
        except StartError as error:
            self._wishes.fail(error)

    def start(self, serve: str | Iterable[str] = ()) -> Application:
        """Finish the application and serve it, or only finish it where something else serves (``load``, gunicorn).

        ``serve`` is accepted for 2.x and not used: what ``load_apis`` loaded is served.
        """
        application = self.finish()
        if not _served_elsewhere.get():
            serve_here(application, self.host, self.port)
        return application


class Starting:
    """What ``load`` asks of an API that is made while it runs."""

    def __init__(self, config: Config, wishes: Wishes) -> None:
        self.config = config
        self.wishes = wishes


_starting: ContextVar[Starting | None] = ContextVar("pymacaron_starting", default=None)
_served_elsewhere: ContextVar[bool] = ContextVar("pymacaron_served_elsewhere", default=False)


@contextmanager
def served_elsewhere() -> Iterator[None]:
    """Within this block ``API.start()`` finishes the application and returns: somebody else serves it."""
    token = _served_elsewhere.set(True)
    try:
        yield
    finally:
        _served_elsewhere.reset(token)


def load(
    root: str | Path | None = None,
    *,
    config: str | Path | None = None,
    env: str | None = None,
    production: bool = False,
    mock_missing: bool = False,
    write_models: bool = False,
    tolerated: list[StartError] | None = None,
) -> Application:
    """The service in a project's folder, ready to be called.

    Where the folder has a ``server.py`` it is imported and its API used; else ``apis/`` and functions are enough.
    Raises ``StartError`` (or one of its kin) with one clear message when something is wrong. Where ``tolerated`` is a
    list, what is wrong with documents, functions and guards is put there instead: to look at it, not to serve it.
    """
    settings = load_config(root, path=config, env=env, production=production)
    folder = settings.root
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    wishes = Wishes(mock_missing=mock_missing, write_models=write_models, tolerated=tolerated)
    token = _starting.set(Starting(settings, wishes))
    try:
        if (folder / "server.py").is_file():
            with served_elsewhere():
                return _from_server(folder)
        return API(flask.Flask("pymacaron", root_path=str(folder)), config=settings).load_apis().finish()
    finally:
        _starting.reset(token)


def _from_server(folder: Path) -> Application:
    module = import_module("server")
    other = loaded_elsewhere("server", folder)
    if other is not None:
        raise StartError(f"{folder / 'server.py'}: the module server is of another project in this process, {other}")
    app = getattr(module, "app", None)
    app = getattr(app, "app", app)
    api = app.extensions.get("pymacaron_api") if isinstance(app, flask.Flask) else None
    if not isinstance(api, API):
        raise StartError(
            f"{folder / 'server.py'} makes no API: it needs app = Flask(__name__) and API(app).load_apis(), "
            "or letsgo(__name__)"
        )
    return api.finish()


def serve_here(application: Application, host: str, port: int) -> None:
    """Serve with the development server, its engines beside it, until Ctrl-C.

    Raises ``StartError`` when the port is in use or an engine does not start.
    """
    with bound_socket(host, port) as listening:
        stop_on_signals(*STOPPING)
        serve_alongside(application, listening, host, port)
    say("stopped")


def _as_served(application: Application, specification: Specification) -> Specification:
    return replace(specification, base_path=base_path_of(application.config, specification).rstrip("/"))


def _functions(handlers: ModuleType | Mapping[str, Callable[..., Any]] | None) -> dict[str, Callable[..., Any]]:
    if handlers is None:
        return {}
    found = vars(handlers) if isinstance(handlers, ModuleType) else handlers
    return {name: value for name, value in found.items() if callable(value)}


def _root_of(app: flask.Flask, root: str | Path | None) -> Path | None:
    """The project of a Flask object: as given, else the folder its module lies in where that is a project."""
    if root is not None:
        return Path(root)
    folder = Path(app.root_path)
    return folder if (folder / "apis").is_dir() or (folder / "pym-config.yaml").exists() else None


def _check_global_names(application: Application) -> None:
    """Refuse two APIs that declare one model name with different schemas, showing how they differ."""
    seen: dict[str, tuple[str, dict[str, Any]]] = {}
    for api in application.apis.values():
        for model in api.catalog.models():
            name, schema = model.get_model_name(), model.get_model_schema()
            other, other_schema = seen.setdefault(name, (api.name, schema))
            if schema != other_schema:
                diff = _difference((f"{other}.{name}", other_schema), (f"{api.name}.{name}", schema))
                raise ModelError(f"the APIs {other!r} and {api.name!r} have different models called {name!r}:\n{diff}")


def _difference(one: tuple[str, Any], other: tuple[str, Any]) -> str:
    before, after = (json.dumps(schema, indent=2, sort_keys=True).splitlines() for _, schema in (one, other))
    return "\n".join(difflib.unified_diff(before, after, one[0], other[0], lineterm=""))
