"""The command ``pymtest``: finds or starts the service, makes a token, runs the acceptance tests, and cleans up."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pymacaron_testing.config import Config, load_config
from pymacaron_testing.errors import ConfigError, PyMacaronTestingError, TargetError, TokenError
from pymacaron_testing.interruption import Interruption
from pymacaron_testing.menu import parsed
from pymacaron_testing.readiness import check_answers
from pymacaron_testing.server import Server, free_port
from pymacaron_testing.suite import chosen_paths, pytest_command, run
from pymacaron_testing.target import HTTPS, Target, port_of, target_of
from pymacaron_testing.tokens import make_token

CANNOT, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, and give back the exit status."""
    options, further = parsed(sys.argv[1:] if arguments is None else arguments)
    interruption = Interruption()
    try:
        with interruption.heeded():
            return _test(options, further, interruption)
    except PyMacaronTestingError as error:
        if options.debug:
            traceback.print_exception(error)
        _tell(f"error: {error}")
        return CANNOT
    except KeyboardInterrupt:
        _tell("interrupted")
        return INTERRUPTED


def _test(options: argparse.Namespace, further: Sequence[str], interruption: Interruption) -> int:
    if options.image is not None:
        raise TargetError("an image is tested by pymacaron-deploy: run `pymacaron-deploy test`")
    config = _config_of(options)
    paths = chosen_paths(options.paths, config)
    environ = _service_environ(options)
    with _service(options, config, environ, interruption) as (target, server):
        token = _token_of(options, config, environ)
        command = pytest_command(paths, stops=not options.no_stop, captures=not options.nocapture, further=further)
        _tell(f"testing {target.base_url}{' with a token' if token else ''}")
        if options.debug:
            _tell(f"running {shlex.join(command)}")
        code = _repeated(options, command, _test_environ(options, environ, target, token), interruption)
        if server is not None and (code or server.ending()):
            ending = server.ending()
            _tell(f"the server {ending}; its {server.tail(token)}" if ending else f"the server's {server.tail(token)}")
        return code


def _repeated(
    options: argparse.Namespace, command: Sequence[str], environ: dict[str, str], interruption: Interruption
) -> int:
    while True:
        code = run(command, environ, interruption)
        if code or not options.loop:
            return code


def _config_of(options: argparse.Namespace) -> Config:
    """The configuration; the environment must have its own file where that says what is tested."""
    decides = options.env is not None and options.host is None and options.serve is None
    config = load_config(options.config, options.env, production=decides)
    for warning in config.warnings:
        _tell(f"warning: {warning}")
    if decides and config.live is None:
        where = config.file.name if config.file else "the configuration"
        raise ConfigError(f"{where} does not say where the service is live: add live_url")
    return config


@contextmanager
def _service(
    options: argparse.Namespace, config: Config, environ: dict[str, str], interruption: Interruption
) -> Iterator[tuple[Target, Server | None]]:
    """The service that is tested, started here or found; one started here is gone afterwards."""
    if options.serve is None:
        target = _target_of(options, config)
        check_answers(target, verify_ssl=not (options.no_ssl_check or environ.get("NO_SSL_CHECK")))
        yield target, None
        return
    port = free_port() if options.port is None else port_of(options.port, "--port")
    environ.update(PORT=str(port), PYM_SERVER_PORT=str(port))
    environ.setdefault("PYTHONUNBUFFERED", "1")
    folder = Path(tempfile.mkdtemp(prefix="pymtest-"))
    server = Server(options.serve, Target("127.0.0.1", port), config.root, environ, folder / "server.log")
    try:
        with interruption.held():
            server.start()
        server.wait_until_ready(options.wait or config.options.wait)
        yield server.target, server
    finally:
        with interruption.held():
            server.stop()
            if not server.told:
                shutil.rmtree(folder, ignore_errors=True)


def _target_of(options: argparse.Namespace, config: Config) -> Target:
    """Where the command line says the service is, else the live service of --env, else 127.0.0.1:8080."""
    if options.host is not None or options.env is None or config.live is None:
        return target_of(options.host or "127.0.0.1", options.port, "--port")
    return config.live if options.port is None else target_of(config.live.host, options.port, "--port")


def _service_environ(options: argparse.Namespace) -> dict[str, str]:
    """What the service and the maker of tokens get; the programs beside this Python are found last."""
    environ = {name: value for name, value in os.environ.items() if name != "PYM_JWT_TOKEN"}
    environ["PATH"] = os.pathsep.join([environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    if options.env is not None:
        environ["PYM_ENV"] = options.env
    if options.config is not None:
        environ["PYM_CONFIG"] = os.path.abspath(options.config)
    return environ


def _token_of(options: argparse.Namespace, config: Config, environ: dict[str, str]) -> str | None:
    """A token, where one can be made; one that was asked for must be."""
    command = options.token_command or config.options.token_command
    try:
        return make_token(command, config.root, environ)
    except TokenError:
        if command or options.gen_token:
            raise
        return None


def _test_environ(
    options: argparse.Namespace, environ: dict[str, str], target: Target, token: str | None
) -> dict[str, str]:
    """What the tests get."""
    says_tls = target.secure and target.port != HTTPS
    names = {**environ, "PYM_SERVER_HOST": f"https://{target.host}" if says_tls else target.host}
    names["PYM_SERVER_PORT"] = str(target.port)
    if token is not None:
        names["PYM_JWT_TOKEN"] = token
    if options.no_ssl_check:
        names["NO_SSL_CHECK"] = "1"
    return names


def _tell(text: str) -> None:
    """A line about what goes on, on standard error."""
    sys.stderr.write(f"pymtest: {text}\n")
    sys.stderr.flush()
