"""Reads ``pym-config.yaml`` and answers for it, as far as shipping the service goes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from pymacaron_deploy.config.lookup import absolute, find_file, find_root, shown
from pymacaron_deploy.config.settings import CREDENTIALS, FLAT, RENAMED, SECTIONS, SHARED, DeploySettings
from pymacaron_deploy.config.yaml12 import Document, YamlFault
from pymacaron_deploy.errors import ConfigError


@dataclass(frozen=True)
class Config:
    """What is known of a service before its image is built. It holds names of secrets, and never a value."""

    root: Path
    """The project's folder."""

    file: Path | None
    """The file that was read; None where there is none and defaults apply."""

    env: str
    """The environment that was asked for (``--env``, ``PYM_ENV``), or ``''``."""

    name: str
    """The service's name; its folder's if not given."""

    deploy: DeploySettings = field(default_factory=DeploySettings)
    """The options of deploy."""

    secrets: tuple[str, ...] = ()
    """The names of the environment variables that the service needs (``env_secrets``)."""

    live_url: str | None = None
    """Where the service is reached when live."""

    live_host: str | None = None
    """As ``live_url``, by host alone, as in 2.x."""

    warnings: tuple[str, ...] = ()
    """What is odd, a sentence each."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The environment that values of secrets are taken from, at the moment they are handed to a container."""

    @classmethod
    def load(
        cls,
        root: Path | str | None = None,
        *,
        path: Path | str | None = None,
        env: str | None = None,
        environ: Mapping[str, str] | None = None,
        production: bool = True,
    ) -> Config:
        """Read the configuration of the project at ``root``, else of the nearest one above the working directory.

        ``path`` (``--config``) names the file, ``env`` (``--env``) overrules ``PYM_ENV``. Unless ``production`` is
        false, an environment must have its file. Raises :class:`~pymacaron_deploy.errors.ConfigError` with every
        fault, a line each.
        """
        environ = os.environ if environ is None else environ
        named = Path(path) if path is not None else None
        folder = find_root(Path(root) if root is not None else None, named, environ)
        env = environ.get("PYM_ENV", "") if env is None else env
        file, odd = find_file(folder, named, env, environ, production=production)
        document = _document(file)
        reading = _Reading(file, document, document.value or {})
        return cls(
            root=folder,
            file=file,
            env=env,
            name=reading.name or absolute(folder).name or "service",
            deploy=reading.deploy,
            secrets=reading.secrets,
            live_url=reading.live_url,
            live_host=reading.live_host,
            warnings=(odd, *reading.warnings) if odd else reading.warnings,
            environ=environ,
        )

    def changed(self, **options: object) -> Config:
        """This configuration with other options of deploy; those that are None stay as they are."""
        given = {name: value for name, value in options.items() if value is not None}
        try:
            deploy = DeploySettings.model_validate({**self.deploy.model_dump(), **given})
        except ValidationError as error:
            places = {name: f"/--{name}" for name in given}
            faults = validation_faults(error, DeploySettings, given, places)
            raise ConfigError("\n".join(fault.message for fault in faults)) from None
        return replace(self, deploy=deploy)

    @property
    def host(self) -> str | None:
        """The host that clients of the live service connect to."""
        return urlsplit(self.live_url).hostname if self.live_url else self.live_host

    @property
    def port(self) -> int | None:
        """The port that clients of the live service connect to."""
        if self.live_url:
            return urlsplit(self.live_url).port or (443 if self.live_url.startswith("https:") else 80)
        return (443 if self.deploy.aws_cert_arn else 80) if self.live_host else None

    def secret_values(self, names: Iterable[str]) -> dict[str, str]:
        """The values of secrets, from the environment. Raises ``ConfigError`` naming every one that is not set."""
        values = {name: self.environ.get(name, "") for name in names}
        missing = sorted(name for name in values if not values[name])
        if missing:
            word = "variable" if len(missing) == 1 else "variables"
            raise ConfigError(
                f"the service needs the secret{'s' if missing[1:] else ''} {', '.join(missing)}: "
                f"set the environment {word} before you deploy"
            )
        return values


class _Reading:
    """One file, taken apart. Raises ``ConfigError`` with all faults of its shape first, then of its options."""

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


def _document(file: Path | None) -> Document:
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
