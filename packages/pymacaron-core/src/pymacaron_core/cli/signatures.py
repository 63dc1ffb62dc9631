"""Operations as typed Python functions: the text of a stub, with plain types that a person would have written."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pymacaron_core.bodies import read_media
from pymacaron_core.media import is_json, is_sequence, way_of
from pymacaron_core.models.literals import text
from pymacaron_core.models.names import IMPORTS
from pymacaron_core.models.plan import Plan
from pymacaron_core.spec.operation import Body, MediaType, Operation, Parameter, Schema, Specification

WIDTH = 88
"""Signatures that are longer are written with one argument a line, which every formatter leaves alone."""
_PLAIN = {"AwareDatetime": "dt.datetime", "Base64": "bytes", "Int32": "int", "Int64": "int"}
_HOMES = {"Any": "typing", "Literal": "typing", "Never": "typing_extensions", "Decimal": "decimal", "UUID": "uuid"}


@dataclass(frozen=True, slots=True)
class Stub:
    """The text of a function, and what it imports: ``(module, name)``, the name empty for the module itself."""

    text: str
    imports: frozenset[tuple[str, str]]


class Signatures:
    """Writes stubs for the operations of one API. ``models`` is the module its models are imported from."""

    def __init__(self, specification: Specification, models: str) -> None:
        self._specification = specification
        self._plan = Plan(specification)
        self._models = models

    def stub(self, operation: Operation, name: str) -> Stub:
        """A function for an operation that says that it is not written yet (501)."""
        arguments = list(self._arguments(operation))
        reply = self._reply(operation)
        lines = [_signature(name, arguments, reply), *_docstring(operation), _raise(operation)]
        words = _names(*(kind for _, kind in arguments), reply)
        return Stub("\n".join(lines), frozenset({("pymacaron_core", "NotWritten"), *map(self._import, words)}))

    def _arguments(self, operation: Operation) -> Iterator[tuple[str, str]]:
        """Each argument and its type; a star stands before those that come by keyword."""
        keywords = [(p.argument, self._keyword(p)) for p in operation.parameters]
        body = operation.body
        if body is not None and not body.spread:
            taken = {name for name, _ in keywords}
            yield next(name for name in ("body", "body_", "request_body") if name not in taken), self._body(body)
        elif body is not None:
            keywords.extend(self._fields(body))
        if keywords:
            yield "*", ""
            yield from keywords

    def _keyword(self, parameter: Parameter) -> str:
        schema = parameter.schema
        if parameter.content is not None and parameter.content.schema is not None:
            schema = parameter.content.schema
        return self._typed(schema, parameter.required)

    def _typed(self, schema: Schema, required: bool) -> str:
        kind = self._type(schema)
        given = required or "default" in self._plan.merger.keywords(schema)
        return kind if given else _union([kind, "None"])

    def _fields(self, body: Body) -> Iterator[tuple[str, str]]:
        schema = body.content[0].schema if body.content else None
        if schema is None:
            return
        resolved = self._specification.resolve(schema)
        required = resolved.get("required", ())
        for wire, field in resolved.properties().items():
            yield body.arguments[wire], self._typed(field, wire in required)

    def _body(self, body: Body) -> str:
        kinds = [self._media(media) for media in read_media(body, self._specification)] or ["Any"]
        return _union(kinds if body.required else [*kinds, "None"])

    def _media(self, media: MediaType) -> str:
        """What a body of a media type is for the function: a model of JSON and forms, text, or bytes; of items any."""
        if is_sequence(media.name):
            return "Any"
        way = way_of(media, self._specification)
        if way in ("json", "form", "any"):
            kind = self._type(media.schema) if media.schema else "Any"
            return _union([kind, "bytes"]) if way == "any" else kind
        return "str" if way == "text" else "bytes"

    def _reply(self, operation: Operation) -> str:
        success = operation.success
        if success is None or not success.content:
            return "None"
        kinds = {media.name: self._media(media) for media in success.content}
        return next((kind for name, kind in kinds.items() if is_json(name)), _union(kinds.values()))

    def _type(self, schema: Schema) -> str:
        return _plain(ast.parse(self._plan.types.of(schema).full, mode="eval").body)

    def _import(self, word: str) -> tuple[str, str]:
        if word == "dt":
            return "datetime", "dt"
        if word in IMPORTS:
            return _HOMES.get(word, "pymacaron_core"), word
        return self._models, word


def _plain(node: ast.expr) -> str:
    """A type expression without constraints, and without the words that only validation needs."""
    if isinstance(node, ast.Subscript):
        head = ast.unparse(node.value)
        inside = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if head in ("Annotated", "Maybe"):
            return _plain(inside[0]) if head == "Annotated" else _union([_plain(inside[0]), "None"])
        return f"{head}[{', '.join(map(_plain, inside))}]"
    if isinstance(node, ast.BinOp):
        return _union([_plain(node.left), _plain(node.right)])
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return text(node.value)
    written = ast.unparse(node)
    return _PLAIN.get(written, written)


def _union(kinds: Iterable[str]) -> str:
    """Each kind once, None last; whatever is ``Any`` makes all of it so."""
    members = dict.fromkeys(member for kind in kinds for member in _members(kind))
    if "Any" in members:
        return "Any"
    return " | ".join(sorted(members, key=lambda member: member == "None"))


def _members(kind: str) -> Iterator[str]:
    """The kinds that a union is made of, as they are written."""

    def leaves(node: ast.expr) -> Iterator[str]:
        if isinstance(node, ast.BinOp):
            yield from leaves(node.left)
            yield from leaves(node.right)
        else:
            yield ast.get_source_segment(kind, node) or ""

    return leaves(ast.parse(kind, mode="eval").body)


def _names(*kinds: str) -> set[str]:
    """The words of type expressions that have to be imported."""
    nodes = (node for kind in kinds if kind for node in ast.walk(ast.parse(kind, mode="eval")))
    builtin = {"bool", "bytes", "dict", "float", "int", "list", "str", "tuple"}
    return {node.id for node in nodes if isinstance(node, ast.Name)} - builtin


def _signature(name: str, arguments: list[tuple[str, str]], reply: str) -> str:
    written = [f"{argument}: {kind}" if kind else argument for argument, kind in arguments]
    line = f"def {name}({', '.join(written)}) -> {reply}:"
    if len(line) <= WIDTH or not written:
        return line
    lines = [_argument(argument, kind) for argument, kind in arguments]
    return "\n".join([f"def {name}(", *lines, f") -> {reply}:"])


def _argument(name: str, kind: str) -> str:
    """One argument on a line of its own; its type on several where it is too long for one."""
    line = f"    {name}: {kind}," if kind else f"    {name},"
    members = list(_members(kind)) if kind else []
    if len(line) <= WIDTH:
        return line
    first, *others = members
    return (
        "\n    | ".join([_exploded(f"    {name}: {first}", first), *(_exploded(f"    | {o}", o)[6:] for o in others)])
        + ","
    )


def _exploded(line: str, kind: str) -> str:
    """A line that ends with a kind; where it is too long, each value of a ``Literal`` stands on a line of its own."""
    if len(line) <= WIDTH or not kind.startswith("Literal["):
        return line
    values = [ast.get_source_segment(kind, each) for each in _values(kind)]
    return "\n".join([f"{line.removesuffix(kind)}Literal[", *(f"        {value}," for value in values), "    ]"])


def _values(literal: str) -> list[ast.expr]:
    node = ast.parse(literal, mode="eval").body
    inside = node.slice if isinstance(node, ast.Subscript) else node
    return list(inside.elts) if isinstance(inside, ast.Tuple) else [inside]


def _docstring(operation: Operation) -> list[str]:
    told = " ".join((operation.summary or operation.description.strip().partition("\n")[0]).split())
    told = told.replace("\\", "\\\\").replace('"', "'")
    route = f"{operation.method} {operation.path}"
    if not told:
        return [f'    """{route}"""']
    first = textwrap.wrap(told, WIDTH - 7, break_long_words=False, break_on_hyphens=False)
    return [f'    """{first[0]}', *(f"    {line}" for line in first[1:]), "", f"    {route}", '    """']


def _raise(operation: Operation) -> str:
    message = f"{operation.id or f'{operation.method} {operation.path}'} is not written yet"
    line = f"    raise NotWritten({text(message)})"
    return line if len(line) <= WIDTH else "    raise NotWritten"
