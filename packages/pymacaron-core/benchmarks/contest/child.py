"""A process of its own for one application of one contestant: ``python -m contest.child NAME KIND``.

It reads one JSON list a line, ``["check", WORKLOAD]`` or ``["time", WORKLOAD, CALLS]``, and answers each with one JSON
value: the faults found, or seconds a call. Its first word is ``null`` when it is ready, else a text that says why not.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any, TextIO

from contest import hooks
from contest.contestants import NAMED
from contest.driving import DRIVERS, AsgiDriver, WsgiDriver
from contest.workloads import AUTHENTICATED, REFUSED, WORKLOADS, fault, fault_of_refusal

Driver = WsgiDriver | AsgiDriver


def faults(driver: Driver, workload: str) -> list[str]:
    """What is wrong with a contestant's answers to a workload, and to calls that it must refuse."""
    call, _ = WORKLOADS[workload]
    before = hooks.ended[0]
    found = [fault(workload, driver.answer(call))]
    if workload == "E" and hooks.ended[0] == before:
        found.append("E: the teardown did not run")
    found += [fault_of_refusal(workload, wrong, driver.answer(wrong)) for wrong in REFUSED[workload]]
    return [each for each in found if each]


def answer(driver: Driver, command: list[Any]) -> Any:
    if command[0] == "check":
        return faults(driver, command[1])
    return driver.seconds(WORKLOADS[command[1]][0], command[2])


def serve(name: str, kind: str, said: TextIO) -> int:
    contestant = NAMED[name]
    try:
        if kind == AUTHENTICATED:
            import_module("jwt")
        driver = DRIVERS[contestant.interface](contestant.application(kind))
    except Exception as error:
        tell(said, f"{type(error).__name__}: {error}")
        return 1
    tell(said, None)
    for line in sys.stdin:
        tell(said, answer(driver, json.loads(line)))
    return 0


def tell(said: TextIO, value: Any) -> None:
    said.write(json.dumps(value) + "\n")
    said.flush()


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a framework prints is no answer
    code = serve(sys.argv[1], sys.argv[2], answers)
    answers.flush()
    os._exit(code) if code == 0 else sys.exit(code)
