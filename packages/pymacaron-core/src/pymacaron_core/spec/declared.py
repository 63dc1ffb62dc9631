"""The parameters declared for an operation: its own and those of its path, each once, as its path needs them."""

from __future__ import annotations

from dataclasses import replace

from pymacaron_core.spec import parts
from pymacaron_core.spec.faults import hint
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import Body, Parameter, Schema, with_arguments
from pymacaron_core.spec.path_item import PathItem
from pymacaron_core.spec.references import reference

PLACES = ("path", "query", "header", "cookie")


def referred(node: Node, what: str, modern: bool) -> Node | None:
    """What a reference object leads to; since 3.1 the description beside ``$ref`` takes the place of its own."""
    found = node.follow(what)
    told = node.value.get("description") if isinstance(node.value, dict) and modern else None
    if found is None or found is node or not isinstance(told, str) or reference(node.value) is None:
        return found
    return Node({**found.value, "description": told}, found.place, found.library)


def declared(item: PathItem, operation: Node, modern: bool) -> list[Node]:
    """The parameters of an operation, those of its path first; one of the operation's own takes the place of one
    of the same name and place."""
    shared = item.first("parameters")
    own = _listed(operation, modern)
    names = {key for key, _ in own}
    inherited = _listed(shared, modern) if shared is not None else []
    return [node for key, node in inherited if key not in names] + [node for _, node in own]


def _listed(holder: Node, modern: bool) -> list[tuple[tuple[str, str], Node]]:
    """The parameters listed under a node with their name and place; the body has no name that counts."""
    found: dict[tuple[str, str], Node] = {}
    bodies: list[tuple[tuple[str, str], Node]] = []
    for written in holder.items("parameters"):
        node = referred(written, "a parameter", modern)
        if node is None:
            continue
        key = (node.text("name"), str(node.value.get("in")))
        if key[1] == "body":
            bodies.append((("", "body"), node))
            continue
        if key in found:
            _told_twice(written, key, node.value == found[key].value)
        found[key] = node
    return [*found.items(), *bodies]


def _told_twice(node: Node, key: tuple[str, str], same: bool) -> None:
    message = f"the {key[1]} parameter `{key[0]}` is declared twice here"
    if same:
        node.warning(message, "duplicate-parameter")
    else:
        node.error(f"{message}, and differently; keep one of them", "duplicate-parameter")


def fitted(path: str, node: Node, parameters: list[Parameter]) -> list[Parameter]:
    """The parameters, with those of the path and the variables of its template told apart where they differ."""
    wanted = dict.fromkeys(parts.variables(path))
    declared = [parameter for parameter in parameters if parameter.place_in == "path"]
    unused = [parameter for parameter in declared if parameter.name not in wanted]
    names = {parameter.name for parameter in declared}
    missing = [name for name in wanted if name and name not in names]
    for parameter in unused:
        message = f"there is no `{{{parameter.name}}}` in the path `{path}`"
        if missing:
            node.library.faults.error(parameter.place, message + hint(parameter.name, missing), "path-parameter")
        else:
            node.library.faults.warning(parameter.place, f"{message}; this parameter is left out", "path-parameter")
    for name in missing:
        message = f"the path `{path}` has the variable `{name}`, and no parameter declares it"
        if unused:
            node.error(message, "path-parameter")
        else:
            node.warning(f"{message}; any text is taken", "path-parameter")
    text = Schema({"type": ("string",)}, place=node.place)
    return [parameter for parameter in parameters if parameter.place_in != "path" or parameter.name in wanted] + [
        Parameter(name, "path", text, True, "simple", False, place=node.place) for name in missing
    ]


def known_place(node: Node, places: tuple[str, ...]) -> str | None:
    """The place of a parameter; None, and a fault, for one that does not exist."""
    value = node.value.get("in")
    if not node.text("name") and value != "body":
        node.error("a parameter needs a `name`", "required")
        return None
    if isinstance(value, str) and value in places:
        return value
    if value is None:
        node.error(f"the parameter `{node.text('name')}` needs `in`: {', '.join(places)}", "required")
    else:
        told = hint(value, places) if isinstance(value, str) else f", and here is {kind(value)}"
        node.error(f"unknown `in`: `{str(value)[:60]}`; it is one of {', '.join(places)}{told}", "enum", "in")
    return None


def is_required(node: Node, place_in: str) -> bool:
    if place_in == "path" and node.value.get("required") is not True:
        node.warning(f"a path parameter is `required: true`; `{node.text('name')}` is read so", "required")
        return True
    return node.flag("required")


def with_keywords(parameters: list[Parameter], body: Body | None) -> tuple[tuple[Parameter, ...], Body | None]:
    """Parameters, and the fields of a body that is spread, with the keywords the function takes them by."""
    if body is None or not body.spread:
        return with_arguments(parameters), body
    fields = [Parameter(name, "form", Schema()) for name in body.arguments]
    named = with_arguments([*parameters, *fields])
    arguments = {parameter.name: parameter.argument for parameter in named[len(parameters) :]}
    return named[: len(parameters)], replace(body, arguments=arguments)
