"""Secrets: the environment variables that ``env_secrets`` names, ``.env``, and signing secrets made for development."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pymacaron_core.config.lookup import shown
from pymacaron_core.errors import ConfigError
from pymacaron_core.state import locked, state_folder, write_file

REDACTED = "[REDACTED]"
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


def uses(value: Any, names: frozenset[str], pointer: str = "") -> Iterator[tuple[str, str]]:
    """Where in a configuration which of the names stands, as pairs of name and JSON pointer."""
    if isinstance(value, str) and value in names:
        yield value, pointer
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from uses(inner, names, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from uses(inner, names, f"{pointer}/{place}")


def replaced(value: Any, secrets_by_name: Mapping[str, Secret | None]) -> Any:
    """A copy of a configuration whose values that equal a name are that name's secret; None where it is missing."""
    if isinstance(value, dict):
        return {key: replaced(inner, secrets_by_name) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, secrets_by_name) for inner in value]
    return secrets_by_name.get(value, value) if isinstance(value, str) else value


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
