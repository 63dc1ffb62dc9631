"""Compares one operation: what it takes, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.folding import TOLD
from pymacaron_core.changes.media import is_success, meant_by, media_pairs, takes_in
from pymacaron_core.changes.pairs import Key
from pymacaron_core.changes.rules import REPLY, REQUEST
from pymacaron_core.changes.schemas import Schemas
from pymacaron_core.spec.operation import Body, MediaType, Operation, Parameter, Reply, Schema
from pymacaron_core.spec.parts import variables

Opposite = Mapping[str, str]
SERVED: Opposite = {REQUEST: REQUEST, REPLY: REPLY}
CALLED: Opposite = {REQUEST: REPLY, REPLY: REQUEST}
"""A webhook is called by the service: what its request holds is what callers get."""
_WORDS = frozenset(("boolean", "integer", "number"))
"""The types of which each value is one word of text."""


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
        if old.content is None and new.content is None and self._is_any_text(old.schema, new.schema):
            yield self._change("type-widened", f"takes any text as the {what} now", REQUEST, old.schema, new.schema)
        else:
            self._schemas(old.schema, new.schema, REQUEST, f"the {what}")

    def _is_any_text(self, old: Schema, new: Schema) -> bool:
        """Whether a parameter that was a number, or true or false, may be any text now: they are written as such."""
        before, after = self.schemas.old.flat(old), self.schemas.new.flat(new)
        says = {name for name in after.keywords if name not in TOLD and name[:2] != "x-"}
        return before.types <= _WORDS and "string" in after.types and not says and not after.choices

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
        of = f" (reply {old.status})" if isinstance(old, Reply) else ""
        for before, after, same in media_pairs(old.content, new.content):
            if before is not None and after is not None:
                self._schemas(_schema(before), _schema(after), direction, label)
            if before is not None and after is not None and same and _encodings(before) != _encodings(after):
                yield self._change("encoding-changed", f"{verb} a form written otherwise", direction, before, after)
            if after is not None and not same and (before is None or takes_in(before.name, after.name)):
                yield self._change("media-type-added", f"{verb} {after.name} now{of}", direction, old, after)
            if before is not None and after is None and not self._is_narrowed(before, new, direction):
                yield self._change(
                    "media-type-removed", f"{verb} no {before.name} any more{of}", direction, before, new
                )

    def _is_narrowed(self, old: MediaType, new: Body | Reply, direction: str) -> bool:
        """Whether a range of media types is gone, and what is answered instead is one of them."""
        return self.words[direction] == REPLY and any(takes_in(old.name, each.name) for each in new.content)

    def _replies(self) -> Iterator[Change]:
        before, after = ({reply.status: reply for reply in each.replies} for each in (self.old, self.new))
        for old in self.old.replies:
            new = meant_by(old.status, self.new.replies)
            if new is not None:
                yield from self._reply(old, new)
            if old.status not in after:
                yield from self._undeclared(old, new)
        for new in self.new.replies:
            if new.status not in before:
                known = meant_by(new.status, self.old.replies)
                if known is not None:
                    yield from self._reply(known, new)
                if known is None or known.status == "default":
                    rule = "reply-status-added" if is_success(new.status) else "reply-error-added"
                    yield self._change(rule, f"may answer {new.status} now", REPLY, self.old, new)

    def _undeclared(self, old: Reply, new: Reply | None) -> Iterator[Change]:
        """What is told of a status that is not declared any more; ``new`` is what is meant instead."""
        told = f"does not declare the answer {old.status} any more"
        if any(each.status[0] == old.status[0] for each in self.new.replies) and old.status.endswith("XX"):
            yield self._change("reply-status-narrowed", f"answers less than any {old.status} now", REPLY, old, self.new)
        elif not is_success(old.status):
            yield self._change("reply-error-removed", told, REPLY, old, self.new)
        elif new is None:
            yield self._change("reply-status-removed", told, REPLY, old, self.new)

    def _reply(self, old: Reply, new: Reply) -> Iterator[Change]:
        if old.content and not new.content:
            yield self._change("reply-body-removed", f"answers {new.status} without a body now", REPLY, old, new)
        elif new.content and not old.content:
            yield self._change("reply-body-added", f"answers {new.status} with a body now", REPLY, old, new)
        else:
            yield from self._content(old, new, REPLY, f"the reply {new.status}", "answers")
        yield from self._headers(old, new)

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
            if _style(match) != _style(header):
                yield self._change("parameter-style-changed", f"writes {what} otherwise", REPLY, match, header)
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
    return (parameter.style, parameter.explode, parameter.inner_styles) if styled else "plain"


def _schema(media_type: MediaType) -> Schema:
    return media_type.schema or Schema(place=media_type.place)


def _encodings(media_type: MediaType) -> object:
    return {name: (each.content_type, each.style, each.explode) for name, each in media_type.encoding.items()}
