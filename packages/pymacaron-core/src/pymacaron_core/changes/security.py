"""Compares who may call an operation."""

from __future__ import annotations

from collections.abc import Iterator

from pymacaron_core.changes.change import Change
from pymacaron_core.spec.operation import Operation, Requirement, SecurityScheme, Specification


def compare_security(old: Specification, new: Specification, one: Operation, other: Operation) -> Iterator[Change]:
    """Whether all who could call an operation still can, and whether others can now."""
    names = _same_schemes(old, new)
    before = one.security or ({},)
    after = tuple({names.get(name, name): scopes for name, scopes in each.items()} for each in other.security) or ({},)
    if not all(any(_covers(before_, after_) for after_ in after) for before_ in before):
        told = f"{other.label} wants {_told(after)} now, was {_told(before)}"
        yield Change("security-tightened", told, "", (other.label,), one.place, other.place)
    elif not all(any(_covers(after_, before_) for before_ in before) for after_ in after):
        told = f"{other.label} wants only {_told(after)} now, was {_told(before)}"
        yield Change("security-loosened", told, "", (other.label,), one.place, other.place)
    for name in sorted({name for requirement in after for name in requirement}):
        known, found = old.security_schemes.get(name), new.security_schemes.get(name)
        used = any(name in requirement for requirement in before)
        if known is not None and found is not None and used and _sent(known) != _sent(found):
            told = f"the credentials of `{name}` are sent otherwise"
            yield Change("security-scheme-changed", told, "", (), known.place, found.place)


def _same_schemes(old: Specification, new: Specification) -> dict[str, str]:
    """By the new name, the old one of schemes whose credentials are sent as before, and that are called otherwise."""
    gone = {name: scheme for name, scheme in old.security_schemes.items() if name not in new.security_schemes}
    found: dict[str, str] = {}
    for name, scheme in new.security_schemes.items():
        match = next((each for each in gone if _sent(gone[each]) == _sent(scheme)), None)
        if name not in old.security_schemes and match is not None:
            found[name] = match
            del gone[match]
    return found


def _covers(credentials: Requirement, requirement: Requirement) -> bool:
    """Whether who fulfils one requirement fulfils the other as well."""
    return all(name in credentials and set(scopes) <= set(credentials[name]) for name, scopes in requirement.items())


def _told(alternatives: tuple[Requirement, ...]) -> str:
    return " or ".join(map(_alternative, alternatives))


def _alternative(requirement: Requirement) -> str:
    schemes = (f"{name} ({', '.join(scopes)})" if scopes else name for name, scopes in requirement.items())
    return " and ".join(schemes) or "nothing"


def _sent(scheme: SecurityScheme) -> tuple[str, ...]:
    """How the credentials travel."""
    return (scheme.type, scheme.scheme, scheme.place_in, scheme.parameter.lower())
