"""The lean way and Flask's own tell the same: status, headers, body, hooks, signals, contexts and what is left behind.

Each case is played on both ways with nothing touched but what the case touches itself, and once more, on one Python,
with all that can be seen looked at wherever something happens.
"""

import contextvars
import gc
import logging
import secrets
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import flask
import pytest
import werkzeug.test
from lean_cases import (
    addresses,
    blueprints,
    bodies,
    calls,
    clients,
    errors,
    extensions,
    hooks,
    kinds,
    middleware,
    paths,
    replies,
    routes,
    sessions,
    signals,
    threads,
)
from lean_cases.desk import DOCUMENT
from lean_cases.journal import difference
from lean_cases.stage import ALL, ANY, Case, Listening, Stage, cases_of
from pymacaron_core import context
from pymacaron_core.lean import LeanContext

ROOMS = [
    addresses,
    blueprints,
    bodies,
    calls,
    clients,
    errors,
    hooks,
    kinds,
    middleware,
    paths,
    replies,
    routes,
    sessions,
    signals,
    threads,
]
CASES = cases_of(ROOMS)
OF_EXTENSIONS = cases_of([extensions])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the document of the service."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "apis").mkdir()
    (folder / "apis" / "desk.yaml").write_text(DOCUMENT.read_text())
    return folder


@pytest.fixture(scope="module", autouse=True)
def _seldom_collected() -> Iterator[None]:
    """A thousand applications are made and let go here: a collector that looks at each of them again takes a third."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 50, 1_000)
    yield
    gc.set_threshold(*before)


@pytest.fixture
def _same_every_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The time stands still, and what is drawn by lot is counted: the same on both ways, or there is a difference."""
    monkeypatch.setattr(time, "time", lambda: 1_900_000_000.0)
    monkeypatch.setattr(time, "time_ns", lambda: 1_900_000_000 * 10**9)
    for name in ("time", "random"):  # of which boundaries are made
        monkeypatch.setattr(werkzeug.test, name, lambda: 0.5)
    level = logging.getLogger().level
    logging.getLogger().setLevel(logging.INFO)
    yield
    logging.getLogger().setLevel(level)


def played(case: Case, stage: Stage) -> tuple[list[str], int]:
    """A case played: what the lean way has said of itself, and how many requests it has served."""
    listening, drawn, served, begin = Listening(stage.journal), count(1), [], LeanContext.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda size=16: f"drawn-{next(drawn)}")
        patch.setattr(context, "new_request_id", lambda: f"drawn-{next(drawn)}")
        patch.setattr(LeanContext, "__init__", lambda self, *given: served.append(given[1]) or begin(self, *given))
        logging.getLogger().addHandler(listening)
        try:
            contextvars.copy_context().run(case.play, stage)
        finally:
            logging.getLogger().removeHandler(listening)
    return listening.own, len(served)


def compare(case: Case, root: Path, looks: bool) -> None:
    """Play a case on both ways."""
    whole, lean = (Stage(root, is_lean=is_lean, looks=looks) for is_lean in (False, True))
    assert played(case, whole)[1] == 0
    if looks and not whole.noted:
        return  # there is no moment to look at
    said, served = played(case, lean)
    told = difference(whole.journal, lean.journal)
    assert not told, told
    assert case.lean == ANY or served == (lean.sent if case.lean == ALL else case.lean)
    assert len(said) == int(case.off is not None) and (case.off or "") in "".join(said)


@pytest.mark.usefixtures("_same_every_time")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_ways_tell_the_same(case: Case, root: Path) -> None:
    compare(case, root, looks=False)


@pytest.mark.any_python
@pytest.mark.unmeasured
@pytest.mark.usefixtures("_same_every_time")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_ways_tell_the_same_to_who_looks(case: Case, root: Path) -> None:
    compare(case, root, looks=True)


@pytest.mark.any_python
@pytest.mark.unmeasured
@pytest.mark.usefixtures("_same_every_time")
@pytest.mark.parametrize("case", OF_EXTENSIONS, ids=lambda case: case.name)
def test_both_ways_tell_the_same_of_extensions(case: Case, root: Path) -> None:
    compare(case, root, looks=False)
    compare(case, root, looks=True)


def test_there_are_cases_enough_and_no_two_have_one_name() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) and len(names) >= 150


def test_the_stage_hides_no_difference(root: Path) -> None:
    """What a hook does on one way only is told."""

    def play(stage: Stage) -> None:
        if stage.is_lean:
            stage.app.after_request(lambda response: flask.make_response(response, 202))
        stage.open()
        stage.get("/items/7")

    stages = [Stage(root, is_lean=is_lean, looks=False) for is_lean in (False, True)]
    for stage in stages:
        played(Case("differs", play), stage)
    assert "-starts '200 OK'" in difference(*(stage.journal for stage in stages))
