"""What things are made of, before the things themselves: so that what is worked out for each needs no recursion."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing", bound=Hashable)


def inner_first(
    things: Iterable[Thing], inside: Callable[[Thing], Iterable[Thing]], done: Container[Thing] = ()
) -> Iterator[Thing]:
    """The things and all inside of them but those that are ``done``, each behind what is inside of it.

    On a circle the one it was entered by comes last. ``done`` may grow on the way.
    """
    seen: set[Thing] = set()
    waiting = [(thing, False) for thing in things]
    waiting.reverse()
    while waiting:
        thing, is_entered = waiting.pop()
        if is_entered:
            yield thing
        elif thing not in seen and thing not in done:
            seen.add(thing)
            waiting.append((thing, True))
            waiting.extend([(each, False) for each in inside(thing) if each not in seen and each not in done])
