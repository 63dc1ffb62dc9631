"""The example and the engines it needs, each a process of its own that ends with the test."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).resolve().parents[1] / "helloworld"
BIN = Path(sys.executable).parent
PATIENCE = 60.0


def copy_of_example(folder: Path) -> Path:
    ignored = shutil.ignore_patterns(".*", "__pycache__")
    return Path(shutil.copytree(EXAMPLE, folder, ignore=ignored))


def awaited(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What a condition gives once it gives something."""
    deadline = time.monotonic() + patience
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what}: not within {patience:.0f} s"
        time.sleep(0.05)


def connects(family: int, address: Any) -> bool:
    with socket.socket(family) as client:
        try:
            client.connect(address)
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on, below those that systems give to callers: none of these takes it meanwhile."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listening, suppress(OSError):
            listening.bind(("127.0.0.1", port))
            return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


@contextmanager
def running(
    command: list[str], folder: Path, environ: Mapping[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process in a group of its own, ended with all that it started."""
    with log.open("ab") as told:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environ}, stdout=told, stderr=told, start_new_session=True
        )
    try:
        yield process
    finally:
        ended(process)


def ended(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                continue
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # what outlived its parent


@contextmanager
def private_redis() -> Iterator[str]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("redis: no redis-server on PATH")
    with tempfile.TemporaryDirectory(prefix="pym-") as folder:
        path = f"{folder}/redis.sock"
        command = [program, "--port", "0", "--unixsocket", path, "--appendonly", "yes", "--dir", folder]
        with running(command, Path(folder), {}, Path(folder, "log")):
            awaited(lambda: connects(socket.AF_UNIX, path), "a Redis")
            yield f"redis+socket://{path}?virtual_host=0"


@contextmanager
def emulator() -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pym-") as folder:
        command = [str(BIN / "pymacaron-dynamodb"), "emulator", "--port", str(port)]
        with running(command, Path(folder), {}, Path(folder, "log")):
            awaited(lambda: connects(socket.AF_INET, ("127.0.0.1", port)), "a DynamoDB emulator")
            yield f"http://127.0.0.1:{port}"
