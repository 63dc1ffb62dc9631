"""Pairs media types and replies: those of one name, and ranges with what they take in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pymacaron_core.spec.operation import MediaType, Reply


def media_pairs(
    old: Sequence[MediaType], new: Sequence[MediaType]
) -> Iterator[tuple[MediaType | None, MediaType | None, bool]]:
    """Media types that mean the same bodies, and whether they have one name; None: there is no counterpart.

    One that is taken in by a range is a pair with it, and a range that takes in others with each of these.
    """
    before, after = ({each.name: each for each in found} for found in (old, new))
    for name, media_type in before.items():
        match = after.get(name) or _range_of(name, after)
        yield media_type, match, match is not None and match.name == name
    for name, media_type in after.items():
        if name not in before:
            yield _range_of(name, before), media_type, False


def takes_in(one: str, other: str) -> bool:
    """Whether a range of media types takes in another media type, or range."""
    kind, _, rest = one.partition("/")
    return one != other and rest == "*" and (kind == "*" or kind == other.partition("/")[0])


def _range_of(name: str, found: Mapping[str, MediaType]) -> MediaType | None:
    ranges = (f"{name.partition('/')[0]}/*", "*/*")
    return next((found[each] for each in ranges if each in found and takes_in(each, name)), None)


def meant_by(status: str, replies: Sequence[Reply]) -> Reply | None:
    """The reply that is declared for a status: by it, by its range, or by default."""
    found = {reply.status: reply for reply in replies}
    names = [status, f"{status[0]}XX"]
    if not is_success(status) or not any(map(is_success, found)):
        names.append("default")
    return next((found[name] for name in names if name in found), None)


def is_success(status: str) -> bool:
    return status[0] in "23"
