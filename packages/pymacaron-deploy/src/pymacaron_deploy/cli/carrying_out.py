"""Carries out the command that was chosen, and turns whatever ends it into a message and an exit status."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from types import FrameType

from pymacaron_deploy.cli.answers import Answers
from pymacaron_deploy.cli.execution import COMMANDS
from pymacaron_deploy.errors import DeployError, Interrupted
from pymacaron_deploy.interruption import ENDING

BROKEN_PIPE = 141


def carry_out(options: argparse.Namespace) -> int:
    """The exit status of a command. Ctrl-C, SIGTERM and SIGHUP end it in order: what it started is stopped first."""
    answers = Answers(json=options.json)
    before = {number: signal.getsignal(number) for number in ENDING}
    heard = {number: handler for number, handler in before.items() if handler not in (None, signal.SIG_IGN)}
    for number in heard:
        signal.signal(number, _terminated)
    try:
        status = COMMANDS[options.command](options, answers)
        sys.stdout.flush()
    except DeployError as error:
        return _failed(error, error, options, answers)
    except KeyboardInterrupt as interrupt:
        return _failed(Interrupted("interrupted; what was started was stopped"), interrupt, options, answers)
    except BrokenPipeError:
        # What Python would write at exit goes nowhere, instead of failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
    return status


def _terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _failed(error: DeployError, cause: BaseException, options: argparse.Namespace, answers: Answers) -> int:
    if options.debug:
        traceback.print_exception(cause)
    answers.fail(str(error), error.exit_code)
    return error.exit_code
