"""How pip reaches the package index from this machine, to be handed to a build as its secret."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.image.dockerfile import PIP_CERTIFICATES

ADDRESSES = ("index-url", "extra-index-url", "find-links")
"""Settings that name places, of which those on this machine's disk mean nothing in a build."""

TAKEN = (*ADDRESSES, "trusted-host", "no-index", "proxy", "timeout", "retries")
"""The settings of pip that say how packages are reached; others are about this machine."""

CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Variables that name a file of certificates, the first that is set counts."""

_SECTIONS = ("global", "install")


@dataclass(frozen=True, repr=False)
class IndexAccess:
    """Settings for pip as the text of its ``pip.conf``, certificates to trust, and the words to hide in logs."""

    config: str = ""
    certificates: bytes = b""
    hidden: tuple[str, ...] = ()

    def redacted(self, line: str) -> str:
        for word in self.hidden:
            line = line.replace(word, "[REDACTED]")
        return line


def index_access(environ: Mapping[str, str], files: Iterable[Path] | None = None) -> IndexAccess:
    """What this machine's pip is told by its files and by ``PIP_*``, as far as it says how packages are reached.

    https://pip.pypa.io/en/stable/topics/configuration/ gives the files and their order. Raises
    :class:`~pymacaron_deploy.errors.PreflightError` when a file of certificates that is named cannot be read.
    """
    settings = _of_files(config_files(environ) if files is None else files)
    for name in (*TAKEN, "default-timeout", "cert"):
        value = environ.get(f"PIP_{name.upper().replace('-', '_')}")
        if value:
            settings[name.removeprefix("default-")] = " ".join(value.split())
    certificates = _certificates(settings.pop("cert", ""), environ)
    taken = {name: _reachable(name, value) for name, value in settings.items() if name in TAKEN}
    lines = [f"{name} = {_escaped(value)}" for name, value in sorted(taken.items()) if value]
    if certificates:
        lines.append(f"cert = /run/secrets/{PIP_CERTIFICATES}")
    config = "\n".join(["[global]", *lines, ""]) if lines else ""
    return IndexAccess(config, certificates, _passwords(taken.values()))


def config_files(environ: Mapping[str, str]) -> list[Path]:
    """The files that pip reads on this machine, the later outranks the earlier."""
    only = environ.get("PIP_CONFIG_FILE", "")
    if only == os.devnull:
        return []
    home = Path(environ.get("HOME", "~")).expanduser()
    if sys.platform == "darwin":
        machine, own = [Path("/Library/Application Support/pip")], [home / "Library/Application Support/pip"]
    else:
        shared = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
        machine = [*(Path(each, "pip") for each in shared.split(":") if each), Path("/etc")]
        own = [Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip")]
    folders = [*machine, home / ".pip", *own, Path(sys.prefix)]
    return [folder / "pip.conf" for folder in folders] + ([Path(only)] if only else [])


def _of_files(files: Iterable[Path]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue  # pip itself tells of a broken file
        for section in _SECTIONS:
            if parser.has_section(section):
                for name, value in parser.items(section):
                    settings[name.replace("_", "-")] = " ".join(value.split())
    return settings


def _certificates(configured: str, environ: Mapping[str, str]) -> bytes:
    file = next((environ[name] for name in CERTIFICATES[:1] if environ.get(name)), "") or configured
    file = file or next((environ[name] for name in CERTIFICATES[1:] if environ.get(name)), "")
    try:
        return Path(file).read_bytes() if file else b""
    except OSError as error:
        raise PreflightError(
            f"{file}: the certificates that pip is to trust cannot be read ({error.strerror}): correct the setting"
        ) from None


def _reachable(name: str, value: str) -> str:
    """The addresses of a setting that exist beyond this machine's disk."""
    if name not in ADDRESSES:
        return value
    return " ".join(each for each in value.split() if urlsplit(each).scheme in ("http", "https"))


def _escaped(value: str) -> str:
    """Several addresses stand on lines of their own, as pip's documentation writes them."""
    words = value.split()
    return words[0] if len(words) == 1 else "".join(f"\n    {word}" for word in words)


def _passwords(values: Iterable[str]) -> tuple[str, ...]:
    found = {url.password for value in values for word in value.split() if (url := urlsplit(word)).password}
    found |= {url.username for value in values for word in value.split() if (url := urlsplit(word)).username}
    return tuple(sorted((word for word in found if word and len(word) > 3), key=len, reverse=True))
