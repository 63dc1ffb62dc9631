"""The web process as its supervisor sees it: started with an errand, listened to, answered, ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from dataclasses import replace

from pymacaron_core.cli.errand import Answer, Errand, Report
from pymacaron_core.console import tell_errors

PROGRAM = """\
import sys
if sys.path[:1] == [""]:
    del sys.path[0]  # a file of the working directory must not stand for one of the libraries
from pymacaron_core.cli.web import main
sys.exit(main())
"""
"""What a web process runs."""
PATIENCE = 4.0
"""Seconds the web process has to stop in, before it is killed."""


class Web:
    """A web process that carries out an errand. ``serves`` is whether it told that it does."""

    def __init__(self, errand: Errand) -> None:
        self._reports, written = os.pipe()
        read, self._answers = os.pipe()
        errand = replace(errand, report=written, answer=read)
        command = [sys.executable, "-c", PROGRAM, errand.to_text()]
        # A Ctrl-C that comes now is for us alone; the web process unblocks it once it has learnt to let it pass.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            descriptors = (errand.socket, errand.lifeline, errand.report, errand.answer)
            self.process = subprocess.Popen(command, pass_fds=descriptors)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(written)
            os.close(read)
        self._unread = b""
        self.serves = False

    def reports(self, patience: float) -> list[Report]:
        """What it tells within some seconds, as soon as it does. Where it fell silent, waits for its end."""
        told = [self._reports] if self._reports >= 0 else []
        ready, _, _ = select.select(told, [], [], patience)
        if not ready:
            return []
        text = os.read(self._reports, 65536)
        *lines, self._unread = (self._unread + text).split(b"\n")
        reports = [Report.from_line(line) for line in lines]
        self.serves = self.serves or any(report.serves for report in reports)
        if not text:
            self._reports = _closed(self._reports)
            if not self.serves:
                self.process.wait()
        return reports

    def answer(self, answer: Answer) -> None:
        """Tell it that its engines run, or why they do not."""
        with contextlib.suppress(OSError):  # it ended meanwhile
            os.write(self._answers, answer.to_line().encode())

    def end(self) -> None:
        """End it: politely, then not."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            tell_errors("the service did not stop when asked to, and is killed")
            self.process.kill()
            self.process.wait()
        self.reports(0)  # what it told just before
        self._reports, self._answers = _closed(self._reports), _closed(self._answers)


def _closed(descriptor: int) -> int:
    if descriptor >= 0:
        os.close(descriptor)
    return -1
