"""A generated module whose classes are made when first asked for: a large document costs what is used of it.

The module's text is taken apart into its statements. What opens it runs at once; each class or alias runs when somebody
asks the module for it, together with all it refers to, and all of them become visible at the same moment. Classes of
the user's (``x-parent``) run at once as well, so that what is wrong with them stops the start. Text of another shape is
run as Python runs it.
"""

from __future__ import annotations
import __future__

import ast
import marshal
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_WORD = re.compile(r"[^\W\d]\w*")
_OURS = ("pymacaron_core.models", "pydantic")
_RUNNING = threading.RLock()


@dataclass(frozen=True, slots=True)
class Parts:
    """A module taken apart: what runs at once, the code of each name with the names it mentions, and what derives from
    classes of others."""

    head: bytes
    names: Mapping[str, tuple[bytes, tuple[str, ...]]]
    derived: tuple[str, ...]

    def kept(self) -> tuple[Any, ...]:
        return self.head, dict(self.names), self.derived


def parts_of(text: str, file: str) -> Parts | None:
    """The parts of a module's text; None where it has statements that are no imports, classes or aliases."""
    tree = ast.parse(text)
    named: dict[str, ast.stmt] = {}
    head: list[ast.stmt] = []
    for statement in tree.body:
        name = _name_of(statement)
        if name is not None and name not in named:
            named[name] = statement
        elif name is None and _is_plain(statement):
            head.append(statement)
        else:
            return None
    lines = text.split("\n")
    names = {name: (_code([each], file), tuple(_mentioned(lines, each, named, name))) for name, each in named.items()}
    return Parts(_code(head, file), names, tuple(_derived(named, set(_imported(head)))))


def _name_of(statement: ast.stmt) -> str | None:
    """The name a class or alias gives; None for other statements."""
    target: ast.AST | None = None
    if isinstance(statement, ast.ClassDef):
        return statement.name
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target = statement.target
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) and not target.id.startswith("__") else None


def _is_plain(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Import, ast.ImportFrom, ast.Assign))


def _code(statements: list[ast.stmt], file: str) -> bytes:
    flags = __future__.annotations.compiler_flag
    return marshal.dumps(compile(ast.Module(statements, []), file, "exec", flags, dont_inherit=True))


def _mentioned(lines: list[str], statement: ast.stmt, names: Mapping[str, Any], own: str) -> list[str]:
    """The other names a statement mentions, be it in a text: too many do no harm."""
    text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
    return sorted(word for word in set(_WORD.findall(text)) if word in names and word != own)


def _imported(head: list[ast.stmt]) -> Iterator[str]:
    for statement in head:
        if isinstance(statement, ast.ImportFrom) and statement.module in _OURS:
            yield from (alias.asname or alias.name for alias in statement.names)


def _derived(named: Mapping[str, ast.stmt], ours: set[str]) -> Iterator[str]:
    """The classes with a base that is neither one of the module's nor one of ours, and what derives from those."""
    found: set[str] = set()
    for name, statement in named.items():
        for base in statement.bases if isinstance(statement, ast.ClassDef) else ():
            known = isinstance(base, ast.Name) and base.id in (named.keys() | ours) and base.id not in found
            if not known and name not in found:
                found.add(name)
                yield name


class DeferredModule(ModuleType):
    """A module whose names are made when first asked for. To be had by setting the class of a module."""

    def __getattr__(self, name: str) -> Any:
        deferred: _Deferred | None = self.__dict__.get("__pym_deferred__")
        if deferred is None or name not in deferred.names:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        deferred.make(name)
        return self.__dict__[name]

    def __dir__(self) -> list[str]:
        deferred: _Deferred | None = self.__dict__.get("__pym_deferred__")
        return sorted({*super().__dir__(), *(deferred.names if deferred else ())})


class _Deferred:
    def __init__(self, module: ModuleType, parts: Parts) -> None:
        self.names = parts.names
        self._published = vars(module)
        self._space = dict(self._published)
        self._order = {name: number for number, name in enumerate(parts.names)}

    def make(self, name: str) -> None:
        """Run what a name stands for with all that it mentions, in the order of the text, and show it."""
        with _RUNNING:
            if name in self._published:
                return
            wanted = sorted(self._missing(name), key=self._order.__getitem__)
            for each in wanted:
                if each not in self._space:
                    exec(marshal.loads(self.names[each][0]), self._space)
            self._published.update({each: self._space[each] for each in wanted})

    def _missing(self, name: str) -> set[str]:
        found = {name}
        waiting = [name]
        while waiting:
            more = [each for each in self.names[waiting.pop()][1] if each not in found and each not in self._published]
            found.update(more)
            waiting += more
        return found


def run_deferred(module: ModuleType, parts: Parts) -> None:
    """Run what opens a module, and have its names made when they are asked for."""
    exec(marshal.loads(parts.head), vars(module))
    module.__class__ = DeferredModule
    deferred = _Deferred(module, parts)
    vars(module)["__pym_deferred__"] = deferred
    for name in parts.derived:
        deferred.make(name)
