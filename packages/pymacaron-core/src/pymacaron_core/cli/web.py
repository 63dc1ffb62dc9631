"""The web process of ``pymacaron run``: started by the supervisor, it loads the project and serves on its socket."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from pymacaron_core.cli.alone import load_for_development
from pymacaron_core.cli.errand import Errand
from pymacaron_core.console import tell_errors
from pymacaron_core.development import Stopped, Wsgi, introduce, refusal, serve, stop_on_signals
from pymacaron_core.errors import StartError


def main() -> int:
    """Carry out the errand that stands in the command line."""
    errand = Errand.from_text(sys.argv[1])
    for descriptor in (errand.socket, errand.lifeline, errand.report):
        os.set_inheritable(descriptor, False)
    end_with(errand.lifeline)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor hears it too, and says when to stop
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    stop_on_signals(signal.SIGTERM)
    try:
        application, files = _application(errand)
        if application is None:
            return StartError.exit_code
        os.write(errand.report, json.dumps(files).encode())
        os.close(errand.report)
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


def _application(errand: Errand) -> tuple[Wsgi | None, list[str]]:
    """What to serve, and the documents it came from. None when there is nothing and this is the first start."""
    if errand.broken:
        return refusal(errand.broken), []
    options = argparse.Namespace(config=errand.config, env=errand.env)
    root = Path(errand.root)
    try:
        application = load_for_development(options, root, mock_missing=errand.mock_missing)
    except StartError as error:
        if errand.debug:
            traceback.print_exception(error)
        tell_errors(str(error))
        return (None if errand.first else refusal(f"the service cannot start: {error}")), []
    introduce(application, errand.host, errand.port, again=not errand.first)
    return application, [str(root / file) for api in application.apis.values() for file in api.specification.files]
