"""The Dockerfile of a service, as text. It needs no frontend from a registry, and docker 20.10's BuildKit reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pymacaron_deploy.errors import PreflightError

PORT = 8080
"""Where the service listens inside of its container, unless ``PORT`` says otherwise."""

USER = 10001
"""The user and group that the service runs as."""

REQUIREMENTS, TEST_REQUIREMENTS, EXTRA, TESTS = "requirements.txt", "requirements-test.txt", "Dockerfile.extra", "test"
PIP_CONFIG, PIP_CERTIFICATES = "pip.conf", "pip.pem"
"""The names of the build secrets that hold pip's settings."""

WEB_COMMAND = ("pymacaron", "serve", "--host", "0.0.0.0")

_LEFT_OUT = (".dockerignore", ".env", ".git", ".pym", "Dockerfile", EXTRA, TEST_REQUIREMENTS, TESTS, "testaccept")
"""What the service itself does not need; a build without this tool may have brought it."""

_NAMES_A_FILE = re.compile(r"(?m)^\s*(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?<=-[rc]))(\S+)")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the Dockerfile of one service depends on. Paths are those in the project's folder."""

    name: str
    base: str
    command: tuple[str, ...] = WEB_COMMAND
    requirements: tuple[str, ...] = (REQUIREMENTS,)
    """The files that pip reads, the first names the others."""
    test_requirements: bool = False
    tests: bool = False
    wheels: str = ""
    extra: str = ""
    """The text of ``Dockerfile.extra``."""


def recipe_of(
    files: Mapping[str, bytes], *, name: str, base: str, command: tuple[str, ...] | None = None, wheels: str = ""
) -> Recipe:
    """The recipe of a project of these files, by path. Raises ``PreflightError`` without a ``requirements.txt``."""

    def read(path: str) -> str | None:
        return files[path].decode(errors="replace") if path in files else None

    requirements = requirement_files(read)
    if not requirements:
        raise PreflightError(
            f"there is no {REQUIREMENTS} among the project's files: write what the service needs there, "
            "such as pymacaron-core[server]>=3.0,<4, and commit it"
        )
    return Recipe(
        name=name,
        base=base,
        command=command or WEB_COMMAND,
        requirements=requirements,
        test_requirements=TEST_REQUIREMENTS in files,
        tests=any(path.startswith(f"{TESTS}/") for path in files),
        wheels=wheels,
        extra=read(EXTRA) or "",
    )


def write_dockerfile(recipe: Recipe) -> str:
    """The Dockerfile: stages ``dependencies``, ``test`` (where there are tests), ``code`` and ``service``, the last."""
    stages = [_dependencies(recipe), _test(recipe) if recipe.tests else "", _code(recipe), _service(recipe)]
    return HEAD + "\n".join(stage for stage in stages if stage)


def requirement_files(read: Callable[[str], str | None]) -> tuple[str, ...]:
    """``requirements.txt`` and those it names by ``-r`` and ``-c``; ``read`` gives a text, or None."""
    found: list[str] = []
    waiting = [REQUIREMENTS]
    while waiting:
        name = waiting.pop(0)
        text = read(name) if name not in found else None
        if text is not None:
            found.append(name)
            folder = PurePosixPath(name).parent
            waiting += [str(folder / other) for other in _NAMES_A_FILE.findall(text) if "://" not in other]
    return tuple(found)


HEAD = """\
# Made by 'pymacaron-deploy dockerfile'. What the service adds stands in Dockerfile.extra.

"""


def _dependencies(recipe: Recipe) -> str:
    extra = f"\n# Dockerfile.extra\n{recipe.extra.strip()}\nUSER root\nWORKDIR /pym\n" if recipe.extra.strip() else ""
    return f"""\
FROM {recipe.base} AS dependencies
USER root
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_PROGRESS_BAR=off
ENV VIRTUAL_ENV=/pym/virtenv PATH=/pym/virtenv/bin:$PATH
WORKDIR /pym
RUN python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' \\
    || {{ echo 'the base image must have Python 3.10 or newer with its venv, as python3' >&2; exit 1; }}
RUN python3 -m venv /pym/virtenv && echo 'pym:x:{USER}:{USER}::/pym:/sbin/nologin' >>/etc/passwd
{extra}\
{_copies(recipe.requirements)}
{_pip_install(recipe, f"-r {recipe.requirements[0]}")}
"""


def _test(recipe: Recipe) -> str:
    copy = f"COPY {TEST_REQUIREMENTS} {TEST_REQUIREMENTS}\n" if recipe.test_requirements else ""
    wanted = f"pytest -r {TEST_REQUIREMENTS}" if recipe.test_requirements else "pytest"
    return f"""\
# The unit tests, where the service's own image has neither them nor what they need.
FROM dependencies AS test
{copy}{_pip_install(recipe, wanted)}
COPY --chown={USER}:{USER} . /pym
RUN chown {USER}:{USER} /pym
USER {USER}:{USER}
RUN pymacaron generate
RUN {TEST_COMMAND}
"""


TEST_COMMAND = f"python -m pytest -p no:cacheprovider {TESTS}"


def _code(recipe: Recipe) -> str:
    left_out = " ".join(sorted({*_LEFT_OUT, *([recipe.wheels] if recipe.wheels else [])}))
    return f"""\
# The code with its models generated, without what only its makers need.
FROM dependencies AS code
WORKDIR /code
COPY . .
RUN PYTHONDONTWRITEBYTECODE=1 pymacaron generate && rm -rf {left_out}
"""


def _service(recipe: Recipe) -> str:
    return f"""\
FROM dependencies AS service
COPY --from=code /code /pym
ARG VERSION=local
ARG REVISION=
ARG CREATED=
RUN echo "$VERSION" >/pym/VERSION
LABEL org.opencontainers.image.title={_quoted(recipe.name)} \\
      org.opencontainers.image.version=$VERSION \\
      org.opencontainers.image.revision=$REVISION \\
      org.opencontainers.image.created=$CREATED
ENV PORT={PORT}
EXPOSE {PORT}
USER {USER}:{USER}
ENTRYPOINT []
CMD {json.dumps(list(recipe.command))}
"""


def _quoted(text: str) -> str:
    """A text in which neither docker nor a shell finds a variable."""
    return json.dumps(text, ensure_ascii=False).replace("$", r"\$")


def _copies(names: tuple[str, ...]) -> str:
    return "\n".join(f"COPY {json.dumps([name, name])}" for name in names)


def _pip_install(recipe: Recipe, wanted: str) -> str:
    """One step of pip. The settings of the building machine are secrets of the build: no layer holds them."""
    mounts = [
        f"type=secret,id={PIP_CONFIG}",
        f"type=secret,id={PIP_CERTIFICATES}",
        "type=cache,target=/root/.cache/pip",
    ]
    links = ""
    if recipe.wheels:
        mounts.append(f"type=bind,source={recipe.wheels},target=/wheels")
        links = "--find-links /wheels "
    lines = " \\\n    ".join(f"--mount={mount}" for mount in mounts)
    return f"RUN {lines} \\\n    PIP_CONFIG_FILE=/run/secrets/{PIP_CONFIG} pip install {links}{wanted}"
