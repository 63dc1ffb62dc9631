"""Documents named on the command line, and the file an answer is written to."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pymacaron_core.config import load_config
from pymacaron_core.config.lookup import is_project
from pymacaron_core.console import YELLOW, coloured, on_one_line, say_utf8, tell
from pymacaron_core.errors import DocumentError, DocumentFault, StartError
from pymacaron_core.spec.reach import INSIDE, Reach
from pymacaron_core.spec.reading import Reading, read_whole

STANDARD_OUTPUT = STANDARD_INPUT = "-"
NO_STANDARD_INPUT = (
    "-: a document is not read from standard input, as its name and folder say what it refers to: save it to a file"
)


def read_named(file: str, root: str | None = None, sound_part: bool = False) -> Reading:
    """The document in a file, or with ``sound_part`` what is sound in it.

    Raises ``StartError``, with faults told as seen from the working directory.
    """
    path = Path(os.path.abspath(file))
    if file == STANDARD_INPUT and not path.exists():
        raise StartError(NO_STANDARD_INPUT)
    if not path.is_file():
        what = "is a folder: name the document in it" if path.is_dir() else "there is no such file"
        raise StartError(f"{file}: {what}")
    folder = root_named(root) or root_of(path)
    try:
        return read_whole(path, root=folder, sound_part=sound_part, reach=reach_from(folder))
    except DocumentError as error:
        raise DocumentError(shown(fault, folder) for fault in error.faults) from None


def root_named(root: str | None) -> Path | None:
    """The folder after ``--root``. Raises ``StartError`` where it is none."""
    if root and not Path(root).is_dir():
        raise StartError(f"{root}: there is no such folder: name another one after --root")
    return Path(root).absolute() if root else None


def reach_from(folder: Path) -> Reach:
    """What the documents of a project may refer to outside of it, by its configuration where that can be read."""
    if not is_project(folder):
        return INSIDE
    try:
        config = load_config(folder)
    except StartError:
        return INSIDE
    return Reach.of(config.core.references, folder, fetches=True)


def root_of(path: Path) -> Path:
    """The folder whose files a document may refer to: that of its project or repository, else its own."""
    return next((each for each in path.parents if is_project(each) or (each / ".git").exists()), path.parent)


def shown(fault: DocumentFault, root: Path) -> DocumentFault:
    """A fault with its file as seen from the working directory."""
    return replace(fault, file=shown_file(fault.file, root))


def shown_file(file: str, root: Path) -> str:
    """A file below a folder as seen from the working directory, where it lies below that."""
    path = os.path.join(root.resolve(), file)
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if relative.startswith(os.path.join("..", "..", "..")) else relative


def tell_faults(faults: Iterable[DocumentFault]) -> None:
    """Tell what is doubtful on standard error."""
    for fault in faults:
        where = f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file
        told = f"{on_one_line(where)}: {coloured('warning', YELLOW, sys.stderr)}: {on_one_line(fault.message)}"
        tell(f"{told} (at {on_one_line(fault.pointer)})" if fault.pointer else told, "0")


def write_answer(text: str, output: str, sources: Iterable[Path]) -> None:
    """Write an answer to a file, whole or not at all; ``-`` is standard output. Never over one of its sources."""
    if output == STANDARD_OUTPUT:
        say_utf8(text.removesuffix("\n"))
        return
    target = Path(output)
    if target.is_dir():
        raise StartError(f"{output}: this is a folder: name a file after --output")
    if any(target.exists() and target.samefile(source) for source in sources if source.exists()):
        raise StartError(f"{output}: this is a file that is read from: name another one after --output")
    try:
        _write(target, text)
    except OSError as error:
        raise StartError(f"{output}: it cannot be written: {error.strerror or error}") from None


def _write(target: Path, text: str) -> None:
    if target.exists() and not target.is_file():  # a pipe, a terminal
        target.write_text(text, encoding="utf-8")
        return
    target = target.resolve()
    descriptor, written = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(written, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        os.replace(written, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(written)
        raise
