"""Where an error of pydantic is: the marks its location has for branches of choices, and the steps into the value."""

from __future__ import annotations

from typing import TypeAlias

Location: TypeAlias = tuple[str | int, ...]

BRANCH = "\u2063"
"""Stands, invisible, before the name of a union's branch in the location of an error, to tell it from a property."""
TAGGED = "\u2064"
"""Follows a discriminator's value in the location of an error, to tell that from a property."""
_KEY = "[key]"
_OF_NAMES = frozenset(
    (
        *("string_pattern_mismatch", "pattern_time", "format", "literal_error", "const", "string_type"),
        *("string_too_short", "string_too_long"),
    )
)
"""The codes of what can be wrong with a name."""


def branch(name: str, keyword: str = "") -> str:
    """The step of a location that is a branch of a choice: of ``oneOf``, or of any union."""
    return f"{BRANCH}{keyword}{BRANCH}{name}" if keyword else f"{BRANCH}{name}"


def is_branch(step: str | int) -> bool:
    return isinstance(step, str) and step.startswith(BRANCH)


def keyword_of(step: str | int) -> str:
    """The keyword of the choice that a branch belongs to; empty where none is known."""
    keyword, found, _ = str(step)[1:].rpartition(BRANCH)
    return keyword if found else ""


def name_of(step: str | int) -> str:
    """What a branch is called."""
    return str(step).rpartition(BRANCH)[2]


def untagged(location: Location) -> Location:
    """The location without discriminators' values."""
    pairs = zip(location, (*location[1:], None), strict=False)
    return tuple(step for step, following in pairs if step != TAGGED and following != TAGGED)


def is_key(location: Location, code: str) -> bool:
    """Whether an error, of a type that has this code, is of the name of a property: of the last step but one."""
    return len(location) > 1 and location[-1] == _KEY and code in _OF_NAMES


def steps_into(location: Location) -> Location:
    """The steps from the root of the value to the part that has the error."""
    return tuple(step for step in untagged(location) if not is_branch(step))
