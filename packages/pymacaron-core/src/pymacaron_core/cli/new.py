"""``pymacaron new``: a folder with a service in it, from a small document of ours or from one that is given."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
from pathlib import Path

from pymacaron_core import spec
from pymacaron_core.cli.given import Given, write_given
from pymacaron_core.cli.names import ProjectName, project_name
from pymacaron_core.cli.skeleton import PAPERS, filled, write_models
from pymacaron_core.console import BOLD, coloured, say
from pymacaron_core.errors import StartError

CURL = "curl http://127.0.0.1:8080/notes -H 'Content-Type: application/json' -d '{\"text\": \"buy milk\"}'"
TOLD = {
    "apis": "the document, and its models as Python classes",
    "server.py": "hands the API what the document cannot say",
    "test": "its tests",
    "pym-config.yaml": "its configuration",
    "README.md": "how to run, call and test it",
}


def execute(options: argparse.Namespace) -> int:
    """Make the project, and say what to do next. What could not be finished is taken away again."""
    names = project_name(options.name)
    given = Given.read(Path(options.document), names.package) if options.document else None
    existed = _check_free(names.folder)
    try:
        names.folder.mkdir(parents=True, exist_ok=True)
        if given is None:
            _write_own(names)
        else:
            write_given(names, given)
    except OSError as error:
        _take_away(names.folder, existed)
        raise StartError(f"{error.filename or names.folder}: cannot be written: {error.strerror}") from error
    except BaseException:
        _take_away(names.folder, existed)
        raise
    _tell(names)
    return 0


def _check_free(folder: Path) -> bool:
    """Whether the folder exists already, and is empty. Raises ``StartError`` when it holds something."""
    if not os.path.lexists(folder):
        return False
    if not folder.is_dir() or any(folder.iterdir()):
        raise StartError(f"{folder} exists, and is not an empty folder: choose another name, or remove it")
    return True


def _take_away(folder: Path, existed: bool) -> None:
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not existed and folder.is_dir():
        folder.rmdir()


def _write_own(names: ProjectName) -> None:
    document = f"{names.package}.yaml"
    words = {
        "name": names.name,
        "package": names.package,
        "distribution": names.distribution,
        "document": document,
        "functions": f" in [{names.package}/api.py]({names.package}/api.py)",
        "curl": CURL,
    }
    files = {
        f"apis/{document}": "document.yaml",
        f"{names.package}/api.py": "api.py.txt",
        f"test/test_{names.package}.py": "test_new.py.txt",
        **PAPERS,
    }
    for target, source in files.items():
        filled(names.folder / target, source, words)
    (names.folder / names.package / "__init__.py").touch()
    specification, _ = spec.read(names.folder / "apis" / document, root=names.folder)
    write_models(specification, names.folder)


def _tell(names: ProjectName) -> None:
    shown = os.path.relpath(names.folder)
    say(f"{coloured(shown, BOLD)} is made:")
    for path in sorted(names.folder.iterdir()):
        if not path.name.startswith(".") and path.name != "pyproject.toml":
            told = TOLD.get(path.name, "the functions, one for each operation")
            say(f"  {path.name + ('/' if path.is_dir() else ''):<18} {told}")
    say("next:")
    say(f"  cd {shlex.quote(shown)}")
    say("  pymacaron run")
