"""Runs a project's acceptance tests with ``pymtest`` against a container of its image, or any address.

::

    image -> container on a private network -> gate -> token -> pymtest in an environment of its own -> all removed
"""

from __future__ import annotations

import os
import re
import secrets as randomness
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from pymacaron_deploy.commands import Command, follow
from pymacaron_deploy.config import Config
from pymacaron_deploy.container import State
from pymacaron_deploy.engine import NO_PROGRAM, Engine
from pymacaron_deploy.environment import Contents, ensure_environment
from pymacaron_deploy.errors import ConfigError, Interrupted, TestsFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.interruption import held
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.redaction import redact
from pymacaron_deploy.report import Report
from pymacaron_deploy.targets.layout import lay_out, service_of
from pymacaron_deploy.targets.release import Release

REQUIREMENT = "pymacaron-testing>=3.0,<4"
TESTS = "testaccept"
START_SECONDS, TEST_SECONDS = 60, 1800

PASSED_ON = re.compile(r"(HOME|LANG|LC_[A-Z]+|LOGNAME|NO_COLOR|PATH|SHELL|SYSTEMROOT|TEMP|TERM|TMP|TMPDIR|TZ|USER)\Z")
"""The variables of this process that tests get; no secret of the service is among them."""

MAKE_TOKEN = ("pymacaron-auth", "token", "--user", "test-jwt-token")
TOKEN_VARIABLE = "PYM_DEPLOY_TOKEN"
TELL_TOKEN = f"import os; print(os.environ[{TOKEN_VARIABLE!r}])"
"""How ``pymtest --token-command`` gets the token: an environment is private, a command line is not."""


def test_image(
    engine: Engine,
    image: Image,
    needs: Needs,
    secrets: Mapping[str, str],
    config: Config,
    report: Report,
) -> None:
    """Run the acceptance tests against a container of an image, with sidecars of its own, and remove all of it.

    Raises :class:`~pymacaron_deploy.errors.StartFailed` when it does not become ready, and
    :class:`~pymacaron_deploy.errors.TestsFailed` with what the tests printed.
    """
    run = randomness.token_hex(4)
    layout = lay_out(config, image, needs, secrets, run=run, service=f"{service_of(config)}-test-{run}")
    release = Release(engine, layout, report, secrets=secrets.values(), patience=START_SECONDS)
    try:
        with release.tried_out() as web:
            token = make_token(engine, web, secrets, report)
            try:
                test_address(config, "127.0.0.1", web.port, report, token=token, secrets=secrets.values())
            except TestsFailed:
                report.progress(redact(f"the last lines of the service:\n{release.said()}", [token]))
                raise
    except KeyboardInterrupt:
        raise Interrupted("interrupted: the container that was tested is removed") from None
    finally:
        with held():
            engine.sweep({"service": layout.service}, volumes=True)


test_image.__test__ = False  # type: ignore[attr-defined]  # no test, whatever its name


def test_address(
    config: Config,
    host: str,
    port: int,
    report: Report,
    *,
    token: str,
    secrets: Iterable[str],
) -> None:
    """Run the acceptance tests of the project against what answers at a host and port.

    Raises :class:`~pymacaron_deploy.errors.TestsFailed` with what they printed.
    """
    if not (config.root / TESTS).is_dir():
        report.warn(f"there are no acceptance tests in {TESTS}/")
        return
    programs = ensure_environment(contents_of(config), report)
    hidden = (*secrets, *([token] if token else []))
    said: list[str] = []

    def tell(line: str) -> None:
        said.append(redact(line, hidden))
        report.progress(said[-1])

    status = follow(pymtest_command(programs, config, host, port, token), tell, seconds=TEST_SECONDS)
    if status:
        raise TestsFailed(f"the acceptance tests fail (pymtest ended with status {status})", "\n".join(said))
    report.done("the acceptance tests pass")


test_address.__test__ = False  # type: ignore[attr-defined]


def pymtest_command(programs: Path, config: Config, host: str, port: int, token: str) -> Command:
    """The command that runs the tests, with nothing in its environment that they do not need."""
    words = [str(programs / "pymtest"), "--host", host, "--port", str(port)]
    environ = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    if config.file:
        words += ["--config", str(config.file)]
    if config.env:
        environ["PYM_ENV"] = config.env
    if token:
        words += ["--token-command", shlex.join([str(programs / "python"), "-c", TELL_TOKEN])]
        environ[TOKEN_VARIABLE] = token
    words += ["--", "-p", "no:cacheprovider"]
    others = tuple(name for name in os.environ if not PASSED_ON.match(name))
    return Command(tuple(words), folder=config.root, environ=environ, without=others)


def contents_of(config: Config) -> Contents:
    """What the tests' environment holds. Raises ``ConfigError`` when the folder of wheels is not there."""
    more = config.root / TESTS / "requirements.txt"
    wheels = config.root / config.deploy.wheels if config.deploy.wheels else None
    if wheels is not None and not wheels.is_dir():
        raise ConfigError(f"{wheels}: there is no such folder of wheels: build them, or correct deploy.wheels")
    return Contents((REQUIREMENT,), file=more if more.is_file() else None, wheels=wheels)


def make_token(engine: Engine, web: State, secrets: Mapping[str, str], report: Report) -> str:
    """A token of the service, made inside of its container with its own secret; ``''`` for one without auth."""
    ended = engine.execute(web.id, MAKE_TOKEN)
    token = ended.output.strip()
    if ended.status == 0 and token and token.isascii() and token.isprintable():
        return token
    if ended.status not in NO_PROGRAM:
        last = redact(ended.errors, secrets.values()).strip().splitlines()[-1:] or ["it does not say why"]
        report.warn(f"the tests get no token, '{' '.join(MAKE_TOKEN)}' ended with status {ended.status}: {last[0]}")
    return ""
