"""What is sound in a document with faults: a fault spoils what it stands in, and whatever refers to that.

An operation that is spoilt, itself or through a reference, is not served at all: half of it might let in what the
document refuses, or leave open what it protects.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from pymacaron_core.spec.operation import Operation, Place, Specification

_OWN_FAULTS_ONLY = frozenset(
    (
        *("paths", "components", "definitions", "parameters", "responses", "webhooks"),
        *("securityDefinitions", "security", "consumes", "produces"),
    )
)
"""Members of the root whose faults spoil what is inside of them and no more."""
_HARMLESS = frozenset(("info", "tags", "externalDocs"))


class Uses:
    """Which place refers to which, noted while a document is read."""

    def __init__(self) -> None:
        self._users: dict[Place, list[Place]] = {}
        self._walls: set[Place] = set()

    def add(self, user: Place, used: Place) -> None:
        """What stands at ``user`` is no better than what stands at ``used``."""
        self._users.setdefault(used, []).append(user)

    def wall(self, place: Place) -> None:
        """What is wrong inside of this place is not the fault of what it stands in: nothing of it is served."""
        self._walls.add(place)

    def spoilt(self, broken: Iterable[Place]) -> frozenset[Place]:
        """Every place that is broken, holds something broken or uses it."""
        seen: set[Place] = set()
        waiting = deque(broken)
        while waiting:
            for place in self._upwards(waiting.popleft()):
                if place in seen:
                    break
                seen.add(place)
                waiting.extend(self._users.get(place, ()))
        return frozenset(seen)

    def _upwards(self, place: Place) -> Iterator[Place]:
        """The place and those it stands in, up to the next wall."""
        yield place
        file, pointer = place
        while pointer and place not in self._walls:
            pointer = pointer.rpartition("/")[0]
            place = Place(file, pointer)
            yield place


def stops_all(broken: Iterable[Place], file: str) -> bool:
    """Whether a fault of the document ``file`` is about the whole of it."""
    return any(place.file == file and _is_about_all(place.pointer) for place in broken)


def _is_about_all(pointer: str) -> bool:
    tokens = pointer.split("/")[1:]
    if not tokens:
        return True
    if tokens[0] in _HARMLESS or tokens[0].startswith("x-"):
        return False
    return tokens[0] not in _OWN_FAULTS_ONLY or tokens == ["paths"]


def sound_part(
    specification: Specification,
    spoilt: Collection[Place],
    broken: Collection[Place],
    holders: Mapping[Place, Iterable[Place]],
) -> Specification:
    """The specification without what is spoilt; operations that were left out are under ``unserved``, as mere names.

    ``holders`` has the path items of each operation, by the operation's place: one that is broken itself, not only
    inside, spoils all its operations.
    """

    def is_sound(operation: Operation) -> bool:
        inside = any(place in broken for place in holders.get(operation.place, ()))
        return operation.place not in spoilt and not inside

    return replace(
        specification,
        operations=tuple(_with_sound_callbacks(o, spoilt) for o in specification.operations if is_sound(o)),
        unserved=tuple(_name_of(o) for o in specification.operations if not is_sound(o)),
        webhooks=tuple(_with_sound_callbacks(o, spoilt) for o in specification.webhooks if is_sound(o)),
        schemas={name: schema for name, schema in specification.schemas.items() if schema.place not in spoilt},
        security_schemes={
            name: scheme for name, scheme in specification.security_schemes.items() if scheme.place not in spoilt
        },
    )


def _with_sound_callbacks(operation: Operation, spoilt: Collection[Place]) -> Operation:
    if not operation.callbacks:
        return operation
    callbacks = {
        name: tuple(_with_sound_callbacks(inner, spoilt) for inner in called if inner.place not in spoilt)
        for name, called in operation.callbacks.items()
    }
    return replace(operation, callbacks=callbacks)


def _name_of(operation: Operation) -> Operation:
    """The operation without anything that could be served."""
    return Operation(
        operation.method,
        operation.path,
        operation.id,
        tags=operation.tags,
        summary=operation.summary,
        description=operation.description,
        deprecated=operation.deprecated,
        place=operation.place,
    )
