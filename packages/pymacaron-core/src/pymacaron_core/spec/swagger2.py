"""Swagger 2.0 (https://spec.openapis.org/oas/v2.0) in the words of :mod:`pymacaron_core.spec.operation`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pymacaron_core.spec import keys, parts
from pymacaron_core.spec.declared import PLACES, is_required, known_place
from pymacaron_core.spec.dialect import Dialect
from pymacaron_core.spec.node import Node
from pymacaron_core.spec.operation import (
    Body,
    Encoding,
    MediaType,
    Parameter,
    Reply,
    Schema,
    SecurityScheme,
    Server,
)

_JSON, _BYTES = ("application/json",), "application/octet-stream"
_MULTIPART, _URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
_STYLES = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}
_FORMATS = ("csv", "ssv", "tsv", "pipes", "multi")
_FLOWS = {"implicit": "implicit", "password": "password", "application": "clientCredentials"}


class Swagger2(Dialect):
    """Reads one Swagger 2.0 document."""

    keys = keys.SWAGGER2

    def own_schemas(self) -> Node | None:
        return self.root.child("definitions")

    def own_security_schemes(self) -> Node | None:
        return self.root.child("securityDefinitions")

    def security_scheme(self, name: str, node: Node) -> SecurityScheme | None:
        node.check_keys("a security scheme", keys.SECURITY_SCHEME2)
        known = ("basic", "apiKey", "oauth2")
        kind = node.choice("type", known, "")
        common: dict[str, Any] = {
            "description": node.text("description"),
            "extensions": node.extensions(),
            "place": node.place,
        }
        if kind == "basic":
            return SecurityScheme(name, "http", scheme="basic", **common)
        if kind == "apiKey":
            place_in, parameter = node.choice("in", ("query", "header"), "header"), node.text("name")
            if not parameter:
                node.error(f"the security scheme `{name}` needs `name`: the parameter that has the key", "required")
            if not node.has("in"):
                node.error(f"the security scheme `{name}` needs `in`: where the key is", "required")
            return SecurityScheme(name, kind, place_in=place_in, parameter=parameter, **common)
        if kind == "oauth2":
            parts.check_scopes(node)
            return SecurityScheme(name, kind, flows=_flows(node), **common)
        if not node.has("type"):
            node.error(f"the security scheme `{name}` needs `type`: {', '.join(known)}", "required")
        return None

    def servers(self) -> tuple[tuple[Server, ...], str]:
        written = self.root.text("basePath")
        if "://" in written:
            self.root.warning("`basePath` is a path; its host stands in `host`", "server", "basePath")
            written = re.sub(r"^[^:]*://[^/]*", "", written)
        base_path = f"/{written.strip('/')}" if written.strip("/") else ""
        host = self.root.text("host").strip("/")
        schemes = self.root.texts("schemes") or ["https"]
        if host:
            return tuple(Server(f"{scheme}://{host}{base_path}") for scheme in schemes), base_path
        return ((Server(base_path),) if base_path else ()), base_path

    def operation_servers(self, operation: Node) -> tuple[Server, ...]:
        host = self.root.text("host").strip("/")
        base_path = self.servers()[1] if host and operation.has("schemes") else ""
        return tuple(Server(f"{scheme}://{host}{base_path}") for scheme in operation.texts("schemes") if host)

    def inputs(self, operation: Node, parameters: list[Node]) -> tuple[list[Parameter], Body | None]:
        found: list[Parameter] = []
        fields: list[Node] = []
        bodies: list[Node] = []
        for node in parameters:
            node.check_keys("a parameter", self.keys.parameter)
            place_in = known_place(node, (*PLACES[:3], "body", "formData"))
            if place_in == "body":
                bodies.append(node)
            elif place_in == "formData":
                fields.append(node)
            elif place_in is not None:
                found.append(self._parameter(node, place_in))
        if len(bodies) > 1:
            bodies[1].error("an operation has one body, and this is a second one", "two-bodies")
        elif bodies and fields:
            fields[0].error("an operation has a body or a form, not both", "two-bodies")
        if bodies:
            return found, self._body(operation, bodies[0])
        return found, self._form(operation, fields) if fields else None

    def reply(self, status: str, node: Node, operation: Node) -> Reply:
        schema = self.schemas.read(node.child("schema") or node) if node.has("schema") else None
        examples = dict(_examples(node))
        names = [*self._media_types(operation, "produces"), *examples] if schema is not None else list(examples)
        if schema is not None and schema.get("format") == "binary" and set(names) <= set(_JSON):
            names = [_BYTES]  # a file is no JSON; many documents produce JSON and say nothing of the one that is
        content = [MediaType(name, schema, examples.get(name, ()), place=node.place) for name in names]
        headers = node.entries("headers", named=True)
        return Reply(
            status=status,
            description=node.text("description"),
            content=parts.distinct(content),
            headers=tuple(self._header(name, inner) for name, inner in headers if not _is_nothing(inner)),
            place=node.place,
            extensions=node.extensions(),
        )

    def _header(self, name: str, node: Node) -> Parameter:
        if not node.is_mapping("a header"):
            return Parameter(name, "header", Schema(), style="simple", explode=False, place=node.place)
        node.check_keys("a header", keys.HEADER2)
        return Parameter(
            name=name,
            place_in="header",
            schema=self._schema(node),
            style="simple",
            explode=False,
            description=node.text("description"),
            extensions=node.extensions(),
            place=node.place,
        )

    def _parameter(self, node: Node, place_in: str) -> Parameter:
        style, explode = self._style(node, place_in)
        example = next((node.value[key] for key in ("x-example", "example") if key in node.value), None)
        return Parameter(
            name=node.text("name"),
            place_in=place_in,
            schema=self._schema(node),
            required=is_required(node, place_in),
            style=style,
            explode=explode,
            allow_empty=node.flag("allowEmptyValue"),
            description=node.text("description"),
            examples=() if example is None else (example,),
            extensions=node.extensions(),
            place=node.place,
            inner_styles=self._inner_styles(node),
        )

    def _inner_styles(self, node: Node) -> tuple[str, ...]:
        """The styles of arrays within an array; none of them repeats anything (Items Object, ``collectionFormat``)."""
        styles: list[str] = []
        while node.value.get("type") == "array" and len(styles) < len(_FORMATS):
            items = node.child("items")
            if items is None or not isinstance(items.value, dict) or items.value.get("type") != "array":
                break
            styles.append(_STYLES.get(items.choice("collectionFormat", _FORMATS[:-1], "csv"), "simple"))
            node = items
        return tuple(styles)

    def _schema(self, node: Node) -> Schema:
        """The schema of a parameter or header, whose keywords stand beside its name and place."""
        schema = node.child("schema")
        if schema is not None:
            message = "`schema` is for the body; other parameters have `type` itself, and it is read so"
            node.warning(message, "shape", "schema")
            return self.schemas.read(schema)
        if not node.has("type"):
            node.warning("no `type` is given; any text is taken", "required")
        kept = {key: value for key, value in node.value.items() if key in keys.PARAMETER_SCHEMA}
        return self.schemas.read(Node({"type": "string", **kept}, node.place, node.library))

    def _style(self, node: Node, place_in: str) -> tuple[str, bool]:
        default = "form" if place_in in ("query", "formData") else "simple"
        if node.value.get("type") != "array":
            return default, default == "form"
        written = node.choice("collectionFormat", _FORMATS, "csv")
        if written == "multi" and default == "simple":
            node.warning(f"`multi` repeats a parameter, and a {place_in} cannot; it is read as csv", "style")
            written = "csv"
        return _STYLES.get(written, default), written == "multi"

    def _body(self, operation: Node, node: Node) -> Body:
        schema = node.child("schema")
        if schema is None:
            node.warning("the body has no `schema`; anything is taken", "required")
        read = self.schemas.read(schema) if schema is not None else Schema(place=node.place)
        names = self._media_types(operation, "consumes")
        return Body(
            content=parts.distinct(MediaType(name, read, place=node.place) for name in names),
            required=node.flag("required"),
            description=node.text("description"),
            place=node.place,
            extensions=node.extensions(),
        )

    def _form(self, operation: Node, fields: list[Node]) -> Body:
        consumed = self._media_types(operation, "consumes")
        has_file = any(field.value.get("type") == "file" for field in fields)
        names = [name for name in (_MULTIPART, _URLENCODED) if name in consumed]
        if has_file or not names:
            names = [_MULTIPART if has_file else _URLENCODED]
        properties = {node.text("name"): self._field(node) for node in fields}
        schema = Schema(_form_keywords(properties, fields), place=operation.place)
        encoding = {node.text("name"): self._encoding(node) for node in fields if node.value.get("type") == "array"}
        return Body(
            content=tuple(MediaType(name, schema, encoding=encoding, place=operation.place) for name in names),
            required="required" in schema.keywords,
            spread=True,
            arguments={node.text("name"): "" for node in fields},
            place=fields[0].place,
        )

    def _field(self, node: Node) -> Schema:
        schema = self._schema(node)
        description = node.text("description")
        keywords = {**schema.keywords, **node.extensions()}
        keywords.pop("x-nullable", None)
        if description:
            keywords["description"] = description
        return Schema(keywords, schema.ref, schema.place)

    def _encoding(self, node: Node) -> Encoding:
        style, explode = self._style(node, "formData")
        return Encoding(style=style, explode=explode)

    def _media_types(self, operation: Node, key: str) -> list[str]:
        """The media types of an operation; those of the document where it names none."""
        holder = operation if operation.value.get(key) is not None else self.root
        found = [parts.media_type_name(item, item.value) for item in holder.items(key)]
        return [name for name in found if name is not None] or list(_JSON)


def _is_nothing(header: Node) -> bool:
    """Whether a header has nothing behind it; that is told."""
    if header.value is None:
        header.warning("a header has nothing behind it, and is left out", "empty")
    return not header.value


def _examples(node: Node) -> Iterable[tuple[str, tuple[Any, ...]]]:
    """The examples of a response by media type; keys that are none (``default: ...``) say nothing about one."""
    for name, inner in node.entries("examples"):
        if "/" in name:
            yield name.split(";")[0].strip().lower(), (inner.value,)


def _form_keywords(properties: Mapping[str, Schema], fields: list[Node]) -> dict[str, Any]:
    keywords: dict[str, Any] = {"type": ("object",), "properties": dict(properties)}
    required = tuple(node.text("name") for node in fields if node.flag("required"))
    return {**keywords, "required": required} if required else keywords


def _flows(node: Node) -> dict[str, Any]:
    """The one flow of 2.0 as OpenAPI 3 names it."""
    written = node.choice("flow", (*_FLOWS, "accessCode"), "")
    flow = {key: node.value[key] for key in ("authorizationUrl", "tokenUrl", "scopes") if key in node.value}
    return {_FLOWS.get(written, "authorizationCode"): flow} if written else {}
