"""A private Python environment for a project's acceptance tests, made once for its contents and kept in the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pymacaron_deploy.commands import Command, run
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.lock import cache_folder, try_lock
from pymacaron_deploy.redaction import redact
from pymacaron_deploy.report import Report

INSTALL_SECONDS = 900
KEPT_SECONDS = 30 * 24 * 3600
"""How long an environment that nobody uses is kept."""

HOSTILE = ("PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
"""Variables that lead pip or Python elsewhere than into the environment."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is installed: requirements, a file of more of them, and a folder of wheels that is looked into first."""

    requirements: tuple[str, ...]
    file: Path | None = None
    wheels: Path | None = None

    def digest(self) -> str:
        """A word for these contents and this Python: the same word, the same environment."""
        found = hashlib.sha256(repr((sys.executable, sys.version, self.requirements)).encode())
        for path in self._files():
            found.update(f"\0{path.name}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
        return found.hexdigest()[:20]

    def arguments(self) -> Iterator[str]:
        """What pip, and uv's pip, are told."""
        yield from self.requirements
        if self.file:
            yield from ("-r", str(self.file))
        if self.wheels:
            yield from ("--find-links", str(self.wheels))

    def _files(self) -> Iterable[Path]:
        """All that may change what is installed: the file with those it may include, and the wheels."""
        texts = sorted(self.file.parent.glob("*.txt")) if self.file else []
        return [*texts, *(sorted(self.wheels.glob("*.whl")) if self.wheels else [])]


def ensure_environment(contents: Contents, report: Report) -> Path:
    """The folder of the programs of an environment with these contents, made where there is none yet.

    Raises :class:`~pymacaron_deploy.errors.PreflightError` when it cannot be made.
    """
    digest = contents.digest()
    folder = cache_folder("environments") / digest
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    complete = folder / "complete"
    with (cache_folder("locks") / f"{digest}.lock").open("a+") as file:
        try_lock(file, wait=True)
        if not complete.exists():
            report.progress(f"make an environment with {' '.join(contents.requirements)}")
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, programs, contents)
        complete.touch()  # used just now
    _remove_unused(folder.parent)
    return programs


def _remove_unused(folder: Path) -> None:
    """Remove the environments that nobody has used for a month, whatever became of them."""
    for each in folder.iterdir():
        mark = each / "complete"
        try:
            used = (mark if mark.exists() else each).stat().st_mtime
        except OSError:
            continue  # another process removes it
        if time.time() - used > KEPT_SECONDS:
            shutil.rmtree(each, ignore_errors=True)


def _make(folder: Path, programs: Path, contents: Contents) -> None:
    """With Python's own venv and pip, else with uv, where Debian has split those away."""
    uv = shutil.which("uv")
    if find_spec("venv") and find_spec("ensurepip"):
        _run(sys.executable, "-m", "venv", str(folder))
        install = [
            str(programs / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]
    elif uv:
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        install = [uv, "pip", "install", "--quiet", "--python", str(programs / "python")]
    else:
        raise PreflightError(
            "an environment for the acceptance tests cannot be made, since this Python has no venv: "
            "apt install python3-venv, or install uv"
        )
    _run(*install, *contents.arguments())


def _run(*words: str) -> None:
    finished = run(Command(words, without=HOSTILE), seconds=INSTALL_SECONDS)
    if finished.status:
        said = finished.errors or finished.output.decode(errors="replace")
        lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("[notice]", "WARNING"))]
        passwords = [value for name, value in os.environ.items() if name.endswith(("_TOKEN", "_PASSWORD"))]
        last = redact(lines[-1].strip(), passwords) if lines else f"status {finished.status}"
        raise PreflightError(f"the environment for the acceptance tests cannot be made: {last}")
