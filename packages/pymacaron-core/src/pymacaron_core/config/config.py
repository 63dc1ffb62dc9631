"""Reads ``pym-config.yaml`` and answers for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pymacaron_core.config.faults import (
    Fault,
    config_error,
    one_edit_apart,
    pointer_step,
    shown_value,
    told,
    validation_faults,
)
from pymacaron_core.config.lookup import absolute, find_file, find_root, shown
from pymacaron_core.config.secrets import Secret, filled_in, read_dotenv, signing_secret
from pymacaron_core.config.settings import FLAT, SECTIONS, CoreSettings
from pymacaron_core.errors import ConfigError
from pymacaron_core.yaml12 import YamlFault, parse

SettingsT = TypeVar("SettingsT", bound=BaseModel)


@dataclass(frozen=True, repr=False, eq=False)
class Config:
    """The configuration of one application.

    ``config.core`` holds the options of core. Any key of the file's top level is an attribute too, as in 2.x
    (``config.my_key``), and always ``config["my_key"]``; values of ``env_secrets`` are in their place.
    """

    root: Path
    """The project's folder."""

    file: Path | None
    """The file that was read; None where there is none and defaults apply."""

    env: str
    """What ``PYM_ENV`` says, or ``''``."""

    production: bool
    """Whether this is meant to serve, rather than to develop."""

    environ: Mapping[str, str]
    """The environment, with ``.env`` below it in development."""

    core: CoreSettings = field(default_factory=CoreSettings)
    """The options of core."""

    warnings: tuple[str, ...] = ()
    """What is odd, a sentence each, to be told at start."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """The whole file, secrets in their places."""

    text: bytes = b""
    """The file as it was read."""

    secrets: tuple[Secret, ...] = ()
    """Every secret's content, for those who must hide them."""

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            if name in self.values:
                return self.values[name]
            if name in FLAT["core"]:
                return getattr(self.core, name)
        where = shown(self.file) if self.file else "the configuration, which has no file"
        raise AttributeError(f"there is no '{name}' in {where}")

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values

    def get(self, name: str, default: Any = None) -> Any:
        """A value of the top level, or the default."""
        return self.values.get(name, default)

    def section(self, name: str) -> dict[str, Any]:
        """The options of one package: its section, and its names of 2.x from the top level."""
        inside = self.values.get(name)
        flat = {key: self.values[key] for key in FLAT.get(name, ()) if key in self.values}
        return flat | (inside if isinstance(inside, dict) else {})

    def read(self, name: str, settings: type[SettingsT]) -> SettingsT:
        """The options of one package as its own settings. Raises :class:`ConfigError` with every fault."""
        data = {key: value for key, value in self.section(name).items() if not self._foreign(name, key, settings)}
        try:
            return settings.model_validate(data)
        except ValidationError as error:
            inside = self.values.get(name) or {}
            places = {key: f"/{name}/{pointer_step(key)}" for key in inside}
            faults = list(validation_faults(error, settings, data, places))
        raise config_error(self.file, self.text, faults)

    def error(self, pointer: str, message: str) -> ConfigError:
        """An error about the place that a JSON pointer names, for those who know more than types can say."""
        return config_error(self.file, self.text, [Fault(pointer, message)])

    def signing_secret(self, name: str) -> Secret:
        """A secret of development, made once and kept in ``.pym/``. Raises :class:`ConfigError` in production."""
        if self.production:
            raise ConfigError(f"the secret {name} is not set: set the environment variable {name}")
        return signing_secret(self.root, name)[0]

    def _foreign(self, section: str, key: str, settings: type[BaseModel]) -> bool:
        """Whether a name of 2.x at the top level is not for these settings (two packages share some)."""
        inside = self.values.get(section)
        return key not in settings.model_fields and not (isinstance(inside, dict) and key in inside)

    def __repr__(self) -> str:
        return f"<Config of '{self.core.name}' from {shown(self.file) if self.file else 'defaults'}>"


def load_config(
    root: Path | str | None = None,
    *,
    path: Path | str | None = None,
    env: str | None = None,
    environ: Mapping[str, str] | None = None,
    production: bool = False,
) -> Config:
    """Read the configuration of the project at ``root``, else of the nearest one above the working directory.

    ``path`` (``--config``) names the file, ``env`` (``--env``) overrules ``PYM_ENV``. ``production`` turns off what
    eases development: ``.env``, made-up secrets, a missing file of an environment. Raises :class:`ConfigError`.
    """
    environ = os.environ if environ is None else environ
    named = Path(path) if path is not None else None
    folder = find_root(Path(root) if root is not None else None, named, environ)
    dotenv, odd_lines = ({}, ()) if production else read_dotenv(folder / ".env")
    environ = {**dotenv, **environ}
    env = environ.get("PYM_ENV", "") if env is None else env
    found = find_file(folder, named, env, environ, production=production)
    text = _read(found.file) if found.file else b""
    raw = _parsed(found.file, text) if found.file else {}
    bare = Config(found.root, found.file, env, production, environ, values=raw, text=text)
    return _completed(bare, (*odd_lines, *found.warnings))


def _completed(bare: Config, warnings: tuple[str, ...]) -> Config:
    """The configuration with its secrets in place, its options checked and its oddities noted."""
    faults = _shape_faults(bare.values)
    if faults:
        raise config_error(bare.file, bare.text, faults)
    filled = filled_in(
        bare.values, bare.section("core").get("env_secrets"), bare.environ, None if bare.production else bare.root
    )
    if filled.faults:
        raise config_error(bare.file, bare.text, filled.faults)
    whole = _replace(bare, values=filled.values, secrets=filled.secrets)
    core = whole.read("core", CoreSettings)
    if not core.name:
        core = core.model_copy(update={"name": absolute(bare.root).name or "service"})
    odd_keys = told(bare.file, bare.text, _odd_keys(filled.values))
    return _replace(whole, core=core, warnings=(*warnings, *odd_keys, *filled.warnings))


def _replace(config: Config, **changes: Any) -> Config:
    kept = {name: getattr(config, name) for name in config.__dataclass_fields__}
    return Config(**{**kept, **changes})


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            return file.read_bytes()
        reason = "it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file"
    except OSError as error:
        reason = error.strerror or str(error)
    raise ConfigError(f"{shown(file)}: cannot be read ({reason}): put a YAML file there, or remove it")


def _parsed(file: Path, text: bytes) -> dict[str, Any]:
    try:
        value = parse(text, file.name)
    except YamlFault as fault:
        place = f"{shown(file)}:{fault.line}:{fault.column}" if fault.line else shown(file)
        raise ConfigError(f"{place}: {fault}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{shown(file)}:1:1: must be a mapping of options, like 'name: shop', not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    return shown_value(value) if isinstance(value, list) else f"just {shown_value(value)}"


def _shape_faults(values: Mapping[str, Any]) -> list[Fault]:
    faults = [
        Fault(f"/{name}", f"{name} must be a mapping of options, not {shown_value(values[name])}")
        for name in SECTIONS
        if not isinstance(values.get(name), dict | None)
    ]
    for name in SECTIONS:
        for key in FLAT[name] if isinstance(values.get(name), dict) else ():
            if key in values and key in values[name]:
                faults.append(
                    Fault(f"/{name}/{key}", f"{key} is given twice, also at the top level: keep one", key=True)
                )
    return faults


def _odd_keys(values: Mapping[str, Any]) -> list[Fault]:
    """Keys of the user that look like a misspelt or misplaced option."""
    known = {*SECTIONS, *(name for names in FLAT.values() for name in names)}
    odd = []
    for key in values.keys() - known:
        pointer = f"/{pointer_step(key)}"
        close = next((name for name in sorted(known) if one_edit_apart(key, name)), None)
        if hasattr(Config, key) or key in Config.__dataclass_fields__:
            odd.append(
                Fault(pointer, f"'{key}' is read by config['{key}'] only: config.{key} is something else", key=True)
            )
        elif key in CoreSettings.model_fields:
            odd.append(Fault(pointer, f"'{key}' has no effect here: the option stands below 'core:'", key=True))
        elif close is not None:
            odd.append(Fault(pointer, f"'{key}' is no option of PyMacaron: did you mean '{close}'?", key=True))
    return odd
