"""Compares two specifications: their operations, and what each takes and gives."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pymacaron_core.changes.change import Change
from pymacaron_core.changes.flattening import Flattener
from pymacaron_core.changes.operations import CALLED, SERVED, OperationComparison, Opposite
from pymacaron_core.changes.pairs import Key, reachable
from pymacaron_core.changes.schemas import Schemas
from pymacaron_core.changes.security import compare_security
from pymacaron_core.spec.operation import Operation, Place, Specification
from pymacaron_core.spec.parts import shape


def compare(old: Specification, new: Specification) -> list[Change]:
    """What changed from one document to the other: of the whole, of each operation, and of the schemas they use."""
    schemas = Schemas(Flattener(old), Flattener(new))
    moved = _is_moved(old, new)
    found = [*_whole(old, new, moved), *_operations(old, new, schemas, moved)]
    return list(dict.fromkeys(found))


def _is_moved(old: Specification, new: Specification) -> bool:
    """Whether what all paths began with stands in the paths now, or the other way round."""
    if old.base_path == new.base_path:
        return False
    before, after = (_addressed(each.operations, base=each.base_path).keys() for each in (old, new))
    staying = _addressed(old.operations).keys() & _addressed(new.operations).keys()
    return len(before & after) > len(staying)


def _whole(old: Specification, new: Specification, moved: bool) -> Iterator[Change]:
    one, other = Place(old.file), Place(new.file)
    if moved:
        return
    if old.base_path != new.base_path:
        told = f"paths begin with `{new.base_path or '/'}` now, was `{old.base_path or '/'}`"
        yield Change("base-path-changed", told, old=one, new=other)
        return
    for rule, told in compare_servers(old.servers, new.servers):
        is_new = rule == "server-added"
        yield Change(rule, told, old=one if is_new else one / "servers", new=other / "servers" if is_new else other)


def compare_servers(old: Iterable[str], new: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A rule, and what is told by it."""
    before, after = ({url.rstrip("/"): url for url in urls} for urls in (old, new))
    yield from (("server-removed", f"the server {url} is gone") for bare, url in before.items() if bare not in after)
    yield from (("server-added", f"the server {url} is new") for bare, url in after.items() if bare not in before)


def _operations(old: Specification, new: Specification, schemas: Schemas, moved: bool) -> Iterator[Change]:
    """The changes of single operations, then those of schemas, each with the operations it is seen in."""
    users: dict[Key, list[str]] = {}
    pairs = Pairs(old, new, schemas, users)
    before, after = (_addressed(each.operations, base=each.base_path if moved else "") for each in (old, new))
    unknown = {*_addressed(old.unserved), *_addressed(new.unserved)}
    before, after = ({key: each[key] for key in each if key not in unknown} for each in (before, after))
    yield from pairs.compare("operation", SERVED, before, after)
    yield from pairs.compare("webhook", CALLED, _addressed(old.webhooks), _addressed(new.webhooks))
    yield from _of_schemas(schemas, users)


def _addressed(operations: Iterable[Operation], name: str = "", base: str = "") -> dict[object, Operation]:
    return {(name, operation.method, shape(base + operation.path)): operation for operation in operations}


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
        yield from self._servers(old, new)
        yield from compare_security(self.old, self.new, old, new)
        for key in one.keys:
            self.users.setdefault(key, []).append(new.label)
        before = [_addressed(operations, name) for name, operations in old.callbacks.items()]
        after = [_addressed(operations, name) for name, operations in new.callbacks.items()]
        opposite = CALLED if words is SERVED else SERVED
        yield from self.compare("callback", opposite, ChainMap(*before), ChainMap(*after))

    def _servers(self, old: Operation, new: Operation) -> Iterator[Change]:
        """The servers of an operation, where it has its own."""
        if old.servers or new.servers:
            before, after = old.servers or self.old.servers, new.servers or self.new.servers
            for rule, told in compare_servers(before, after):
                yield Change(rule, f"{told} for {new.label}", "", (new.label,), old.place, new.place)

    def _root(self, specification: Specification) -> Place:
        return Place(specification.file)


def _of_schemas(schemas: Schemas, users: Mapping[Key, list[str]]) -> Iterator[Change]:
    """The changes of schemas: one of what several schemas are made of (``allOf``) is told once."""
    order: dict[str, int] = {}
    for found in users.values():
        for label in found:
            order.setdefault(label, len(order))
    holders = schemas.holders()
    told: dict[tuple[object, ...], tuple[Change, set[str]]] = {}
    for pair_key, pair in schemas.pairs.items():
        if pair.changes:
            seen = {label for user in reachable(pair_key, holders) for label in users.get(user, ())}
            for change in pair.changes:
                tail = change.message.removeprefix(pair.label)
                key = (change.rule, change.direction, change.old, change.new, tail)
                told.setdefault(key, (change, set()))[1].update(seen)
    for change, labels in told.values():
        yield replace(change, operations=tuple(sorted(labels, key=order.__getitem__)))
