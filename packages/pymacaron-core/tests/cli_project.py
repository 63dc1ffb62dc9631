"""A small project on disk, and the command ``pymacaron`` as people run it: in a process of its own."""

from __future__ import annotations

import atexit
import functools
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymacaron_core
from warm import Warm, read_once

SOURCE = str(Path(pymacaron_core.__file__).parents[1])
QUICK = str(Path(__file__).with_name("quick"))
"""Where the package that is tested lies: among the installed ones, or in the checkout."""
PETSTORE = Path(__file__).parent / "petstore"
DEADLINE = 20.0
PROGRAM = ("-m", "pymacaron_core.cli")
"""What of Python is run: the command, as if it were installed."""

DOCUMENT = """\
openapi: 3.0.3
info: {title: Shop, version: "1.2"}
servers: [{url: /v1}]
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Order"}}}}
components:
  schemas:
    Order: {type: object, required: [id], properties: {id: {type: string}}}
"""
FUNCTIONS = """\
from apis.shop_models import Order


def list_orders(limit):
    return [Order(id="first")]
"""
MORE = """\
  /more:
    get:
      operationId: getMore
      responses: {"200": {description: ok}}
components:
"""


def make_project(root: Path, document: str = DOCUMENT, functions: str | None = FUNCTIONS) -> Path:
    """A project with one API, ``shop``."""
    (root / "apis").mkdir(parents=True)
    (root / "apis" / "shop.yaml").write_text(document)
    if functions is not None:
        (root / "shop").mkdir()
        (root / "shop" / "__init__.py").touch()
        (root / "shop" / "api.py").write_text(functions)
    return root


def environment(**more: str) -> dict[str, str]:
    dropped = ("PORT", "PYM_SERVER_PORT", "PYM_ENV", "PYM_CONFIG", "COVERAGE_PROCESS_START")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONPATH": os.pathsep.join([SOURCE, QUICK]), "NO_COLOR": "1", **more}


def unmeasured(**more: str) -> dict[str, str]:
    """The environment of a tool that is not ours: it is not slowed down by measuring what it runs of the package."""
    return {name: value for name, value in environment(**more).items() if not name.startswith("COVERAGE_PROCESS")}


def pymacaron(
    *arguments: str, cwd: Path, program: Sequence[str] = PROGRAM, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end: in a fork of a Python that imported it before, where that makes no difference."""
    environ, command = environment(**more), [sys.executable, *program, *arguments]
    if tuple(program) == PROGRAM and read_once(environ) == warm().once:
        return warm().run(PROGRAM[1], arguments, cwd, environ, timeout=60)
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=60)


@functools.cache
def warm() -> Warm:
    """The one of this process; it goes when this does."""
    started = Warm(environment())
    atexit.register(started.close)
    return started


def wait_for(condition: Callable[[], Any], what: str, deadline: float = DEADLINE) -> Any:
    """What a condition gives, once that is true."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"it never came to this: {what}")


def answer(url: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Status and text of a call; 0 where nobody answers."""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class Running:
    """``pymacaron run`` (or another command that serves) in the background, with all it printed so far."""

    def __init__(self, *arguments: str, cwd: Path, program: Sequence[str] = PROGRAM, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=cwd,
            env=environment(PYTHONUNBUFFERED="1", **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_until(self, text: str, after: int = 0) -> str:
        """The first line, of those after a number of them, that holds a text."""

        def found() -> str | None:
            if self.process.poll() is not None:
                self._reader.join(5)
            return next((line for line in self.lines[after:] if text in line), None)

        try:
            line: str = wait_for(found, f"a line with {text!r}")
        except AssertionError:
            raise AssertionError(f"no line with {text!r} in:\n{self.text}") from None
        return line

    @property
    def url(self) -> str:
        """Where it says that it serves."""
        line = self.wait_until("service  ")
        return re.sub(r".*service  ", "", line).strip()

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(DEADLINE)
        self._reader.join(5)
        return status

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)
        self._reader.join(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
