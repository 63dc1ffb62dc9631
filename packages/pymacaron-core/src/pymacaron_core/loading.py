"""Documents to APIs: what is read, which models it gives, and which routes it asks for."""

from __future__ import annotations

import contextlib
import difflib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import flask

from pymacaron_core import spec
from pymacaron_core.application import Application, LoadedApi, Route, loading
from pymacaron_core.call import Call
from pymacaron_core.config import Config
from pymacaron_core.endpoint import Adapters, Endpoint, endpoint, late_endpoint, steps_of
from pymacaron_core.errors import (
    BindingError,
    DocumentError,
    DocumentFault,
    FunctionMissing,
    GuardMissing,
    ModelError,
    NotWritten,
    StartError,
    TokenInvalid,
)
from pymacaron_core.guard import HOW_TO_GUARD, Credential, Guard, missing_guards
from pymacaron_core.kept import kept_folder
from pymacaron_core.mock import mock_function
from pymacaron_core.models import Catalog, load_models
from pymacaron_core.plugins import install_line
from pymacaron_core.resolver import Binding, Candidates, bind, unwritten
from pymacaron_core.routing import add_route, rule_of, shape_of_rule
from pymacaron_core.spec import positioned
from pymacaron_core.spec.operation import Operation, Policy, Specification
from pymacaron_core.state import FOLDER

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an application's APIs are to be loaded.

    Where ``tolerated`` is a list, what would stop the start is put there, and the rest is loaded all the same.
    """

    guards: Mapping[str, Guard] = field(default_factory=dict)
    handlers: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    only_models: frozenset[str] = frozenset()
    mock_missing: bool = False
    write_models: bool = False
    builtin: bool = False
    tolerated: list[StartError] | None = None

    def fail(self, error: StartError) -> None:
        """Raise an error, or put it with the tolerated ones."""
        if self.tolerated is None:
            raise error
        self.tolerated.append(error)


def read_all(
    folder: Path,
    root: Path,
    wishes: Wishes,
    ignore: Iterable[str] = (),
    config: Config | None = None,
    keep: bool = False,
) -> list[Specification]:
    """Every API below a folder, as far as it is sound: what is not is logged, and left out.

    With ``keep`` an unchanged document is not read again, see :mod:`.spec.keeping`.
    Under ``documents: strict`` whatever is wrong or doubtful stops the start, under ``off`` nothing is logged. Raises
    ``DocumentError`` with the faults of all documents of which nothing is left.
    """
    mode = config.core.documents if config else "warn"
    reach = reach_of(config) if config else spec.Reach()
    if not folder.is_dir():
        raise StartError(
            f"there is no folder {folder}: put the service's OpenAPI documents there (apis/<name>.yaml), "
            "go to the project's folder, or make one with 'pymacaron new NAME'"
        )
    ignored = set(ignore)
    found = {name: path for name, path in spec.find(folder).items() if name not in ignored}
    if not found:
        raise StartError(
            f"{folder} holds no OpenAPI document: no .yaml or .json file there has 'openapi' or 'swagger' at its root"
            + _passed_over(folder, ignored)
        )
    read = spec.read_or_kept if keep else spec.read
    partly = mode != "strict" or wishes.tolerated is not None
    specifications: list[Specification] = []
    faults: list[DocumentFault] = []
    for name, path in found.items():
        try:
            specification, found_faults = read(path, root=root, name=name, sound_part=partly, reach=reach)
        except DocumentError as error:
            faults.extend(error.faults)
            continue
        specifications.append(_decided(specification, config))
        if mode == "strict":
            faults.extend(found_faults)
        elif mode == "warn" or wishes.tolerated is not None:
            _tell(specification, found_faults)
    if faults:
        wishes.fail(DocumentError(faults))
    return specifications


def reach_of(config: Config) -> spec.Reach:
    """What the documents of a project may refer to outside of it; in production nothing is fetched."""
    return spec.Reach.of(config.core.references, config.root, fetches=not config.production)


def _decided(specification: Specification, config: Config | None) -> Specification:
    """The specification with what the configuration decides where documents leave it open."""
    if config is None:
        return specification
    return replace(specification, policy=Policy(config.core.undeclared, config.core.read_only))


def _passed_over(folder: Path, ignored: set[str]) -> str:
    """The files that may have been meant for documents."""
    names = sorted(p.name for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".json"))
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    told = f"; looked into {shown}" if names else ""
    return told + (f"; the configuration ignores {', '.join(sorted(ignored))}" if ignored else "")


def _tell(specification: Specification, faults: Iterable[DocumentFault]) -> None:
    for fault in faults:
        log.log(logging.ERROR if fault.severity == "error" else logging.WARNING, "%s", fault)
    for operation in specification.unserved:
        log.warning("%s: %s is not served, as its document has faults", operation.place.file, operation.label)


def load_all(application: Application, specifications: Iterable[Specification], wishes: Wishes) -> None:
    """Make models, bind functions and add routes for every API; models of all come before any function is imported.

    Raises ``BindingError`` or ``GuardMissing`` naming everything that is missing.
    """
    catalogs = [(s, c) for s in specifications if (c := _catalog(application, s, wishes)) is not None]
    for specification, catalog in catalogs:
        application.add(LoadedApi(specification.name, specification, catalog, builtin=wishes.builtin))
    if application.config.core.documents == "strict":
        _check_patterns(application, [c for _, c in catalogs], wishes)
    served = [(s, c) for s, c in catalogs if s.name not in wishes.only_models]
    bindings = _bind_all(application, [s for s, _ in served], wishes)
    _check_guards(application, [s for s, _ in served], wishes)
    if wishes.tolerated is not None:
        unguarded = {name for s, _ in served for name in missing_guards(s, wishes.guards)}
        wishes = replace(wishes, guards={**dict.fromkeys(unguarded, _unguarded), **wishes.guards})
    for specification, catalog in served:
        routes = [
            _route(application, specification, catalog, operation, bindings.get(id(operation)), wishes)
            for operation in specification.operations
        ]
        catalog.keep()
        application.apis[specification.name] = LoadedApi(
            specification.name, specification, catalog, tuple(r for r in routes if r), wishes.builtin
        )
        _refuse_unserved(application, specification)


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


def _route(
    application: Application,
    specification: Specification,
    catalog: Catalog,
    operation: Operation,
    binding: Binding | None,
    wishes: Wishes,
) -> Route | None:
    """One route, served. None where it cannot be and that is tolerated."""
    try:
        return _served(application, specification, catalog, operation, binding, wishes)
    except ModelError as error:
        if wishes.tolerated is not None or application.config.core.documents == "strict":
            wishes.fail(error)
            return None
        log.error("%s; %s is not served", error, operation.label)
        _refuse(application, specification, operation)
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
) -> Route:
    settings = application.config.core
    mode = settings.replies if binding is not None else "off"

    def serving(adapters: Adapters) -> Endpoint:
        served = binding or Binding(operation, mock_function(operation, specification), "mock", "mock")
        return endpoint(steps_of(served, specification, adapters, wishes.guards, mode))

    if wishes.tolerated is not None or settings.documents == "strict":
        serve = serving(catalog.of(operation))
    else:
        if not catalog.is_known:
            serving(catalog.looking_at(operation))
        serve = late_endpoint(lambda: _late(serving, catalog, operation))
    base_path = base_path_of(application.config, specification)
    _check_free(application, rule_of(base_path, operation)[0], operation)
    rule = add_route(application.app, specification.name, base_path, operation, serve, settings.max_body_bytes)
    return Route(operation, rule, binding)


def _late(serving: Callable[[Adapters], Endpoint], catalog: Catalog, operation: Operation) -> Endpoint:
    """An endpoint composed at its first call; where its models cannot be made it is not served, as at the start."""
    try:
        return serving(catalog.of(operation))
    except ModelError as error:
        log.error("%s; %s is not served", error, operation.label)
        return _not_served


def _refuse_unserved(application: Application, specification: Specification) -> None:
    """Answer 501 where operations are left out of the service; where there cannot be a route, it is 404."""
    for operation in specification.unserved:
        _refuse(application, specification, operation)


def _refuse(application: Application, specification: Specification, operation: Operation) -> None:
    base_path = base_path_of(application.config, specification)
    if not has_route(application.app, rule_of(base_path, operation)[0], operation.method):
        with contextlib.suppress(StartError):
            add_route(application.app, specification.name, base_path, operation, _not_served, None)


def _not_served(call: Call) -> NoReturn:
    raise NotWritten("this operation is not served: its document has faults, which the log of the service names")


def base_path_of(config: Config, specification: Specification) -> str:
    """What stands before the paths of an API: the configuration's word, else the document's."""
    own = config.core.apis.get(specification.name)
    return specification.base_path if own is None or own.base_path is None else own.base_path


def name_unknown_apis(application: Application) -> None:
    """Warn of settings for an API that is not there: a misspelt name would have them do nothing in silence."""
    config, known = application.config, application.apis
    for name in sorted(set(config.core.apis) - set(known) - set(config.core.ignore)):
        near = difflib.get_close_matches(name, known, 1)
        told = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(sorted(known))}"
        file = config.file.name if config.file else "the configuration"
        log.warning("%s: core.apis.%s has no effect: there is no API %r; %s", file, name, name, told)


def _check_free(application: Application, rule: str, operation: Operation) -> None:
    shape = (shape_of_rule(rule), operation.method)
    taken: Mapping[tuple[str, str], str] = application.app.extensions["pymacaron_routes"]
    if shape in taken:
        where = positioned(operation.place, application.root)
        raise StartError(f"{where}: {operation.label} has the route of {taken[shape]}: {operation.method} {rule}")
    application.app.extensions["pymacaron_routes"][shape] = f"{operation.label} in {operation.place.file}"


def has_route(app: flask.Flask, rule: str, method: str) -> bool:
    """Whether a route of that shape is there already, ours or hand-written."""
    shape = shape_of_rule(rule)
    rules = app.url_map.iter_rules()
    return any(shape_of_rule(known.rule) == shape and method in (known.methods or ()) for known in rules)
