"""The service, put together: ``python server.py`` serves it, and so do ``pymacaron run`` and ``pymacaron serve``."""

from flask import Flask
from pymacaron_async import Tasks
from pymacaron_auth import Auth
from pymacaron_core import API, letsgo
from pymacaron_dynamodb import Persistence

from helloworld.failures import report_failure

app = Flask(__name__)


def start(port: int | None = None, debug: bool | None = None) -> None:
    api = API(
        app,
        port=port,
        debug=debug,
        auth=Auth(),
        tasks=Tasks(),
        persistence=Persistence(),
        error_reporter=report_failure,
    )
    api.load_apis()
    api.start()


letsgo(__name__, callback=start)
