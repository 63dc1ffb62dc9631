"""``pymacaron describe``: what a service is and needs, for people and for those who ship it.

The JSON has these keys, in this order: ``name``, ``version`` (of the image, or ``local``), ``python``, ``environment``,
``apis`` (``name``, ``title``, ``version``, ``base_path``, ``documents``: the files, the first is the document itself),
``routes`` (``api``, ``method``, ``path``, ``operation``, ``security``: alternatives, each scheme with its scopes),
``secrets`` (names of environment variables, never values), ``sections`` (of the configuration that are present),
``plugins`` (the packages it asks for: ``auth``, ``async``, ``dynamodb``), ``tasks`` (whether it has work for a worker)
and ``tables`` (of the models that declare one with ``x-persist``; a class that is named instead knows its own).
Keys may be added, none is renamed.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymacaron_core.application import image_version
from pymacaron_core.cli.routes import security_of
from pymacaron_core.config import Config, find_root, load_config
from pymacaron_core.config.lookup import find_file
from pymacaron_core.config.secrets import read_dotenv
from pymacaron_core.config.settings import SECTIONS
from pymacaron_core.console import BOLD, coloured, say, say_json, say_table
from pymacaron_core.errors import StartError
from pymacaron_core.gathering import Wishes, read_all
from pymacaron_core.plugins import persistence_of, wanted_by
from pymacaron_core.serving import base_path_of
from pymacaron_core.spec.operation import Specification
from pymacaron_core.yaml12 import YamlFault, parse


def execute(options: argparse.Namespace) -> int:
    """Describe the project, without running any of its code."""
    # Only names are told: a value that stands for each keeps development from making one up.
    environ = {**os.environ, **dict.fromkeys(_secret_names(options), "not told")}
    config = load_config(options.root, path=options.config, env=options.env, environ=environ)
    specifications = read_all(config.root / "apis", config.root, Wishes(), config.core.ignore, config)
    told = described(config, specifications)
    if options.json:
        say_json(told)
    else:
        _say(told)
    return 0


def _secret_names(options: argparse.Namespace) -> list[str]:
    """The names under ``env_secrets``. What is wrong with the file is told by whoever reads it whole."""
    named = Path(options.config) if options.config else None
    root = find_root(Path(options.root) if options.root else None, named, os.environ)
    try:
        environ = {**read_dotenv(root / ".env")[0], **os.environ}
        found = find_file(root, named, options.env or environ.get("PYM_ENV", ""), environ)
        values = parse(found.file.read_bytes(), found.file.name) if found.file else None
    except (StartError, OSError, YamlFault):
        return []
    core = values.get("core") if isinstance(values, dict) else None
    places = [values, core] if isinstance(core, dict) else [values]
    listed = [name for place in places if isinstance(place, dict) for name in place.get("env_secrets") or ()]
    return [name for name in listed if isinstance(name, str)]


def described(config: Config, specifications: list[Specification]) -> dict[str, Any]:
    """What ``--json`` prints."""
    plugins = [want.slot for want in wanted_by(config, specifications)]
    return {
        "name": config.name,
        "version": image_version(),
        "python": platform.python_version(),
        "environment": config.env,
        "apis": [_api(config, each) for each in specifications],
        "routes": [route for each in specifications for route in _routes(config, each)],
        "secrets": list(config.core.env_secrets),
        "sections": [name for name in SECTIONS if config.get(name) is not None],
        "plugins": plugins,
        "tasks": "async" in plugins,
        "tables": _tables(specifications),
    }


def _tables(specifications: list[Specification]) -> list[str]:
    persisted = [persistence_of(schema) for each in specifications for schema in each.schemas.values()]
    tables = [told.get("table") for told in persisted if isinstance(told, Mapping)]
    return list(dict.fromkeys(table for table in tables if isinstance(table, str)))


def _api(config: Config, specification: Specification) -> dict[str, Any]:
    return {
        "name": specification.name,
        "title": specification.title,
        "version": specification.version,
        "base_path": base_path_of(config, specification),
        "documents": list(specification.files),
    }


def _routes(config: Config, specification: Specification) -> list[dict[str, Any]]:
    return [
        {
            "api": specification.name,
            "method": operation.method,
            "path": base_path_of(config, specification).rstrip("/") + operation.path,
            "operation": operation.id,
            "security": security_of(operation),
        }
        for operation in specification.operations
    ]


def _say(told: dict[str, Any]) -> None:
    environment = f", environment {told['environment']}" if told["environment"] else ""
    say(f"{coloured(told['name'], BOLD)} {told['version']} (Python {told['python']}{environment})")
    for api in told["apis"]:
        say(f"  API {api['name']}: {api['title']} {api['version']}, from {', '.join(api['documents'])}")
    say(f"  secrets: {', '.join(told['secrets']) or 'none'}")
    say(f"  packages asked for: {', '.join(told['plugins']) or 'none'}")
    say(f"  configured: {', '.join(told['sections']) or 'nothing but defaults'}")
    say()
    rows = [(each["method"], each["path"], each["operation"] or "-", _who(each)) for each in told["routes"]]
    say_table(("METHOD", "PATH", "OPERATION", "SECURITY"), rows)


def _who(route: dict[str, Any]) -> str:
    return " or ".join(" and ".join(requirement) or "open" for requirement in route["security"]) or "-"
