"""References: what a ``$ref`` leads to, in this file or another one of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from pymacaron_core.spec.document import Library, Refused
from pymacaron_core.spec.faults import nearest
from pymacaron_core.spec.operation import Place

HOP_LIMIT = 100
"""How many references one reference may lead through."""

MANY = 300
"""After so many faults no nearest name is looked for any more."""


class Unresolved(Exception):
    """A reference leads nowhere; the message says why, and names the nearest right one."""


def reference(value: Any) -> str | None:
    """The ``$ref`` of a reference object, else None (a property may be *named* ``$ref``)."""
    ref = value.get("$ref") if isinstance(value, dict) else None
    return ref if isinstance(ref, str) else None


def target(library: Library, ref: str, base: Place, hops: int = 0) -> tuple[Any, Place]:
    """What a reference standing at ``base`` leads to, and its place. Raises :class:`Unresolved`."""
    known = library.targets.get((base.file, ref))
    if known is None:
        try:
            known = _target(library, ref, base, hops)
        except Unresolved as error:
            known = str(error)
        library.targets[base.file, ref] = known
    if isinstance(known, str):
        raise Unresolved(known)
    return known


def _target(library: Library, ref: str, base: Place, hops: int) -> tuple[Any, Place]:
    _check_hops(ref, hops)
    address, _, fragment = ref.partition("#")
    name = base.file if not address else _file(library, ref, address, base)
    try:
        root = library.open(name).value
    except Refused as error:
        raise Unresolved(f"the reference `{ref}` in {base.file} leads nowhere: {error}") from None
    fragment = unquote(fragment)
    if fragment and not fragment.startswith("/"):
        return _anchored(library, ref, name, fragment)
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in fragment.split("/")[1:]]
    return _walk(library, ref, root, Place(name), tokens, hops)


def _check_hops(ref: str, hops: int) -> None:
    if hops > HOP_LIMIT:
        raise Unresolved(f"the reference `{ref}` leads through too many others, or round in a circle")


def _file(library: Library, ref: str, address: str, base: Place) -> str:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", address):
        raise Unresolved(
            f"the reference `{ref}` in {base.file} leads out of the project, and nothing is fetched from a network; "
            "save that document beside this one and refer to it by its file name"
        )
    if address.startswith(("/", "\\")):
        meant = f"; did you mean `#{ref}`?" if address.startswith(("/components/", "/definitions/")) else ""
        raise Unresolved(f"the reference `{ref}` in {base.file} must be relative to that file{meant}")
    try:
        return library.beside(base.file, unquote(address))
    except Refused as error:
        raise Unresolved(f"the reference `{ref}` in {base.file} leads out: {error}") from None


def _walk(library: Library, ref: str, value: Any, place: Place, tokens: list[str], hops: int) -> tuple[Any, Place]:
    for token in tokens:
        inner = reference(value)
        while inner is not None and token not in value:
            hops += 1
            _check_hops(ref, hops)
            value, place = target(library, inner, place, hops)
            inner = reference(value)
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            raise Unresolved(_missing(library, ref, value, place, token, tokens[-1]))
        place = place / token
    return value, place


def _missing(library: Library, ref: str, value: Any, place: Place, token: str, last: str) -> str:
    message = f"the reference `{ref}` leads nowhere: there is no `{token}` at {place.file}#{place.pointer}"
    if len(library.faults) > MANY:
        return message
    keys = [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
    known = dict(_named(library.open(place.file).value))
    if token != last and last in known:
        return f"{message}; did you mean `{known[last]}`?"
    close = nearest(token, keys, cutoff=0.6)
    if close is not None:
        return f"{message}; did you mean `{close}`?"
    close = nearest(last, known, cutoff=0.6)
    return f"{message}; did you mean `{known[close]}`?" if close is not None else message


def _named(root: Any) -> Iterator[tuple[str, str]]:
    """The names one can refer to in a document, with the references that reach them; schemas last, as they win."""
    if not isinstance(root, dict):
        return
    components = root.get("components")
    groups = [("#", root, name) for name in ("parameters", "responses", "definitions")]
    if isinstance(components, dict):
        groups += [("#/components", components, name) for name in (*(set(components) - {"schemas"}), "schemas")]
    for prefix, holder, group in groups:
        members = holder.get(group)
        if isinstance(members, dict):
            yield from ((name, f"{prefix}/{group}/{name}") for name in members)


def _anchored(library: Library, ref: str, name: str, anchor: str) -> tuple[Any, Place]:
    waiting: list[tuple[Any, Place]] = [(library.open(name).value, Place(name))]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, dict):
            if value.get("$anchor") == anchor or value.get("$dynamicAnchor") == anchor:
                return value, place
            waiting += [(inner, place / key) for key, inner in value.items() if isinstance(inner, (dict, list))]
        elif isinstance(value, list):
            waiting += [(inner, place / key) for key, inner in enumerate(value) if isinstance(inner, (dict, list))]
    known = dict(_named(library.open(name).value))
    close = nearest(anchor, known, cutoff=0.6)
    told = f"; did you mean `{known[close]}`?" if close else "; references look like `#/components/schemas/Pet`"
    raise Unresolved(f"the reference `{ref}` leads nowhere: {name} has no `$anchor: {anchor}`{told}")
