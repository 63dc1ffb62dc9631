"""Secrets: the environment variables that ``env_secrets`` names, ``.env``, and signing secrets made for development."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pymacaron_core.config.faults import Fault, dotted, pointer_step
from pymacaron_core.config.lookup import shown
from pymacaron_core.errors import ConfigError
from pymacaron_core.state import locked, state_folder, write_file

REDACTED = "[REDACTED]"
LIST = "env_secrets"
"""The key under which the names stand."""

SIGNING_KEYS = ("jwt_secret", "secret", "secret_key", "session_secret", "signing_key", "signing_secret")
"""Keys of the configuration whose values sign things: in development they are made up when they are not set."""

_DOTENV = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)\Z")
_QUOTED = re.compile(r"""(?:'([^']*)'|"((?:[^"\\]|\\.)*)")\s*(?:\#.*)?\Z""")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class Secret(str):
    """A string that does not show itself: its ``repr`` is ``[REDACTED]``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return REDACTED


class Filled(NamedTuple):
    """A configuration with its secrets in their places."""

    values: dict[str, Any]
    secrets: tuple[Secret, ...]
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()


def filled_in(values: Mapping[str, Any], listed: Any, environ: Mapping[str, str], development: Path | None) -> Filled:
    """Replace each value that equals a listed name by that variable's content.

    ``development`` is the project's root, where signing secrets may be made up, or None in production, where what is
    missing is a fault. A missing secret that signs nothing is None.
    """
    names = frozenset(each for each in listed if isinstance(each, str) and each) if isinstance(listed, list) else ()
    places: dict[str, list[str]] = {name: [] for name in sorted(names)}
    for name, pointer in _uses(values, places):
        places[name].append(pointer)
    known: dict[str, Secret | None] = {name: Secret(environ[name]) for name in places if environ.get(name)}
    missing = [name for name in places if name not in known]
    if development is None and missing:
        return Filled(dict(values), (), tuple(_fault(name, places[name]) for name in missing))
    warnings = []
    for name in missing:
        known[name], warning = _stand_in(name, places[name], development or Path())
        warnings.append(warning)
    return Filled(_replaced(values, known), tuple(each for each in known.values() if each), (), tuple(warnings))


def _uses(value: Any, names: Container[str], pointer: str = "") -> Iterator[tuple[str, str]]:
    """Where which of the names stands, as pairs of name and JSON pointer."""
    if isinstance(value, str) and value in names:
        yield value, pointer
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key != LIST:
                yield from _uses(inner, names, f"{pointer}/{pointer_step(key)}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _uses(inner, names, f"{pointer}/{place}")


def _replaced(value: Any, known: Mapping[str, Secret | None]) -> Any:
    if isinstance(value, Mapping):
        return {key: inner if key == LIST else _replaced(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, known) for inner in value]
    return known.get(value, value) if isinstance(value, str) else value


def _stand_in(name: str, places: list[str], root: Path) -> tuple[Secret | None, str]:
    """What stands for a missing secret in development, and the sentence that says so."""
    if any(pointer.rpartition("/")[2] in SIGNING_KEYS for pointer in places):
        secret, file = signing_secret(root, name)
        return secret, f"the secret {name} is not set: one made for development is used, from {shown(file)}"
    where = f", so {' and '.join(dotted(place) for place in places)} is empty" if places else ""
    return None, f"the secret {name} is not set{where}: set the environment variable {name}"


def _fault(name: str, places: list[str]) -> Fault:
    where = f" (used by {', '.join(dotted(place) for place in places)})" if places else ""
    message = f"the secret {name} is not set{where}: set the environment variable {name}"
    return Fault(places[0] if places else f"/{LIST}", message)


def signing_secret(root: Path, name: str) -> tuple[Secret, Path]:
    """The development secret ``name`` of a project, made once, and the file that keeps it."""
    folder = state_folder(root)
    file = folder / "secrets.json"
    with locked(folder):
        known = _kept(file)
        if name not in known:
            known[name] = secrets.token_hex(32)
            write_file(file, json.dumps(known, indent=2) + "\n")
        elif file.stat().st_mode & 0o077:
            file.chmod(0o600)
    return Secret(known[name]), file


def read_dotenv(file: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables of a ``.env`` file, and one warning for each line that is none."""
    try:
        lines = file.read_bytes().decode("utf-8-sig").splitlines() if file.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{shown(file)}: cannot be read ({_reason(error)}): correct or remove it") from None
    values: dict[str, str] = {}
    warnings = []
    for number, line in enumerate((line.strip() for line in lines), start=1):
        match = _DOTENV.match(line)
        value = _unquoted(match[2]) if match else None
        if match and value is not None:
            values[match[1]] = value
        elif line and not line.startswith("#"):
            warnings.append(f"{shown(file)}:{number}: is not read: write NAME=value, with the quotes closed")
    return values, tuple(warnings)


def _unquoted(text: str) -> str | None:
    if not text.startswith(("'", '"')):
        return re.sub(r"(^|\s)#.*", "", text).strip()
    match = _QUOTED.match(text)
    if match is None:
        return None
    if match[1] is not None:
        return match[1]
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match[2])


def _kept(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{shown(file)}: cannot be read ({_reason(error)}): remove it, to make new secrets") from None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise ConfigError(f"{shown(file)}: is no mapping of names to secrets: remove it, to make new secrets")
    return known


def _reason(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else "it is not what was written there"
