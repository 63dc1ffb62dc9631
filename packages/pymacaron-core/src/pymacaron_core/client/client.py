"""A client: the operations of one API as methods, over one service's address."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pymacaron_core import spec
from pymacaron_core.client.names import method_names
from pymacaron_core.client.operation import Around, ClientOperation
from pymacaron_core.client.transport import Transport
from pymacaron_core.config import ClientSettings
from pymacaron_core.errors import ConfigError, FunctionMissing
from pymacaron_core.models import Catalog, load_models
from pymacaron_core.resolver import OLD_NAMES
from pymacaron_core.spec.foreign import foreign
from pymacaron_core.spec.operation import Operation

DECORATED_BY = "x-decorate-request"
"""The extension that names a decorator of the method."""
_OWN = frozenset(("close", "load", "models", "operations", "settings", "url"))
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?\Z")
_HOW = "set core.clients.{name}.url in pym-config.yaml, or hand it over: Client(..., url='https://...')"


class Client:
    """Calls the operations of an API that another service serves.

    ``models`` are the models of its document, by name (``client.models.Order``); ``url`` is where the service is, by
    default what the settings or the document say; a path in it stands for that of the document. ``credentials`` are
    values by the names of the document's security schemes: a token or key, ``(name, password)``, or a function that
    gives one at each call. It is safe to use from several threads, and after a fork.
    """

    def __init__(
        self,
        models: Catalog,
        url: str | None = None,
        *,
        settings: ClientSettings | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> None:
        self.models = models
        self.settings = settings or ClientSettings()
        self._given_url = url or self.settings.url
        if self._given_url is not None and not _ADDRESS.match(self._given_url):
            raise ConfigError(
                f"{models.specification.name}: {self._given_url!r} is no address of a service (http, https)"
            )
        unknown = sorted(set(credentials or ()) - set(models.specification.security_schemes))
        if unknown:
            known = ", ".join(models.specification.security_schemes) or "none"
            raise ConfigError(
                f"{models.specification.name}: there is no security scheme {unknown[0]!r}; there is {known}"
            )
        self._around = Around(models.specification, lambda: self._origin, self.settings, dict(credentials or {}))
        self._methods: dict[str, Any] = {}

    @classmethod
    def load(
        cls,
        path: str | Path,
        url: str | None = None,
        *,
        name: str | None = None,
        credentials: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Client:
        """A client made from a document's file; ``options`` are those of ``core.clients.<api>``.

        Raises ``DocumentError`` for a document with faults, and ``ConfigError`` for options that are wrong.
        """
        file = Path(path).resolve()
        specification, _ = spec.read(file, root=file.parent, name=name or spec.api_name(file.name))
        specification = foreign(specification)
        catalog = Catalog(specification, load_models(specification, root=file.parent, write=False))
        try:
            settings = ClientSettings(**options)
        except ValueError as error:
            raise ConfigError(f"{specification.name}: {error}") from None
        return cls(catalog, url, settings=settings, credentials=credentials)

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations by the names of their methods."""
        return method_names(self.models.specification.operations, _OWN)

    @property
    def url(self) -> str:
        """Where the service is. Raises ``ConfigError`` where nobody says it."""
        _, path, address = self._origin
        return address + path

    @cached_property
    def _origin(self) -> tuple[Transport, str, str]:
        specification = self.models.specification
        said = self._given_url
        if said is None:
            server = next(iter(specification.server_templates), None)
            said = server.address if server is not None and not server.unknown else ""
            if not _ADDRESS.match(said):
                told = f"its document names {said!r}, which is no whole address" if said else "its document names none"
                how = _HOW.format(name=specification.name)
                raise ConfigError(f"where is the service {specification.name!r}? {told}: {how}")
        parts = urlsplit(said)
        try:
            port = parts.port
        except ValueError:
            port, parts = None, urlsplit("")
        host = parts.hostname
        if not host:
            raise ConfigError(f"{specification.name}: {said!r} is no address of a service")
        path = parts.path.rstrip("/") or (specification.base_path.rstrip("/") if self._given_url else "")
        shown = f"[{host}]" if ":" in host else host
        return Transport(parts.scheme, host, port), path, f"{parts.scheme}://{shown}{f':{port}' if port else ''}"

    def close(self) -> None:
        """Give kept connections back. The client can be used again."""
        if "_origin" in self.__dict__:
            self._origin[0].close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        method = self._methods.get(name)
        if method is None:
            operation = self.operations.get(name)
            if operation is None:
                raise AttributeError(self._missing(name))
            method = self._methods.setdefault(name, self._method(operation))
        return method

    def _method(self, operation: Operation) -> Any:
        called = ClientOperation(operation, self.models.of(operation), self._around)
        named = operation.extensions.get(DECORATED_BY)
        return called if not isinstance(named, str) or not named else _decorator(operation, named)(called)

    def _missing(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.operations, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{self.models.specification.file} has no operation that is called by {name!r}{hint}"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.operations]

    def __repr__(self) -> str:
        return f"<Client of {self.models.specification.name!r}: {len(self.operations)} operations>"


def _decorator(operation: Operation, named: str) -> Callable[[Any], Any]:
    """The decorator that ``x-decorate-request`` names. Raises ``FunctionMissing`` where there is none."""
    module, _, name = named.rpartition(".")
    module = OLD_NAMES.get(module, module)
    where = f"{operation.place.file}: {operation.label}: {DECORATED_BY} names {named!r}"
    try:
        found: Callable[[Any], Any] = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise FunctionMissing(f"{where}, which cannot be imported: {error}") from error
    if not callable(found):
        raise FunctionMissing(f"{where}, which is no function")
    return found
