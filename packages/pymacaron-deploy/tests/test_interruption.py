from __future__ import annotations

import os
import signal
import threading

import pytest
from pymacaron_deploy.interruption import held, undoing


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_signal_is_held_back_to_the_end_of_the_block():
    done = []

    def work() -> None:
        with held():
            interrupt()
            with held():
                interrupt()
                done.append("inner")
            done.append("outer")
        done.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inner", "outer"]


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_thread_holds_nothing_back_and_works():
    done = []

    def work() -> None:
        with held():
            done.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [signal.getsignal(signal.SIGINT)]


def test_steps_are_all_taken_back_whatever_arrives_meanwhile():
    undone: list[int] = []

    def take_back(number: int) -> None:
        interrupt()
        undone.append(number)

    def work() -> None:
        with undoing() as undo:
            for number in range(3):
                undo.callback(take_back, number)
            raise ValueError("a step that failed")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert undone == [2, 1, 0]
