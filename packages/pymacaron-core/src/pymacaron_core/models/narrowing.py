"""The faults of a value that fits no branch of a choice, narrowed to those of the branch that was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pymacaron_core.models.judge.words import cut, either
from pymacaron_core.models.places import Location, is_branch, keyword_of, name_of

_WRONG_KIND = 10_000
_WRONG_TAG = 100
_MISSING = 2
_PLAIN = frozenset(
    (
        *("str", "int", "float", "bool", "list", "dict", "none", "tuple"),
        *("date", "datetime", "time", "timedelta", "uuid", "bytes", "decimal"),
    )
)
"""The branches that a list of types is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One error: the steps to it, branches of choices included, and what it says.

    ``tags`` says that only one value is right there, as in properties that tell schemas apart.
    """

    steps: Location
    rule: str
    message: str
    tags: bool = False


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """One entry for each fault, the errors of one choice taken together. Their steps lead into the value alone."""
    told: list[Entry] = []
    choices: dict[Location, list[Entry]] = {}
    for entry in entries:
        at = next((at for at, step in enumerate(entry.steps) if is_branch(step)), None)
        if at is None:
            told.append(entry)
        else:
            choices.setdefault(entry.steps[:at], []).append(entry)
    for steps, inside in choices.items():
        told.extend(_choice(steps, inside))
    return list(dict.fromkeys(told))


def _choice(steps: Location, inside: list[Entry]) -> list[Entry]:
    at = len(steps)
    branches: dict[str | int, list[Entry]] = {}
    for entry in inside:
        shorter = replace(entry, steps=(*steps, *entry.steps[at + 1 :]))
        branches.setdefault(entry.steps[at], []).append(shorter)
    found = {name: merged(errors) for name, errors in branches.items()}
    distances = {name: sum(_weight(each, at) for each in errors) for name, errors in found.items()}
    least = min(distances.values())
    near = [found[name] for name, distance in distances.items() if distance == least]
    if least < _WRONG_KIND:
        return near[0] if len(near) == 1 else _tied(steps, list(branches), near)
    message = cut(f"must be {either(each.removeprefix('must be ') for each in _wrongs(found.values(), at))}")
    return [Entry(steps, _rule(list(branches)), message)]


def _wrongs(branches: Iterable[list[Entry]], at: int) -> Iterable[str]:
    """Why each branch is of another kind than the value."""
    return (next(each.message for each in errors if _is_wrong_kind(each, at)) for errors in branches)


def _tied(steps: Location, names: list[str | int], near: list[list[Entry]]) -> list[Entry]:
    """What all of several branches complain of, at one place; where there is no such, what the choice is."""
    places = set.intersection(*({each.steps for each in errors} for errors in near))
    for first in near[0]:
        if first.steps in places and first.steps != steps:
            each = [entry for errors in near for entry in errors if entry.steps == first.steps]
            messages = [entry.message.removeprefix("must be ") for entry in each]
            if len(set(messages)) == 1:
                return [first]
            if all(entry.message.startswith("must be ") for entry in each):
                rule = first.rule if len({entry.rule for entry in each}) == 1 else _rule(names)
                return [Entry(first.steps, rule, cut(f"must be {either(messages)}"))]
    if all(each.rule == "required" and len(each.steps) == len(steps) + 1 for errors in near for each in errors):
        missing = (" and ".join(repr(each.steps[-1]) for each in errors) for errors in near)
        return [Entry(steps, _rule(names), cut(f"must have the property {either(missing)}"))]
    return [Entry(steps, _rule(names), cut(f"fits none of {', '.join(map(name_of, names))}"))]


def _rule(names: list[str | int]) -> str:
    """The keyword of a choice, by its branches."""
    keyword = next(filter(None, map(keyword_of, names)), "")
    return keyword or ("type" if {name_of(name) for name in names} <= _PLAIN else "anyOf")


def _weight(entry: Entry, at: int) -> int:
    if _is_wrong_kind(entry, at):
        return _WRONG_KIND
    if entry.tags and len(entry.steps) == at + 1:
        return _WRONG_TAG
    return _MISSING if entry.rule == "required" else 1


def _is_wrong_kind(entry: Entry, at: int) -> bool:
    """Whether a branch failed as a whole: the value is of another type altogether."""
    return len(entry.steps) == at and entry.rule in ("type", "enum", "const", "format")
