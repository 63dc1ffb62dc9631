"""Takes a file apart: the options of deploy, those that it shares with core, and what is wrong or odd."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from pymacaron_deploy.config.faults import (
    Fault,
    config_error,
    dotted,
    one_edit_apart,
    pointer_step,
    shown_value,
    told,
    validation_faults,
)
from pymacaron_deploy.config.lookup import shown
from pymacaron_deploy.config.settings import CREDENTIALS, FLAT, RENAMED, SECTIONS, SHARED, DeploySettings
from pymacaron_deploy.config.yaml12 import Document, YamlFault
from pymacaron_deploy.errors import ConfigError


class Reading:
    """One file, taken apart. Raises ``ConfigError`` with all faults of its shape first, then of its options.

    It tells ``name``, ``secrets`` (their names), ``live_url``, ``live_host``, ``deploy`` and ``warnings``.
    """

    def __init__(self, file: Path | None, document: Document, values: dict[str, Any]) -> None:
        self._file, self._document, self._values = file, document, values
        self._refuse(self._shape_faults())
        shared = {name: self._shared(name) for name in SHARED}
        self._refuse(self._shared_faults(shared))
        self.name: str = shared["name"][1] or ""
        self.secrets: tuple[str, ...] = tuple(shared["env_secrets"][1] or ())
        self.live_url: str | None = shared["live_url"][1]
        self.live_host: str | None = shared["live_host"][1]
        data, places = self._options()
        self._refuse(self._secret_faults(data, places))
        try:
            self.deploy = DeploySettings.model_validate(data)
        except ValidationError as error:
            self._refuse(validation_faults(error, DeploySettings, data, places))
        self.warnings = tuple(told(file, document, self._odd_keys()))

    def _refuse(self, faults: Iterable[Fault]) -> None:
        found = list(faults)
        if found:
            raise config_error(self._file, self._document, found)

    def _shape_faults(self) -> Iterator[Fault]:
        for name in SECTIONS:
            if not isinstance(self._values.get(name), dict | None):
                wrong = shown_value(self._values[name])
                yield Fault(f"/{name}", f"{name} must be a mapping of options, not {wrong}")
        if isinstance(self._values.get("core"), dict):
            yield from self._twice("core", {name: name for name in SHARED})
        if isinstance(self._values.get("deploy"), dict):
            yield from self._twice("deploy", {name: RENAMED.get(name, name) for name in FLAT})

    def _twice(self, section: str, options: Mapping[str, str]) -> Iterator[Fault]:
        """Options that are given more than once: at the top level, in the section, or by two names there."""
        inside = self._values[section]
        for flat, option in options.items():
            names = [name for name in dict.fromkeys((flat, option)) if name in inside]
            if names and (flat in self._values or len(names) > 1):
                where = "also at the top level" if flat in self._values else f"also as {option}"
                yield Fault(f"/{section}/{names[0]}", f"{names[0]} is given twice, {where}: keep one", key=True)

    def _shared(self, name: str) -> tuple[str, Any]:
        """The pointer and the value of an option that core owns."""
        core = self._values.get("core") or {}
        return (f"/core/{name}", core[name]) if name in core else (f"/{name}", self._values.get(name))

    def _shared_faults(self, shared: Mapping[str, tuple[str, Any]]) -> Iterator[Fault]:
        for name, (pointer, value) in shared.items():
            if value is None and not self._has(pointer):
                continue
            if not _FITS[name][0](value):
                yield Fault(pointer, f"{dotted(pointer)} must be {_FITS[name][1]}, not {shown_value(value)}")

    def _has(self, pointer: str) -> bool:
        *sections, name = pointer.split("/")[1:]
        return name in (self._values[sections[0]] if sections else self._values)

    def _options(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The options of deploy by the names of today, and the pointer of each."""
        data: dict[str, Any] = {}
        places: dict[str, str] = {}
        inside = self._values.get("deploy") or {}
        flat = {name: self._values[name] for name in FLAT if name in self._values}
        for prefix, values in (("", flat), ("/deploy", inside)):
            for name, value in values.items():
                if name not in CREDENTIALS:
                    option = RENAMED.get(name, name)
                    data[option], places[option] = value, f"{prefix}/{pointer_step(name)}"
        return data, places

    def _secret_faults(self, data: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[Fault]:
        for option, value in data.items():
            if isinstance(value, str) and value in self.secrets:
                name = dotted(places[option])
                yield Fault(places[option], f"{name} is the name of a secret, and deploy reads none: write its value")

    def _odd_keys(self) -> Iterator[Fault]:
        """Keys of the user that look like a misspelt or misplaced option."""
        known = {*SECTIONS, *FLAT, *SHARED}
        for key in self._values.keys() - known:
            close = next((name for name in sorted(known) if one_edit_apart(key, name)), None)
            if close is not None:
                message = f"'{key}' is no option of PyMacaron: did you mean '{close}'?"
                yield Fault(f"/{pointer_step(key)}", message, key=True)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_url(value: Any) -> bool:
    try:
        url = urlsplit(value if isinstance(value, str) else "")
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # of a port that is none, or a bracket that is not closed
        return False


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


_FITS = {
    "name": (_is_name, "a name of one line"),
    "env_secrets": (_is_names, "a list of names of environment variables"),
    "live_url": (lambda value: value is None or _is_url(value), "a URL that begins with http:// or https://"),
    "live_host": (lambda value: value is None or _is_name(value), "the name of a host, without http://"),
}
"""For each shared option whether a value fits, and what does."""


def read_document(file: Path | None) -> Document:
    """A file as a mapping of options; None is an empty one. Raises ``ConfigError`` for what is none."""
    try:
        document = Document(_read(file)) if file else Document(b"")
    except YamlFault as fault:
        raise ConfigError(f"{shown(file or Path())}:{fault.line}:{fault.column}: {fault.message}") from None
    if not isinstance(document.value, dict | None):
        wrong = shown_value(document.value)
        raise ConfigError(f"{shown(file or Path())}:1:1: must be a mapping of options, like 'name: shop', not {wrong}")
    return document


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            return file.read_bytes()
        reason = "it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file"
    except OSError as error:
        reason = error.strerror or str(error)
    raise ConfigError(f"{shown(file)}: cannot be read ({reason}): put a YAML file there, or remove it")
