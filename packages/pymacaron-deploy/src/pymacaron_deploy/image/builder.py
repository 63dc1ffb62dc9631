"""Builds images with the docker command line: docker's own libraries for Python have no BuildKit."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pymacaron_deploy.commands import Command, follow, run
from pymacaron_deploy.errors import BuildFailed, PreflightError, StageFailed, TestsFailed
from pymacaron_deploy.image.dockerfile import PIP_CERTIFICATES, PIP_CONFIG, TEST_COMMAND
from pymacaron_deploy.image.package_index import IndexAccess
from pymacaron_deploy.image.progress import Progress, last_line, last_lines, shortened
from pymacaron_deploy.report import Report

BUILTIN_BUILDKIT_BEFORE = 23
"""Docker's client had BuildKit inside from 18.09 on; from 23.0 on it needs the buildx component."""

SECONDS = 3600.0
"""How long a build may take."""

PROXIES = tuple(name for each in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY") for name in (each, each.lower()))

MARK = "pymacaron.mark"
"""The label of an image that is to be discarded."""

NO_ENGINE = re.compile(r"(?i)cannot connect to the docker daemon|error during connect|is the docker daemon running")
"""What docker's command says, in its several versions, where no engine answers."""

NOT_ALLOWED = re.compile(r"(?i)permission denied while trying to connect")


@dataclass(frozen=True, slots=True)
class Image:
    """An image in the local engine: its ``repository:tag``, its id (``sha256:...``) and the service's version."""

    reference: str
    id: str
    version: str


@dataclass(frozen=True)
class Build:
    """One build: which stage of the Dockerfile, what it is called, and what its steps may know."""

    stage: str
    reference: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    network: str = "default"
    access: IndexAccess = field(default_factory=IndexAccess)
    seconds: float = SECONDS
    mark: str = ""
    """A word to find the image by, however its build ended (:func:`discard`)."""


def find_client(look: Callable[[str], Iterator[str]] | None = None) -> str:
    """A docker command line on this machine that can use BuildKit, the first on ``PATH`` that does.

    Raises :class:`~pymacaron_deploy.errors.PreflightError` when there is none.
    """
    found = list((look or _on_path)("docker"))
    for client in found:
        if _has_buildkit(client):
            return client
    if not found:
        raise PreflightError("there is no program 'docker' on this machine: install docker to build images")
    raise PreflightError(
        f"{' and '.join(found)} cannot use BuildKit: install docker's component buildx (package docker-buildx or "
        "docker-buildx-plugin)"
    )


def build(client: str, made: Build, context: IO[bytes], report: Report) -> str:
    """Build one stage of the Dockerfile in a context (a tar, open at its beginning), and give the image's id.

    Raises :class:`~pymacaron_deploy.errors.TestsFailed` with pytest's output,
    :class:`~pymacaron_deploy.errors.BuildFailed` with what the step that failed printed last, and
    :class:`~pymacaron_deploy.errors.PreflightError` when no engine answers.
    """
    progress = Progress(aloud=TEST_COMMAND)

    def tell(line: str) -> None:
        told = progress.read(made.access.redacted(line))
        if told:
            report.progress(told)

    with tempfile.TemporaryDirectory(prefix="pymacaron-deploy-") as folder:
        command = build_command(client, made, Path(folder))
        _write_secrets(made.access, Path(folder))
        status = follow(command, tell, seconds=made.seconds, given=context)
        if status != 0:
            raise _failure(progress, made)
        return (Path(folder) / "id").read_text().strip()


def build_command(client: str, made: Build, folder: Path) -> Command:
    """The command of a build, whose secrets and result lie in a private folder. The context is read from its input."""
    words = [client, "build", "--progress=plain", f"--target={made.stage}", f"--iidfile={folder / 'id'}"]
    if made.reference:
        words.append(f"--tag={made.reference}")
    if made.mark:
        words.append(f"--label={MARK}={made.mark}")
    if made.network != "default":
        words.append(f"--network={made.network}")
    for name, value in made.arguments.items():
        words += ["--build-arg", f"{name}={value}"]
    for name in PROXIES:
        if os.environ.get(name):
            words += ["--build-arg", name]  # docker takes the value from its environment
    for name, content in ((PIP_CONFIG, made.access.config), (PIP_CERTIFICATES, made.access.certificates)):
        if content:
            words.append(f"--secret=id={name},src={folder / name}")
    return Command((*words, "-"), environ={"DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"})


def discard(client: str, mark: str) -> None:
    """Remove an image without a name that was built for what its building proves; what is cached of it stays."""
    listed = run(Command((client, "image", "ls", "--quiet", "--no-trunc", "--filter", f"label={MARK}={mark}")))
    found = listed.output.decode().split()
    if found:
        run(Command((client, "image", "rm", *found)), seconds=600)


def _write_secrets(access: IndexAccess, folder: Path) -> None:
    for name, content in ((PIP_CONFIG, access.config.encode()), (PIP_CERTIFICATES, access.certificates)):
        if content:
            with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)


def _failure(progress: Progress, made: Build) -> PreflightError | StageFailed:
    output, step = progress.output, progress.failed_step
    if not step and NOT_ALLOWED.search(output):
        return PreflightError("the docker engine does not let this user in: add the user to the group 'docker'")
    if not step and NO_ENGINE.search(output):
        return PreflightError("no docker engine answers: start docker, or set DOCKER_HOST to where one is")
    if made.stage == "test" and TEST_COMMAND in step:
        return TestsFailed(f"the unit tests fail: {last_line(output).strip('= ')}", output)
    where = f"the step {shortened(step)}" if step else "docker"
    return BuildFailed(f"the image cannot be built, {where} failed:\n{last_lines(output)}", output)


def _on_path(name: str) -> Iterator[str]:
    """Every program of a name, in the order of ``PATH``, one that is there by two names once."""
    seen = set()
    for folder in os.get_exec_path():
        found = shutil.which(name, path=folder)
        if found and os.path.realpath(found) not in seen:
            seen.add(os.path.realpath(found))
            yield found


def _has_buildkit(client: str) -> bool:
    version = run(Command((client, "version", "--format", "{{.Client.Version}}")), seconds=30).output.decode()
    major = re.match(r"(\d+)\.", version.strip())
    if major and int(major[1]) < BUILTIN_BUILDKIT_BEFORE:
        return True
    return run(Command((client, "buildx", "version")), seconds=30).status == 0
