"""Writes the files of a new project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from pymacaron_core.models import models_path, module_source, write_pool
from pymacaron_core.models.plan import Plan
from pymacaron_core.models.pool import planned
from pymacaron_core.models.stamp import stamped
from pymacaron_core.spec.operation import Specification

HERE = Path(__file__).parent

PAPERS = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "pym-config.yaml": "pym-config.yaml",
    ".gitignore": "gitignore",
}
"""The files beside the code of every new project, and the templates they are written from."""


def filled(target: Path, source: str, words: Mapping[str, str]) -> None:
    """Write a file of the skeleton to its place in a project."""
    template = Template((HERE / source).read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(template.substitute(words), encoding="utf-8")


def write_models(specification: Specification, root: Path) -> None:
    """Write the models of a document, and the stub of the pool, importing nothing of the project."""
    plan = Plan(specification)
    path = models_path(specification, root)
    path.write_text(
        stamped(specification, module_source(specification, plan)), encoding="utf-8"
    )
    write_pool(planned([plan], root), root)
