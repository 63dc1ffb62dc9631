"""What every dialect has in common: the way from the root through paths to operations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.spec import parts
from pymacaron_core.spec.declared import declared, fitted, referred, with_keywords
from pymacaron_core.spec.keys import CONTACT, EXTERNAL_DOCS, INFO, LICENSE, TAG, Keys
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import (
    METHODS,
    Body,
    Operation,
    Parameter,
    Place,
    Reply,
    Requirement,
    SecurityScheme,
    Server,
    Shared,
    Specification,
)
from pymacaron_core.spec.path_item import PathItem, path_item
from pymacaron_core.spec.schemas import Schemas


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

    def operation_servers(self, operation: Node) -> tuple[Server, ...]:
        """The servers of this operation alone."""
        return ()

    def path_servers(self, item: PathItem) -> tuple[Server, ...]:
        """The servers of the operations of this path alone."""
        return ()

    def webhooks(self) -> tuple[Operation, ...]:
        return ()

    def specification(self) -> Specification:
        """Everything the document says; what is wrong with it is among the library's faults."""
        root, info = self.root, self.root.child("info")
        root.check_keys("the document", self.keys.root)
        if info is None:
            root.warning("the document has no `info`; give it one with `title` and `version`", "required")
        if info is None or not info.is_mapping("`info`"):
            info = Node({}, root.place / "info", root.library)
        _check_info(info)
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
            tags=tuple(_tags(root)),
            extensions=root.extensions(),
            assumed=tuple(self.schemas.assumed),
        )

    def operations(self) -> Iterator[Operation]:
        for written, node in self.root.entries("paths"):
            if node.value is None:
                node.warning("a path has nothing behind it, and is left out", "empty")
                continue
            item = path_item(parts.path(node, written), node, self.keys.path_item)
            if item is not None:
                yield from self.item_operations(item)

    def item_operations(self, item: PathItem, served: bool = True) -> Iterator[Operation]:
        shared = Shared(item.text("summary"), item.text("description"), self.path_servers(item), item.nodes[0].place)
        for method in METHODS:
            holder = item.first(method.lower())
            node = holder.child(method.lower()) if holder is not None else None
            if node is not None and node.is_mapping("an operation"):
                yield self.operation(method, item, node, shared, served)

    def operation(self, method: str, item: PathItem, node: Node, shared: Shared, served: bool) -> Operation:
        node.check_keys("an operation", self.keys.operation)
        self._depends(node, item)
        inputs, body = self.inputs(node, declared(item, node, self.modern))
        if served:
            self._check_twice(method, item.path, node)
            inputs = fitted(item.path, node, inputs)
        parameters, body = with_keywords(inputs, body)
        servers = self.operation_servers(node) or shared.servers
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
            shared=shared,
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
            item = path_item(expression, inner, self.keys.path_item)
            if item is not None:
                found += self.item_operations(item, served=False)
        return tuple(found)

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
            if inner.value is None:
                inner.warning("a response has nothing behind it, and is left out", "empty")
            if status is None or inner.value is None:
                continue
            reply = referred(inner, "a response", self.modern)
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


def _check_info(info: Node) -> None:
    info.check_keys("`info`", INFO)
    for key, known in (("contact", CONTACT), ("license", LICENSE)):
        inner = info.child(key)
        if inner is not None and isinstance(inner.value, dict):
            inner.check_keys(f"`{key}`", known, describes=True)


def _tags(root: Node) -> Iterator[Mapping[str, Any]]:
    for tag in root.items("tags"):
        if tag.is_mapping("a tag"):
            tag.check_keys("a tag", TAG, describes=True)
            _external_docs(tag)
            yield tag.value


def _external_docs(holder: Node) -> Mapping[str, Any]:
    node = holder.child("externalDocs")
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        node.warning(f"`externalDocs` must be a mapping, and here is {kind(node.value)}; it is left out", "shape")
        return {}
    node.check_keys("`externalDocs`", EXTERNAL_DOCS, describes=True)
    return node.value
