"""What is wrong in a configuration, each fault with its file, line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from pymacaron_deploy.config.lookup import shown
from pymacaron_deploy.config.settings import LocalSettings
from pymacaron_deploy.config.yaml12 import Document
from pymacaron_deploy.errors import ConfigError


class Fault(NamedTuple):
    """One thing wrong: the JSON pointer of where, and the sentence. ``key``: it is about the key, not the value."""

    pointer: str
    message: str
    key: bool = False


def told(file: Path | None, document: Document, faults: Iterable[Fault]) -> list[str]:
    """Faults as ``file:line:column: sentence``, in the order of the file."""
    if file is None:
        return [fault.message for fault in faults]
    placed = sorted((*document.locate(fault.pointer, key=fault.key), fault.message) for fault in faults)
    return [f"{shown(file)}:{line}:{column}: {message}" for line, column, message in placed]


def config_error(file: Path | None, document: Document, faults: Iterable[Fault]) -> ConfigError:
    """One error that names all faults, a line each."""
    return ConfigError("\n".join(told(file, document, faults)))


def validation_faults(
    error: ValidationError, model: type[BaseModel], data: Any, places: Mapping[str, str]
) -> Iterator[Fault]:
    """What pydantic found, once for each option; ``places`` gives the pointer of each top option."""
    seen: set[str] = set()
    for found in error.errors(include_url=False, include_context=False):
        top, *rest = (str(step) for step in found["loc"])
        pointer = places.get(top, f"/deploy/{pointer_step(top)}")
        inside: type[BaseModel] = model
        value = data.get(top)
        if rest and top == "local" and isinstance(value, dict):
            inside = LocalSettings
            top, value, pointer = rest[0], value.get(rest[0]), f"{pointer}/{pointer_step(rest[0])}"
        if pointer in seen:
            continue
        seen.add(pointer)
        if found["type"] == "extra_forbidden":
            yield Fault(pointer, f"{dotted(pointer)} is no option{meant(top, inside.model_fields)}", key=True)
        else:
            yield Fault(pointer, f"{dotted(pointer)} must be {_wanted(inside, top)}, not {shown_value(value)}")


def meant(word: str, known: Iterable[str]) -> str:
    """A "did you mean" to end a sentence with; without a likely one, the names there are."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f": did you mean '{close[0]}'?" if close else f"; there are: {', '.join(names)}"


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter added, dropped, changed or swapped with its neighbour makes one word of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1])


def shown_value(value: Any) -> str:
    """A value for a sentence, cut short."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def pointer_step(step: object) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")


def dotted(pointer: str) -> str:
    """A JSON pointer as sentences name it: ``deploy.target``."""
    return pointer[1:].replace("/", ".").replace("~1", "/").replace("~0", "~")


def _wanted(model: type[BaseModel], name: str) -> str:
    extra = model.model_fields[name].json_schema_extra
    return str(extra["wanted"]) if isinstance(extra, dict) else "something else"
