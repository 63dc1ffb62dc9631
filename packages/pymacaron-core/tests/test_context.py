"""The call context: request ids, capture and restore."""

from pymacaron_core.context import CallContext, capture, current_call, entered, restore


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
