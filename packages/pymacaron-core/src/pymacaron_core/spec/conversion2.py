"""A Swagger 2.0 document as OpenAPI 3.1: what stands in other places since, or is said otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pymacaron_core.spec import parts
from pymacaron_core.spec.conversion import VERSION, Converter
from pymacaron_core.spec.declared import declared
from pymacaron_core.spec.node import Node
from pymacaron_core.spec.operation import METHODS, Body, Parameter, Place, Reply, SecurityScheme
from pymacaron_core.spec.path_item import PathItem, path_item
from pymacaron_core.spec.references import reference
from pymacaron_core.spec.writing import write_media_types

_SPOKEN_FOR = ("accept", "content-type", "authorization")
_MOVED = ("swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions", "parameters", "responses")
_ALIKE = ("csv", "multi")
"""How lists are written in every place since OpenAPI 3, too; the others in a query only, and `tsv` nowhere."""
_NESTED = "arrays within an array have no equivalent in a parameter"


class Swagger2Converter(Converter):
    """Writes a Swagger 2.0 document as OpenAPI 3.1.

    Bodies and forms become the ``requestBody`` of each operation that has them. A response that is referred to stays
    shared where the operation produces what the whole document does.
    """

    def head(self, root: dict[str, Any]) -> dict[str, Any]:
        document: dict[str, Any] = {"openapi": VERSION}
        self._bodies: set[Place] = set()
        for key, value in root.items():
            if key in ("host", "basePath", "schemes") and "servers" not in document:
                self._servers(document, root)
            elif key == "paths":
                document["paths"] = dict(self._paths())
            elif key == "security":
                document[key] = self._requirements(value)
            elif key not in (*_MOVED, "securityDefinitions"):
                document[key] = value
        groups = {key: dict(self._group(key)) for key in ("parameters", "responses", "securitySchemes")}
        components = {key: members for key, members in groups.items() if members}
        return {**document, "components": components} if components else document

    def copy(self, value: Any, place: Place, kind: str) -> Any:
        node = Node(value, place, self.library)
        if kind == "parameter":
            return self._parameter(node)
        if kind == "response":
            return self._shared_reply(node)
        return super().copy(value, place, kind)

    def _servers(self, document: dict[str, Any], root: Mapping[str, Any]) -> None:
        servers, _ = self.read_by.servers()
        if servers:
            document["servers"] = [{"url": server.url} for server in servers]
        if root.get("schemes") and not root.get("host"):
            self.tell(Place(self.main) / "schemes", "`schemes` says nothing without `host`, and is left out")

    def _group(self, group: str) -> Iterator[tuple[str, Any]]:
        source = {"securitySchemes": "securityDefinitions"}.get(group, group)
        kind = {"parameters": "parameter", "responses": "response"}.get(group, "security scheme")
        for name, node in self.read_by.root.entries(source, named=True):
            fitted = self.fit(kind, name)
            if kind == "security scheme":
                yield fitted, self._security_scheme(self.read_by.security_schemes[name])
            elif kind == "response":
                yield fitted, self._response(node, None)
            elif not _is_body(node):
                yield fitted, self._parameter_or_reference(node)
            elif node.place not in self._bodies:
                self.tell(node.place, "no operation has this body, and it is left out")

    def _paths(self) -> Iterator[tuple[str, Any]]:
        paths = self.read_by.root.child("paths")
        for written, value in paths.value.items() if paths is not None else ():
            node = Node(value, Place(self.main) / "paths" / written, self.library)
            if written.startswith("x-"):
                yield written, value
            elif value is not None:
                path = parts.path(node, written)
                item = path_item(path, node, self.read_by.keys.path_item)
                if item is not None:
                    yield path, self._path_item(item)

    def _path_item(self, item: PathItem) -> dict[str, Any]:
        written: dict[str, Any] = {}
        shared = item.first("parameters")
        keys = dict.fromkeys(key for node in item.nodes for key in node.value)
        for key in keys:
            holder = next(node for node in item.nodes if key in node.value)
            if key == "parameters" and shared is not None:
                parameters = self._parameters(shared)
                written |= {key: parameters} if parameters else {}
            elif key.upper() in METHODS and item.first(key) is not None:
                node = item.first(key).child(key)  # type: ignore[union-attr]
                written[key] = self._operation(item, node)  # type: ignore[arg-type]
            elif key.startswith("x-"):
                written[key] = holder.value[key]
        return written

    def _operation(self, item: PathItem, node: Node) -> dict[str, Any]:
        nodes = declared(item, node, self.read_by.modern)
        _, body = self.read_by.inputs(node, nodes)
        bodies = [each for each in nodes if _is_body(each)]
        self._bodies.update(each.place for each in bodies)
        written: dict[str, Any] = {}
        for key, value in node.value.items():
            if key == "parameters":
                parameters = self._parameters(node)
                written |= {key: parameters} if parameters else {}
            elif key == "responses":
                written |= {"requestBody": self._body(body, bodies)} if body is not None else {}
                written[key] = dict(self._responses(node))
            elif key == "security":
                written[key] = self._requirements(value)
            elif key == "schemes":
                servers = self.read_by.operation_servers(node)
                written |= {"servers": [{"url": server.url} for server in servers]} if servers else {}
            elif key not in ("consumes", "produces"):
                written[key] = value
        if body is not None and "requestBody" not in written:
            written["requestBody"] = self._body(body, bodies)
        return written

    def _parameters(self, holder: Node) -> list[Any]:
        return [self._parameter_or_reference(node) for node in holder.items("parameters") if not _is_body(node)]

    def _parameter_or_reference(self, node: Node) -> dict[str, Any]:
        ref = reference(node.value)
        return self._parameter(node) if ref is None else self.refer(ref, node.place, "parameter")

    def _parameter(self, node: Node) -> dict[str, Any]:
        if reference(node.value) is not None:
            return self._parameter_or_reference(node)
        (parameter, *_), _ = self.read_by.inputs(Node({}, node.place, self.library), [node])
        self._tell_lost({k: v for k, v in node.value.items() if k in ("items", "schema")}, node.place)
        if parameter.place_in == "header" and parameter.name.lower() in _SPOKEN_FOR:
            self.tell(node.place, f"a header parameter `{parameter.name}` is ignored since OpenAPI 3")
        written: dict[str, Any] = {"name": parameter.name, "in": parameter.place_in}
        written |= {"description": parameter.description} if parameter.description else {}
        written |= {"required": True} if parameter.required else {}
        written |= {"allowEmptyValue": True} if parameter.allow_empty else {}
        written |= self._style(parameter, node)
        written["schema"] = self.written(parameter.schema)
        written |= {"example": parameter.examples[0]} if parameter.examples else {}
        return {**written, **parameter.extensions}

    def _style(self, parameter: Parameter, node: Node) -> dict[str, Any]:
        if parameter.inner_styles:
            self.tell(parameter.place / "items", _NESTED)
        if parameter.style.endswith("Delimited") and (
            parameter.style == "tabDelimited" or parameter.place_in not in ("query", "formData")
        ):
            self._tell_commas(node)
            return {"explode": False} if parameter.place_in == "query" else {}
        written: dict[str, Any] = {"style": parameter.style} if parameter.style not in ("form", "simple") else {}
        return (
            written if parameter.explode == (parameter.style == "form") else {**written, "explode": parameter.explode}
        )

    def _body(self, body: Body, nodes: list[Node]) -> dict[str, Any]:
        written: dict[str, Any] = {"description": body.description} if body.description else {}
        written["content"] = write_media_types(body.content, self.written)
        for media_type in written["content"].values():
            for name, encoding in media_type.get("encoding", {}).items():
                if encoding.get("style") == "tabDelimited":
                    del encoding["style"]
                    self._tell_commas(next(each for each in nodes if each.text("name") == name))
        written |= {"required": True} if body.required else {}
        for node in nodes:
            schema = node.child("schema")
            if schema is not None:
                self._tell_lost(schema.value, schema.place)
        return written if body.spread else {**written, **nodes[0].extensions()}

    def _responses(self, operation: Node) -> Iterator[tuple[str, Any]]:
        responses = operation.child("responses")
        for written, value in responses.value.items() if responses is not None else ():
            node = Node(value, operation.place / "responses" / written, self.library)
            if written.startswith("x-"):
                yield written, value
            elif value is not None:
                status = parts.status(node, written)
                if status is not None:
                    yield status, self._response(node, operation)

    def _response(self, node: Node, operation: Node | None) -> dict[str, Any]:
        """A response, or a reference to one that says the same as it does for this operation."""
        ref = reference(node.value)
        if ref is None:
            return self._reply(node, operation)
        shared = node.follow("a response")
        if shared is None:
            return dict(node.value)
        if operation is None or self._reply(shared, operation) == self._reply(shared, None):
            return self.refer(ref, node.place, "response")
        return self._reply(shared, operation)

    def _shared_reply(self, node: Node) -> dict[str, Any]:
        return self._response(node, None)

    def _reply(self, node: Node, operation: Node | None) -> dict[str, Any]:
        reply = self.read_by.reply("200", node, operation or Node({}, node.place, self.library))
        written: dict[str, Any] = {"description": reply.description}
        headers = dict(self._headers(node, reply))
        written |= {"headers": headers} if headers else {}
        written |= {"content": write_media_types(reply.content, self.written)} if reply.content else {}
        for name, _ in node.entries("examples"):
            if "/" not in name:
                self.tell(
                    node.place / "examples" / name, f"the example of `{name}` says no media type, and is left out"
                )
        schema = node.child("schema")
        if schema is not None:
            self._tell_lost(schema.value, schema.place)
        return {**written, **node.extensions()}

    def _headers(self, node: Node, reply: Reply) -> Iterator[tuple[str, Any]]:
        for header in reply.headers:
            value = node.value["headers"][header.name]
            known = {key: value[key] for key in value if key == "description" or key.startswith("x-")}
            if value.get("collectionFormat", "csv") not in _ALIKE:
                self._tell_commas(Node(value, node.place / "headers" / header.name, self.library))
            yield header.name, {**known, "schema": self.written(header.schema)}

    def _tell_commas(self, node: Node) -> None:
        written = node.text("collectionFormat")
        message = f"`{written}` has no equivalent here: values are separated by commas"
        self.tell(node.place / "collectionFormat", message)

    def _security_scheme(self, scheme: SecurityScheme) -> dict[str, Any]:
        written: dict[str, Any] = {"type": scheme.type}
        written |= {"description": scheme.description} if scheme.description else {}
        if scheme.type == "http":
            written["scheme"] = scheme.scheme
        elif scheme.type == "apiKey":
            written |= {"name": scheme.parameter, "in": scheme.place_in}
        else:
            written["flows"] = {
                name: {**flow, "scopes": flow.get("scopes") or {}} for name, flow in scheme.flows.items()
            }
        return {**written, **scheme.extensions}

    def _requirements(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [
            {self.fit("security scheme", name): scopes for name, scopes in each.items()}
            if isinstance(each, dict)
            else each
            for each in value
        ]


def _is_body(node: Node) -> bool:
    followed = node.follow("a parameter")
    return followed is not None and followed.value.get("in") in ("body", "formData")
