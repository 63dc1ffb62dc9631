"""What every dialect has in common: the way from the root through paths to operations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pymacaron_core.spec import parts
from pymacaron_core.spec.faults import hint
from pymacaron_core.spec.keys import INFO, Keys
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import (
    METHODS,
    Body,
    Operation,
    Parameter,
    Place,
    Reply,
    Requirement,
    Schema,
    SecurityScheme,
    Server,
    Specification,
    with_arguments,
)
from pymacaron_core.spec.references import reference
from pymacaron_core.spec.schemas import Schemas

PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class PathItem:
    """A path with the mappings that say what is there: its own, then the one it refers to."""

    path: str
    nodes: tuple[Node, ...]

    def first(self, key: str) -> Node | None:
        """The node that has something under this key."""
        return next((node for node in self.nodes if node.has(key)), None)

    def extensions(self) -> dict[str, Any]:
        return {key: value for node in reversed(self.nodes) for key, value in node.extensions().items()}


class Dialect(ABC):
    """Turns one document into the vocabulary. One object reads one document, once."""

    modern = False
    keys: Keys

    def __init__(self, root: Node, name: str, dialect: str) -> None:
        self.root = root
        self.name = name
        self.dialect = dialect
        self.schemas = Schemas(self.own_schemas(), self.modern, root.library)
        self.security_schemes: dict[str, SecurityScheme] = {}
        self.holders: dict[Place, tuple[Place, ...]] = {}
        """The path items of each operation, by the operation's place."""
        self._nodes: dict[Place, Node] = {}
        self._ids: dict[str, Place] = {}
        self._shapes: dict[tuple[str, str], Place] = {}

    @abstractmethod
    def own_schemas(self) -> Node | None:
        """What holds the document's named schemas."""

    @abstractmethod
    def own_security_schemes(self) -> Node | None:
        """What holds the document's security schemes."""

    @abstractmethod
    def security_scheme(self, name: str, node: Node) -> SecurityScheme | None:
        """One security scheme; None, and a fault, for a type that does not exist."""

    @abstractmethod
    def servers(self) -> tuple[tuple[Server, ...], str]:
        """The servers, and the path that comes before all paths (without a slash at its end)."""

    @abstractmethod
    def inputs(self, operation: Node, parameters: list[Node]) -> tuple[list[Parameter], Body | None]:
        """The parameters and the body of an operation, from all that is declared for it; keywords are given later."""

    @abstractmethod
    def reply(self, status: str, node: Node, operation: Node) -> Reply:
        """One declared reply."""

    def operation_servers(self, operation: Node, item: PathItem) -> tuple[Server, ...]:
        """The servers of this operation alone."""
        return ()

    def webhooks(self) -> tuple[Operation, ...]:
        return ()

    def specification(self) -> Specification:
        """Everything the document says; what is wrong with it is among the library's faults."""
        root, info = self.root, self.root.child("info")
        root.check_keys("the document", self.keys.root)
        if info is None or not info.is_mapping("`info`"):
            root.warning("the document has no `info`; give it one with `title` and `version`", "required")
            info = Node({}, root.place / "info", root.library)
        info.check_keys("`info`", INFO)
        servers, base_path = self.servers()
        self.security_schemes = {scheme.name: scheme for scheme in self.read_security_schemes()}
        operations = tuple(self.operations())
        with self.root.library.faults.only_told(spoils=True):  # after what is served: that is told as it deserves
            operations = tuple(self.with_callbacks(operation) for operation in operations)
            webhooks = tuple(self.with_callbacks(operation) for operation in self.webhooks())
        return Specification(
            name=self.name,
            title=info.text("title") or self.name,
            version=info.text("version"),
            description=info.text("description"),
            dialect=self.dialect,
            base_path=base_path,
            operations=operations,
            webhooks=webhooks,
            schemas=self.schemas.complete(),
            security_schemes=self.security_schemes,
            servers=tuple(server.address for server in servers),
            server_templates=servers,
            info=info.value,
            external_docs=_external_docs(root),
            tags=tuple(tag.value for tag in root.items("tags") if tag.is_mapping("a tag")),
            extensions=root.extensions(),
        )

    def operations(self) -> Iterator[Operation]:
        for written, node in self.root.entries("paths"):
            if node.value is None:
                continue
            item = self.path_item(parts.path(node, written), node)
            if item is not None:
                yield from self.item_operations(item)

    def path_item(self, path: str, node: Node) -> PathItem | None:
        if not node.is_mapping("what stands under a path"):
            return None
        self._check_path_item(node)
        if reference(node.value) is None:
            return PathItem(path, (node,))
        target = node.follow("what a path refers to")
        if target is None:
            return None
        self._check_path_item(target)
        return PathItem(path, (node, target))

    def _check_path_item(self, node: Node) -> None:
        node.check_keys("a path", self.keys.path_item)
        for key in ("query", "additionalOperations"):
            if node.has(key):
                node.warning(f"`{key}` is OpenAPI 3.2; what stands there is not served yet", "openapi-3.2", key)
        if "security" in node.value:
            node.library.faults.error(
                node.place, "`security` of a path protects nothing; write it in each operation", "security"
            )

    def item_operations(self, item: PathItem, served: bool = True) -> Iterator[Operation]:
        for method in METHODS:
            holder = item.first(method.lower())
            node = holder.child(method.lower()) if holder is not None else None
            if node is not None and node.is_mapping("an operation"):
                yield self.operation(method, item, node, served)

    def operation(self, method: str, item: PathItem, node: Node, served: bool) -> Operation:
        node.check_keys("an operation", self.keys.operation)
        self._depends(node, item)
        inputs, body = self.inputs(node, self.declared(item, node))
        if served:
            self._check_twice(method, item.path, node)
            inputs = self.fitted(item.path, node, inputs)
        parameters, body = with_keywords(inputs, body)
        servers = self.operation_servers(node, item)
        return Operation(
            method=method,
            path=item.path,
            id=self.operation_id(node),
            parameters=parameters,
            body=body,
            replies=tuple(self.replies(node)),
            security=self.security(node),
            tags=tuple(node.texts("tags")),
            summary=node.text("summary"),
            description=node.text("description"),
            deprecated=node.flag("deprecated"),
            servers=tuple(server.address for server in servers),
            server_templates=servers,
            external_docs=_external_docs(node),
            extensions={**item.extensions(), **node.extensions()},
            place=node.place,
        )

    def _depends(self, node: Node, item: PathItem) -> None:
        """Note what an operation is made of beside what stands in it."""
        self.holders[node.place] = tuple(holder.place for holder in item.nodes)
        self._nodes[node.place] = node
        uses = node.library.uses
        shared = item.first("parameters")
        if shared is not None:
            uses.add(node.place, shared.place / "parameters")
        for key in ("security", "consumes", "produces"):
            if not node.has(key):
                uses.add(node.place, self.root.place / key)

    def with_callbacks(self, operation: Operation) -> Operation:
        """The operation with the operations it promises to call."""
        node = self._nodes[operation.place]
        if not node.has("callbacks"):
            return operation
        return replace(operation, callbacks={name: self._callback(inner) for name, inner in node.entries("callbacks")})

    def _callback(self, written: Node) -> tuple[Operation, ...]:
        written.library.uses.wall(written.place)
        node = written.follow("a callback")
        found: list[Operation] = []
        for expression, inner in node.members("a callback") if node is not None else ():
            item = self.path_item(expression, inner)
            if item is not None:
                found += self.item_operations(item, served=False)
        return tuple(found)

    def referred(self, node: Node, what: str) -> Node | None:
        """What a reference object leads to; since 3.1 the description beside ``$ref`` takes the place of its own."""
        found = node.follow(what)
        told = node.value.get("description") if isinstance(node.value, dict) and self.modern else None
        if found is None or found is node or not isinstance(told, str) or reference(node.value) is None:
            return found
        return Node({**found.value, "description": told}, found.place, found.library)

    def declared(self, item: PathItem, operation: Node) -> list[Node]:
        """The parameters of an operation, those of its path first; one of the operation's own takes the place of one
        of the same name and place."""
        shared = item.first("parameters")
        own = self._listed(operation)
        names = {key for key, _ in own}
        inherited = self._listed(shared) if shared is not None else []
        return [node for key, node in inherited if key not in names] + [node for _, node in own]

    def _listed(self, holder: Node) -> list[tuple[tuple[str, str], Node]]:
        """The parameters listed under a node with their name and place; the body has no name that counts."""
        found: dict[tuple[str, str], Node] = {}
        bodies: list[tuple[tuple[str, str], Node]] = []
        for written in holder.items("parameters"):
            node = self.referred(written, "a parameter")
            if node is None:
                continue
            key = (node.text("name"), str(node.value.get("in")))
            if key[1] == "body":
                bodies.append((("", "body"), node))
                continue
            if key in found:
                self._told_twice(written, key, node.value == found[key].value)
            found[key] = node
        return [*found.items(), *bodies]

    def _told_twice(self, node: Node, key: tuple[str, str], same: bool) -> None:
        message = f"the {key[1]} parameter `{key[0]}` is declared twice here"
        if same:
            node.warning(message, "duplicate-parameter")
        else:
            node.error(f"{message}, and differently; keep one of them", "duplicate-parameter")

    def fitted(self, path: str, node: Node, parameters: list[Parameter]) -> list[Parameter]:
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

    def operation_id(self, node: Node) -> str | None:
        name = node.text("operationId").strip()
        if not name:
            return None
        first = self._ids.setdefault(name, node.place)
        if first != node.place:
            where = f"{first.file}#{first.pointer}"
            node.error(f"the operationId `{name}` is taken by {where}; give each operation its own", "operation-id")
        return name

    def _check_twice(self, method: str, path: str, node: Node) -> None:
        first = self._shapes.setdefault((method, parts.shape(path)), node.place)
        if first != node.place:
            node.library.uses.add(first, node.place)  # nobody can tell which of the two a request means
            where = f"{first.file}#{first.pointer}"
            node.error(f"{method} {path} answers the same requests as {where}; keep one of them", "path")

    def replies(self, node: Node) -> Iterator[Reply]:
        if not node.has("responses"):
            node.warning("the operation declares no `responses`; whatever it returns is sent unchecked", "required")
        for written, inner in node.entries("responses"):
            status = parts.status(inner, written)
            if status is None or inner.value is None:
                continue
            reply = self.referred(inner, "a response")
            if reply is not None:
                reply.check_keys("a response", self.keys.reply)
                yield self.reply(status, reply, node)

    def security(self, node: Node) -> tuple[Requirement, ...]:
        found = parts.requirements(node if "security" in node.value else self.root, self.security_schemes)
        for name in {name for requirement in found for name in requirement} & set(self.security_schemes):
            node.library.uses.add(node.place, self.security_schemes[name].place)
        return found

    def read_security_schemes(self) -> Iterator[SecurityScheme]:
        group = self.own_security_schemes()
        members = group.members("what holds the security schemes", named=True) if group is not None else ()
        for name, node in members:
            scheme = node.follow("a security scheme")
            if scheme is None:
                continue
            read = self.security_scheme(name, scheme)
            # what is declared badly is a fault of its own; who uses it is told nothing more
            yield read if read is not None else SecurityScheme(name, "apiKey", place=scheme.place)

    def place_in(self, node: Node, places: tuple[str, ...]) -> str | None:
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

    def required(self, node: Node, place_in: str) -> bool:
        if place_in == "path" and node.value.get("required") is not True:
            node.warning(f"a path parameter is `required: true`; `{node.text('name')}` is read so", "required")
            return True
        return node.flag("required")


def _external_docs(holder: Node) -> Mapping[str, Any]:
    node = holder.child("externalDocs")
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        node.warning(f"`externalDocs` must be a mapping, and here is {kind(node.value)}; it is left out", "shape")
        return {}
    return node.value


def with_keywords(parameters: list[Parameter], body: Body | None) -> tuple[tuple[Parameter, ...], Body | None]:
    """Parameters, and the fields of a body that is spread, with the keywords the function takes them by."""
    if body is None or not body.spread:
        return with_arguments(parameters), body
    fields = [Parameter(name, "form", Schema()) for name in body.arguments]
    named = with_arguments([*parameters, *fields])
    arguments = {parameter.name: parameter.argument for parameter in named[len(parameters) :]}
    return named[: len(parameters)], replace(body, arguments=arguments)
