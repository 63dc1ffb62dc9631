"""What is wrong in a configuration, each fault with its file, line and column."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from pymacaron_core.config.lookup import shown
from pymacaron_core.errors import ConfigError
from pymacaron_core.yaml12 import Positions

_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
"""User and password in a URL (RFC 3986, section 3.2.1)."""


class Fault(NamedTuple):
    """One thing wrong: the JSON pointer of where, and the sentence. ``key``: it is about the key, not the value."""

    pointer: str
    message: str
    key: bool = False


def config_error(file: Path | None, text: bytes, faults: Iterable[Fault]) -> ConfigError:
    """One error that names all faults, a line each."""
    return ConfigError("\n".join(told(file, text, faults)))


def told(file: Path | None, text: bytes, faults: Iterable[Fault]) -> list[str]:
    """Faults as ``file:line:column: sentence``, in the order of the file."""
    if file is None:
        return [fault.message for fault in faults]
    positions = Positions(text)
    placed = sorted((*positions.locate(fault.pointer, key=fault.key), fault.message) for fault in faults)
    return [f"{shown(file)}:{line}:{column}: {message}" for line, column, message in placed]


def validation_faults(
    error: ValidationError, model: type[BaseModel], data: Any, places: dict[str, str]
) -> Iterable[Fault]:
    """What pydantic found, once for each value; ``places`` gives the pointer of each top option."""
    seen = set()
    for found in error.errors(include_url=False, include_context=False):
        steps, value = _existing(found["loc"], data)
        top = str(steps[0]) if steps else ""
        pointer = "/".join([places.get(top, f"/{top}" if top else ""), *(pointer_step(step) for step in steps[1:])])
        name = dotted(pointer)
        known, wanted = _wanted(model, steps)
        if found["type"] == "missing":
            lacking = found["loc"][-1]
            yield Fault(pointer, f"{f'{name}.' if name else ''}{lacking} is missing: add it")
        elif pointer in seen:
            continue
        elif found["type"] == "extra_forbidden":
            yield Fault(pointer, f"{name} is no option{meant(str(steps[-1]), known)}", key=True)
        else:
            told_wanted = f"must be {wanted}" if wanted else found["msg"].removeprefix("Input ")
            yield Fault(pointer, f"{name} {told_wanted}, not {shown_value(value)}")
        seen.add(pointer)


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
    """A value for a sentence, cut short; a secret stays hidden."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = _CREDENTIALS.sub("[REDACTED]@", repr(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def pointer_step(step: object) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")


def dotted(pointer: str) -> str:
    """A JSON pointer as sentences name it: ``core.port``."""
    return pointer[1:].replace("/", ".").replace("~1", "/").replace("~0", "~")


def _existing(loc: Sequence[str | int], data: Any) -> tuple[list[str | int], Any]:
    """The steps of a place that lead to a value; pydantic adds the branches of unions, which the data do not have."""
    steps: list[str | int] = []
    for step in loc:
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if not in_list and not (isinstance(data, dict) and step in data):
            break
        data = data[step]
        steps.append(step)
    return steps, data


def _wanted(model: type[BaseModel], steps: Sequence[str | int]) -> tuple[Iterable[str], str]:
    """The options beside a place, and what its option must be (``''``: pydantic knows)."""
    field = model.model_fields.get(str(steps[0])) if steps else None
    extra = field.json_schema_extra if field is not None else None
    if field is None or not isinstance(extra, dict):
        return model.model_fields, ""
    inside = _model_inside(field.annotation)
    if inside is not None and "inside" not in extra and len(steps) > 1:
        return _wanted(inside, steps[1:])
    if inside is not None and len(steps) > 2:
        return _wanted(inside, steps[2:])
    return model.model_fields, str(extra["inside" if "inside" in extra and len(steps) > 1 else "wanted"])


def _model_inside(annotation: Any) -> type[BaseModel] | None:
    arguments = getattr(annotation, "__args__", ())
    found = [each for each in arguments if isinstance(each, type) and issubclass(each, BaseModel)]
    return found[0] if found else None
