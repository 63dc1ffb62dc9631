"""The web process of ``pymacaron run``: started by the supervisor, it loads the project and serves on its socket."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import TextIO

from pymacaron_core.alongside import engines_of, open_metrics, tell_started
from pymacaron_core.application import Application
from pymacaron_core.cli.alone import load_for_development
from pymacaron_core.cli.errand import Answer, Errand, Report
from pymacaron_core.console import tell_errors
from pymacaron_core.development import Stopped, Wsgi, introduce, refusal, serve, stop_on_signals
from pymacaron_core.errors import StartError


def main() -> int:
    """Carry out the errand that stands in the command line."""
    errand = Errand.from_text(sys.argv[1])
    for descriptor in (errand.socket, errand.lifeline, errand.report, errand.answer):
        os.set_inheritable(descriptor, False)
    end_with(errand.lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor hears it too, and says when to stop
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    stop_on_signals(signal.SIGTERM)
    try:
        application = _application(errand)
        if application is None:
            return StartError.exit_code
        serve(application, socket.socket(fileno=errand.socket))
    except Stopped:
        pass
    return 0


def end_with(lifeline: int) -> None:
    """End this process as soon as the other end of a pipe is closed, by whatever way its holder died."""

    def wait() -> None:
        while os.read(lifeline, 1):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def _application(errand: Errand) -> Wsgi | None:
    """What to serve, told to the supervisor. None when there is nothing and this is the first start."""
    with open(errand.report, "w", encoding="utf-8") as report:
        why = errand.broken
        if not why:
            try:
                return _loaded(errand, report)
            except StartError as error:
                if errand.debug:
                    traceback.print_exception(error)
                tell_errors(str(error))
                if errand.first:
                    return None
                why = f"the service cannot start: {error}"
        _tell(report, Report(serves=True))
    return refusal(why)


def _loaded(errand: Errand, report: TextIO) -> Application:
    """The project's application, once its engines run."""
    options = argparse.Namespace(config=errand.config, env=errand.env)
    root = Path(errand.root)
    application = load_for_development(options, root, mock_missing=errand.mock_missing)
    files = [str(root / file) for api in application.apis.values() for file in api.specification.files]
    engines = [engine.to_json() for engine in engines_of(application)]
    _tell(report, Report(files, engines))
    answer = _answer(errand) if engines else Answer()
    os.environ.update(answer.environ)
    tell_started(application)
    metrics = open_metrics(application)
    _tell(report, Report(serves=True))  # first: whoever reads the introduction may edit at once
    introduce(application, errand.host, errand.port, again=not errand.first, told=[*answer.told, *metrics])
    return application


def _tell(supervisor: TextIO, report: Report) -> None:
    supervisor.write(report.to_line())
    supervisor.flush()


def _answer(errand: Errand) -> Answer:
    """What the supervisor answers, once the engines run. Raises ``StartError`` when they do not."""
    with open(errand.answer, encoding="utf-8") as lines:
        line = lines.readline()
    if not line:
        raise Stopped  # the supervisor is gone
    answer = Answer.from_line(line)
    if answer.error:
        raise StartError(answer.error)
    return answer
