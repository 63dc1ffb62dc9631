"""The checkout that an image is made of: the files that git knows at a commit, and nothing else."""

from __future__ import annotations

import stat
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath

from pymacaron_deploy.commands import Command, Finished, run
from pymacaron_deploy.errors import PreflightError
from pymacaron_deploy.version import version_of

GIT_STATE = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE")
"""What git exports to its hooks, and what would lead us to another repository."""

NAMED = 10
"""How many files a message names before it counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a project: its path with slashes, its content, or for a symbolic link what it points to."""

    path: str
    content: bytes = b""
    executable: bool = False
    link: str = ""


@dataclass(frozen=True)
class Source:
    """A project at a commit. ``root`` is its folder, which may lie below that of the repository."""

    root: Path
    revision: str
    """The full hash of the commit."""
    committed: datetime
    """When the commit was made, in UTC."""
    count: int
    """The number of commits up to this one."""
    dirty: bool = False
    """Whether files differ from the commit (only where that was allowed)."""
    links: Mapping[str, Source] = field(default_factory=dict)
    """The projects behind ``include_links``, by the path of their link."""

    @property
    def version(self) -> str:
        return version_of(self.committed, self.count, self.revision, dirty=self.is_dirty)

    @property
    def is_dirty(self) -> bool:
        """Whether anything that goes into the image differs from its commit."""
        return self.dirty or any(each.is_dirty for each in self.links.values())

    def entries(self) -> Iterator[Entry]:
        """Every file, in git's order; what ``links`` stand for is in their place."""
        for entry in _of_work_tree(self.root) if self.dirty else _of_commit(self.root, self.revision):
            if not any(entry.path == link or entry.path.startswith(f"{link}/") for link in self.links):
                yield entry
        for link, behind in self.links.items():
            for entry in behind.entries():
                if not _is_bytecode(entry.path):
                    yield Entry(f"{link}/{entry.path}", entry.content, entry.executable, entry.link)


def read_source(
    root: Path, *, allow_dirty: bool = False, beside: Iterable[Path] = (), include_links: Iterable[str] = ()
) -> Source:
    """The project at its checked-out commit.

    ``beside`` are folders whose content git need not know; ``allow_dirty`` takes files as they lie in the folder.
    Raises :class:`~pymacaron_deploy.errors.PreflightError` where this is no git checkout, where its history is cut
    off, or where a file is not committed.
    """
    links = {_link(name): _behind(root, name, allow_dirty=allow_dirty) for name in include_links}
    revision = _revision(root)
    if _text(root, "rev-parse", "--is-shallow-repository") == "true":
        raise PreflightError(
            f"{root}: the history of this checkout is cut off, and versions count it: run 'git fetch --unshallow'"
        )
    changed = [each for each in _changed(root, beside) if each not in links]
    if changed and not allow_dirty:
        raise PreflightError(_not_committed(root, changed))
    if not _git(root, "ls-files", "-z", "--", ".").output:
        raise PreflightError(f"{root}: git knows no file here: add the project's files and commit them")
    return Source(
        root=root,
        revision=revision,
        committed=datetime.fromtimestamp(int(_text(root, "log", "-1", "--format=%ct")), timezone.utc),
        count=int(_text(root, "rev-list", "--count", "HEAD")),
        dirty=bool(changed),
        links=links,
    )


def _git(root: Path, *words: str, seconds: float = 60) -> Finished:
    finished = run(
        Command(("git", *words), root, {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}, GIT_STATE), seconds=seconds
    )
    if finished.status != 0:
        raise _refused(root, finished.errors)
    return finished


def _text(root: Path, *words: str) -> str:
    return _git(root, *words).output.decode().strip()


def _refused(root: Path, errors: str) -> PreflightError:
    told = errors.splitlines()[0].removeprefix("fatal: ").strip() if errors else "it does not say why"
    if told.startswith("not a git repository"):
        return PreflightError(f"{root}: is no git checkout, and images are made of what git knows: run this in a clone")
    return PreflightError(f"{root}: git refuses to work here: {told}")


def _revision(root: Path) -> str:
    _text(root, "rev-parse", "--show-toplevel")
    command = Command(("git", "rev-parse", "--verify", "--quiet", "HEAD^{commit}"), root, {}, GIT_STATE)
    revision = run(command).output.decode().strip()
    if not revision:
        raise PreflightError(f"{root}: nothing is committed in this repository yet: commit the project's files")
    return revision


def _changed(root: Path, beside: Iterable[Path]) -> list[str]:
    """The files below ``root`` that differ from the commit, by their paths from there."""
    prefix = _text(root, "rev-parse", "--show-prefix")
    inside = [each.relative_to(root).as_posix() for each in beside if each != root and each.is_relative_to(root)]
    apart = [f":(exclude,literal){each}" for each in inside]
    words = ("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--", ".", *apart)
    listed = _git(root, *words).output.decode(errors="surrogateescape").split("\0")
    paths = [(line[:2], line[3:].removeprefix(prefix).rstrip("/")) for line in listed if line]
    return [path for state, path in paths if not (state == "??" and _is_bytecode(path))]


def _is_bytecode(path: str) -> bool:
    """Whether Python wrote it by itself: nobody forgot to commit that."""
    return "__pycache__" in PurePosixPath(path).parts or path.endswith(".pyc")


def _not_committed(root: Path, changed: list[str]) -> str:
    named = ", ".join(changed[:NAMED]) + (f" and {len(changed) - NAMED} more" if len(changed) > NAMED else "")
    return f"{root}: not committed: {named}. Commit or ignore them, or use --allow-dirty for an image to try"


def _of_commit(root: Path, revision: str) -> Iterator[Entry]:
    """The files of a commit, as ``git archive`` gives them (it knows of export-ignore and line ends)."""
    with tempfile.TemporaryFile() as file:
        command = Command(("git", "archive", "--format=tar", revision), root, {"LC_ALL": "C"}, GIT_STATE)
        finished = run(command, seconds=600, output=file)
        if finished.status != 0:
            raise _refused(root, finished.errors)
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            for member in archive:
                if member.issym():
                    yield Entry(member.name, link=member.linkname)
                elif member.isfile():
                    content = archive.extractfile(member)
                    yield Entry(member.name, content.read() if content else b"", bool(member.mode & stat.S_IXUSR))


def _of_work_tree(root: Path) -> Iterator[Entry]:
    """The files as they lie in the folder: those git knows, and those it would not ignore."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".").output
    names = set(listed.decode(errors="surrogateescape").split("\0")) - {""}
    for name in sorted(name for name in names if not _is_bytecode(name)):
        path = root / name
        if path.is_symlink():
            yield Entry(name, link=str(path.readlink()))
        elif path.is_file():
            yield Entry(name, path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR))


def _link(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise PreflightError(f"include_links names {name!r}: it must be a link inside of the project's folder")
    return path.as_posix()


def _behind(root: Path, name: str, *, allow_dirty: bool) -> Source:
    """The project that a link leads to."""
    folder = root / _link(name)
    if not folder.is_dir():
        raise PreflightError(f"include_links names {name!r}: it leads to no folder on this machine")
    return read_source(folder.resolve(), allow_dirty=allow_dirty)
