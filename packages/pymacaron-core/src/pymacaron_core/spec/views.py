"""Makes a schema two where ``readOnly`` and ``writeOnly`` make a request of it mean another thing than a reply.

OpenAPI 3.1, Schema Object (and JSON Schema 2020-12 Validation, 9.4): a property that is ``readOnly`` may be sent in
replies and should not be in requests, ``writeOnly`` is the other way round, and being ``required`` holds in that
direction alone. A schema keeps its name for the whole object, which replies and databases hold; requests refer to a
second one, ``<Name>Request``, made only where the two differ.

A webhook or a callback is a request that the service makes: it holds what the service tells, as its replies do, and
what is answered to it is what the service is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pymacaron_core.spec.directions import HOLDING, IN_PLACE, RECEIVED, Directions, parts, references
from pymacaron_core.spec.operation import Body, Discriminator, MediaType, Operation, Parameter, Schema, Specification

REQUEST_OF = "x-pymacaron-request-of"
"""Names, in a request view, the schema that it is a view of."""
_NOT_IN_REQUESTS = ("x-persist",)

Rewrite = Callable[[Schema], Schema]


def with_views(specification: Specification) -> Specification:
    """The specification with request views, where there are any; the same one where nothing has a direction."""
    if not any(part.get("readOnly") or part.get("writeOnly") for part in _all_parts(specification)):
        return specification
    directions = Directions(specification.schemas)
    requests = _Requests(specification.schemas, directions)
    whole = _Whole(directions)
    operations = [_operation(each, requests, whole) for each in specification.operations]
    webhooks = [_operation(each, whole, requests) for each in specification.webhooks]
    schemas: dict[str, Schema] = {}
    for name, schema in specification.schemas.items():
        schemas[name] = whole(schema)
        if name in requests.used:
            schemas[requests.names[name]] = requests.view(name)
    return replace(specification, schemas=schemas, operations=tuple(operations), webhooks=tuple(webhooks))


def _all_parts(specification: Specification) -> Iterator[Schema]:
    for schema in specification.schemas.values():
        yield from parts(schema)
    for operation in _all_operations((*specification.operations, *specification.webhooks)):
        contents = [operation.body.content if operation.body else (), *(reply.content for reply in operation.replies)]
        found = [media.schema for content in contents for media in content]
        found += [p.content.schema if p.content else p.schema for p in operation.parameters]
        for each in found:
            yield from parts(each) if each is not None else ()


def _all_operations(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        yield operation
        for called in operation.callbacks.values():
            yield from _all_operations(called)


def _operation(operation: Operation, taken: Rewrite, given: Rewrite) -> Operation:
    """An operation with what it takes and what it gives rewritten; those it calls back take what it gives."""
    replies = tuple(replace(reply, content=_content(reply.content, given)) for reply in operation.replies)
    parameters = tuple(_parameter(parameter, taken) for parameter in operation.parameters)
    body: Body | None = operation.body and replace(operation.body, content=_content(operation.body.content, taken))
    callbacks = {name: tuple(_operation(o, given, taken) for o in each) for name, each in operation.callbacks.items()}
    return replace(operation, body=body, replies=replies, parameters=parameters, callbacks=callbacks)


def _content(content: Iterable[MediaType], rewrite: Rewrite) -> tuple[MediaType, ...]:
    return tuple(media if media.schema is None else replace(media, schema=rewrite(media.schema)) for media in content)


def _parameter(parameter: Parameter, rewrite: Rewrite) -> Parameter:
    content = parameter.content and _content((parameter.content,), rewrite)[0]
    return replace(parameter, schema=rewrite(parameter.schema), content=content)


class _Rewriting:
    """Rewrites a schema and those written inside it; what stays as it is stays the same object."""

    def __init__(self, directions: Directions) -> None:
        self.directions = directions
        self._done: dict[tuple[Schema, frozenset[str]], Schema] = {}

    def __call__(self, schema: Schema, outside: frozenset[str] = frozenset()) -> Schema:
        """``outside`` names the properties that travel the other way, by a schema that this one is a part of."""
        if schema.ref is None and HOLDING.isdisjoint(schema.keywords) and not outside:
            return schema
        key = (schema, outside)
        if key not in self._done:
            self._done[key] = self.rewritten(schema, outside)
        return self._done[key]

    def rewritten(self, schema: Schema, outside: frozenset[str]) -> Schema:
        raise NotImplementedError

    def inside(self, schema: Schema, names: frozenset[str]) -> dict[str, Any]:
        """The keywords of a schema, those that hold schemas rewritten, and not requiring ``names``."""
        found = dict(schema.keywords)
        for keyword in HOLDING & found.keys():
            found[keyword] = self._held(found[keyword], names if keyword in IN_PLACE else frozenset())
        required = found.get("required", ())
        if names.intersection(required):
            found["required"] = tuple(name for name in required if name not in names)
            if not found["required"]:
                del found["required"]
        if "dependentRequired" in found and names:
            kept = {name: needed for name, needed in found["dependentRequired"].items() if name not in names}
            found["dependentRequired"] = {n: tuple(x for x in needed if x not in names) for n, needed in kept.items()}
        return found

    def _held(self, value: Any, names: frozenset[str]) -> Any:
        if isinstance(value, Schema):
            return self(value, names)
        if isinstance(value, Mapping):
            held: Any = {key: self._held(each, names) for key, each in value.items()}
            return value if all(held[key] is each for key, each in value.items()) else held
        if isinstance(value, (list, tuple)):
            held = tuple(self._held(each, names) for each in value)
            return value if all(map(_same, held, value)) else held
        return value


class _Whole(_Rewriting):
    """The whole object: everything is in it, and what only requests have is not required."""

    def rewritten(self, schema: Schema, outside: frozenset[str]) -> Schema:
        names = outside | self.directions.members(schema).write_only
        return _with(schema, self.inside(schema, names))


class _Requests(_Rewriting):
    """Requests: what only replies have is marked, and not required. References lead to request views."""

    def __init__(self, schemas: Mapping[str, Schema], directions: Directions) -> None:
        super().__init__(directions)
        self._schemas = schemas
        self.names = _request_names(schemas, directions.differing())
        self.used: set[str] = set()

    def view(self, name: str) -> Schema:
        """The request view of a named schema."""
        found = self(self._schemas[name])
        if found.ref is not None and not found.keywords:
            return found
        return replace(found, keywords={**found.keywords, REQUEST_OF: name})

    def rewritten(self, schema: Schema, outside: frozenset[str]) -> Schema:
        members = self.directions.members(schema)
        names = outside | members.read_only
        found = self.inside(schema, names)
        hidden = [name for name in schema.properties() if name in names]
        hidden += sorted(self._of_parents(schema) & members.read_only)
        if hidden:
            told = {name: Schema({RECEIVED: True}, place=schema.place / "properties" / name) for name in hidden}
            found["properties"] = {**found.get("properties", {}), **told}
        ref = schema.ref and self._renamed(schema.ref)
        if isinstance(schema.get("discriminator"), Discriminator):
            found["discriminator"] = self._discriminator(schema)
        if found.get("properties") or ref != schema.ref:
            found = {key: value for key, value in found.items() if key not in _NOT_IN_REQUESTS}
        return _with(replace(schema, ref=ref) if ref != schema.ref else schema, found)

    def _of_parents(self, schema: Schema) -> frozenset[str]:
        """The properties that schemas it refers to declare in both directions."""
        refs = [part.ref for part in (schema, *schema.get("allOf", ())) if part.ref is not None]
        found = [self.directions.named(ref) for ref in refs]
        return frozenset(name for members in found for name in members.names - members.read_only)

    def _discriminator(self, schema: Schema) -> Discriminator:
        told: Discriminator = schema.keywords["discriminator"]
        mapping = dict(told.mapping)
        for branch in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            if branch.ref is not None and branch.ref not in mapping.values():
                mapping.setdefault(branch.ref.rsplit(".", 1)[-1], branch.ref)
        renamed = {value: self._renamed(name) for value, name in mapping.items()}
        return told if renamed == told.mapping else replace(told, mapping=renamed)

    def _renamed(self, name: str) -> str:
        """The name of a schema in requests. What its view leads to is needed as well."""
        if name in self.names:
            waiting = [name]
            while waiting:
                each = waiting.pop()
                if each in self.names and each not in self.used:
                    self.used.add(each)
                    waiting.extend((*references(self.directions.parts[each]), *self.directions.picked.get(each, ())))
        return self.names.get(name, name)


def _request_names(schemas: Mapping[str, Schema], differing: frozenset[str]) -> dict[str, str]:
    taken = set(schemas)
    names: dict[str, str] = {}
    for name in schemas:
        if name in differing:
            wanted, number = f"{name}Request", 2
            while wanted in taken:
                wanted, number = f"{name}Request{number}", number + 1
            taken.add(wanted)
            names[name] = wanted
    return names


def _with(schema: Schema, keywords: dict[str, Any]) -> Schema:
    same = keywords.keys() == schema.keywords.keys()
    if same and all(keywords[key] is value for key, value in schema.keywords.items()):
        return schema
    return replace(schema, keywords=keywords)


def _same(one: object, other: object) -> bool:
    return one is other
