"""An unchanged document is not read again: what was read of it is kept, each schema to be had when it is asked for."""

from __future__ import annotations

import hashlib
import json
import pickle
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pymacaron_core.errors import DocumentFault
from pymacaron_core.kept import kept_folder, key_of, read_kept, write_kept
from pymacaron_core.spec.codec import decode, encode
from pymacaron_core.spec.document import digest_of
from pymacaron_core.spec.operation import EMPTY, Schema, Specification
from pymacaron_core.spec.reading import api_name, read

Read = tuple[Specification, tuple[DocumentFault, ...]]


class KeptSchemas(Mapping[str, Schema]):
    """The named schemas of a kept document. Each is decoded when first asked for, and the same from then on."""

    def __init__(
        self, data: memoryview, places: Mapping[str, tuple[int, int]], extended: Mapping[str, list[str]]
    ) -> None:
        self._data, self._places, self._extended = data, places, extended
        self.decoded: dict[str, Schema] = {}

    def __getitem__(self, name: str) -> Schema:
        found = self.decoded.get(name)
        if found is None:
            start, end = self._places[name]
            found = self.decoded.setdefault(name, decode(self._data[start:end]))
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def extended_by(self, key: str) -> list[str]:
        """The names of the schemas that have this ``x-`` key, or whose ``allOf`` has it."""
        return self._extended.get(key, [])


class KeptDocument(Mapping[str, Any]):
    """The document as published, unpacked when first asked for."""

    def __init__(self, data: bytes) -> None:
        self._packed = data

    @cached_property
    def _value(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(zlib.decompress(self._packed))
        return value

    def __getitem__(self, key: str) -> Any:
        return self._value[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._value)

    def __len__(self) -> int:
        return len(self._value)


def extended(schemas: Mapping[str, Schema], key: str) -> Iterator[tuple[str, Schema]]:
    """The named schemas that have this ``x-`` key, or whose ``allOf`` has it."""
    names: Iterable[str] = schemas.extended_by(key) if isinstance(schemas, KeptSchemas) else schemas
    return ((name, schemas[name]) for name in names if key in _extensions(schemas[name]))


def read_or_kept(path: Path, *, root: Path, name: str | None = None, folder: Path | None = None, **how: Any) -> Read:
    """What :func:`~pymacaron_core.spec.reading.read` gives, without reading where nothing has changed since.

    ``folder`` is where it is kept, by default in the state folder of the root; then nothing is kept of a document that
    lies directly in the root (a script's). Nor is one kept that has faults. ``how`` is handed on.
    """
    root = root.resolve()
    if folder is None and path.resolve().parent != root:
        folder = kept_folder(root)
    if folder is None:
        return read(path, root=root, name=name, **how)
    name = name or api_name(path.name)
    file = (
        folder
        / f"{hashlib.sha256(f'{path.resolve()} {name}'.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.document"
    )
    key = key_of("document", str(path.resolve()), name, sorted(how.items()))
    data = read_kept(file, key)
    if data is not None:
        found = _unpacked(data, root)
        if found is not None:
            return found
    found = read(path, root=root, name=name, **how)
    sound = all(fault.severity == "warning" for fault in found[1])
    packed = _packed(*found, root) if sound else None
    if packed is not None:
        write_kept(file, key, packed)
    return found


def _packed(specification: Specification, warnings: tuple[DocumentFault, ...], root: Path) -> bytes | None:
    """An index, then each schema, then the document; None for what cannot be kept."""
    try:
        contents = {name: (root / name).read_bytes() for name in specification.files}
        files = {name: hashlib.sha256(data).digest() for name, data in contents.items()}
        if digest_of(contents.items()) != specification.digest:
            return None  # a file was edited while it was read
        shell = replace(specification, schemas=EMPTY, document=EMPTY)
        places, parts, at = {}, [], 0
        for name, schema in specification.schemas.items():
            part = encode(schema)
            places[name] = (at, at + len(part))
            parts.append(part)
            at += len(part)
        document = zlib.compress(json.dumps(dict(specification.document), ensure_ascii=False).encode(), 1)
        keys: dict[str, list[str]] = {}
        for name, schema in specification.schemas.items():
            for key in _extensions(schema):
                keys.setdefault(key, []).append(name)
        index = encode((files, shell, warnings, places, keys, at))
    except (OSError, ValueError, TypeError, RecursionError, pickle.PicklingError):
        return None
    return b"".join((len(index).to_bytes(8, "big"), index, *parts, document))


def _unpacked(data: bytes, root: Path) -> Read | None:
    """What was packed; None where a file of the document has changed since."""
    size = int.from_bytes(data[:8], "big")
    view = memoryview(data)
    try:
        files, shell, warnings, places, keys, end = decode(view[8 : 8 + size])
        if any(_hash(root / name) != known for name, known in files.items()):
            return None
    except Exception:
        return None
    rest = view[8 + size :]
    schemas = KeptSchemas(rest[:end], places, keys)
    return replace(shell, schemas=schemas, document=KeptDocument(bytes(rest[end:]))), warnings


def _extensions(schema: Schema) -> set[str]:
    branches = (branch for branch in schema.get("allOf", ()) if branch.ref is None)
    return {key for each in (schema, *branches) for key in each.keywords if key.startswith("x-")}


def _hash(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
