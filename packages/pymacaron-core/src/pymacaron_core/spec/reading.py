"""From a path to a specification: which dialect a document is, and every fault of it at once."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from keyword import iskeyword
from pathlib import Path
from typing import Any

from pymacaron_core.errors import DocumentError, DocumentFault
from pymacaron_core.spec.bundle import bundle
from pymacaron_core.spec.dialect import Dialect
from pymacaron_core.spec.document import Library, Refused
from pymacaron_core.spec.faults import nearest
from pymacaron_core.spec.letters import known
from pymacaron_core.spec.node import Node, kind
from pymacaron_core.spec.openapi3 import OpenApi3, OpenApi31
from pymacaron_core.spec.operation import Place, Specification
from pymacaron_core.spec.reach import INSIDE, Reach
from pymacaron_core.spec.soundness import sound_part as sound
from pymacaron_core.spec.soundness import stops_all
from pymacaron_core.spec.swagger2 import Swagger2
from pymacaron_core.spec.views import with_views

_MINIMAL = (
    "{openapi: 3.0.3, info: {title: Hello, version: '1'}, paths: {/ping: {get: {responses: {200: {description: ok}}}}}}"
)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A document that was read: what it says, what is doubtful in it, its files, and the dialect that read them."""

    specification: Specification
    warnings: tuple[DocumentFault, ...]
    library: Library
    dialect: Dialect


def read(
    path: str | Path, *, root: str | Path, name: str | None = None, sound_part: bool = False, reach: Reach = INSIDE
) -> tuple[Specification, tuple[DocumentFault, ...]]:
    """The API a document describes, and what is doubtful in it (faults of severity ``warning``).

    Files it refers to are read as well, from below ``root`` and where ``reach`` allows it. ``name`` is the name of the
    API, by default that of the file. With ``sound_part`` a document with faults gives what is sound in it, and its
    faults (severity ``error``), unless they are about the whole of it, or nothing is left.

    Raises :class:`~pymacaron_core.errors.DocumentError` with every fault found, and with the keys that look misspelt,
    as they are often the cause.
    """
    reading = read_whole(path, root=root, name=name, sound_part=sound_part, reach=reach)
    return _with_views(reading.specification), reading.warnings


def look(
    path: str | Path, *, root: str | Path, name: str | None = None, reach: Reach = INSIDE
) -> tuple[Specification | None, tuple[DocumentFault, ...]]:
    """As :func:`read`, for those who want to know all of it: what is sound, even where nothing of that can be served,
    or None where no document can be made out; and every fault and doubt. Raises nothing."""
    library = Library(Path(root), reach)
    try:
        file = library.name_of(Path(path))
    except Refused as error:
        return None, (DocumentFault(str(path), "", str(error), rule="file"),)
    with _collector_paused():
        found = _specification(library, file, name or api_name(file), whatever=True)
        faults = library.faults.located(library.locate)
    try:
        return _with_views(found[1]) if found else None, faults
    except DocumentError as error:
        return None, (*faults, *error.faults)


def read_whole(
    path: str | Path, *, root: str | Path, name: str | None = None, sound_part: bool = False, reach: Reach = INSIDE
) -> Reading:
    """As :func:`read`, with what is needed to write the document anew, and schemas as the author wrote them."""
    library = Library(Path(root), reach)
    try:
        file = library.name_of(Path(path))
    except Refused as error:
        raise DocumentError([DocumentFault(str(path), "", str(error), rule="file")]) from None
    with _collector_paused():
        found = _specification(library, file, name or api_name(file))
        faults = library.faults.located(library.locate)
    if found is None or (library.faults.errors and not (sound_part and _is_of_use(found[1]))):
        raise DocumentError(fault for fault in faults if fault.severity == "error" or fault.rule == "unknown-key")
    return Reading(found[1], faults, library, found[0])


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Within this block the garbage collector rests: all that is made there stays, and looking for waste takes a third
    of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def api_name(file: str) -> str:
    """The name of the API in a file: its stem, made an identifier."""
    stem = re.sub(r"\W", "_", known(Path(file).stem))
    name = stem if stem.isidentifier() else f"api_{stem}"
    return f"{name}_" if iskeyword(name) else name


def _specification(
    library: Library, file: str, name: str, whatever: bool = False
) -> tuple[Dialect, Specification] | None:
    try:
        value = library.open(file).value
    except Refused as error:
        if not library.faults:
            library.faults.add(DocumentFault(file, "", str(error), rule="file"))
        return None
    root = Node(value, Place(file), library)
    dialect = _dialect(root, name)
    if dialect is None:
        return None
    _check_paths(root, dialect.modern)
    specification = _sound(dialect, whatever)
    if specification is None:
        return None
    document = bundle(library, dialect.schemas.names, dialect.schemas.derived.values(), dialect.dialect)
    files = library.files
    return dialect, replace(specification, file=file, files=files, digest=library.digest, document=document)


def _with_views(specification: Specification) -> Specification:
    try:
        return with_views(specification)
    except RecursionError:
        message = "the schemas refer to each other too deeply to tell what `readOnly` and `writeOnly` make of them"
        raise DocumentError([DocumentFault(specification.file, "", message, rule="reference")]) from None


def _sound(dialect: Dialect, whatever: bool) -> Specification | None:
    """What is sound in the document; None where a fault is about the whole of it, unless ``whatever`` is wanted."""
    library = dialect.root.library
    specification = dialect.specification()
    broken = library.faults.broken
    if not broken:
        return specification
    if not whatever and stops_all(broken, dialect.root.place.file):
        return None
    return sound(specification, library.uses.spoilt(broken), broken, dialect.holders)


def _is_of_use(specification: Specification) -> bool:
    """Whether anything is left; a document without operations is there for its schemas."""
    return bool(specification.operations or (specification.schemas and not specification.unserved))


def _dialect(root: Node, name: str) -> Dialect | None:
    if not isinstance(root.value, dict):
        root.error(f"an API document is a mapping, and here is {kind(root.value)}; the smallest is {_MINIMAL}", "shape")
        return None
    if root.has("swagger") and root.has("openapi"):
        root.error("a document has `swagger` or `openapi`, not both", "version", "openapi")
        return None
    for key in ("swagger", "openapi"):
        if root.has(key):
            return _versioned(root, name, key)
    message = "the document says neither `swagger: '2.0'` nor `openapi: 3.0.3`"
    for key in root.value:
        close = nearest(key, ("swagger", "openapi"))
        if close is not None:
            message += f"; did you mean `{close}` by `{key}`?"
    root.error(message, "version")
    return None


def _versioned(root: Node, name: str, key: str) -> Dialect | None:
    value = root.value[key]
    version = str(value)
    if not isinstance(value, str) and isinstance(value, (int, float)):
        root.warning(f"the version stands in quotes: `{key}: '{value}'`", "version", key)
    if key == "swagger":
        if version in ("2.0", "2"):
            return Swagger2(root, name, "2.0")
        known: Any = "`swagger` is 2.0; later versions are written `openapi: 3.0.3`"
    else:
        match = re.fullmatch(r"3\.([0-9]+)(\.[0-9]+)?(-[\w.]+)?", version) or re.fullmatch(r"3()()()", version)
        minor = int(match[1] or 0) if match else None
        if minor is not None and minor > 1:
            root.warning(f"OpenAPI {version} is read as 3.1; what it added since does nothing here", "version", key)
        if minor is not None:
            return (OpenApi31 if minor else OpenApi3)(root, name, f"3.{minor}")
        known = "`openapi` is 3.0.x or 3.1.x, and Swagger is written `swagger: '2.0'`"
    root.error(f"the version `{version[:60]}` is not known: {known}", "version", key)
    return None


def _check_paths(root: Node, modern: bool) -> None:
    """A document without paths serves nothing; since 3.1 it may still describe webhooks or components."""
    paths = root.value.get("paths")
    if isinstance(paths, dict) and any(not key.startswith("x-") for key in paths):
        return
    if paths is not None and not isinstance(paths, dict):
        return
    described = root.has("components") or root.has("definitions")
    if (modern and (root.has("webhooks") or described)) or (described and paths is not None):
        root.warning("the document has no paths: nothing is served from it", "paths")
        return
    for key in root.value:
        if "paths" not in root.value and nearest(key, ("paths",)) is not None:
            root.error(f"the document has no `paths`; did you mean `paths` by `{key}`?", "paths", key)
            return
    what = "no `paths`" if paths is None else "no path under `paths`"
    root.error(f"the document has {what}, so there is nothing to serve; the smallest is {_MINIMAL}", "paths")
