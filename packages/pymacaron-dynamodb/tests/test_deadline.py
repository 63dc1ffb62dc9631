"""Deadlines: calls are tried again while there is time, and never longer."""

import pytest
from pymacaron_dynamodb.deadline import Deadline


class Clock:
    """A clock that stands still but for sleep and for calls that take their time."""

    def __init__(self):
        self.seconds, self.pauses = 0.0, []

    def now(self):
        return self.seconds

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.seconds += seconds


def failing(clock, times, takes, error):
    calls = []

    def operation():
        calls.append(clock.now())
        clock.seconds += takes
        if len(calls) <= times:
            raise error
        return len(calls)

    operation.calls = calls
    return operation


def call(deadline, operation, clock, transient=True):
    return deadline.call(operation, lambda error: transient, clock.now, clock.sleep)


def test_a_transient_error_is_tried_again_after_growing_pauses():
    clock = Clock()
    assert call(Deadline(5, 1), failing(clock, 3, 0.01, OSError()), clock) == 4
    assert len(clock.pauses) == 3
    assert all(0 <= pause <= 0.05 * 2**number for number, pause in enumerate(clock.pauses, 1))


def test_there_are_no_more_attempts_than_allowed():
    clock = Clock()
    operation = failing(clock, 99, 0, OSError("always"))
    with pytest.raises(OSError, match="always"):
        call(Deadline(500, 1, attempts=4), operation, clock)
    assert len(operation.calls) == 4


@pytest.mark.parametrize("takes", [0.5, 1.0, 3.0])
def test_no_attempt_begins_that_might_end_after_the_deadline(takes):
    clock = Clock()
    with pytest.raises(OSError, match="slow"):
        call(Deadline(5, 3, attempts=50), failing(clock, 99, takes, OSError("slow")), clock)
    assert clock.seconds <= 5


def test_an_error_that_stays_is_raised_at_once():
    clock = Clock()
    operation = failing(clock, 99, 0, ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        call(Deadline(), operation, clock, transient=False)
    assert len(operation.calls) == 1


def test_a_deadline_without_attempts_is_a_mistake():
    with pytest.raises(RuntimeError, match="at least one attempt"):
        Deadline(attempts=0).call(lambda: 1, lambda error: True)
