"""One service in one process: its Flask object, its APIs with their models, and which one is the current."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flask

from pymacaron_core import spec
from pymacaron_core.config import ClientSettings, Config
from pymacaron_core.context import current_call
from pymacaron_core.cors import Cors
from pymacaron_core.errors import ModelError, PluginMissing, PyMacaronError, StartError
from pymacaron_core.metrics import Counting
from pymacaron_core.models import Catalog, load_models
from pymacaron_core.protocol import IdentityCarrier, ModelRegistry
from pymacaron_core.reporting import ErrorReporter, Reporting
from pymacaron_core.resolver import Binding
from pymacaron_core.routing import NAMED
from pymacaron_core.spec.operation import Operation, Specification
from pymacaron_core.spec.passwords import password_names

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """A route that is served: its operation, its path with the prefix, and what serves it (None: a mock)."""

    operation: Operation
    path: str
    binding: Binding | None


@dataclass(frozen=True, slots=True)
class LoadedApi:
    """One API of an application."""

    name: str
    specification: Specification
    catalog: Catalog
    routes: tuple[Route, ...] = ()
    builtin: bool = False
    called: bool = False
    """Whether it is one of another service, which is called and not served."""


class Application:
    """A WSGI callable. ``app`` is the Flask object behind it, ``apis`` what it serves, ``models`` every model class.

    ``plugins`` holds what sibling packages added, by slot (``auth``, ``async``, ``dynamodb``), ``identity_carrier``
    what takes the caller's identity to a task, ``readiness`` the checks of ``GET /health/ready``, by name, ``counting``
    what counts requests, where that is asked for.
    Whoever adds a plugin while others may do so too holds ``attaching``.
    """

    def __init__(self, app: flask.Flask, root: Path, config: Config, reporting: Reporting) -> None:
        self.app = app
        self.root = root
        self.config = config
        self.reporting = reporting
        self.cors = _cors_of(config)
        self.counting = _counting_of(app, config)
        self.apis: dict[str, LoadedApi] = {}
        self.models = ModelRegistry()
        self.ping_hooks: list[Callable[[], Any]] = []
        self.plugins: dict[str, Any] = {}
        self.attaching = threading.RLock()
        self.identity_carrier: IdentityCarrier | None = None
        self.readiness: dict[str, Callable[[], object]] = {}
        self.version = image_version()
        self.ready = False
        _applications.add(self)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.app(environ, start_response)

    @property
    def name(self) -> str:
        return self.config.core.name

    @property
    def environment(self) -> str:
        return self.config.env

    @property
    def underscored_headers(self) -> frozenset[str]:
        """The headers of the documents that have an underscore in their name: most servers drop such unless told."""
        specifications = [api.specification for api in self.apis.values()]
        schemes = [scheme for s in specifications for scheme in s.security_schemes.values()]
        parameters = [p for s in specifications for operation in s.operations for p in operation.parameters]
        names = {scheme.parameter for scheme in schemes if scheme.place_in == "header"}
        names |= {p.name for p in parameters if p.place_in == "header"}
        return frozenset(name for name in names if "_" in name)

    def add(self, api: LoadedApi) -> None:
        """Take in an API with its models. Raises ``StartError`` when there is one of that name."""
        known = self.apis.setdefault(api.name, api)
        if known is not api:
            files = f"{known.specification.file} and {api.specification.file}"
            raise StartError(f"there are two APIs called {api.name!r}: load each once, and rename one of {files}")
        api.catalog.makes_client = lambda catalog: client_of(catalog, self.config.core.clients.get(api.name))
        for scheme in api.specification.security_schemes.values():
            if scheme.type == "apiKey":
                self.reporting.redaction.add_key(scheme.parameter)
        self.reporting.redaction.add_names(lambda: password_names(api.specification))
        self.models.declare(api.name, api.catalog.names(), api.catalog.model)

    def start_worker(self) -> None:
        """Tell the plugins that this process, a fork of the one that loaded the application, is about to serve."""
        for plugin in self.plugins.values():
            plugin.at_worker_start()

    def hide(self, text: str) -> str:
        """A text without secrets of the service and without the credentials of the call being served."""
        return self.reporting.hide(text)

    def __repr__(self) -> str:
        return f"<Application {self.name!r}: {', '.join(self.apis) or 'no API yet'}>"


def _cors_of(config: Config) -> Cors | None:
    """What other origins may do. Raises ``ConfigError`` for what no browser would take, or nobody can mean."""
    settings = config.core.cors
    if settings is not None and "*" in settings.origins:
        if settings.credentials:
            raise config.error(
                "/core/cors/credentials",
                "credentials cannot be allowed to every origin ('*'): browsers refuse that; list the origins",
            )
        if len(settings.origins) > 1:
            raise config.error("/core/cors/origins", "origins must be '*' alone, or a list without it")
    return Cors(settings) if settings is not None else None


def _counting_of(app: flask.Flask, config: Config) -> Counting | None:
    """What counts requests, where that is asked for. Raises ``PluginMissing`` where its library is not installed."""
    if config.core.metrics is None:
        return None
    if find_spec("prometheus_client") is None:
        raise PluginMissing(
            "core.metrics is set, and prometheus-client is not installed: pip install 'pymacaron-core[metrics]'"
        )
    return Counting(lambda: app.extensions.get(NAMED, {}).values())


class NoApplication(PyMacaronError):
    """There is no current application, or more than one could be meant."""


_applications: weakref.WeakSet[Application] = weakref.WeakSet()
_loading: ContextVar[Application | None] = ContextVar("pymacaron_loading", default=None)


def current_application() -> Application:
    """The application of the call being served, else the one being loaded, else the only one of this process.

    Raises ``NoApplication`` naming the candidates otherwise.
    """
    call = current_call()
    if call is not None and call.application is not None:
        application: Application = call.application
        return application
    loading = _loading.get()
    if loading is not None:
        return loading
    alive = list(_applications)
    if len(alive) == 1:
        return alive[0]
    if not alive:
        raise NoApplication("no application is loaded here: call pymacaron_core.load(), or API(app).load_apis()")
    names = ", ".join(sorted(repr(a) for a in alive))
    raise NoApplication(f"several applications live in this process ({names}): ask within a call, or while one loads")


@contextmanager
def loading(application: Application) -> Iterator[None]:
    """Make an application the current one while it is being loaded."""
    token = _loading.set(application)
    try:
        yield
    finally:
        _loading.reset(token)


def get_config() -> Config:
    """The configuration of the current application."""
    return current_application().config


def add_ping_hook(hook: Callable[[], Any]) -> None:
    """Have ``/ping`` of the current application call a function; ``/ping`` fails when it raises."""
    current_application().ping_hooks.append(hook)


def set_error_reporter(reporter: ErrorReporter) -> None:
    """Have ``reporter(title=, data=, exception=)`` told of the current application's failures."""
    current_application().reporting.error_reporter = reporter


def report_error(
    title: str, data: Mapping[str, Any] | None = None, caught: BaseException | None = None, is_fatal: bool = False
) -> None:
    """Log an error, and tell the current application's reporter of it. Never raises, and never waits."""
    log.error("%s", title, exc_info=caught)
    _report(title, data, caught, is_fatal)


def report_warning(title: str, data: Mapping[str, Any] | None = None) -> None:
    """Log something odd, and tell the current application's reporter of it. Never raises, and never waits."""
    log.warning("%s", title)
    _report(title, data, None, False)


def _report(title: str, data: Any, caught: BaseException | None, is_fatal: bool) -> None:
    try:
        reporting = current_application().reporting
    except NoApplication as error:
        log.warning("%r is not reported: %s", title, error)
        return
    told = {**data} if isinstance(data, Mapping) else {} if data is None else {"data": data}
    reporting.report(title, {**told, "is_fatal_error": bool(is_fatal)}, caught)


def image_version() -> str:
    """The version of the image this runs in, or ``local``."""
    file = Path("/pym/VERSION")
    try:
        return file.read_text(encoding="utf-8").strip() or "local"
    except (OSError, UnicodeDecodeError):
        return "local"


def client_of(models: Catalog, settings: ClientSettings | None, url: str | None = None) -> Any:
    """A client of the API whose models these are. Its library is imported here: few services call others."""
    client: Any = import_module("pymacaron_core.client").Client(models, url, settings=settings)
    return client


class ApiPool:
    """The models of the current application: ``apipool.shop.Order``, or ``apipool.Order`` where one API has it."""

    def __init__(self) -> None:
        self._loaded: dict[str, Catalog] = {}

    def _catalogs(self) -> dict[str, Catalog]:
        try:
            apis = current_application().apis
        except NoApplication:
            return dict(self._loaded)
        return {**self._loaded, **{name: api.catalog for name, api in apis.items()}}

    def get_api_names(self) -> list[str]:
        """The names of the APIs that are loaded."""
        return list(self._catalogs())

    def get_model(self, api: str) -> Catalog:
        """The models of one API. Raises ``ModelError`` when there is no such API."""
        catalogs = self._catalogs()
        if api not in catalogs:
            raise ModelError(f"there is no API {api!r}; loaded are {', '.join(catalogs) or 'none'}")
        return catalogs[api]

    def load_swagger(self, api_name: str, api_path: str | Path, url: str | None = None, **unused: Any) -> Catalog:
        """The models of a document, without an application and without routes; its ``client`` calls the service at
        ``url``, by default that of the document."""
        path = Path(api_path)
        specification, _ = spec.read(path, root=path.parent, name=api_name)
        catalog = Catalog(specification, load_models(specification, root=path.parent, write=False))
        catalog.makes_client = lambda models: client_of(models, None, url)
        self._loaded[api_name] = catalog
        return catalog

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        catalogs = self._catalogs()
        if name in catalogs:
            return catalogs[name]
        return self.find(name)

    def find(self, name: str) -> Any:
        """The model class of that name. Raises ``ModelError`` when none, or more than one API has it."""
        catalogs = self._catalogs()
        having = [api for api, catalog in catalogs.items() if name in catalog.names()]
        if len(having) > 1:
            having = [api for api in having if api not in self._loaded] or having
        if len(having) == 1:
            return catalogs[having[0]].model(name)
        if having:
            raise ModelError(
                f"several APIs ({', '.join(having)}) have a model {name!r}: say apipool.{having[0]}.{name}"
            )
        raise ModelError(f"no API and no model is called {name!r}; loaded are the APIs {', '.join(catalogs) or 'none'}")


apipool = ApiPool()


def get_model(name: str) -> Any:
    """The model class of that name, in whichever API of the current application has it."""
    return apipool.find(name)
