"""What sibling packages add to an application: a plugin's methods, which plugins a service asks for, where they are.

::

    API(app, auth=Auth(), tasks=Tasks(), persistence=Persistence())   # handed over
    API(app)                                                          # found by the entry points of installed packages
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import Any

from pymacaron_core.config import Config
from pymacaron_core.engines import Engine
from pymacaron_core.errors import PluginMissing, StartError
from pymacaron_core.guard import Guard, shows_token
from pymacaron_core.spec import extended
from pymacaron_core.spec.operation import Schema, Specification

GROUP = "pymacaron_core.plugins"
"""The entry-point group in which packages name their plugin, under the name of its slot."""


class Plugin:
    """What a package adds to an application. A method that has nothing to add is left as it is here."""

    name: str = ""
    """The slot it fills: ``auth``, ``async`` or ``dynamodb``."""

    def attach(self, application: Any) -> None:
        """Take an application into service, once, before its models are made; ``application.config`` has the options.

        Raises ``StartError`` (``ConfigError``) when they are wrong.
        """

    def guards(self, specification: Specification) -> Mapping[str, Guard]:
        """The guards of an API's security schemes, by the scheme's name, for those it can guard."""
        return MappingProxyType({})

    def builtin_apis(self) -> Iterable[ModuleType]:
        """Modules of functions, each with its document beside it (``auth.py`` and ``auth.yaml``), to be served."""
        return ()

    def loaded(self) -> None:
        """Called once when the models of all APIs are made, before anything is served.

        Raises ``StartError`` when what the documents say of them does not hold.
        """

    def check_ready(self) -> None:
        """Raise when the service cannot serve now. Asked by ``GET /health/ready``."""

    def engines(self) -> Iterable[Engine]:
        """The processes to run beside the service in development, in the order to start them."""
        return ()

    def started(self) -> None:
        """Called once in a process that serves in development, when its engines run, before the first request."""

    def at_worker_start(self) -> None:
        """Called once in each process that serves in production, before its first request.

        It is a fork of the one that loaded the application: connections, threads and event loops made before are to be
        made anew here. What it raises ends the service.
        """


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one plugin: the argument of ``API`` for it, the class to hand over, the distribution that has it."""

    argument: str
    example: str
    distribution: str


SLOTS: Mapping[str, Slot] = MappingProxyType(
    {
        "auth": Slot("auth", "pymacaron_auth.Auth()", "pymacaron-auth"),
        "async": Slot("tasks", "pymacaron_async.Tasks()", "pymacaron-async"),
        "dynamodb": Slot("persistence", "pymacaron_dynamodb.Persistence()", "pymacaron-dynamodb"),
    }
)


@dataclass(frozen=True, slots=True)
class Want:
    """Why a service asks for a plugin. One that is not required is used where it is installed."""

    slot: str
    reason: str
    required: bool = True


def wanted_by(
    config: Config, specifications: Iterable[Specification], guards: Mapping[str, Any] = MappingProxyType({})
) -> list[Want]:
    """What a configuration and documents ask for, one want for each slot, the required ones told first."""
    specifications = list(specifications)
    wants = [*_configured(config), *_declared(specifications), *_unguarded(specifications, guards)]
    found = {want.slot: want for want in sorted(wants, key=lambda want: want.required)}
    return [found[slot] for slot in SLOTS if slot in found]


def _configured(config: Config) -> Iterator[Want]:
    file = config.file.name if config.file else "the configuration"
    for slot in SLOTS:
        if config.get(slot):
            yield Want(slot, f"{file} has a section '{slot}'")
    if config.get("with_async"):
        yield Want("async", f"{file} says 'with_async: true'")
    for name in ("jwt_secret", "jwt_issuer", "jwt_audience", "env_jwt_secret", "env_jwt_audience"):
        if config.get(name):
            yield Want("auth", f"{file} says '{name}'")


def _declared(specifications: Iterable[Specification]) -> Iterator[Want]:
    for specification in specifications:
        for operation in specification.operations:
            decorator = operation.extensions.get("x-decorate-server")
            if isinstance(decorator, str) and decorator.startswith(("pymacaron_auth.", "pymacaron.auth.")):
                yield Want("auth", f"{specification.file}: {operation.label} says 'x-decorate-server: {decorator}'")
        for name, schema in extended(specification.schemas, "x-persist"):
            persisted = persistence_of(schema)
            if isinstance(persisted, str):
                yield Want("dynamodb", f"{specification.file}: {name} says 'x-persist: {persisted}'", required=False)
            elif persisted is not None and "class" not in persisted:
                yield Want("dynamodb", f"{specification.file}: {name} says 'x-persist'")


def _unguarded(specifications: Iterable[Specification], guards: Mapping[str, Any]) -> Iterator[Want]:
    for specification in specifications:
        for operation in specification.operations:
            for name in {name for requirement in operation.security for name in requirement}:
                scheme = specification.security_schemes.get(name)
                own = name in guards or f"{specification.name}.{name}" in guards
                if scheme is not None and shows_token(scheme) and not own:
                    yield Want("auth", f"{specification.file}: {operation.label} needs {name!r}", required=False)


def persistence_of(schema: Schema) -> str | Mapping[str, Any] | None:
    """What ``x-persist`` says of a schema: a class by its dotted name, a mapping that declares a table, or None."""
    branches = [branch for branch in schema.get("allOf", ()) if branch.ref is None]
    told = [each.get("x-persist") for each in (schema, *branches)]
    return next((each for each in told if isinstance(each, str | Mapping)), None)


def installed_plugin(slot: str) -> Plugin | None:
    """A plugin made by the installed package that fills a slot; None where there is none.

    Raises ``StartError`` when the package is there and its plugin cannot be had.
    """
    found = next(iter(entry_points(group=GROUP, name=slot)), None)
    if found is None:
        return None
    try:
        return checked_plugin(slot, found.load()())
    except StartError:
        raise
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise StartError(f"the plugin {found.value!r} for {slot} cannot be loaded ({told}): reinstall it") from error


def checked_plugin(slot: str, plugin: Any) -> Plugin:
    """The plugin, when it is one for that slot. Raises ``StartError`` when it is not."""
    if isinstance(plugin, Plugin) and plugin.name == slot:
        return plugin
    argument, example = SLOTS[slot].argument, SLOTS[slot].example
    raise StartError(f"API({argument}=...) takes a plugin like {example}, not {plugin!r}")


def missing_plugin(want: Want) -> PluginMissing:
    """The error of a plugin that is asked for and that nobody provides."""
    distribution = SLOTS[want.slot].distribution
    return PluginMissing(f"{want.reason}, and {distribution} is not installed: {install_line(distribution)}")


def undiscovered_plugin(want: Want) -> PluginMissing:
    """The error of a plugin that is asked for where ``discover: false`` forbids looking for it."""
    slot = SLOTS[want.slot]
    return PluginMissing(
        f"{want.reason}, and 'core.discover: false' forbids looking for {slot.distribution}: "
        f"hand it over, API(app, {slot.argument}={slot.example})"
    )


def install_line(distribution: str) -> str:
    """How a package of this family is installed."""
    return f"pip install ./packages/{distribution} in a clone of the repository"
