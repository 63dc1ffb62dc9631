"""Documents to APIs: which models each gives, which functions its operations have, and which routes it asks for."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from pymacaron_core import spec
from pymacaron_core.application import Application, LoadedApi, loading
from pymacaron_core.call import Call
from pymacaron_core.config import Config
from pymacaron_core.errors import (
    BindingError,
    DocumentError,
    DocumentFault,
    FunctionMissing,
    GuardMissing,
    ModelError,
    StartError,
    TokenInvalid,
)
from pymacaron_core.gathering import Wishes
from pymacaron_core.guard import HOW_TO_GUARD, Credential, Guard, missing_guards
from pymacaron_core.kept import kept_folder
from pymacaron_core.models import Catalog, load_models
from pymacaron_core.plugins import install_line
from pymacaron_core.resolver import Binding, Candidates, bind, unwritten
from pymacaron_core.routing import concrete_values, settle_methods
from pymacaron_core.serving import has_route, refuse, route_of
from pymacaron_core.spec import positioned
from pymacaron_core.spec.operation import Specification
from pymacaron_core.state import FOLDER

log = logging.getLogger(__name__)


def load_all(application: Application, specifications: Iterable[Specification], wishes: Wishes) -> None:
    """Make models, bind functions and add routes for every API; models of all come before any function is imported.

    Raises ``BindingError`` or ``GuardMissing`` naming everything that is missing.
    """
    catalogs = [(s, c) for s in specifications if (c := _catalog(application, s, wishes)) is not None]
    for specification, catalog in catalogs:
        application.add(LoadedApi(specification.name, specification, catalog, (), wishes.builtin, wishes.called))
    if application.config.core.documents == "strict":
        _check_patterns(application, [c for _, c in catalogs], wishes)
    served = [(s, c) for s, c in catalogs if s.name not in wishes.only_models]
    bindings = _bind_all(application, [s for s, _ in served], wishes)
    _check_guards(application, [s for s, _ in served], wishes)
    if wishes.tolerated is not None:
        unguarded = {name for s, _ in served for name in missing_guards(s, wishes.guards)}
        wishes = replace(wishes, guards={**dict.fromkeys(unguarded, _unguarded), **wishes.guards})
    for specification, catalog in served:
        besides = concrete_values(each.path for each in (*specification.operations, *specification.unserved))
        routes = [
            route_of(application, specification, catalog, operation, bindings.get(id(operation)), wishes, besides)
            for operation in specification.operations
        ]
        catalog.keep()
        application.apis[specification.name] = LoadedApi(
            specification.name, specification, catalog, tuple(r for r in routes if r), wishes.builtin
        )
        failed = [operation for operation, route in zip(specification.operations, routes, strict=True) if route is None]
        refuse(application, specification, (*specification.unserved, *failed), besides)
    settle_methods(application.app)


def _check_patterns(application: Application, catalogs: Iterable[Catalog], wishes: Wishes) -> None:
    """Refuse patterns that no engine matches in bounded time."""
    faults = []
    for each in (
        each for catalog in catalogs for each in catalog.unenforced if each.keyword in ("pattern", "patternProperties")
    ):
        place = each.place / each.keyword
        file, line, column = (*positioned(place, application.root).rsplit(":", 2), "0", "0")[:3]
        faults.append(DocumentFault(file, place.pointer, each.why, int(line), int(column), each.keyword))
    if faults:
        wishes.fail(DocumentError(faults))


def _catalog(application: Application, specification: Specification, wishes: Wishes) -> Catalog | None:
    try:
        return Catalog(specification, load_models(specification, root=application.root, write=wishes.write_models))
    except StartError as error:
        wishes.fail(error)
    except RecursionError:
        wishes.fail(ModelError(f"{specification.file}: its schemas are nested too deeply to make models of"))
    return None


def read_builtin(application: Application, name: str, functions: ModuleType) -> Specification:
    """An API of our own, whose document lies beside its functions, less the operations whose routes are taken."""
    folder = Path(functions.__file__ or "").parent
    free = name if name not in application.apis else f"builtin_{name}"
    keeps = kept_folder(application.root) if (application.root / FOLDER).is_dir() else None
    specification, _ = spec.read_or_kept(folder / f"{name}.yaml", root=folder, name=free, folder=keeps)
    kept = tuple(o for o in specification.operations if not has_route(application.app, o.path, o.method))
    return replace(specification, operations=kept)


def load_builtin(
    application: Application, specification: Specification, functions: ModuleType, guards: Mapping[str, Guard]
) -> None:
    """Serve an API of our own."""
    with loading(application):
        load_all(application, [specification], Wishes(guards=guards, handlers=vars(functions), builtin=True))


def _bind_all(
    application: Application, specifications: list[Specification], wishes: Wishes
) -> dict[int, Binding | None]:
    """Every operation's binding; all that do not fit are told in one error."""
    bindings: dict[int, Binding | None] = {}
    faults: list[str] = []
    for specification in specifications:
        candidates = candidates_of(application, specification, wishes.handlers)
        for operation in specification.operations:
            try:
                binding = bind(operation, candidates)
                if binding is None and not wishes.mock_missing:
                    faults.append(unwritten(operation, candidates))
                bindings[id(operation)] = binding
            except FunctionMissing as error:
                bindings[id(operation)] = None
                if not wishes.mock_missing:
                    faults.append(str(error))
            except BindingError as error:
                faults.append(str(error))
    if faults:
        wishes.fail(BindingError("\n".join(dict.fromkeys(faults))))
    return bindings


def candidates_of(
    application: Application, specification: Specification, handlers: Mapping[str, Callable[..., Any]]
) -> Candidates:
    """Where the functions of an API are looked for."""
    settings = application.config.core
    own = settings.apis.get(specification.name)
    module = (own and own.handlers) or settings.handlers or f"{specification.name}.api"
    return Candidates(handlers, module, application.root)


def _unguarded(call: Call, credential: Credential) -> None:
    """Stands for a guard that is missing."""
    raise TokenInvalid(f"nothing guards the security scheme {credential.scheme.name!r}")


def _check_guards(application: Application, specifications: Iterable[Specification], wishes: Wishes) -> None:
    lines = []
    for specification in specifications:
        for name, operations in missing_guards(specification, wishes.guards).items():
            scheme = specification.security_schemes.get(name)
            first = operations[0].label
            more = f" and {len(operations) - 1} more" if len(operations) > 1 else ""
            kind = f"the security scheme {name!r}" + (f" ({scheme.type})" if scheme else ", which is not declared")
            where = positioned(operations[0].place, application.root)
            lines.append(f"{where}: {first}{more} need {kind}, and nothing guards it")
    if lines:
        installing = "" if "auth" in application.plugins else f"; or {install_line('pymacaron-auth')}, for tokens"
        wishes.fail(GuardMissing("\n".join([*lines, HOW_TO_GUARD + installing])))


def name_unknown_settings(application: Application) -> None:
    """Warn of settings for what is not there: a misspelt name would have them do nothing in silence."""
    core, apis = application.config.core, application.apis
    operations = {o.id for api in apis.values() for o in api.specification.operations if o.id and not api.builtin}
    _name_unknown(application.config, "apis", "API", set(core.apis) - set(core.ignore), set(apis))
    _name_unknown(application.config, "clients", "API", set(core.clients), set(apis))
    _name_unknown(application.config, "operations", "operation", set(core.operations), operations)


def _name_unknown(config: Config, option: str, what: str, named: set[str], known: set[str]) -> None:
    file = config.file.name if config.file else "the configuration"
    for name in sorted(named - known):
        near = difflib.get_close_matches(name, known, 1)
        told = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(sorted(known)[:20]) or 'none'}"
        log.warning("%s: core.%s.%s has no effect: there is no %s %r; %s", file, option, name, what, name, told)
