"""The plugin: what core is told of this package, and the store of one application.

::

    API(app, persistence=Persistence())
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from pymacaron_core.application import current_application
from pymacaron_core.discovery import plugin_of
from pymacaron_core.engines import Engine
from pymacaron_core.errors import StartError
from pymacaron_core.plugins import Plugin

from pymacaron_dynamodb.emulator import require_installed
from pymacaron_dynamodb.endpoint import VARIABLE, Endpoint, find_endpoint, is_named
from pymacaron_dynamodb.errors import TableError
from pymacaron_dynamodb.settings import ENDPOINT, WANTED_ENDPOINT, DynamoDBSettings
from pymacaron_dynamodb.store import Store
from pymacaron_dynamodb.table import Table, distinct, is_persistent, table_of


class Persistence(Plugin):
    """Keeps an application's models in DynamoDB. Its options are those of the section ``dynamodb``."""

    name = "dynamodb"

    def __init__(self) -> None:
        self.application: Any = None
        self.settings = DynamoDBSettings()
        self._stores: dict[Endpoint, Store] = {}
        self._lock = threading.Lock()

    def attach(self, application: Any) -> None:
        """Read the options. Raises ``ConfigError`` when they are wrong, or production lacks a region."""
        self.application = application
        self.settings = application.config.read("dynamodb", DynamoDBSettings)
        find_endpoint(self.settings, application.config)

    def use(self, endpoint: str) -> None:
        """Use another database than the configured one. Raises ``TableError`` when that is none."""
        if not re.match(ENDPOINT, endpoint):
            raise TableError(f"the endpoint must be {WANTED_ENDPOINT}")
        self.settings = self.settings.model_copy(update={"endpoint": endpoint})

    @property
    def endpoint(self) -> Endpoint:
        """The database, as configuration and environment name it now."""
        return find_endpoint(self.settings, self.application.config)

    @property
    def store(self) -> Store:
        """The store on that database. A local one makes its tables when they are needed, outside of production."""
        endpoint = self.endpoint
        with self._lock:
            if endpoint not in self._stores:
                makes_tables = endpoint.is_local and not self.application.config.production
                self._stores[endpoint] = Store(endpoint, self.settings, makes_tables=makes_tables)
            return self._stores[endpoint]

    def tables(self) -> list[Table]:
        """The tables of the application's models. Raises ``TableError`` for what is declared wrongly."""
        models = [model for model in self.application.models if is_persistent(model)]
        return distinct(table_of(model, self.settings.table_prefix) for model in models)

    def loaded(self) -> None:
        """Raise ``TableError`` when a document declares a table wrongly."""
        self.tables()

    def check_ready(self) -> None:
        """Raise ``DatabaseUnavailable`` when the database does not answer, or lacks a table and may not make it, and
        ``TableError`` when one has another key."""
        store = self.store
        if not store.endpoint.is_in_process:
            store.tables.answer(() if store.makes_tables else self.tables())

    def engines(self) -> Iterable[Engine]:
        """The emulator, where development names no other database. Raises ``EmulatorMissing``."""
        config = self.application.config
        if config.production or is_named(self.settings, {**config.environ, **os.environ}):
            return ()
        require_installed()
        command = (sys.executable, "-m", "pymacaron_dynamodb", "emulator", "--host", "127.0.0.1", "--port", "{port}")
        return (
            Engine(
                name="dynamodb",
                command=command,
                environ=MappingProxyType({VARIABLE: "http://127.0.0.1:{port}"}),
                ready="tcp:127.0.0.1:{port}",
                told="models are kept in an emulator of DynamoDB, until it stops",
            ),
        )

    def started(self) -> None:
        """Make the tables of development."""
        store = self.store
        if store.makes_tables:
            store.make(self.tables())

    def at_worker_start(self) -> None:
        """Forget the stores that were used while the application was loaded: connections must not cross a fork."""
        self._lock = threading.Lock()
        self._stores = {}


def current_store() -> Store:
    """The store of the current application, whose plugin is attached now where it is not yet.

    Raises ``NoApplication`` where there is none, ``PluginMissing`` where it forbids looking for plugins.
    """
    plugin = plugin_of(current_application(), "dynamodb", "a model is saved or loaded")
    if not isinstance(plugin, Persistence):
        raise StartError(f"models are kept by pymacaron_dynamodb.Persistence(), not by {plugin!r}")
    return plugin.store
