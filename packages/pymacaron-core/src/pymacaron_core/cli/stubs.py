"""Stubs for operations without a function, put where each is looked for; what exists is only added to."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pymacaron_core.cli.signatures import Signatures, Stub
from pymacaron_core.errors import StartError
from pymacaron_core.resolver import current_name
from pymacaron_core.spec.operation import Operation, Specification, identifier


@dataclass(frozen=True, slots=True)
class Target:
    """Where the function of an operation belongs: ``module.name``."""

    module: str
    name: str


@dataclass
class Written:
    """What was put into one file: the names of the functions, and whether the file is new."""

    path: Path
    created: bool
    names: list[str] = field(default_factory=list)


def targets(operations: Iterable[Operation], handlers: str) -> dict[int, Target | None]:
    """Where each operation's function belongs, by the operation's ``id()``; None where its names say nothing."""
    operations = list(operations)
    counted = Counter(identifier(operation.id) for operation in operations if operation.id)
    return {id(operation): _target(operation, handlers, counted) for operation in operations}


def _target(operation: Operation, handlers: str, counted: Mapping[str, int]) -> Target | None:
    extensions, operation_id = operation.extensions, operation.id or ""
    named = str(extensions.get("x-bind-server") or "")
    controller = extensions.get("x-openapi-router-controller")
    if not named and "." in operation_id and operation_id.replace(".", "").replace("_", "").isalnum():
        named = operation_id
    elif not named and controller and operation_id:
        named = f"{controller}.{operation_id}"
    if named:
        module, _, name = current_name(named).rpartition(".")
        words = [*module.split("."), name]
        return (
            Target(module, name)
            if module and all(w.isidentifier() and not keyword.iskeyword(w) for w in words)
            else None
        )
    if not operation_id:
        return None
    plain = identifier(operation_id)
    if counted[plain] > 1:
        return (
            Target(handlers, operation_id)
            if operation_id.isidentifier() and not keyword.iskeyword(operation_id)
            else None
        )
    return Target(handlers, plain)


def write_stubs(
    root: Path, wanted: Iterable[tuple[Target, Operation]], signatures: Signatures, title: str
) -> list[Written]:
    """Write a stub for each operation into its module below ``root``, which is made where there is none.

    Functions that are there already are left alone. Raises ``StartError`` for a module that lies outside the project.
    """
    by_module: dict[str, list[tuple[Target, Operation]]] = {}
    for target, operation in wanted:
        by_module.setdefault(target.module, []).append((target, operation))
    found = []
    for module, each in by_module.items():
        written = _into_module(module_file(root, module), each, signatures, title)
        if written.names:
            found.append(written)
    return found


def module_file(root: Path, module: str) -> Path:
    """The file of a module of the project, its packages made. Raises ``StartError`` when it is not the project's."""
    parts = module.split(".")
    for candidate in (root.joinpath(*parts).with_suffix(".py"), root.joinpath(*parts, "__init__.py")):
        if candidate.is_file():
            return candidate
    first = parts[0]
    if not (root / first).exists() and not (root / f"{first}.py").exists() and _is_installed(first):
        raise StartError(f"{module} is no module of this project: {first} is installed, and nothing is written there")
    folder = root
    for part in parts[:-1]:
        folder = folder / part
        folder.mkdir(exist_ok=True)
        if not (folder / "__init__.py").exists():
            (folder / "__init__.py").touch()
    return folder / f"{parts[-1]}.py"


def _is_installed(name: str) -> bool:
    """Whether a module of that name is importable already; a plain folder, which may be ours, does not count."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return name in sys.stdlib_module_names or (found is not None and found.origin is not None)


def _into_module(path: Path, each: list[tuple[Target, Operation]], signatures: Signatures, title: str) -> Written:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    defined = _defined(before, path)
    stubs: dict[str, Stub] = {}
    for target, operation in each:
        if target.name not in defined and target.name not in stubs:
            stubs[target.name] = signatures.stub(operation, target.name)
    written = Written(path, not before.strip(), list(stubs))
    if stubs:
        after = _new_module(title, stubs.values()) if written.created else _extended(before, defined, stubs.values())
        path.write_text(after, encoding="utf-8")
    return written


def _new_module(title: str, stubs: Iterable[Stub]) -> str:
    stubs = list(stubs)
    imports = import_lines(name for stub in stubs for name in stub.imports)
    head = f'"""{title}"""\n\nfrom __future__ import annotations\n\n' + "\n".join(imports)
    return "\n\n\n".join([head, *(stub.text for stub in stubs)]) + "\n"


def _extended(before: str, defined: set[str], stubs: Iterable[Stub]) -> str:
    """The module with stubs at its end; imports that it lacks come behind those it has."""
    stubs = list(stubs)
    wanted = {(module, name) for stub in stubs for module, name in stub.imports if name not in defined}
    lines = before.rstrip("\n").split("\n")
    if wanted:
        place = _after_imports(before)
        gap = [] if _is_import_above(before) else [""]
        lines[place:place] = [*gap, *(line for line in import_lines(wanted) if line)]
    return "\n\n\n".join(["\n".join(lines), *(stub.text for stub in stubs)]) + "\n"


def _top_imports(source: str) -> list[ast.stmt]:
    body = ast.parse(source).body
    start = 1 if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else 0
    found = body[:start]
    for statement in body[start:]:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        found.append(statement)
    return found


def _after_imports(source: str) -> int:
    """The number of lines down to the last of the imports a module opens with, or its docstring."""
    top = _top_imports(source)
    return (top[-1].end_lineno or 0) if top else 0


def _is_import_above(source: str) -> bool:
    top = _top_imports(source)
    return bool(top) and not isinstance(top[-1], ast.Expr)


def _defined(source: str, path: Path) -> set[str]:
    """Every name a module binds at its top. Raises ``StartError`` when it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise StartError(f"{path}:{error.lineno}: {error.msg}: correct it first, then stubs can be added") from None
    return set(_bound(tree.body))


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
        elif isinstance(statement, (ast.If, ast.Try)):
            yield from _bound(statement.body)
        else:
            yield from (node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def import_lines(imports: Iterable[tuple[str, str]]) -> list[str]:
    """Import statements in the order formatters want: standard library, packages, the project's own."""
    groups: dict[int, dict[str, set[str]]] = {0: {}, 1: {}, 2: {}}
    for module, name in imports:
        group = 0 if module.partition(".")[0] in sys.stdlib_module_names else 2 if module.startswith("apis.") else 1
        groups[group].setdefault(module, set()).add(name)
    parts = [[_import_line(module, names) for module, names in sorted(found.items())] for found in groups.values()]
    # The models and pymacaron_core stand in one block for tools that do not know which is which.
    return [line for part in parts if part for line in (*part, "")][:-1]


def _import_line(module: str, names: set[str]) -> str:
    if module == "datetime":
        return "import datetime as dt"
    ordered = sorted(names, key=_as_sorted)
    line = f"from {module} import {', '.join(ordered)}"
    return line if len(line) <= 88 else "\n".join([f"from {module} import (", *(f"    {n}," for n in ordered), ")"])


def _as_sorted(name: str) -> tuple[int, list[str | int], str]:
    """Constants, classes, the rest; numbers inside of names by their value: what import sorters agree on."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2
    parts = re.split(r"(\d+)", name.lower())
    return kind, [int(part) if part.isdigit() else part for part in parts], name


def title_of(specification: Specification) -> str:
    """The docstring of a new module of functions."""
    title = " ".join((specification.title or specification.name).split()).replace("\\", "").replace('"', "'")
    return f"The functions of the API {title.rstrip('.')}: one for each operation of the document."
