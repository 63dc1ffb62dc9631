"""The emulators that tests run against, each a process on a free port of loopback that ends with the test run."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from pymacaron_dynamodb.settings import DynamoDBSettings

PATIENCE = 30.0


def patient(**settings):
    """Settings that bear with an emulator on a busy machine, which takes its time."""
    return DynamoDBSettings(connect_timeout=10, read_timeout=30, deadline=60, **settings)


@contextmanager
def moto():
    """The emulator of this package's own command."""
    command = [sys.executable, "-m", "pymacaron_dynamodb", "emulator", "--port", "0"]
    with _running(command, stderr=subprocess.PIPE, text=True) as process:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found is None:
            raise RuntimeError(f"the emulator says {line!r}")
        yield found[0]


@contextmanager
def dynalite():
    """An independent emulator, of Node.js. ``PYMACARON_DYNALITE`` is the path of its program, unless it is on PATH."""
    program = os.environ.get("PYMACARON_DYNALITE") or shutil.which("dynalite")
    if not program or not shutil.which("node"):
        pytest.skip("node: dynalite is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    times = ["--createTableMs", "20", "--deleteTableMs", "20"]
    command = [program, "--host", "127.0.0.1", "--port", str(port), *times]
    with _running(command, stdout=subprocess.DEVNULL) as process:
        _await(port, process)
        yield f"http://127.0.0.1:{port}"


ENGINES = {"moto": moto, "dynalite": dynalite}


@contextmanager
def _running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr:
            process.stderr.close()


def _await(port, process):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("dynalite does not start") from None
            time.sleep(0.05)
