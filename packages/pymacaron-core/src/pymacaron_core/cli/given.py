"""A project made from a document that is given: copied as it is, a stub for each operation, a guard for each scheme."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pymacaron_core import spec
from pymacaron_core.cli.names import ProjectName
from pymacaron_core.cli.signatures import Signatures
from pymacaron_core.cli.skeleton import PAPERS, filled, write_models
from pymacaron_core.cli.stubs import Target, module_file, targets, title_of, write_stubs
from pymacaron_core.errors import StartError
from pymacaron_core.guard import missing_guards
from pymacaron_core.models import models_path
from pymacaron_core.models.literals import text
from pymacaron_core.spec.operation import Operation, SecurityScheme, Specification, identifier


@dataclass(frozen=True, slots=True)
class Given:
    """A document and the files it refers to: ``names`` are their paths below ``folder``, the document's first."""

    folder: Path
    names: tuple[str, ...]
    main: str

    @classmethod
    def read(cls, path: Path, package: str) -> Given:
        """Raises ``StartError`` with everything wrong with it, before anything is made."""
        if not path.is_file():
            raise StartError(f"{path}: there is no such file: name the OpenAPI document after --from")
        folder = path.absolute().parent
        specification, _ = spec.read(path.absolute(), root=folder)
        # A document in several files keeps its name: they may refer back to it.
        alone = len(specification.files) == 1
        return cls(folder, specification.files, f"{package}{path.suffix.lower()}" if alone else specification.files[0])


def write_given(names: ProjectName, given: Given) -> None:
    """Write the whole project around the document."""
    apis = names.folder / "apis"
    for name in given.names:
        target = apis / (given.main if name == given.names[0] else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(given.folder / name, target)
    specification, _ = spec.read(apis / given.main, root=names.folder)
    write_models(specification, names.folder)
    unnamed = _write_stubs(names, specification)
    schemes = [specification.security_schemes[name] for name in missing_guards(specification, {})]
    _write_files(names, given, specification)
    if schemes:
        guards = "\n\n".join([*_guards(schemes), _guard_table(schemes)])
        filled(names.folder / names.package / "guards.py", "guards.py.txt", {"guards": f"\n{guards}"})
    if schemes or unnamed:
        filled(names.folder / "server.py", "server.py.txt", _server_words(names, bool(schemes), unnamed))


def _write_stubs(names: ProjectName, specification: Specification) -> dict[str, str]:
    """Write a stub for every operation; those that no name leads to come back, by their key for ``handlers=``."""
    handlers = f"{names.package}.api"
    module_file(names.folder, handlers)
    wanted: list[tuple[Target, Operation]] = []
    unnamed: dict[str, str] = {}
    taken = {identifier(operation.id) for operation in specification.operations if operation.id}
    for operation, target in zip(
        specification.operations, targets(specification.operations, handlers).values(), strict=True
    ):
        if target is None or not _is_ours(names.folder, target.module):
            key = operation.id or f"{operation.method} {operation.path}"
            unnamed[key] = _free(identifier(key), taken, operation.id is None)
            target = Target(handlers, unnamed[key])
        wanted.append((target, operation))
    signatures = Signatures(specification, f"apis.{models_path(specification, names.folder).stem}")
    write_stubs(names.folder, wanted, signatures, title_of(specification))
    return unnamed


def _is_ours(root: Path, module: str) -> bool:
    try:
        module_file(root, module)
    except StartError:
        return False
    return True


def _free(name: str, taken: set[str], must_be_new: bool) -> str:
    free, number = name, 2
    while free in taken and must_be_new:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free


def _write_files(names: ProjectName, given: Given, specification: Specification) -> None:
    words = {
        "name": names.name,
        "package": names.package,
        "distribution": names.distribution,
        "document": given.main,
        "api": specification.name,
        "functions": f" in [{names.package}/api.py]({names.package}/api.py), at first a stub that answers 501",
        "curl": f"curl -i http://127.0.0.1:8080{_easy_path(specification)}",
    }
    files = {
        f"test/test_{names.package}.py": "test_given.py.txt",
        **PAPERS,
    }
    for target, source in files.items():
        filled(names.folder / target, source, words)
    others = [each for each in spec.find(names.folder / "apis") if each != specification.name]
    options = [f"  handlers: {names.package}.api"] if specification.name != names.package else []
    options += [f"  ignore: [{', '.join(others)}] # parts of the document, no APIs of their own"] if others else []
    if options:
        with open(names.folder / "pym-config.yaml", "a", encoding="utf-8") as file:
            file.write("\n".join(["", "core:", *options, ""]))


def _easy_path(specification: Specification) -> str:
    """A path that can be called by hand: an open GET that needs no parameters, else ``/ping``."""
    for operation in specification.operations:
        needs = operation.security or any(p.required for p in operation.parameters) or "{" in operation.path
        if operation.method == "GET" and not needs:
            return specification.base_path.rstrip("/") + operation.path
    return "/ping"


def _guards(schemes: Iterable[SecurityScheme]) -> Iterable[str]:
    for scheme in schemes:
        shown = {"http": f"what follows '{scheme.scheme}'", "apiKey": "the key"}.get(scheme.type, "the token")
        yield (
            f"def {identifier(scheme.name)}(call: Call, credential: Credential) -> object:\n"
            f'    """The scheme {scheme.name} ({scheme.type}); credential.value is {shown}."""\n'
            f"    raise TokenInvalid({text(f'the guard of {scheme.name} is not written yet')})\n"
        )


def _guard_table(schemes: Iterable[SecurityScheme]) -> str:
    lines = [f"    {text(scheme.name)}: {identifier(scheme.name)}," for scheme in schemes]
    return "\n".join(["GUARDS: dict[str, Guard] = {", *lines, "}"])


def _server_words(names: ProjectName, guarded: bool, unnamed: dict[str, str]) -> dict[str, str]:
    imports = [f"from {names.package} import api as functions"] if unnamed else []
    imports += [f"from {names.package}.guards import GUARDS"] if guarded else []
    arguments = ["        guards=GUARDS,"] if guarded else []
    if unnamed:
        table = [f"            {text(key)}: functions.{name}," for key, name in unnamed.items()]
        arguments += ["        handlers={", *table, "        },"]
    return {"imports": "\n".join(imports), "arguments": "\n".join(arguments)}
