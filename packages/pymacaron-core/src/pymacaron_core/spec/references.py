"""References: what a ``$ref`` leads to, in this file or another one of the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin

from pymacaron_core.spec.document import Library, Refused
from pymacaron_core.spec.faults import nearest
from pymacaron_core.spec.operation import Place
from pymacaron_core.spec.reach import is_url

HOP_LIMIT = 100
"""How many references one reference may lead through."""

MANY = 100
"""After so many faults no nearest name is looked for any more."""


class Unresolved(Exception):
    """A reference leads nowhere; the message says why, and names the nearest right one."""


def reference(value: Any) -> str | None:
    """The ``$ref`` of a reference object, else None (a property may be *named* ``$ref``)."""
    ref = value.get("$ref") if isinstance(value, dict) else None
    return ref if isinstance(ref, str) else None


def target(library: Library, ref: str, base: Place, hops: int = 0) -> tuple[Any, Place]:
    """What a reference standing at ``base`` leads to, and its place. Raises :class:`Unresolved`."""
    scope = Place(base.file, library.open(base.file).identity.scope(base.pointer))
    known = library.targets.get((scope, ref))
    if known is None:
        try:
            known = _target(library, ref, scope, hops)
        except Unresolved as error:
            known = str(error)
        library.targets[scope, ref] = known
    if isinstance(known, str):
        raise Unresolved(known)
    return known


def _target(library: Library, ref: str, scope: Place, hops: int) -> tuple[Any, Place]:
    _check_hops(ref, hops)
    address, _, fragment = ref.partition("#")
    fragment = unquote(fragment)
    if not address and scope.pointer:
        try:
            return _inside(library, ref, scope.file, scope, fragment, hops)
        except Unresolved:  # most who write `#/components/...` below an `$id` mean the document
            return _inside(library, ref, scope.file, Place(scope.file), fragment, hops)
    resource = _resource(library, ref, address, scope) if address else scope
    return _inside(library, ref, scope.file, resource, fragment, hops)


def _resource(library: Library, ref: str, address: str, scope: Place) -> Place:
    """The file an address means, or the part of one that has this address by its ``$id``."""
    base = library.open(scope.file).identity.bases[scope.pointer]
    try:
        known = library.ids.get(urljoin(base, address))
    except ValueError:
        known = None
    return known or library.ids.get(address) or Place(_file(library, ref, address, scope))


def _inside(library: Library, ref: str, user: str, resource: Place, fragment: str, hops: int) -> tuple[Any, Place]:
    """What a fragment means in a file, or in a part of one. ``user`` is the file that the reference stands in."""
    try:
        file = library.open(resource.file)
    except Refused as error:
        raise Unresolved(f"the reference `{ref}` in {user} leads nowhere: {error}") from None
    if fragment and not fragment.startswith("/"):
        return _anchored(library, ref, resource, fragment)
    parent, _, last = fragment.rpartition("/")
    holder = library.holders.get((resource, parent))
    if holder is not None and last in holder:  # as most do, it leads to a member of a mapping that others lead into
        return holder[last], Place(resource.file, f"{resource.pointer}{fragment}")
    value, place = _at(file.value, resource)
    found, there = _walk(library, ref, value, place, _tokens(fragment), hops)
    if "~" not in last and there == (resource.file, f"{resource.pointer}{fragment}") and fragment:
        above, _ = _at(file.value, Place(resource.file, f"{resource.pointer}{parent}"))
        if isinstance(above, dict):
            library.holders[resource, parent] = above
    return found, there


def _at(value: Any, place: Place) -> tuple[Any, Place]:
    """A value of a file by its place, which is there."""
    for token in _tokens(place.pointer):
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value, place


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _check_hops(ref: str, hops: int) -> None:
    if hops > HOP_LIMIT:
        raise Unresolved(f"the reference `{ref}` leads through too many others, or round in a circle")


def _file(library: Library, ref: str, address: str, base: Place) -> str:
    if re.match(r"//|(?!https?://)[A-Za-z][A-Za-z0-9+.-]+:", address):
        raise Unresolved(
            f"the reference `{ref}` in {base.file} leads out of the project, and nothing is fetched from a network; "
            "save that document beside this one and refer to it by its file name"
        )
    if address.startswith(("/", "\\")) and not is_url(base.file):
        meant = f"; did you mean `#{ref}`?" if address.startswith(("/components/", "/definitions/")) else ""
        raise Unresolved(f"the reference `{ref}` in {base.file} must be relative to that file{meant}")
    try:
        return library.beside(base.file, address)
    except (Refused, ValueError) as error:
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


def _anchored(library: Library, ref: str, resource: Place, anchor: str) -> tuple[Any, Place]:
    file = library.open(resource.file)
    pointer = file.identity.anchors.get((resource.pointer, anchor))
    if pointer is not None:
        return _at(file.value, Place(resource.file, pointer))
    known = dict(_named(file.value)) if len(library.faults) < MANY else {}
    close = nearest(anchor, known, cutoff=0.6)
    told = f"; did you mean `{known[close]}`?" if close else "; references look like `#/components/schemas/Pet`"
    raise Unresolved(f"the reference `{ref}` leads nowhere: {resource.file} has no `$anchor: {anchor}`{told}")
