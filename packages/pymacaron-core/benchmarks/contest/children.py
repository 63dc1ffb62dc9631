"""Processes of contestants: started, asked, and ended with the contest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contest.contestants import Contestant
from contest.workloads import AUTHENTICATED, HOOKED, PLAIN, WORKLOADS

HERE = Path(__file__).parents[1]
KINDS = (PLAIN, AUTHENTICATED, HOOKED)


class LeftOut(Exception):
    """A contestant is not there; the message says why."""


class Child:
    """One application of a contestant in a process of its own, so that nobody pays for what others import."""

    def __init__(
        self, contestant: Contestant, kind: str, folder: str, environ: Mapping[str, str] | None = None
    ) -> None:
        command = [sys.executable, "-m", "contest.child", contestant.name, kind]
        self.told = tempfile.TemporaryFile("w+", dir=folder)  # noqa: SIM115 - open as long as the process
        self.process = subprocess.Popen(
            command,
            cwd=HERE,
            env={**os.environ, "TMPDIR": folder, **(environ or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.told,
            text=True,
        )

    def start(self) -> None:
        """Wait until it is ready. Raises :class:`LeftOut`."""
        said = self.process.stdout.readline() if self.process.stdout else ""
        if not said:
            self.told.seek(0)
            raise LeftOut(self.told.read().strip()[-300:] or "it ended")
        reason = json.loads(said)
        if reason is not None:
            raise LeftOut(reason)

    def ask(self, *command: Any) -> Any:
        if self.process.stdin is None or self.process.stdout is None:
            raise LeftOut("it has no pipes")
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.told.close()


class Contest:
    """All contestants that can be here, as children; a context manager.

    ``left_out`` tells who is not, by name and kind of application, and why.
    """

    def __init__(self, contestants: tuple[Contestant, ...], workloads: str) -> None:
        self.contestants = contestants
        self.folder = tempfile.TemporaryDirectory(prefix="pymacaron-contest-")
        self.kinds = [kind for kind in KINDS if any(WORKLOADS[each][0].application == kind for each in workloads)]
        self.children: dict[tuple[str, str], Child] = {}
        self.left_out: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Contest:
        try:
            for contestant in self.contestants:
                for kind in self.kinds:
                    self.children[contestant.name, kind] = Child(contestant, kind, self.folder.name)
            for contestant in self.contestants:
                self._admit(contestant.name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.end()
        self.folder.cleanup()

    def _admit(self, name: str) -> None:
        for kind in self.kinds:
            try:
                self.children[name, kind].start()
            except LeftOut as reason:
                self.left_out.setdefault(name, {})[kind] = str(reason)
                self.children.pop((name, kind)).end()

    def present(self, workload: str) -> list[str]:
        """Who is there for a workload, by name."""
        kind = WORKLOADS[workload][0].application
        return [each.name for each in self.contestants if (each.name, kind) in self.children]

    def ask(self, name: str, question: str, workload: str, *further: Any) -> Any:
        child = self.children[name, WORKLOADS[workload][0].application]
        return child.ask(question, workload, *further)
