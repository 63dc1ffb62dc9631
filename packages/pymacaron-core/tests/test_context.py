"""The call context: request ids, capture and restore."""

import os
import re

from pymacaron_core.context import (
    IDS_AT_ONCE,
    CallContext,
    capture,
    current_call,
    entered,
    new_request_id,
    restore,
)


def headers(**values):
    named = {name.replace("_", "-").lower(): value for name, value in values.items()}
    return lambda name: named.get(name.lower())


def test_outside_of_a_call_there_is_no_context():
    assert current_call() is None
    assert capture() is None


def test_the_request_id_comes_from_the_caller():
    assert CallContext(header=headers(X_Request_ID="abc-123")).request_id == "abc-123"


def test_a_request_id_that_could_forge_a_log_line_is_replaced():
    call = CallContext(header=headers(X_Request_ID="abc\n2024 ERROR forged"))
    assert "\n" not in call.request_id and len(call.request_id) == 32
    assert call.request_id == call.request_id


def test_a_request_id_too_long_is_replaced():
    assert len(CallContext(header=headers(X_Request_ID="x" * 129)).request_id) == 32


def test_a_captured_call_is_restored_elsewhere():
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with entered(CallContext("app", "/orders", "POST", identity="bob", header=headers(traceparent=trace))) as call:
        captured = capture()
    assert current_call() is None
    with restore(captured, "worker") as restored:
        assert current_call() is restored
        assert (restored.request_id, restored.identity, restored.trace_parent) == (call.request_id, "bob", trace)
        assert (restored.application, restored.url, restored.method) == ("worker", "/orders", "POST")
    assert current_call() is None


def test_restoring_nothing_gives_an_empty_call():
    with restore(None) as call:
        assert call.identity is None and call.request_id


def test_a_header_is_read_by_its_name_and_there_is_none_outside_of_a_request():
    assert CallContext(header=headers(Cookie="a=b")).header("cookie") == "a=b"
    assert CallContext().header("Cookie") is None


def test_a_call_acts_as_another_and_stays_what_it_was():
    call = CallContext("app", "/orders", "POST", identity="bob", operation_id="list", header=headers(Cookie="a=b"))
    with entered(call), entered(call.acting_as("robot")) as other:
        assert current_call() is other
        assert (other.identity, call.identity) == ("robot", "bob")
        assert (other.request_id, other.operation_id) == (call.request_id, "list")
        assert (other.application, other.url, other.method, other.header("Cookie")) == ("app", "/orders", "POST", "a=b")


def test_ids_are_made_ahead_and_each_is_had_once():
    ids = [new_request_id() for _ in range(3 * IDS_AT_ONCE)]
    assert len(set(ids)) == len(ids) and all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_a_child_process_has_none_of_the_ids_that_its_parent_has_made():
    new_request_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, " ".join(new_request_id() for _ in range(2 * IDS_AT_ONCE)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading) as told:
        theirs = set(told.read().split())
    os.waitpid(child, 0)
    assert len(theirs) == 2 * IDS_AT_ONCE
    assert theirs.isdisjoint(new_request_id() for _ in range(2 * IDS_AT_ONCE))
