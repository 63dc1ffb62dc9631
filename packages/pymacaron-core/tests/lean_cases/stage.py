"""The stage: a service on a Flask object, the requests that a case sends to it, and the journal of all that was seen.

A case is a function that is given a stage: it does something to ``stage.app``, calls ``stage.open()``, which makes the
service, and sends requests. It is played on both ways, and the two journals are compared.
"""

import logging
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from flask.globals import _cv_app, _cv_request
from pymacaron_core import API, current_call
from pymacaron_core.config import load_config
from werkzeug.test import EnvironBuilder

from lean_cases.desk import HANDLERS, key_guard
from lean_cases.journal import Journal, seen

ALL = -1
"""Every request that a case sends through its stage."""
ANY = -2
"""As many as may be: versions of Werkzeug differ."""


@dataclass(frozen=True)
class Case:
    """Something done to a service, and requests. ``lean`` is how many of these the lean way serves.

    ``off`` is a part of the log line that says why the lean way leaves the application alone.
    """

    name: str
    play: Callable[["Stage"], None]
    lean: int = ALL
    off: str | None = None


def case(play: Any = None, *, lean: int = ALL, off: str | None = None) -> Any:
    """Make a case of a function, which is named as a sentence."""
    if play is None:
        return lambda function: case(function, lean=lean, off=off)
    return Case(play.__name__.strip("_"), play, 0 if off and lean == ALL else lean, off)


class Stage:
    """One playing of a case. Where it is not lean, Flask is left alone.

    Where it ``looks``, each note holds all that can be seen then, else a case touches nothing but what it does itself.
    """

    def __init__(self, root: Path, is_lean: bool, looks: bool) -> None:
        self.root = root
        self.is_lean = is_lean
        self.looks = looks
        self.app = flask.Flask("desk")
        self.handlers: dict[str, Any] = dict(HANDLERS)
        self.settings: dict[str, Any] = {"lean": is_lean, "report_call_exceeding_ms": 600_000}  # timed, and never slow
        self.journal = Journal()
        self.sent = self.noted = 0

    def open(self, **options: Any) -> flask.Flask:
        """The service on the stage's Flask object, as it is now."""
        config = load_config(self.root)
        core = config.core.model_validate({**config.core.model_dump(exclude_unset=True), **self.settings})
        config = type(config)(**{**vars(config), "core": core})
        given = {"handlers": self.handlers, "guards": {"key": key_guard}, **options}
        self.api = API(self.app, root=self.root, config=config, **given)
        self.api.load_apis()
        return self.app

    def acts(self, function: Callable[[], Any]) -> Callable[[], Any]:
        """Have ``GET /acts`` do something."""
        self.handlers["act"] = function
        return function

    def note(self, what: str, *facts: Any) -> None:
        """Write into the journal that something happened here and now."""
        self.journal.add(what, *facts)
        self.noted += 1
        if self.looks:
            self.journal.add(f"{what} sees", seen(self.journal))

    def noting(self, what: str, result: Any = None) -> Callable[..., Any]:
        """A function that does nothing but tell that, and with what, it was called."""

        def told(*given: Any, **named: Any) -> Any:
            self.note(what, *given, *named.items())
            return result

        told.__name__ = re.sub(r"\W", "_", what)
        return told

    def passing(self, what: str) -> Callable[[Any], Any]:
        """A hook after a request that tells what comes by, and marks it."""

        def passed(response: Any) -> Any:
            self.note(what, response.status, list(response.headers))
            response.headers.add("X-Passed", what)
            return response

        return passed

    def get(self, path: str, **given: Any) -> None:
        self.send("GET", path, **given)

    def post(self, path: str, **given: Any) -> None:
        self.send("POST", path, **given)

    def send(self, method: str, path: str, environ: dict[str, Any] | None = None, **given: Any) -> None:
        """Send a request, as Werkzeug's ``EnvironBuilder`` makes it, with the keys of ``environ`` put over it."""
        builder = EnvironBuilder(path, method=method, **given)
        made = builder.get_environ()
        made.update(environ or {})
        self.call({name: value for name, value in made.items() if value is not None})

    def call(self, environ: dict[str, Any], app: Any = None) -> None:
        """Have the service, or what stands around it, answer an environment; write down all that comes of it."""
        self.sent += 1
        before = dict(environ)
        add = self.journal.add
        add("request", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            add("starts", status, [each for each in headers if each[0] != "Date"], exc_info)
            return lambda piece: add("writes", piece)

        try:
            body = (app or self.app)(environ, start_response)
            add("is answered")
            try:
                add("body", list(body))
            finally:
                with suppress(AttributeError):
                    body.close()
        except BaseException as error:
            add("raised", error)
        changed = {key for key in before.keys() | environ.keys() if before.get(key) is not environ.get(key)}
        add("environment", {key: environ.get(key) for key in sorted(changed)}, _rest(environ))
        add("left clean", _cv_app.get(None), _cv_request.get(None), current_call())

    def answer(self, reply: Any) -> None:
        """Write down a reply that a client of Werkzeug's or Flask's has been given."""
        headers = [each for each in reply.headers if each[0] != "Date"]
        self.journal.add("reply", reply.status, headers, reply.get_data(), [each.status for each in reply.history])


def _rest(environ: dict[str, Any]) -> Any:
    """What nobody has read of a request's body."""
    try:
        return environ["wsgi.input"].read()
    except Exception as error:
        return error


class Listening(logging.Handler):
    """Log lines of everybody, in the journal; what the lean way says of itself is kept apart."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal
        self.own: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line down."""
        if record.getMessage().startswith("requests take Flask's whole way"):
            self.own.append(record.getMessage())
        else:
            error = record.exc_info[1] if record.exc_info else None
            self.journal.add("log", record.name, record.levelname, record.getMessage(), error)


def cases_of(rooms: Iterable[Any]) -> list[Case]:
    """All cases of some modules, each named with its room."""
    found = []
    for room in rooms:
        for value in vars(room).values():
            if isinstance(value, Case):
                found.append(Case(f"{room.__name__.rpartition('.')[2]}: {value.name}", *list(vars(value).values())[1:]))
    return found
