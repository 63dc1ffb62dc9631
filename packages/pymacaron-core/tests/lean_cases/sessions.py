"""Sessions and flashed messages: opened, read, changed and saved wherever Flask would, and nowhere else."""

from datetime import timedelta
from typing import Any

import flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from lean_cases.hooks import dressed
from lean_cases.stage import Stage, case


def visited(stage: Stage, **config: Any) -> flask.Flask:
    """A service whose function counts visits in the session; the cookie of the first reply is sent by the next."""
    stage.app.secret_key = "key"
    stage.app.config.update(config)

    @stage.acts
    def act() -> Any:
        flask.session["visits"] = flask.session.get("visits", 0) + 1
        return {"visits": flask.session["visits"], "new": flask.session.new}

    return stage.app


def cookie_of(stage: Stage) -> dict[str, str]:
    """The header that sends back the session of the last reply that had one."""
    lines = [line for line in stage.journal.lines if line.startswith("starts") and "session=" in line]
    text = lines[-1].partition("session=")[2].partition(";")[0]
    return {"Cookie": f"session={text}"}


@case
def a_session_that_the_function_changes(stage: Stage) -> None:
    visited(stage)
    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers=cookie_of(stage))


@case
def a_session_that_nobody_touches(stage: Stage) -> None:
    visited(stage)
    stage.open()
    stage.get("/acts")
    sent = cookie_of(stage)
    stage.get("/items/7", headers=sent)
    stage.get("/failures/own", headers=sent)


@case
def a_session_with_every_hook(stage: Stage) -> None:
    visited(stage)
    dressed(stage)
    visited(stage)
    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers=cookie_of(stage))


@case
def a_session_that_is_only_read(stage: Stage) -> None:
    visited(stage)
    stage.open()
    stage.get("/acts")
    sent = cookie_of(stage)
    stage.app.view_functions["desk:act"] = lambda: {"visits": flask.session.get("visits")}
    stage.app.before_request_funcs[None].append(lambda: stage.note("visits", flask.session.get("visits")))
    stage.get("/items/7", headers=sent)


@case
def a_session_that_is_asked_whether_it_is_empty(stage: Stage) -> None:
    stage.app.secret_key = "key"
    stage.acts(lambda: {"empty": not flask.session, "accessed": flask.session.accessed})
    stage.open()
    stage.get("/acts")


@case
def a_session_that_a_hook_before_the_function_changes(stage: Stage) -> None:
    @visited(stage).before_request
    def before() -> None:
        flask.session["before"] = True

    stage.open()
    stage.get("/items/7")


@case
def a_session_that_a_hook_after_the_function_changes(stage: Stage) -> None:
    @visited(stage).after_request
    def after(response: flask.Response) -> flask.Response:
        flask.session["after"] = response.status_code
        return response

    stage.open()
    stage.get("/items/7")
    stage.get("/failures/own")


@case
def a_session_that_changes_too_late(stage: Stage) -> None:
    @visited(stage).teardown_request
    def teardown(error: Any) -> None:
        flask.session["late"] = True

    stage.open()
    stage.get("/items/7")
    stage.get("/acts")


@case
def a_session_that_an_error_leaves(stage: Stage) -> None:
    @visited(stage).errorhandler(404)
    def handle(error: Any) -> Any:
        flask.session["errors"] = 1
        return "none", 404

    stage.app.register_error_handler(ValueError, handle)
    stage.open()
    stage.get("/failures/value")


@case
def a_session_that_is_permanent(stage: Stage) -> None:
    @visited(stage, PERMANENT_SESSION_LIFETIME=timedelta(days=2)).before_request
    def permanent() -> None:
        flask.session.permanent = True

    stage.open()
    stage.get("/acts")
    stage.get("/items/7", headers=cookie_of(stage))


@case
def a_permanent_session_that_is_not_refreshed(stage: Stage) -> None:
    @visited(stage, SESSION_REFRESH_EACH_REQUEST=False).before_request
    def permanent() -> None:
        if not flask.session.get("visits"):
            flask.session.permanent = True

    stage.open()
    stage.get("/acts")
    stage.get("/items/7", headers=cookie_of(stage))


@case
def a_session_changed_deep_inside(stage: Stage) -> None:
    stage.app.secret_key = "key"

    @stage.acts
    def act() -> Any:
        flask.session.setdefault("list", []).append(len(flask.session.get("list", ())))
        return {"list": flask.session["list"], "modified": flask.session.modified}

    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers=cookie_of(stage))


@case
def a_session_that_is_emptied(stage: Stage) -> None:
    visited(stage)
    stage.open()
    stage.get("/acts")
    sent = cookie_of(stage)
    stage.app.after_request_funcs[None] = [lambda response: flask.session.clear() or response]
    stage.get("/items/7", headers=sent)


@case
def sessions_that_are_forged(stage: Stage) -> None:
    visited(stage)
    stage.open()
    for text in ("forged", "eyJhIjoxfQ.forged.forged", ".", "", '"', "\xe9"):
        stage.get("/acts", headers={"Cookie": f"session={text}"})
    stage.get("/acts", headers={"Cookie": "session"})


@case
def a_session_of_an_older_key(stage: Stage) -> None:
    visited(stage)
    stage.open()
    stage.get("/acts")
    sent = cookie_of(stage)
    stage.app.secret_key = "another"
    stage.get("/acts", headers=sent)
    stage.app.config["SECRET_KEY_FALLBACKS"] = ["key"]
    stage.get("/acts", headers=sent)


@case
def a_session_without_a_key(stage: Stage) -> None:
    visited(stage)
    stage.app.secret_key = None
    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers={"Cookie": "session=a"})
    stage.get("/items/7", headers={"Cookie": "session=a"})


@case
def the_cookie_of_a_session_by_configuration(stage: Stage) -> None:
    visited(
        stage,
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_DOMAIN="example.com",
        SESSION_COOKIE_PATH="/acts",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=False,
        SESSION_COOKIE_PARTITIONED=True,
    )
    stage.open()
    stage.get("/acts")


@case
def messages_are_flashed(stage: Stage) -> None:
    stage.app.secret_key = "key"

    @stage.acts
    def act() -> Any:
        shown = flask.get_flashed_messages(with_categories=True)
        flask.flash("hello", "greeting")
        return {"shown": shown, "again": flask.get_flashed_messages()}

    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers=cookie_of(stage))


class Kept(SecureCookieSessionInterface):
    """Sessions that are kept in the process, as server-side extensions do."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def open_session(self, app: flask.Flask, request: flask.Request) -> SecureCookieSession:
        return SecureCookieSession(self.kept.get(request.cookies.get("kept", ""), {}))

    def save_session(self, app: flask.Flask, session: Any, response: flask.Response) -> None:
        if session.modified:
            self.kept["1"] = dict(session)
            response.set_cookie("kept", "1")


@case(off="session_interface")
def an_own_kind_of_sessions(stage: Stage) -> None:
    visited(stage).session_interface = Kept()
    stage.open()
    stage.get("/acts")
    stage.get("/acts", headers={"Cookie": "kept=1"})


@case(off="session_interface")
def an_own_kind_of_sessions_after_the_api(stage: Stage) -> None:
    visited(stage)
    stage.open().session_interface = Kept()
    stage.get("/acts")
    stage.get("/acts", headers={"Cookie": "kept=1"})


@case(lean=1, off="session_interface")
def an_own_kind_of_sessions_after_the_first_request(stage: Stage) -> None:
    visited(stage)
    app = stage.open()
    stage.get("/acts")
    app.session_interface = Kept()
    stage.get("/acts", headers={"Cookie": "kept=1"})


@case
def a_key_that_is_set_after_the_first_request(stage: Stage) -> None:
    app = stage.open()
    stage.get("/items/7")
    visited(stage)
    app.view_functions["desk:act"] = app.view_functions["desk:act"]
    app.after_request_funcs[None] = [lambda response: flask.session.update(a=1) or response]
    stage.get("/items/7")


@case
def a_session_in_a_stream(stage: Stage) -> None:
    stage.app.secret_key = "key"

    def stream() -> Any:
        flask.session["streamed"] = True
        for number in range(2):
            yield {"id": number, "name": str(dict(flask.session))}

    stage.handlers["stream"] = stream
    stage.open()
    stage.get("/streams")
