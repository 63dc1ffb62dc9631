"""Writes the module of an API's models: readable, and the same byte for byte for the same document."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pymacaron_core.models.classes import ModelClass
from pymacaron_core.models.expression import Type
from pymacaron_core.models.fields import Property
from pymacaron_core.models.layout import docstring, fit, listed
from pymacaron_core.models.literals import literal, text
from pymacaron_core.models.names import IMPORTS
from pymacaron_core.models.plan import Plan
from pymacaron_core.spec.directions import RECEIVED
from pymacaron_core.spec.operation import Schema, Specification
from pymacaron_core.spec.order import inner_first
from pymacaron_core.spec.views import REQUEST_OF

_CONSUMED = ("x-nullable", "x-mandatory", "x-parent", RECEIVED, REQUEST_OF)
_OVERRIDES = "# pyright: ignore[reportIncompatibleVariableOverride]"
"""Stands where pydantic has a type for the values of undeclared properties: its own attribute, made narrower."""
_WORD = re.compile(r"\w+")
_WHOLE_IMPORTS = {"dt": "import datetime as dt", "re": "import re"}


def module_source(specification: Specification, plan: Plan | None = None) -> str:
    """The text of ``<name>_models.py``, without the comment it opens with (see :mod:`.stamp`)."""
    plan = plan or Plan(specification)
    return _Writer(plan).module()


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.shadowed: dict[str, str] = {}

    def module(self) -> str:
        title = f"Models of the API {self.plan.specification.name}."
        classes = {model.name: self._class(model) for model in self._ordered()}
        first, last = self._aliases()
        shadows = [f"{alias} = {name}" for name, alias in self.shadowed.items()]
        body = [[fit(line) for line in first], *classes.values(), [fit(line) for line in last], shadows]
        schemas = self.plan.needed_schemas()
        if schemas:
            body[0] = [fit(f"SCHEMAS: dict[str, Any] = {literal(schemas)}"), *([""] if first else []), *body[0]]
        code = "\n\n\n".join("\n".join(part) for part in body if part)
        public = sorted([*classes, *self.plan.aliases, *self.plan.families])
        head = [
            *docstring(title, ""),
            "",
            "from __future__ import annotations",
            "",
            *self._imports(code),
            "",
            fit(f"__all__ = [{', '.join(text(name) for name in public)}]"),
            "",
            f"__pym_api__ = {text(self.plan.specification.name)}",
        ]
        return "\n".join(head) + (f"\n\n{code}\n" if body[0] else f"\n\n\n{code}\n" if code else "\n")

    def _ordered(self) -> Iterator[ModelClass]:
        """The document's order, parents before their children."""

        def parent(model: ModelClass) -> tuple[ModelClass, ...]:
            base = self.plan.class_of(model.base) if model.base else None
            return () if base is None else (base,)

        return inner_first(self.plan.classes, parent)

    def _imports(self, code: str) -> list[str]:
        used = set(_names_in(ast.parse(code)))
        lines = [_WHOLE_IMPORTS[name] for name in ("dt", "re") if name in used]
        groups: dict[str, list[str]] = {}
        for name, module in IMPORTS.items():
            if module and name in used:
                groups.setdefault(module, []).append(name)
        standard = [_from(m, groups.pop(m)) for m in sorted(groups) if m in ("decimal", "typing", "uuid")]
        others = [_from(module, groups[module]) for module in sorted(groups)]
        parents = sorted({f"import {parent.module}" for m in self.plan.classes for parent in m.parents})
        parts = [sorted(lines) + standard, others, parents]
        return [line for part in parts if part for line in (*part, "")][:-1]

    def _class(self, model: ModelClass) -> list[str]:
        base = self.plan.base_name(model) or "Model"
        bases = ", ".join([*(str(parent) for parent in model.parents), base])
        properties = self.plan.fields.properties(model)
        shadows = {each.attribute for each in properties}
        groups = [self._description(model), self._class_variables(model)]
        groups.append([line for each in properties for line in self._field(each, shadows)])
        body = "\n\n".join("\n".join(group) for group in groups if group)
        return [fit(f"class {model.name}({bases}):"), *(body or "    pass").split("\n")]

    def _description(self, model: ModelClass) -> list[str]:
        told = str(model.schema.get("description") or model.schema.get("title") or "").strip()
        told = "\n\n".join(part for part in (told, self._view(model)) if part)
        return docstring(told, "    ") if told else []

    def _view(self, model: ModelClass) -> str:
        """The line that tells what a request view is."""
        whole, received = model.schema.get(REQUEST_OF), self.plan.fields.received(model)
        if whole is None:
            return f"In requests: without {listed(received)}." if received else ""
        return f"{whole} in requests" + (f": without {listed(received)}." if received else ".")

    def _class_variables(self, model: ModelClass) -> list[str]:
        lines = []
        if model.schema_name != model.name:
            lines.append(f"    __pym_name__ = {text(model.schema_name)}")
        received = self.plan.fields.received(model)
        if model.base is not None:
            received = [name for name in received if name not in self.plan.fields.received_of(model.base)]
        if received:
            comma = "," if len(received) == 1 else ""
            lines.append(fit(f"    {self.plan.fields.read_only} = ({', '.join(map(text, received))}{comma})"))
        extra = self.plan.fields.extra(model)
        arguments = []
        if extra is not None:
            arguments.append(f"extra={text('forbid' if extra == 'forbid' else 'allow')}")
        carried = _carried(model.schema.keywords)
        if carried:
            arguments.append(f"json_schema_extra={literal(carried)}")
        rules = self.plan.fields.rules(model)
        closed_by = self.plan.fields.closed_by(model)
        if extra == "forbid" and closed_by:
            lines.append(f"    __pym_closed_by__ = {text(closed_by)}")
        if rules is not None:
            lines.append(fit(f"    __pym_rules__: ClassVar = {rules}"))
        if arguments:
            lines.append(fit(f"    model_config = ConfigDict({', '.join(arguments)})"))
        if isinstance(extra, Type) and extra.full != "Any":
            first, *others = fit(f"    __pydantic_extra__: dict[str, {extra.full}]").split("\n")
            lines += [f"{first}  {_OVERRIDES}", *others]
        return lines

    def _field(self, each: Property, shadows: set[str]) -> Iterator[str]:
        written = each.type
        takes_any = written.text == "Any"
        if written.marks:
            written = Type(written.inner, nullable=written.nullable)
        inner = self._unshadowed(written.text, shadows)
        optional = not each.required
        default = each.default
        annotation = inner if takes_any else Type(inner, nullable=written.nullable).full
        if optional and default is None:
            default = "default=None"
            annotation = annotation if written.nullable else f"Maybe[{inner}]"
        arguments = [default] if default else []
        if each.attribute != each.wire:
            arguments += [f"validation_alias={text(each.wire)}", f"serialization_alias={text(each.wire)}"]
        if written.constraints:
            arguments.append(written.field_arguments)
        carried = {**_carried(each.schema.keywords), **_directions(each.keywords)}
        if carried:
            arguments.append(f"json_schema_extra={literal(carried)}")
        plain = arguments == [default] and default is not None and default.startswith("default=")
        value = f" = {default[8:]}" if plain and default else f" = Field({', '.join(arguments)})" if arguments else ""
        yield fit(f"    {each.attribute}: {annotation}{value}")
        told = str(each.schema.get("description", "")).strip()
        if told:
            yield from docstring(told, "    ")

    def _unshadowed(self, expression: str, shadows: set[str]) -> str:
        """The expression without the names that, in its class, are those of properties."""
        if shadows.isdisjoint(_WORD.findall(expression)):
            return expression
        tree = ast.parse(expression, mode="eval")
        clashing = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & shadows
        if not clashing:
            return expression
        for name in sorted(clashing):
            self.shadowed[name] = f"_{name}"
        return _Renamed(clashing).written(expression, tree)

    def _aliases(self) -> tuple[list[str], list[str]]:
        """The aliases that need no class, and those that do: these come behind the classes.

        One that contains itself is a text, which may stand first, and has to for type checkers.
        """
        classes = {model.name for model in self.plan.classes}
        meanings = {name: self.plan.types.of_named(schema).inner for name, schema in self.plan.aliases.items()}
        meanings |= {name: self.plan.family(name) for name in self.plan.families}
        uses = {}
        for name, meaning in meanings.items():
            names = {node.id for node in ast.walk(ast.parse(meaning)) if isinstance(node, ast.Name)}
            uses[name] = (meaning, names)
        first: list[str] = []
        last: list[str] = []
        done = set[str]()
        waiting = dict(uses)
        while waiting:
            ready = [name for name, (_, names) in waiting.items() if not names & waiting.keys()]
            for name in ready or list(waiting):
                expression, names = waiting.pop(name)
                late = bool(ready) and (names & classes or any(uses[n][1] & classes for n in names if n in uses))
                line = f"{name}: TypeAlias = {expression}"
                if expression == "None":
                    line = f'{name} = TypeAliasType({text(name)}, "None")'
                elif not ready:
                    line = f"{name} = TypeAliasType({text(name)}, {text(self._reading(name))})"
                (last if late else first).extend([line, *self._about(name)])
                uses[name] = (expression, names | classes if late else names)
                done.add(name)
        return first, last

    def _reading(self, alias: str) -> str:
        """What an alias that contains itself stands for: nothing else makes it read JSON as models do."""
        meant = self.plan.types.of_named(self.plan.aliases[alias])
        return Type(meant.text, meant.constraints, (*meant.marks, "ReadsJson()")).inner

    def _about(self, alias: str) -> list[str]:
        family = self.plan.families.get(alias)
        if family is None:
            return _told(self.plan.aliases[alias])
        return docstring(f"A {family.name}, or what is below it, as `{family.property_name}` says.", "")


def _names_in(tree: ast.AST) -> Iterator[str]:
    """The names used in code, and in the texts of types that refer to themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "TypeAliasType":
            yield from _names_in(ast.parse(ast.literal_eval(node.args[1]), mode="eval"))


class _Renamed:
    def __init__(self, names: set[str]) -> None:
        self._names = names

    def written(self, expression: str, tree: ast.AST) -> str:
        encoded = expression.encode()
        places = [n.col_offset for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in self._names]
        for place in sorted(places, reverse=True):
            encoded = encoded[:place] + b"_" + encoded[place:]
        return encoded.decode()


def _told(schema: Schema) -> list[str]:
    told = str(schema.get("description", "")).strip()
    if REQUEST_OF in schema.keywords:
        told = "\n\n".join(part for part in (told, f"{schema.get(REQUEST_OF)} in requests.") if part)
    return docstring(told, "") if told else []


def _from(module: str, names: Iterable[str]) -> str:
    return fit(f"from {module} import {', '.join(sorted(names, key=_as_sorted))}")


def _as_sorted(name: str) -> tuple[bool, str]:
    return not name.isupper(), name


def _carried(keywords: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _json(value) for key, value in keywords.items() if key.startswith("x-") and key not in _CONSUMED}


def _directions(keywords: Mapping[str, Any]) -> dict[str, Any]:
    return {key: True for key in ("readOnly", "writeOnly") if keywords.get(key) is True}


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json(inner) for key, inner in value.items()}
    return [_json(item) for item in value] if isinstance(value, (list, tuple)) else value
