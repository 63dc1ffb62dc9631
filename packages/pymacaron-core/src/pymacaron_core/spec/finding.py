"""Which files below a folder are API documents: those whose root says ``swagger`` or ``openapi``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pymacaron_core.errors import DocumentError, DocumentFault
from pymacaron_core.spec.document import SIZE_LIMIT
from pymacaron_core.spec.reading import api_name
from pymacaron_core.yaml12 import YamlFault, decode, parse

_ENDINGS = (".yaml", ".yml", ".json")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)", re.IGNORECASE)
_WORD = re.compile(rb"swagger|openapi")
_BEGINS = re.compile(r"\{\s*(['\"]?)(swagger|openapi)\1\s*:")
_FIRST = re.compile(r"^(?![ \t]*(?:#|\r?$|---|%))([ ]*)\S", re.MULTILINE)


def find(folder: str | Path) -> dict[str, Path]:
    """The API documents below a folder, by the names of their APIs (in the order of the names).

    Other YAML and JSON files are parts of documents, hidden files and editors' backups nothing. A file that looks like
    an API document and cannot be read is found too, for ``read`` to say what is wrong, and so are pages and binary
    files with the name of a document. Raises
    :class:`~pymacaron_core.errors.DocumentError` where two documents have one name.
    """
    found: dict[str, Path] = {}
    faults = []
    for path in documents_below(Path(folder)):
        name = api_name(path.name)
        if name in found:
            message = f"the API `{name}` is already in {found[name].name}; rename one of the two files"
            faults.append(DocumentFault(os.path.relpath(path, Path(folder).parent), "", message, rule="name"))
        found.setdefault(name, path)
    if faults:
        raise DocumentError(faults)
    return dict(sorted(found.items()))


def documents_below(folder: Path) -> Iterator[Path]:
    """The API documents below a folder, whatever their names, in the order of their paths."""
    return (path for path in sorted(_candidates(folder)) if is_api(path))


def is_api(path: Path) -> bool:
    """Whether the root of a file says ``swagger`` or ``openapi``, looking no closer than it must."""
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT)
    except PermissionError:
        return True  # read says so
    except OSError:
        return False
    if _is_no_text_of_ours(data):
        return True  # nothing could refer to it: it was meant for a document, and read says what it is
    data = data.replace(b"\0", b"")  # UTF-16 and UTF-32
    if not _WORD.search(data):
        return False
    text = data.decode("utf-8", "replace").lstrip("\ufeff\ufffd")
    first = _FIRST.search(text)
    if first is None:
        return False
    if text[first.end() - 1] in "{[":
        return _BEGINS.match(text, first.end() - 1) is not None or _parsed_is_api(text, path)
    indent = re.escape(first[1])
    return re.search(rf"^{indent}(['\"]?)(swagger|openapi)\1[ ]*:", text, re.MULTILINE) is not None


def _is_no_text_of_ours(data: bytes) -> bool:
    """Whether this is a page saved from a browser, or a binary file."""
    if b"\0" not in data:
        return _PAGE.match(data) is not None
    try:
        decode(data)
    except YamlFault:
        return True
    return False


def _parsed_is_api(text: str, path: Path) -> bool:
    try:
        value = parse(text, path.name)
    except YamlFault:
        return re.search(r"[{,]\s*(['\"]?)(swagger|openapi)\1\s*:", text[:2000]) is not None
    return isinstance(value, dict) and ("swagger" in value or "openapi" in value)


def _candidates(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            if name.lower().endswith(_ENDINGS) and not name.startswith((".", "#", "~")):
                yield Path(place, name)
