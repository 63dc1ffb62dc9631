"""What of a call travels to its tasks, and what never does."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from carrier import Carrier
from pymacaron_async import MessageRefused
from pymacaron_async.carrying import Carrying
from pymacaron_core.context import CallContext, CapturedContext, entered


class Application:
    def __init__(self, carrier: Any = None) -> None:
        self.identity_carrier = carrier


def call(application: Any, identity: Any = None) -> CallContext:
    headers = {"traceparent": "00-1-2-01", "X-Request-ID": "r-1", "Authorization": "Bearer geheim"}
    return CallContext(application, "/orders?token=geheim", "POST", identity=identity, header=headers.get)


def test_url_method_request_id_trace_parent_and_the_sealed_identity_travel():
    application = Application(Carrier())
    carrying = Carrying(application)  # type: ignore[arg-type]
    with entered(call(application, {"sub": "ada"})):
        packed = carrying.packed("t-1")
    assert packed is not None and "geheim" not in str(packed)
    assert carrying.unpacked(packed, "t-1") == CapturedContext("/orders", "POST", "r-1", "00-1-2-01", {"sub": "ada"})


def test_outside_of_a_call_nothing_travels():
    carrying = Carrying(Application())  # type: ignore[arg-type]
    assert carrying.packed("t-1") is None
    assert carrying.unpacked(None, "t-1") is None


def test_without_a_carrier_tasks_run_as_nobody_and_one_warning_says_so(caplog: pytest.LogCaptureFixture):
    application = Application()
    carrying = Carrying(application)  # type: ignore[arg-type]
    with entered(call(application, {"sub": "ada"})), caplog.at_level(logging.WARNING):
        packed = [carrying.packed("t-1"), carrying.packed("t-2")]
    assert "ada" not in str(packed)
    assert [record.getMessage() for record in caplog.records] == [
        "tasks run as nobody: no package carries identities to them; pymacaron-auth does"
    ]
    unpacked = carrying.unpacked(packed[0], "t-1")
    assert unpacked is not None and unpacked.identity is None


def test_an_identity_sealed_for_another_task_does_not_open():
    application = Application(Carrier())
    carrying = Carrying(application)  # type: ignore[arg-type]
    with entered(call(application, {"sub": "ada"})):
        packed = carrying.packed("t-1")
    with pytest.raises(MessageRefused, match="the identity in the message does not open: sealed for another task"):
        carrying.unpacked(packed, "t-2")
    with pytest.raises(MessageRefused, match="nothing here opens it"):
        Carrying(Application()).unpacked(packed, "t-1")  # type: ignore[arg-type]


def test_a_context_that_is_none_is_refused():
    with pytest.raises(MessageRefused, match="lacks part of its context"):
        Carrying(Application()).unpacked({"url": 1}, "t-1")  # type: ignore[arg-type]
