"""OpenAPI 3.0 and 3.1 (https://spec.openapis.org/oas/) in the words of :mod:`pymacaron_core.spec.operation`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from pymacaron_core.spec import keys, parts
from pymacaron_core.spec.declared import PLACES, is_required, known_place, referred
from pymacaron_core.spec.dialect import Dialect
from pymacaron_core.spec.faults import hint
from pymacaron_core.spec.node import Node
from pymacaron_core.spec.operation import (
    Body,
    Encoding,
    MediaType,
    Operation,
    Parameter,
    Place,
    Reply,
    Schema,
    SecurityScheme,
    Server,
    ServerVariable,
)
from pymacaron_core.spec.path_item import PathItem, path_item

_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
}
_IGNORED_HEADERS = ("accept", "content-type", "authorization")
_SCHEMES = ("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS")


class OpenApi3(Dialect):
    """Reads one OpenAPI 3.0 document."""

    keys = keys.OPENAPI3

    def __init__(self, root: Node, name: str, dialect: str) -> None:
        self._parameters: dict[tuple[Place, str], Parameter] = {}
        self._bodies: dict[tuple[Place, str], Body] = {}
        self._replies: dict[tuple[Place, str, str], Reply] = {}
        super().__init__(root, name, dialect)

    def own_schemas(self) -> Node | None:
        return self._components("schemas")

    def own_security_schemes(self) -> Node | None:
        return self._components("securitySchemes")

    def _components(self, key: str) -> Node | None:
        components = self.root.child("components")
        if components is None or not components.is_mapping("`components`"):
            return None
        components.check_keys("`components`", keys.COMPONENTS)
        return components.child(key)

    def security_scheme(self, name: str, node: Node) -> SecurityScheme | None:
        node.check_keys("a security scheme", keys.SECURITY_SCHEME)
        kind = node.choice("type", _SCHEMES, "")
        if not kind:
            if not node.has("type"):
                node.error(f"the security scheme `{name}` needs `type`: {', '.join(_SCHEMES)}", "required")
            return None
        wanted = {"apiKey": ("name", "in"), "http": ("scheme",), "openIdConnect": ("openIdConnectUrl",)}
        for key in wanted.get(kind, ()):
            if not node.text(key):
                node.error(f"the security scheme `{name}` is of type {kind} and needs `{key}`", "required")
        flows = node.child("flows")
        for holder, key in ((node, "oauth2MetadataUrl"), (flows, "deviceAuthorization")):
            if holder is not None and holder.has(key):
                holder.warning(f"`{key}` is OpenAPI 3.2; it is carried, and nothing here uses it", "openapi-3.2", key)
        if flows is not None and flows.is_mapping("`flows`"):
            _check_flows(flows)
        return SecurityScheme(
            name,
            kind,
            scheme=node.text("scheme").lower() if kind == "http" else "",
            place_in=node.choice("in", PLACES[1:], "header") if kind == "apiKey" else "",
            parameter=node.text("name") if kind == "apiKey" else "",
            bearer_format=node.text("bearerFormat"),
            flows=flows.value if flows is not None and isinstance(flows.value, dict) else {},
            openid_url=node.text("openIdConnectUrl"),
            description=node.text("description"),
            extensions=node.extensions(),
            place=node.place,
            deprecated=node.flag("deprecated"),
            metadata_url=node.text("oauth2MetadataUrl"),
        )

    def servers(self) -> tuple[tuple[Server, ...], str]:
        servers = _servers(self.root)
        return servers, _path(self.root, servers[0].address) if servers else ""

    def operation_servers(self, operation: Node) -> tuple[Server, ...]:
        return _servers(operation)

    def path_servers(self, item: PathItem) -> tuple[Server, ...]:
        holder = item.first("servers")
        return _servers(holder) if holder is not None else ()

    def inputs(self, operation: Node, parameters: list[Node]) -> tuple[list[Parameter], Body | None]:
        found = [self._parameter(node) for node in parameters]
        body = operation.child("requestBody")
        node = referred(body, "a request body", self.modern) if body is not None else None
        return [parameter for parameter in found if parameter is not None], self._body(node) if node else None

    def reply(self, status: str, node: Node, operation: Node) -> Reply:
        description = node.text("description")
        known = self._replies.get((node.place, status, description))
        if known is None:
            known = self._replies[node.place, status, description] = Reply(
                status=status,
                description=description,
                content=self._content(node, by_item=True),
                headers=self._headers(node),
                links=_links(node),
                place=node.place,
                extensions=node.extensions(),
            )
        return known

    def webhooks(self) -> tuple[Operation, ...]:
        found: list[Operation] = []
        for name, node in self.root.entries("webhooks"):
            item = path_item(name, node, self.keys.path_item)
            if item is not None:
                found += self.item_operations(item, served=False)
        return tuple(found)

    def _parameter(self, node: Node) -> Parameter | None:
        key = node.place, node.text("description")
        known = self._parameters.get(key)
        if known is not None:
            return known
        node.check_keys("a parameter", self.keys.parameter)
        if node.value.get("in") in ("body", "formData"):
            message = (
                f"`in: {node.value['in']}` is Swagger 2.0; since OpenAPI 3 the body is the operation's `requestBody`"
            )
            node.error(message, "enum", "in")
            return None
        if node.value.get("in") == "querystring" and self.dialect not in ("3.0", "3.1"):
            message = "`in: querystring` is OpenAPI 3.2; operations with such a parameter are not served yet"
            node.library.faults.unserved(node.place, message, "openapi-3.2")
            return None
        place_in = known_place(node, PLACES)
        if place_in is None or (place_in == "header" and node.text("name").lower() in _IGNORED_HEADERS):
            return None
        parameter = self._described(node, node.text("name"), place_in)
        self._parameters[key] = parameter
        return parameter

    def _described(self, node: Node, name: str, place_in: str) -> Parameter:
        """A parameter, or a header of a reply or of a part of a form."""
        content = next(iter(self._content(node)), None)
        style = self._style(node, place_in)
        examples, named = parts.examples(node)
        return Parameter(
            name=name,
            place_in=place_in,
            schema=content.schema or Schema(place=content.place) if content else self._schema(node),
            required=is_required(node, place_in),
            style=style,
            explode=node.flag("explode", style == "form"),
            allow_reserved=node.flag("allowReserved"),
            allow_empty=node.flag("allowEmptyValue"),
            content=content,
            description=node.text("description"),
            deprecated=node.flag("deprecated"),
            examples=examples or (content.examples if content else ()),
            extensions=node.extensions(),
            place=node.place,
            named_examples=named or (content.named_examples if content else {}),
        )

    def _schema(self, node: Node) -> Schema:
        schema = node.child("schema")
        if schema is not None:
            return self.schemas.read(schema)
        loose = {key: value for key, value in node.value.items() if key in keys.PARAMETER_SCHEMA}
        if loose:
            node.warning("since OpenAPI 3, `type` and its kin stand under `schema`; they are read so", "shape")
            return self.schemas.read(Node(loose, node.place, node.library))
        node.warning("neither `schema` nor `content` is given; any text is taken", "required")
        return Schema({"type": ("string",)}, place=node.place)

    def _style(self, node: Node, place_in: str) -> str:
        known = _STYLES[place_in]
        written = node.value.get("style")
        if written is None or written in known:
            return known[0] if written is None else str(written)
        told = hint(written, known) if isinstance(written, str) else ""
        message = (
            f"a {place_in} parameter cannot have the style `{str(written)[:60]}`; it is read as `{known[0]}`{told}"
        )
        node.warning(message, "style", "style")
        return known[0]

    def _body(self, node: Node) -> Body:
        description = node.text("description")
        known = self._bodies.get((node.place, description))
        if known is None:
            node.check_keys("a request body", keys.BODY)
            if not node.has("content"):
                node.error("a request body needs `content`: its media types with their schemas", "required")
            known = self._bodies[node.place, description] = Body(
                content=self._content(node),
                required=node.flag("required"),
                description=description,
                place=node.place,
                extensions=node.extensions(),
            )
        return known

    def _content(self, holder: Node, by_item: bool = False) -> tuple[MediaType, ...]:
        found = []
        for written, node in holder.entries("content"):
            name = parts.media_type_name(node, written)
            if name is None:
                continue
            if node.value is None:
                node.error("a media type has nothing behind it; `{}` takes any body of this type", "empty")
            target = node.follow("what stands under a media type") if node.value is not None else None
            found.append(self._media_type(name, target, by_item) if target else MediaType(name, place=node.place))
        if not found and isinstance(holder.value.get("content"), dict) and holder.value["content"]:
            holder.error("there is no media type under `content`; it looks like `application/json`", "media-type")
        return parts.distinct(found)

    def _media_type(self, name: str, node: Node, by_item: bool) -> MediaType:
        """``by_item``: an ``itemSchema`` (3.2) is read as the schema of an array of such items, which it means."""
        node.check_keys("a media type", keys.MEDIA_TYPE)
        by_item = by_item and "itemSchema" in node.value
        for key in ("itemSchema", "prefixEncoding", "itemEncoding"):
            if key in node.value and not (by_item and key == "itemSchema"):
                node.warning(f"`{key}` is OpenAPI 3.2, and nothing is held to it yet", "openapi-3.2", key)
        encodings = node.entries("encoding", named=True)
        examples, named = parts.examples(node)
        schema = node.child("itemSchema" if by_item else "schema")
        read = self.schemas.read(schema) if schema is not None else None
        return MediaType(
            name=name,
            schema=Schema({"type": ("array",), "items": read}, place=read.place) if by_item and read else read,
            examples=examples,
            encoding={key: self._encoding(inner) for key, inner in encodings if inner.value != {}},
            place=node.place,
            named_examples=named,
            extensions=node.extensions(),
        )

    def _encoding(self, node: Node) -> Encoding:
        if not node.is_mapping("an encoding"):
            return Encoding()
        node.check_keys("an encoding", keys.ENCODING)
        return Encoding(
            content_type=node.text("contentType") or None,
            style=node.choice("style", _STYLES["query"], "") or None,
            explode=node.flag("explode") if node.has("explode") else None,
            headers={header.name: header for header in self._headers(node)},
            allow_reserved=node.flag("allowReserved") if node.has("allowReserved") else None,
            extensions=node.extensions(),
        )

    def _headers(self, holder: Node) -> tuple[Parameter, ...]:
        found = []
        for name, inner in holder.entries("headers", named=True):
            if inner.value is None:
                inner.warning("a header has nothing behind it, and is left out", "empty")
            node = referred(inner, "a header", self.modern) if inner.value is not None else None
            if node is not None and name.lower() != "content-type":
                node.check_keys("a header", self.keys.parameter - {"in"})
                found.append(self._described(node, name, "header"))
        return tuple(found)


class OpenApi31(OpenApi3):
    """Reads one OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12."""

    modern = True


def _check_flows(flows: Node) -> None:
    flows.check_keys("`flows`", keys.FLOWS, describes=True)
    for _, flow in flows.members("`flows`"):
        if flow.value is not None and flow.is_mapping("a flow"):
            flow.check_keys("a flow", keys.FLOW, describes=True)
            parts.check_scopes(flow)


def _links(reply: Node) -> dict[str, Any]:
    """The links of a reply, each as it is written where it stands."""
    found = {}
    with reply.library.faults.only_told(spoils=False):
        for name, written in reply.entries("links", named=True):
            link = written.follow("a link")
            if link is not None:
                link.check_keys("a link", keys.LINK, describes=True)
                server = link.child("server")
                if server is not None and server.is_mapping("a server"):
                    server.check_keys("a server", keys.SERVER, describes=True)
                found[name] = link.value
    return found


def _servers(holder: Node) -> tuple[Server, ...]:
    """The servers under a node, each with its variables."""
    found = []
    for node in holder.items("servers"):
        if not node.is_mapping("a server"):
            continue
        node.check_keys("a server", keys.SERVER, describes=True)
        url = node.text("url")
        if not url:
            node.warning("a server needs `url`; it is left out", "required")
            continue
        server = Server(url, node.text("description"), dict(_variables(node)), node.extensions(), node.text("name"))
        for name in server.unknown:
            node.warning(f"the variable `{name}` of `{url}` has no default; it is left empty", "server")
        found.append(server)
    return tuple(found)


def _variables(server: Node) -> Iterator[tuple[str, ServerVariable]]:
    for name, node in server.entries("variables", named=True):
        if not node.is_mapping("a variable"):
            continue
        node.check_keys("a variable", keys.VARIABLE, describes=True)
        default, values = node.text("default"), tuple(node.texts("enum"))
        if values and default and default not in values:
            node.warning(f"the default `{default[:60]}` of the variable `{name}` is none of its values", "server")
        yield name, ServerVariable(default, values, node.text("description"), node.extensions())


def _path(node: Node, url: str) -> str:
    """The path of a server's address, which is relative to where the document is."""
    try:
        path = urlsplit(urljoin("http://localhost/", url)).path
    except ValueError:
        node.warning(f"`{url}` is no address; the paths are served from the root", "server", "servers")
        return ""
    path = path.rstrip("/")
    return f"/{path.lstrip('/')}" if path.strip("/") else ""
