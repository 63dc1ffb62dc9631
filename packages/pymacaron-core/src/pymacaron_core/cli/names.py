"""What a new project is called: its folder, its package and its distribution."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from pymacaron_core.errors import StartError

TAKEN = frozenset(
    (
        "apis",
        "celery",
        "flask",
        "pydantic",
        "pymacaron",
        "pymacaron_core",
        "pytest",
        "server",
        "test",
        "werkzeug",
        "yaml",
    )
)
"""Modules that a service needs, or has itself: its package cannot have such a name."""


@dataclass(frozen=True, slots=True)
class ProjectName:
    """The folder of a project, and its names: as given, as a Python package, as a distribution."""

    folder: Path
    name: str
    package: str
    distribution: str


def project_name(given: str) -> ProjectName:
    """The names made from what was typed. Raises ``StartError`` when no name can be made of it."""
    folder = Path(given).expanduser().absolute()
    name = folder.name
    words = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")
    if not words or name in (".", "..") or any(ord(letter) < 32 for letter in name):
        raise StartError(f"{given!r} cannot name a service: use letters, digits, '-' and '_', like my-shop")
    package = f"api_{words}" if words[0].isdigit() else words
    if keyword.iskeyword(package) or package in TAKEN or package in sys.stdlib_module_names:
        package = f"{package}_service"
    return ProjectName(folder, name, package, words.replace("_", "-"))
