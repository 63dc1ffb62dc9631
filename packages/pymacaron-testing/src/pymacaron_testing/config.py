"""What ``pym-config.yaml`` says to those who test: where the service is live, and the section ``testing``."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from pymacaron_testing.errors import ConfigError
from pymacaron_testing.lookup import Found, find, shown
from pymacaron_testing.target import HTTP, HTTPS, Target
from pymacaron_testing.yaml12 import Text, parse

SECTIONS = ("core", "auth", "async", "dynamodb", "testing", "deploy")
"""The sections of ``pym-config.yaml``, one for each package."""

FLAT = {"core": ("env_secrets", "live_host", "live_url", "name"), "deploy": ("aws_cert_arn", "include_links")}
"""The names of 2.x that are read here; each may stand in its package's section or at the top level."""


@dataclass(frozen=True)
class Options:
    """The section ``testing``."""

    paths: tuple[str, ...] = ("testaccept",)
    """The folders and files of acceptance tests, from the project's folder."""

    token_command: str | None = None
    """A command that prints a token, in place of ``pymacaron-auth token``."""

    wait: float = 60
    """How many seconds a server that is started here may take until it answers."""


@dataclass(frozen=True)
class Config:
    """The configuration of a service, as far as its tests need it."""

    root: Path
    """The project's folder."""

    file: Path | None
    """The file that was read; None where there is none."""

    env: str
    """What ``PYM_ENV`` says, or ``''``."""

    name: str
    """The service's name."""

    live: Target | None = None
    """Where the service is when live."""

    live_url: str | None = None
    live_host: str | None = None

    secrets: tuple[str, ...] = ()
    """The names of the environment variables that hold secrets; their values are not read."""

    links: tuple[str, ...] = ()
    """Folders whose acceptance tests are run too (``include_links``)."""

    options: Options = field(default_factory=Options)
    """The section ``testing``."""

    warnings: tuple[str, ...] = ()
    """What is odd, a sentence each."""


def load_config(
    path: str | None = None,
    env: str | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    production: bool = False,
) -> Config:
    """Read the configuration of the project the working directory belongs to.

    ``path`` (``--config``) names the file, ``env`` (``--env``) overrules ``PYM_ENV``; in ``production`` that
    environment must have a file of its own. Raises :class:`ConfigError`, with file, line and column.
    """
    environ = os.environ if environ is None else environ
    env = environ.get("PYM_ENV", "") if env is None else env
    found = find(path, env, environ, needed=production)
    if found.file is None:
        return Config(found.root, None, env, found.root.name or "service", warnings=found.warnings)
    return _Reader(found.file, parse(_read(found.file), shown(found.file))).config(found, env)


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        if stat.S_ISREG(mode):
            return file.read_bytes()
        reason = "it is a folder" if stat.S_ISDIR(mode) else "it is no ordinary file"
    except OSError as error:
        reason = error.strerror or str(error)
    raise ConfigError(f"{shown(file)}: cannot be read ({reason}): put a YAML file there, or remove it")


class _Reader:
    """Takes options out of a file, and says which is wrong."""

    def __init__(self, file: Path, text: Text) -> None:
        self.file, self.text = file, text
        if text.value is not None and not isinstance(text.value, dict):
            raise ConfigError(
                f"{shown(file)}:1:1: must be a mapping of options, like 'name: shop', not {_kind(text.value)}"
            )
        self.values: dict[str, Any] = text.value or {}
        for section in SECTIONS:
            if not isinstance(self.values.get(section), dict | None):
                self.refuse((section,), f"{section} must be a mapping of options, not {_kind(self.values[section])}")

    def config(self, found: Found, env: str) -> Config:
        url = self.word("core", "live_url", r"https?://[^\s/]+", "a URL that begins with http:// or https://")
        host = self.word("core", "live_host", r"[^\s/]+\Z", "the name of a host, without http://")
        certificate = self.get("deploy", "aws_cert_arn")[0]
        return Config(
            root=found.root,
            file=found.file,
            env=env,
            name=self.word("core", "name", r"[^\x00-\x1f\x7f]+\Z", "a name of one line")
            or found.root.name
            or "service",
            live=self.live(url, host, HTTPS if certificate else HTTP),
            live_url=url,
            live_host=host,
            secrets=self.words("core", "env_secrets", "a list of names of environment variables"),
            links=self.words("deploy", "include_links", "a list of folders"),
            options=self.options(),
            warnings=found.warnings,
        )

    def live(self, url: str | None, host: str | None, port: int) -> Target | None:
        """``live_url`` with its port, else 443 or 80; ``live_host`` with 443 where there is a certificate, else 80."""
        name = "live_url" if url else "live_host"
        text = url or host
        if not text:
            return None
        try:
            parts = urlsplit(text if url else f"//{text}")
            number, where = parts.port, parts.hostname
        except ValueError as error:
            self.refuse(self.get("core", name)[1], f"{name} is no address that can be called, {text!r}: {error}")
        if not where:
            self.refuse(self.get("core", name)[1], f"{name} names no host: {text!r}")
        secure = parts.scheme == "https" or (not url and port == HTTPS)
        return Target(where, number or (HTTPS if secure else HTTP), secure or number == HTTPS)

    def options(self) -> Options:
        known = [each.name for each in fields(Options)]
        for key in self.values.get("testing") or {}:
            if key not in known:
                there = ", ".join(known)
                self.refuse(("testing", key), f"testing.{key} is no option; there are: {there}", of_key=True)
        wait, keys = self.get("testing", "wait")
        if wait is not None and (isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 < wait < 86400):
            self.refuse(keys, f"testing.wait must be a number of seconds above 0, not {_kind(wait)}")
        return Options(
            paths=self.words("testing", "paths", "a list of folders and files") or Options.paths,
            token_command=self.word("testing", "token_command", r".", "a command"),
            wait=Options.wait if wait is None else float(wait),
        )

    def get(self, section: str, name: str) -> tuple[Any, tuple[str, ...]]:
        """The value of an option, and the keys that lead to it."""
        inside = self.values.get(section) or {}
        if name in inside and name in FLAT.get(section, ()) and name in self.values:
            self.refuse((section, name), f"{name} is given twice, also at the top level: keep one", of_key=True)
        if name in inside:
            return inside[name], (section, name)
        return (self.values.get(name), (name,)) if name in FLAT.get(section, ()) else (None, (section, name))

    def word(self, section: str, name: str, pattern: str, wanted: str) -> str | None:
        value, keys = self.get(section, name)
        if value is None and keys[-1] not in self.parent(keys):
            return None
        if not isinstance(value, str) or not re.match(pattern, value):
            self.refuse(keys, f"{'.'.join(keys)} must be {wanted}, not {_kind(value)}")
        return value

    def words(self, section: str, name: str, wanted: str) -> tuple[str, ...]:
        value, keys = self.get(section, name)
        if value is None and keys[-1] not in self.parent(keys):
            return ()
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            self.refuse(keys, f"{'.'.join(keys)} must be {wanted}, not {_kind(value)}")
        return tuple(value)

    def parent(self, keys: tuple[str, ...]) -> Mapping[str, Any]:
        return self.values if len(keys) == 1 else self.values.get(keys[0]) or {}

    def refuse(self, keys: tuple[str, ...], message: str, *, of_key: bool = False) -> NoReturn:
        raise ConfigError(f"{shown(self.file)}:{self.text.place(*keys, of_key=of_key)}: {message}")


def _kind(value: Any) -> str:
    """A value for a sentence."""
    if value is None:
        return "empty"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
