"""Compares two specifications: their operations, and what each takes and gives."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.rules import REPLY, REQUEST
from pymacaron_core.changes.schemas import Key, Schemas, reachable
from pymacaron_core.changes.security import compare_security
from pymacaron_core.spec.operation import Body, MediaType, Operation, Parameter, Place, Reply, Schema, Specification
from pymacaron_core.spec.parts import shape, variables

Opposite = Mapping[str, str]
_SERVED: Opposite = {REQUEST: REQUEST, REPLY: REPLY}
_CALLED: Opposite = {REQUEST: REPLY, REPLY: REQUEST}
"""A webhook is called by the service: what its request holds is what callers get."""


def compare(old: Specification, new: Specification) -> list[Change]:
    """What changed from one document to the other: of the whole, of each operation, and of the schemas they use."""
    schemas = Schemas(old, new)
    found = [*_whole(old, new), *_operations(old, new, schemas)]
    return list(dict.fromkeys(found))


def _whole(old: Specification, new: Specification) -> Iterator[Change]:
    one, other = Place(old.file), Place(new.file)
    if old.base_path != new.base_path:
        told = f"paths begin with `{new.base_path or '/'}` now, was `{old.base_path or '/'}`"
        yield Change("base-path-changed", told, old=one, new=other)
    before, after = ({url.rstrip("/") for url in each.servers} for each in (old, new))
    for url in old.servers if old.base_path == new.base_path else ():
        if url.rstrip("/") not in after:
            yield Change("server-removed", f"the server {url} is gone", old=one / "servers", new=other)
    for url in new.servers if old.base_path == new.base_path else ():
        if url.rstrip("/") not in before:
            yield Change("server-added", f"the server {url} is new", old=one, new=other / "servers")


def _operations(old: Specification, new: Specification, schemas: Schemas) -> Iterator[Change]:
    """The changes of single operations, then those of schemas, each with the operations it is seen in."""
    users: dict[Key, list[str]] = {}
    pairs = Pairs(old, new, schemas, users)
    yield from pairs.compare("operation", _SERVED, _addressed(old.operations), _addressed(new.operations))
    yield from pairs.compare("webhook", _CALLED, _addressed(old.webhooks), _addressed(new.webhooks))
    yield from _of_schemas(schemas, users)


def _addressed(operations: Iterable[Operation], name: str = "") -> dict[object, Operation]:
    return {(name, operation.method, shape(operation.path)): operation for operation in operations}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Compares operations, those of one address with each other; ``users`` are the operations that use schemas."""

    old: Specification
    new: Specification
    schemas: Schemas
    users: dict[Key, list[str]]

    def compare(
        self, kind: str, words: Opposite, before: Mapping[object, Operation], after: Mapping[object, Operation]
    ) -> Iterator[Change]:
        """``kind`` is ``operation``, ``webhook`` or ``callback``."""
        for address, operation in before.items():
            match = after.get(address)
            if match is None:
                labels = (operation.label,)
                yield Change(
                    f"{kind}-removed", f"{operation.label} is gone", "", labels, operation.place, self._root(self.new)
                )
            else:
                yield from self._pair(operation, match, words)
        for address, operation in after.items():
            if address not in before:
                labels = (operation.label,)
                yield Change(
                    f"{kind}-added", f"{operation.label} is new", "", labels, self._root(self.old), operation.place
                )

    def _pair(self, old: Operation, new: Operation, words: Opposite) -> Iterator[Change]:
        one = OperationComparison(old, new, self.schemas, words)
        yield from one.compare()
        yield from compare_security(self.old, self.new, old, new)
        for key in one.keys:
            self.users.setdefault(key, []).append(new.label)
        before = [_addressed(operations, name) for name, operations in old.callbacks.items()]
        after = [_addressed(operations, name) for name, operations in new.callbacks.items()]
        opposite = _CALLED if words is _SERVED else _SERVED
        yield from self.compare("callback", opposite, ChainMap(*before), ChainMap(*after))

    def _root(self, specification: Specification) -> Place:
        return Place(specification.file)


def _of_schemas(schemas: Schemas, users: Mapping[Key, list[str]]) -> Iterator[Change]:
    order: dict[str, int] = {}
    for found in users.values():
        for label in found:
            order.setdefault(label, len(order))
    holders = schemas.holders()
    for key, pair in schemas.pairs.items():
        if pair.changes:
            seen = {label for user in reachable(key, holders) for label in users.get(user, ())}
            labels = tuple(sorted(seen, key=order.__getitem__))
            for change in dict.fromkeys(pair.changes):
                yield replace(change, operations=labels)


class OperationComparison:
    """Compares one operation; ``keys`` are the pairs of schemas it uses."""

    def __init__(self, old: Operation, new: Operation, schemas: Schemas, words: Opposite) -> None:
        self.old, self.new, self.schemas, self.words = old, new, schemas, words
        self.keys: dict[Key, None] = {}

    def compare(self) -> Iterator[Change]:
        old, new = self.old, self.new
        if old.id != new.id and old.id is not None:
            yield self._change(
                "operation-id-changed", f"is called {new.id or 'nothing'} now, was {old.id}", "", old, new
            )
        if new.deprecated and not old.deprecated:
            yield self._change("operation-deprecated", "is deprecated now", "", old, new)
        yield from self._parameters()
        yield from self._body(old.body, new.body)
        yield from self._replies()

    def _change(self, rule: str, message: str, direction: str, old: object, new: object) -> Change:
        """A change of this operation; ``old`` and ``new`` are what it is about, whatever has a place."""
        places = [getattr(each, "place", None) for each in (old, new)]
        label = self.new.label
        return Change(rule, f"{label} {message}", self.words.get(direction, ""), (label,), *places)

    def _schemas(self, old: Schema, new: Schema, direction: str, label: str) -> None:
        self.keys[self.schemas.compare(old, new, self.words[direction], label)] = None

    def _parameters(self) -> Iterator[Change]:
        renamed = dict(zip(variables(self.new.path), variables(self.old.path), strict=True))
        before = {(each.place_in, _folded(each)): each for each in self.old.parameters}
        for new in self.new.parameters:
            name = renamed.get(new.name, new.name) if new.place_in == "path" else _folded(new)
            old = before.pop((new.place_in, name), None)
            if old is None:
                rule = "parameter-required-added" if new.required else "parameter-added"
                told = f"takes the {new.place_in} parameter `{new.name}` now"
                yield self._change(
                    rule, told + (", which must be sent" if new.required else ""), REQUEST, self.old, new
                )
            else:
                yield from self._parameter(old, new)
        for old in before.values():
            told = f"takes no {old.place_in} parameter `{old.name}` any more"
            yield self._change("parameter-removed", told, REQUEST, old, self.new)

    def _parameter(self, old: Parameter, new: Parameter) -> Iterator[Change]:
        what = f"{new.place_in} parameter `{new.name}`"
        if old.place_in == "path" and old.name != new.name:
            yield self._change("path-parameter-renamed", f"calls `{old.name}` `{new.name}` now", REQUEST, old, new)
        if old.required != new.required:
            rule = "parameter-became-required" if new.required else "parameter-became-optional"
            yield self._change(
                rule, f"{'wants' if new.required else 'can do without'} the {what} now", REQUEST, old, new
            )
        if new.deprecated and not old.deprecated:
            yield self._change("parameter-deprecated", f"deprecates the {what}", REQUEST, old, new)
        if _style(old) != _style(new):
            yield self._change("parameter-style-changed", f"reads the {what} otherwise", REQUEST, old, new)
        self._schemas(old.schema, new.schema, REQUEST, f"the {what}")

    def _body(self, old: Body | None, new: Body | None) -> Iterator[Change]:
        if old is None and new is not None:
            rule = "body-required-added" if new.required else "body-added"
            yield self._change(rule, f"{'wants' if new.required else 'takes'} a body now", REQUEST, self.old, new)
        elif old is not None and new is None:
            yield self._change("body-removed", "takes no body any more", REQUEST, old, self.new)
        elif old is not None and new is not None:
            if old.required != new.required:
                rule = "body-became-required" if new.required else "body-became-optional"
                yield self._change(
                    rule, f"{'wants' if new.required else 'can do without'} its body now", REQUEST, old, new
                )
            yield from self._content(old, new, REQUEST, "the body", "takes")

    def _content(self, old: Body | Reply, new: Body | Reply, direction: str, label: str, verb: str) -> Iterator[Change]:
        before = {each.name: each for each in old.content}
        for media_type in new.content:
            match = before.pop(media_type.name, None)
            if match is not None:
                self._schemas(_schema(match), _schema(media_type), direction, label)
                if _encodings(match) != _encodings(media_type):
                    yield self._change(
                        "encoding-changed", f"{verb} a form written otherwise", direction, match, media_type
                    )
            elif old.content or not isinstance(new, Reply):
                yield self._change("media-type-added", f"{verb} {media_type.name} now", direction, old, media_type)
        for media_type in before.values():
            told = f"{verb} no {media_type.name} any more"
            if isinstance(old, Reply):
                told += f" (reply {old.status})"
            yield self._change("media-type-removed", told, direction, media_type, new)

    def _replies(self) -> Iterator[Change]:
        before = {reply.status: reply for reply in self.old.replies}
        for new in self.new.replies:
            old = before.pop(new.status, None)
            if old is None:
                rule = "reply-status-added" if new.status[0] in "23" else "reply-error-added"
                yield self._change(rule, f"may answer {new.status} now", REPLY, self.old, new)
            else:
                yield from self._content(old, new, REPLY, f"the reply {new.status}", "answers")
                yield from self._headers(old, new)
        for old in before.values():
            rule = "reply-status-removed" if old.status[0] in "23" else "reply-error-removed"
            yield self._change(rule, f"does not declare the answer {old.status} any more", REPLY, old, self.new)

    def _headers(self, old: Reply, new: Reply) -> Iterator[Change]:
        before = {each.name.lower(): each for each in old.headers}
        for header in new.headers:
            match = before.pop(header.name.lower(), None)
            what = f"the header {header.name} (reply {new.status})"
            if match is None:
                yield self._change("reply-header-added", f"sends {what} now", REPLY, old, header)
                continue
            if match.required != header.required:
                rule = "reply-header-became-required" if header.required else "reply-header-became-optional"
                told = f"{'always sends' if header.required else 'may leave out'} {what} now"
                yield self._change(rule, told, REPLY, match, header)
            self._schemas(match.schema, header.schema, REPLY, what)
        for header in before.values():
            rule = "reply-header-removed" if header.required else "reply-header-dropped"
            told = f"does not send the header {header.name} (reply {new.status}) any more"
            yield self._change(rule, told, REPLY, header, new)


def _folded(parameter: Parameter) -> str:
    return parameter.name.lower() if parameter.place_in == "header" else parameter.name


def _style(parameter: Parameter) -> object:
    if parameter.content is not None:
        return parameter.content.name
    wide = {"array", "object"}
    styled = not parameter.schema.types or parameter.schema.ref or wide & set(parameter.schema.types)
    return (parameter.style, parameter.explode) if styled else "plain"


def _schema(media_type: MediaType) -> Schema:
    return media_type.schema or Schema(place=media_type.place)


def _encodings(media_type: MediaType) -> object:
    return {name: (each.content_type, each.style, each.explode) for name, each in media_type.encoding.items()}
