"""Flask's signals: who is told, in which order, what they see, and what becomes of errors in those who are told."""

from contextlib import ExitStack
from typing import Any

import flask
from flask import signals

from lean_cases.desk import OutOfPaper
from lean_cases.stage import Stage, case

ALL = (
    *("appcontext_pushed", "request_started", "before_render_template", "template_rendered", "message_flashed"),
    *("got_request_exception", "request_finished", "request_tearing_down", "appcontext_tearing_down"),
    "appcontext_popped",
)


def heard(stage: Stage, *names: str, sender: Any = None, error: Exception | None = None) -> ExitStack:
    """Within this block whoever sends one of these signals is written down; with an ``error`` it is raised then."""
    listening = ExitStack()
    for name in names:

        def hear(sender: Any, name: str = name, **given: Any) -> None:
            given.pop("_async_wrapper", None)
            stage.note(f"signal {name}", sender.name, *sorted(given.items(), key=str))
            if error is not None:
                raise error

        signal = getattr(signals, name)
        listening.enter_context(signal.connected_to(hear, stage.app if sender is None else sender))
    return listening


def requested(stage: Stage) -> None:
    """A request that goes well, and three that do not."""
    stage.get("/items/7")
    for kind in ("own", "http", "pymacaron"):
        stage.get(f"/failures/{kind}")


def hearing(stage: Stage, name: str) -> None:
    """What a case does that listens to one signal alone, with someone who raises as well."""
    stage.open()
    with heard(stage, name):
        requested(stage)
    stage.get("/items/7")
    if name != "appcontext_pushed":  # Flask stays within its context then, and fails at that
        with heard(stage, name, error=OutOfPaper(f"in {name}")):
            requested(stage)


@case
def every_signal_is_sent_in_order(stage: Stage) -> None:
    for kind in ("before_request", "teardown_request", "teardown_appcontext"):
        getattr(stage.app, kind)(stage.noting(kind))
    stage.app.after_request(stage.passing("after_request"))

    @stage.acts
    def act() -> Any:
        flask.flash("a message", "loud")
        return {"text": flask.render_template_string("text {{ request.path }}")}

    stage.app.secret_key = "key"
    stage.open()
    with heard(stage, *ALL):
        requested(stage)
        stage.get("/acts")


@case
def appcontext_pushed_alone(stage: Stage) -> None:
    hearing(stage, "appcontext_pushed")


@case
def request_started_alone(stage: Stage) -> None:
    hearing(stage, "request_started")


@case
def got_request_exception_alone(stage: Stage) -> None:
    hearing(stage, "got_request_exception")


@case
def request_finished_alone(stage: Stage) -> None:
    hearing(stage, "request_finished")


@case
def request_tearing_down_alone(stage: Stage) -> None:
    hearing(stage, "request_tearing_down")


@case
def appcontext_tearing_down_alone(stage: Stage) -> None:
    hearing(stage, "appcontext_tearing_down")


@case
def appcontext_popped_alone(stage: Stage) -> None:
    hearing(stage, "appcontext_popped")


@case
def signals_of_another_application_are_not_heard(stage: Stage) -> None:
    stage.open()
    with heard(stage, *ALL, sender=flask.Flask("other")):
        stage.get("/items/7")


@case
def listeners_that_are_coroutines(stage: Stage) -> None:
    async def hear(sender: Any, **given: Any) -> None:
        stage.note("late", sorted(given))

    stage.open()
    with signals.request_started.connected_to(hear), signals.request_finished.connected_to(hear):
        stage.get("/items/7")


@case
def a_listener_changes_the_response(stage: Stage) -> None:
    def change(sender: Any, response: flask.Response, **given: Any) -> None:
        response.headers["X-Heard"] = "yes"
        response.set_data(b"heard")

    stage.open()
    with signals.request_finished.connected_to(change):
        stage.get("/items/7")


@case
def a_listener_connects_another_while_a_request_is_served(stage: Stage) -> None:
    with ExitStack() as listening:
        stage.acts(lambda: listening.enter_context(heard(stage, *ALL)) and {})
        stage.open()
        stage.get("/acts")
        stage.get("/items/7")
