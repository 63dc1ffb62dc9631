"""Small programs that stand for the engines of a service, each as a word for ``Engine.command``."""

from __future__ import annotations

import sys
from ast import literal_eval
from pathlib import Path
from typing import Any

from pymacaron_core import Engine

LISTENING = """
import os, signal, socket, sys, time
ready, ran, ending = sys.argv[1:]
kind, _, address = ready.partition(":")
host, _, port = address.rpartition(":")
if kind == "unix" and os.path.exists(address):
    os.unlink(address)
listening = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
if kind == "tcp":
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(address if kind == "unix" else (host, int(port)))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:  # what it leaves behind
    signal.pause()
def end(number, frame):
    time.sleep(float(ending))
    print(os.getpid(), "ended", file=open(ran, "a"))
    sys.exit(0)
if float(ending) >= 0:
    signal.signal(signal.SIGTERM, end)
print(os.getpid(), {name: text for name, text in os.environ.items() if name.startswith("FAKE")}, file=open(ran, "a"))
listening.listen()
print("I listen", file=sys.stderr, flush=True)
while True:
    listening.accept()[0].close()
"""
"""Listens, has a child, and writes its number and its part of the environment to a file."""
SOCKET = "unix:{folder}/s"
PORT = "tcp:127.0.0.1:{port}"


def python(program: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", program, *arguments)


def listening(ran: Path, ready: str = SOCKET, *, ending: float = 0, **more: Any) -> Engine:
    """An engine that is ready soon, takes some seconds to end (never by itself: -1), and tells a file that it ran."""
    name = more.pop("name", ran.name)
    return Engine(name, python(LISTENING, ready, str(ran), str(ending)), ready=ready, **more)


def pids(ran: Path) -> list[int]:
    """The processes of an engine, in order."""
    return [int(line.split()[0]) for line in _lines(ran) if "{" in line]


def environment_of(ran: Path) -> Any:
    """What the last one found in its environment."""
    return literal_eval([line.partition(" ")[2] for line in _lines(ran) if "{" in line][-1])


def _lines(ran: Path) -> list[str]:
    return ran.read_text().splitlines() if ran.exists() else []


DYING = python("import sys; print('\\x1b[1mbefore', flush=True); sys.exit('I cannot')")
"""Ends at once."""
SILENT = python("import signal; signal.pause()")
"""Runs, and never listens."""
