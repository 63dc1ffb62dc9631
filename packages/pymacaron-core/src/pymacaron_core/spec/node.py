"""A node: one value of a document with its place, and the faults found while it is looked into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pymacaron_core.spec.document import Library
from pymacaron_core.spec.faults import nearest
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.references import HOP_LIMIT, MANY, Unresolved, reference, target

NULL_IS_MEANT = frozenset(("default", "const", "example"))
"""The keys behind which null is a value like any other."""
DESCRIBING = frozenset(
    (
        *("description", "summary", "title", "operationId", "tags", "externalDocs", "servers", "deprecated", "xml"),
        *("examples", "parameters", "callbacks", "links", "headers", "encoding", "paths", "components", "webhooks"),
        *("version", "termsOfService", "contact", "license", "host", "basePath", "schemes", "consumes", "produces"),
        *("definitions", "$defs", "$comment", "$schema", "securityDefinitions", "schemas", "requestBodies"),
        *("securitySchemes", "pathItems", "mediaTypes", "readOnly", "writeOnly", "nullable", "jsonSchemaDialect"),
        *("get", "put", "post", "delete", "options", "head", "patch", "trace", "contentEncoding", "contentMediaType"),
        *("bearerFormat", "openIdConnectUrl", "oauth2MetadataUrl", "authorizationUrl", "tokenUrl", "scopes"),
    )
)
"""The keys that say nothing of what is taken and sent when there is nothing behind them."""
TOLD_ELSEWHERE = frozenset(
    ("$ref", "type", "enum", "security", "name", "in", "propertyName", "info", "swagger", "openapi", "responses")
)
_KINDS = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


def kind(value: Any) -> str:
    """What a value is, in words: ``a mapping``, ``a list``, ..."""
    return _KINDS.get(type(value), "nothing")


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value of a document. What is not there gives nothing; what has the wrong shape is told as a fault."""

    value: Any
    place: Place
    library: Library

    def error(self, message: str, rule: str, key: object = None) -> None:
        self.library.faults.error(self.place if key is None else self.place / key, message, rule)

    def warning(self, message: str, rule: str, key: object = None) -> None:
        self.library.faults.warning(self.place if key is None else self.place / key, message, rule)

    def has(self, key: str) -> bool:
        """Whether a mapping has this key, with a value."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def child(self, key: str) -> Node | None:
        """What is under a key; None where there is nothing."""
        return Node(self.value[key], self.place / key, self.library) if self.has(key) else None

    def is_mapping(self, what: str) -> bool:
        """Whether this is a mapping; tells a fault when it is not."""
        if isinstance(self.value, dict):
            return True
        self.error(f"{what} must be a mapping, and here is {kind(self.value)}", "shape")
        return False

    def members(self, what: str, *, named: bool = False) -> Iterator[tuple[str, Node]]:
        """The keys of a mapping with their nodes, ``x-`` keys left out.

        Where keys are names that an author chose (``named``), those of mappings count: ``x-api-key: {type: apiKey}``.
        """
        if not self.is_mapping(what):
            return
        for key, value in self.value.items():
            if not key.startswith("x-") or (named and isinstance(value, dict)):
                yield key, Node(value, self.place / key, self.library)

    def entries(self, key: str, *, named: bool = False) -> Iterator[tuple[str, Node]]:
        """The members of the mapping under a key."""
        inner = self.child(key)
        if inner is not None:
            yield from inner.members(f"`{key}`", named=named)

    def items(self, key: str) -> Iterator[Node]:
        """The items of the list under a key."""
        inner = self.child(key)
        if inner is None:
            return
        if not isinstance(inner.value, list):
            inner.error(f"`{key}` must be a list, and here is {kind(inner.value)}", "shape")
            return
        for number, value in enumerate(inner.value):
            yield Node(value, inner.place / number, self.library)

    def texts(self, key: str) -> list[str]:
        """The list of texts under a key."""
        found = []
        for item in self.items(key):
            if isinstance(item.value, str):
                found.append(item.value)
            else:
                item.error(f"`{key}` lists texts, and here is {kind(item.value)}", "shape")
        return found

    def text(self, key: str, default: str = "") -> str:
        """The text under a key; a number is taken as it is written (``version: 1.0``)."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if value is None:
            return default
        if isinstance(value, (dict, list, bool)):
            self.warning(f"`{key}` must be text, and here is {kind(value)}; it is left out", "shape", key)
            return default
        return str(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """The boolean under a key."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            self.warning(f"`{key}` must be true or false without quotes", "shape", key)
            return value.lower() == "true"
        self.error(f"`{key}` must be true or false, and here is {kind(value)}", "shape", key)
        return default

    def choice(self, key: str, known: tuple[str, ...], default: str) -> str:
        """The word under a key, one of those known."""
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value in known:
            return value
        close = nearest(str(value), known, cutoff=0.6)
        told = f"; did you mean `{close}`?" if close else f"; it is one of {', '.join(known)}"
        self.error(f"unknown `{key}`: `{str(value)[:60]}`{told}", "enum", key)
        return default

    def extensions(self) -> Mapping[str, Any]:
        """The ``x-`` keys."""
        return {key: value for key, value in self.value.items() if key.startswith("x-")}

    def follow(self, what: str) -> Node | None:
        """This node, or the one its reference leads to; None, and a fault, where that is not a mapping."""
        node = self
        for _ in range(HOP_LIMIT):
            ref = reference(node.value)
            if ref is None:
                node.check_reference()
                return node if node.is_mapping(what) else None
            try:
                value, place = target(self.library, ref, node.place)
            except Unresolved as error:
                node.error(str(error), "reference", "$ref")
                return None
            self.library.uses.add(node.place, place)
            node = Node(value, place, self.library)
        self.error("this reference goes round in a circle and leads to nothing", "reference", "$ref")
        return None

    def check_reference(self) -> None:
        """Tell a fault where ``$ref`` holds no text: unquoted, what follows a ``#`` is a comment."""
        if isinstance(self.value, dict) and not isinstance(self.value.get("$ref", ""), str):
            what = kind(self.value["$ref"])
            self.error(f"`$ref` must be text, and here is {what}; put it in quotes: '#/...'", "reference", "$ref")

    def check_keys(self, what: str, known: frozenset[str], *, describes: bool = False) -> None:
        """Warn of keys that look like a misspelt known one; tell of known ones with nothing behind them.

        ``describes``: no key of this object says what is taken and sent, or who may call.
        """
        for key, value in self.value.items():
            if key in known:
                if value is None and (describes or key not in NULL_IS_MEANT):
                    self._nothing_behind(key, describes)
                continue
            if key.startswith("x-"):
                continue
            many = len(self.library.faults) > MANY
            close = nearest(key, {"security"} & known if many else known)
            if close == "security":
                self.error(f"`{key}` protects nothing; did you mean `security`?", "unknown-key", key)
            elif close is not None:
                self.warning(f"`{key}` means nothing in {what}; did you mean `{close}`?", "unknown-key", key)

    def _nothing_behind(self, key: str, describes: bool) -> None:
        """Tell of a key whose value was forgotten: a fault where it would say what is taken and sent."""
        if describes or key in DESCRIBING:
            self.warning(f"`{key}` has nothing behind it, and is left out", "empty", key)
        elif key not in TOLD_ELSEWHERE:
            self.error(f"`{key}` has nothing behind it; give it a value, or leave it out", "empty", key)
