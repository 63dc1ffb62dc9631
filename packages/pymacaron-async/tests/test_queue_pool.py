"""The processes that run tasks: what they hear of a stop, and what those hear that they start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest
from pymacaron_async.queue.pool import STOPS, deaf_to_stops
from service import environment

FORK = """\
import os, signal, sys
from pymacaron_async.queue.pool import deaf_to_stops

with deaf_to_stops():
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), signal.SIGTERM)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize("number", STOPS)
def test_a_process_goes_on_when_it_is_told_to_stop_and_only_for_as_long(number: int):
    before = signal.getsignal(number)
    with deaf_to_stops():
        os.kill(os.getpid(), number)
        assert signal.getsignal(number) is not before
    assert signal.getsignal(number) is before


def test_a_program_that_a_task_starts_can_be_stopped():
    with deaf_to_stops(), subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        child.terminate()
        assert child.wait(10) == -signal.SIGTERM


def test_a_fork_that_a_task_makes_can_be_stopped():
    done = subprocess.run([sys.executable, "-c", FORK], env=environment(), capture_output=True, text=True, timeout=30)
    assert done.stdout == f"{-signal.SIGTERM}\n", done.stderr


def test_a_thread_leaves_the_signals_alone():
    seen: list[bool] = []

    def look() -> None:
        before = signal.getsignal(signal.SIGTERM)
        with deaf_to_stops():
            seen.append(signal.getsignal(signal.SIGTERM) is before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(10)
    assert seen == [True]
