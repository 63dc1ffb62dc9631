"""Makes the models of an API importable as ``apis.<name>_models``, from the file on disk or from the cache."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import logging
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pymacaron_core.errors import ConfigError, ModelError
from pymacaron_core.models.deferring import run_deferred
from pymacaron_core.models.made import ATTRIBUTE, Made, made_of
from pymacaron_core.models.plan import Plan
from pymacaron_core.models.source import module_source
from pymacaron_core.models.stamp import Stamp, read_stamp, stamped
from pymacaron_core.spec.operation import Specification
from pymacaron_core.state import state_folder, write_file

log = logging.getLogger(__name__)

PACKAGE = "apis"
_LOADING = threading.RLock()
_loaded: dict[str, tuple[Path, str]] = {}
_named: set[Path] = set()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A file that may be the module: its text and its stamp, empty and None where there is no file."""

    path: Path
    text: str = ""
    stamp: Stamp | None = None


_Provided = tuple[Path | None, str, Plan | None]


def load_models(specification: Specification, *, root: Path, write: bool) -> ModuleType:
    """The module of a specification's models, imported.

    What lies beside the document is used when it is fresh. Otherwise the module is written there (``write``), or into
    the project's state folder. A second application whose module has the name of another's gets a package of its own.
    Raises :class:`ModelError` when a parent class cannot be imported, or a stale module was imported before.
    """
    root = root.resolve()
    with _LOADING:
        home = models_path(specification, root)
        name = _free_name(specification, root, home)
        if name in sys.modules:
            return _known(sys.modules[name], specification, root, home)
        path, text, plan = _provided(specification, root, home, write)
        made = made_of(specification, text, path, root, plan)
        return _imported(name, path, text, specification, root, made)


def _known(module: ModuleType, specification: Specification, root: Path, home: Path) -> ModuleType:
    """A module that is there already; for one that somebody else imported, with what is known of its models."""
    if ATTRIBUTE not in vars(module) and home.parent != root:
        setattr(module, ATTRIBUTE, made_of(specification, _read(home).text, home, root, None))
    return module


def models_path(specification: Specification, root: Path) -> Path:
    """Where the module lies when it is committed: in ``apis/``, or beside a document that is elsewhere."""
    document = root / specification.file
    folder = root / PACKAGE if (root / PACKAGE) in document.parents else document.parent
    return folder / f"{specification.name}_models.py"


def is_fresh(specification: Specification, path: Path) -> bool:
    """Whether the module in a file is the one this specification gives, unchanged."""
    stamp = _read(path).stamp
    return stamp is not None and stamp.fits(specification)


def _provided(specification: Specification, root: Path, home: Path, write: bool) -> _Provided:
    """The file to import and its text; made where there is none. No file: the text alone.

    A document directly in the root is no project's (a script's, or one of our own): nothing is left beside it.
    """
    found = _read(home)
    if found.stamp is not None and found.stamp.fits(specification):
        return home, found.text, None
    if write:
        _keep_aside(found)
        text, plan = _generated(specification)
        _write(home, text, 0o644)
        return home, text, plan
    if found.text:
        _name_once(found)
    if home.parent == root:
        return None, *_generated(specification)
    return _cached(specification, root, home)


def _generated(specification: Specification) -> tuple[str, Plan]:
    plan = Plan(specification)
    return stamped(specification, module_source(specification, plan)), plan


def _cached(specification: Specification, root: Path, home: Path) -> _Provided:
    mark = hashlib.sha256(f"{specification.digest}{home}".encode()).hexdigest()[:16]
    try:
        folder = state_folder(root) / "models" / mark
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (ConfigError, OSError) as error:
        log.warning("the models of %s are kept in memory only: %s", specification.name, error)
        return None, *_generated(specification)
    found = _read(folder / home.name)
    if found.stamp is not None and found.stamp.fits(specification):
        return found.path, found.text, None
    text, plan = _generated(specification)
    _write(found.path, text, 0o600)
    return found.path, text, plan


def _read(path: Path) -> _Candidate:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _Candidate(path)
    except (OSError, UnicodeDecodeError):
        return _Candidate(path, "unreadable")
    return _Candidate(path, text, read_stamp(text))


def _write(path: Path, text: str, mode: int) -> None:
    try:
        write_file(path, text, mode)
    except OSError as error:
        raise ModelError(f"{_shown(path)}: cannot be written ({error.strerror}): make its folder writable") from error
    with contextlib.suppress(OSError):
        os.unlink(importlib.util.cache_from_source(str(path)))


def _keep_aside(found: _Candidate) -> None:
    """Rename a file that is not ours, or was edited by hand, before another is written in its place."""
    if not found.text or (found.stamp is not None and not found.stamp.edited):
        return
    aside, number = found.path.with_name(f"{found.path.name}.orig"), 2
    while aside.exists():
        aside, number = found.path.with_name(f"{found.path.name}.orig{number}"), number + 1
    found.path.rename(aside)
    why = "was edited by hand" if found.stamp else "was not generated by this version"
    log.warning("%s: this %s: it is kept as %s, and a new one is written", _shown(found.path), why, aside.name)


def _name_once(found: _Candidate) -> None:
    if found.path in _named:
        return
    _named.add(found.path)
    if found.stamp is None:
        why = "was not generated by this version of pymacaron, and is not used"
    elif found.stamp.edited:
        why = "was edited by hand, and is not used"
    else:
        why = "does not fit its document any more, and is not used"
    log.warning("%s: this %s: run 'pymacaron generate' to write it anew", _shown(found.path), why)


def _shown(path: Path) -> str:
    """A file as one would name it from the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


def _free_name(specification: Specification, root: Path, home: Path) -> str:
    """``apis.shop_models``, unless that is the module of another application."""
    module = home.stem
    ours = (root, _key(specification))
    name = f"{PACKAGE}.{module}"
    if home.parent != root and _is_ours(home.parent):
        if name not in sys.modules or _loaded.get(name) == ours:
            return name
        if name not in _loaded and _adopted(sys.modules[name], specification, home):
            _loaded[name] = ours
            return name
    mark = hashlib.sha256(f"{root}\n{ours[1]}".encode()).hexdigest()[:8]
    return f"{PACKAGE}_{mark}.{module}"


def _key(specification: Specification) -> str:
    return f"{specification.file}\n{specification.digest}\n{specification.policy}"


def _is_ours(folder: Path) -> bool:
    """Whether the package ``apis`` of this process is that folder, or there is none yet."""
    package = sys.modules.get(PACKAGE)
    if package is None:
        return True
    return any(Path(each).resolve() == folder for each in getattr(package, "__path__", ()))


def _adopted(module: ModuleType, specification: Specification, home: Path) -> bool:
    """Whether a module somebody imported already is the one wanted. Raises ModelError when it is a stale one."""
    file = getattr(module, "__file__", None)
    if file is None or Path(file).resolve() != home.resolve():
        return False
    if is_fresh(specification, home):
        return True
    raise ModelError(
        f"{home} does not fit {specification.file} any more, and was imported already: run 'pymacaron generate'"
    )


def _imported(
    name: str, path: Path | None, text: str, specification: Specification, root: Path, made: Made
) -> ModuleType:
    package = _package(name.partition(".")[0], models_path(specification, root).parent)
    spec = importlib.util.spec_from_file_location(name, path) if path else importlib.util.spec_from_loader(name, None)
    if spec is None:
        raise ModelError(f"{path}: no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        if made.parts is not None:
            run_deferred(module, made.parts)
        elif spec.loader is not None:
            spec.loader.exec_module(module)
        else:
            exec(compile(text, f"<models of {specification.file}>", "exec", dont_inherit=True), vars(module))
    except Exception as error:
        sys.modules.pop(name, None)
        raise _told(error, specification) from error
    setattr(module, ATTRIBUTE, made)
    setattr(package, name.rpartition(".")[2], module)
    _loaded[name] = (root, _key(specification))
    return module


def _package(name: str, folder: Path) -> ModuleType:
    package = sys.modules.get(name)
    if package is None:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return package


def _told(error: Exception, specification: Specification) -> ModelError:
    """The error of a module that cannot be imported: nearly always that of a parent class."""
    for model in Plan(specification).classes:
        for parent in model.parents:
            where = f"{parent.place.file or specification.file} (at {parent.place.pointer})"
            try:
                getattr(importlib.import_module(parent.module), parent.name)
            except Exception as cause:
                return ModelError(
                    f"{where}: the parent class {parent} of {model.schema_name} cannot be imported: "
                    f"{type(cause).__name__}: {cause}"
                )
            if isinstance(error, TypeError):
                return ModelError(f"{where}: {model.schema_name} cannot derive from {parent}: {error}")
    return ModelError(f"the models of {specification.file} cannot be made: {type(error).__name__}: {error}")
