"""Schemas of every dialect as JSON Schema 2020-12: references become names, and are never written out."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from pymacaron_core.spec import keywords
from pymacaron_core.spec.circles import circles, shown
from pymacaron_core.spec.depth import BRANCHES, DEEPEST, IN_PLACE, branches, too_deep
from pymacaron_core.spec.discriminators import complete_discriminators
from pymacaron_core.spec.document import Library
from pymacaron_core.spec.faults import hint
from pymacaron_core.spec.keys import DISCRIMINATOR
from pymacaron_core.spec.names import derived_name
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.operation import Discriminator, Place, Schema
from pymacaron_core.spec.references import Unresolved, reference, target


class Schemas:
    """Reads schemas, and names those that references lead to.

    ``own`` holds the document's named schemas, which keep their names. ``modern`` is JSON Schema 2020-12 (OpenAPI 3.1):
    keywords beside ``$ref`` count, and ``type`` may be a list.
    """

    def __init__(self, own: Node | None, modern: bool, library: Library) -> None:
        self.modern = modern
        self.library = library
        self.names: dict[Place, str] = {}
        self.named: dict[str, Schema] = {}
        self.derived: dict[str, Place] = {}
        self._taken: set[str] = set()
        self._waiting: deque[tuple[str, Node]] = deque()
        self.assumed: dict[Place, None] = {}
        """Where a schema with ``properties`` was taken for one of objects."""
        self._dynamic: list[Node] = []
        self._told_nullable = False
        self._position = keywords.VALUE
        if own is not None and own.is_mapping("what holds the schemas"):
            for name, value in own.value.items():
                if isinstance(value, (dict, bool)) or not name.startswith("x-"):
                    self._add(name, Node(value, own.place / name, own.library))

    def read(self, node: Node) -> Schema:
        """The schema at a node."""
        value = node.value
        if value is True:
            return Schema(place=node.place)
        if value is False:
            return Schema(place=node.place, refuses_all=True)
        if not isinstance(value, dict):
            meant = "; `{}` takes any value" if value is None else ""
            node.error(f"a schema must be a mapping, and here is {kind(value)}{meant}", "shape")
            return Schema(place=node.place)
        node.check_reference()
        ref = reference(value) or (value.get("$dynamicRef") if self.modern else None)
        name = self.name(node, ref) if isinstance(ref, str) else None
        if self.modern and isinstance(value.get("$dynamicRef"), str):
            self._dynamic.append(node)
        if len(value) == 1 and ref is not None:
            return Schema(ref=name, place=node.place)
        if value.get("type") == "file":
            node = self._file(node)
        beside = self._keywords(node) if ref is None or self.modern else {}
        if "properties" in beside and keywords.means_object(beside, self._position):
            beside = {"type": ("object",), **beside}
            self.assumed[node.place] = None
        schema = Schema(beside, ref=name, place=node.place)
        return keywords.with_null(schema) if self._nullable(node) else schema

    def name(self, node: Node, ref: str) -> str | None:
        """The name of the schema a reference at this node leads to; None, and a fault, where it leads to none."""
        try:
            value, place = target(node.library, ref, node.place)
        except Unresolved as error:
            node.error(str(error), "reference", "$ref" if "$ref" in node.value else None)
            return None
        node.library.uses.add(node.place, place)
        if not isinstance(value, (dict, bool)):
            node.error(f"the reference `{ref}` leads to {kind(value)}, not to a schema", "reference", "$ref")
            return None
        known = self.names.get(place)
        return (
            known
            if known is not None
            else self._add(derived_name(place, self._taken), Node(value, place, node.library), True)
        )

    def complete(self) -> Mapping[str, Schema]:
        """Every named schema, the document's own first. To be called when everything else was read."""
        while self._waiting:
            name, node = self._waiting.popleft()
            self.named[name] = self.read(node)
        self._check_dynamic()
        self._refuse_circles()
        self._refuse_depths()
        complete_discriminators(self.named, self.library)
        return self.named

    def _refuse_circles(self) -> None:
        for caught, circle in list(circles(self.named)):
            for name in caught:
                place = self.named[name].place
                self.library.faults.broken.add(place)
                self.named[name] = Schema(place=place)
            if circle:
                message = f"the schema `{circle[0]}` is made of itself, without end: {shown(circle)}"
                self.library.faults.error(self.named[circle[0]].place, message, "reference")

    def _refuse_depths(self) -> None:
        for name, is_first in list(too_deep(self.named)):
            place = self.named[name].place
            self.named[name] = Schema(place=place)
            if is_first:
                message = (
                    f"the schema `{name}` leads through too many others before it says what a value is: {DEEPEST} by "
                    f"references alone, or {DEEPEST // 2} by `allOf`, `anyOf` and `oneOf`, are as many as may be"
                )
                self.library.faults.error(place, message, "depth")

    def _check_dynamic(self) -> None:
        """Warn where the way that led to a ``$dynamicRef`` would matter: it always leads to the nearest anchor."""
        if not self._dynamic:
            return
        library = self.library
        count = Counter(name for file in library.files for name in library.open(file).identity.dynamic)
        for node in self._dynamic:
            anchor = node.value["$dynamicRef"].rpartition("#")[2]
            if count[anchor] > 1:
                message = f"of {count[anchor]} anchors `{anchor}` this always means the one that a `$ref` would"
                node.warning(message, "$dynamicRef", "$dynamicRef")
            if reference(node.value) is not None:
                node.warning("`$dynamicRef` beside `$ref` is left out", "$dynamicRef", "$dynamicRef")

    def _add(self, name: str, node: Node, derived: bool = False) -> str:
        self.names[node.place] = name
        self._taken.add(name)
        if derived:
            self.derived[name] = node.place
        self._waiting.append((name, node))
        return name

    def _file(self, node: Node) -> Node:
        if self.modern or "openapi" in _root(node):
            node.warning("`type: file` is Swagger 2.0; write `type: string` with `format: binary`", "type", "type")
        return Node({**node.value, "type": "string", "format": "binary"}, node.place, node.library)

    def _nullable(self, node: Node) -> bool:
        if "nullable" in node.value and self.modern and not self._told_nullable:
            self._told_nullable = True
            message = "`nullable` is OpenAPI 3.0, and is read as there; since 3.1 null is one of the types"
            node.warning(message, "nullable", "nullable")
        return any([node.flag("nullable"), node.flag("x-nullable")])

    def _keywords(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        position = self._position
        for name, value in node.value.items():
            self._position = keywords.position(position, name, node.value)
            inner = Node(value, node.place / name, node.library)
            if value is None and name in keywords.NOT_NULL:
                continue  # told with the other keys
            if name in keywords.SCHEMA:
                found[name] = self.read(inner)
            elif name in keywords.SCHEMA_LIST:
                found[name] = self._list(node, name)
            elif name in keywords.SCHEMA_MAPPING:
                found[name] = self._mapping(inner)
            elif name in keywords.OTHER:
                self._other(node, name, inner, found)
            elif name.startswith("x-"):
                if name != "x-nullable":
                    found[name] = value
            elif name in keywords.KNOWN and name not in keywords.NUMBERS - {"multipleOf"}:
                plain = keywords.plain(node, name, value)
                if plain is not None or name in ("default", "const"):
                    found[name] = plain
        self._position = position
        found |= keywords.bounds(node)
        keywords.check_enum(node, found)
        keywords.check_format(node, found)
        node.check_keys("a schema", keywords.KNOWN)
        return {name: value for name, value in found.items() if value != () or name not in keywords.SCHEMA_LIST}

    def _list(self, node: Node, name: str) -> tuple[Schema, ...]:
        count = branches(node.value, name) if name in IN_PLACE else 0
        if count > BRANCHES:
            message = f"`{name}` has {count} schemas, and nothing is made of more than {BRANCHES}"
            node.error(message, "depth", name)
            return ()
        return tuple([self.read(item) for item in node.items(name)])

    def _mapping(self, node: Node) -> dict[str, Schema]:
        if node.value is None or not node.is_mapping("this"):
            return {}
        return {name: self.read(Node(value, node.place / name, node.library)) for name, value in node.value.items()}

    def _other(self, node: Node, name: str, inner: Node, found: dict[str, Any]) -> None:
        if name == "type":
            types = keywords.types(node, self.modern)
            if types:
                found["type"] = types
        elif name == "items":
            self._items(node, inner, found)
        elif name == "enum":
            _enum(inner, found)
        elif name == "required":
            if isinstance(inner.value, bool):
                inner.warning("in a schema `required` lists the properties that must be there", "shape")
            elif required := tuple(dict.fromkeys(node.texts("required"))):
                found["required"] = required
        elif name in ("example", "examples"):
            examples = inner.value if name == "examples" else [inner.value]
            if isinstance(examples, list):
                found["examples"] = (*found.get("examples", ()), *examples)
        elif name == "discriminator" and inner.value is not None:
            discriminator = self._discriminator(inner, node)
            if discriminator is not None:
                found["discriminator"] = discriminator
        elif name in ("dependencies", "dependentRequired"):
            self._dependencies(inner, found)

    def _items(self, node: Node, inner: Node, found: dict[str, Any]) -> None:
        if not isinstance(inner.value, list):
            found["items"] = self.read(inner)
            return
        found["prefixItems"] = tuple([self.read(item) for item in node.items("items")])
        rest = node.child("additionalItems")
        if rest is not None:
            found["items"] = self.read(rest)

    def _dependencies(self, node: Node, found: dict[str, Any]) -> None:
        for name, inner in node.members("this"):
            if isinstance(inner.value, list):
                found["dependentRequired"] = {**found.get("dependentRequired", {}), name: tuple(node.texts(name))}
            else:
                found["dependentSchemas"] = {**found.get("dependentSchemas", {}), name: self.read(inner)}

    def _discriminator(self, node: Node, schema: Node) -> Discriminator | None:
        if isinstance(node.value, str):
            return Discriminator(node.value, self._implied(schema, {}))
        if not node.is_mapping("`discriminator`"):
            return None
        node.check_keys("`discriminator`", DISCRIMINATOR)
        name = node.text("propertyName")
        if not name:
            node.error("`discriminator` needs `propertyName`: the property that names the schema", "discriminator")
            return None
        if node.has("defaultMapping"):
            message = "`defaultMapping` is OpenAPI 3.2, and nothing is held to it yet"
            node.warning(message, "openapi-3.2", "defaultMapping")
        mapping: dict[str, str] = {}
        for value, inner in node.entries("mapping", named=True):
            found = self._mapped(inner)
            if found is not None:
                mapping[value] = found
        return Discriminator(name, self._implied(schema, mapping))

    def _mapped(self, node: Node) -> str | None:
        """The schema a discriminator value means: the name of one, or a reference."""
        ref = node.value
        if not isinstance(ref, str):
            node.error(f"this must name a schema, and here is {kind(ref)}", "shape")
            return None
        if ref in self._taken and ref not in self.derived:
            return ref
        if "/" not in ref and "#" not in ref and "." not in ref:
            node.error(f"there is no schema `{ref}`{hint(ref, self._taken)}", "discriminator")
            return None
        return self.name(Node({"$ref": ref}, node.place, node.library), ref)

    def _implied(self, schema: Node, mapping: dict[str, str]) -> dict[str, str]:
        """What is not in the mapping is meant by its own name."""
        meant = set(mapping.values())
        for name in ("oneOf", "anyOf"):
            for branch in schema.items(name):
                ref = reference(branch.value)
                found = self.name(branch, ref) if ref else None
                if ref and found and found not in meant:
                    meant.add(found)
                    mapping.setdefault(re.split(r"[/#]", ref)[-1], found)
        return mapping


def _root(node: Node) -> Any:
    root = node.library.open(node.library.files[0]).value
    return root if isinstance(root, dict) else {}


def _enum(node: Node, found: dict[str, Any]) -> None:
    if not isinstance(node.value, list):
        node.error(f"`enum` must be a list, and here is {kind(node.value)}", "shape")
    elif not node.value:
        node.warning("`enum` without values is left out", "shape")
    else:
        found["enum"] = tuple(node.value)
