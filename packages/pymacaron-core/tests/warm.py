"""A Python that has imported what commands need, and forks for each command line it is handed.

Run as a script, it serves one socket until that closes. The fork takes the folder, the environment and the streams of
its command line, and runs the command as the last thing its interpreter does: streams are flushed, functions of
``atexit`` called and the exit status made as after any other start, without the second that the imports take.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

IMPORTED = (
    *("flask", "pydantic", "werkzeug", "yaml", "pymacaron_core.application", "pymacaron_core.cli.menu"),
    *("pymacaron_core.cli." + command for command in ("bundle", "check", "convert", "describe", "diff")),
    *("pymacaron_core.cli." + command for command in ("generate", "new", "routes")),
)
AT_THE_START = ("PYTHON", "LC_", "LANG", "TZ", "COVERAGE", "TMPDIR", "PATH", "HOME")
"""What the names of variables start with that an interpreter, or a module at its import, reads once."""
MOST = 1_000_000


def read_once(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.startswith(AT_THE_START)}


class Warm:
    """The warm Python of one environment, as its clients see it; it ends with them, since the socket closes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.once = read_once(environ)
        self._lock = threading.Lock()
        self._socket, its_end = socket.socketpair()
        with its_end:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(its_end.fileno())],
                env=dict(environ),
                pass_fds=[its_end.fileno()],
                stdout=subprocess.DEVNULL,
            )

    def run(
        self, module: str, arguments: tuple[str, ...], cwd: Path, environ: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a module to its end, as `subprocess.run([python, "-m", module, ...], capture_output=True, text=True)`."""
        asked = {"module": module, "arguments": arguments, "cwd": os.fspath(cwd), "environ": dict(environ)}
        told = [bytearray(), bytearray()]
        with self._lock:
            pipes = [os.pipe() for _ in told]
            readers = [
                threading.Thread(target=_drain, args=(end, text)) for (end, _), text in zip(pipes, told, strict=True)
            ]
            socket.send_fds(self._socket, [json.dumps(asked).encode() + b"\n"], [end for _, end in pipes])
            for _, end in pipes:
                os.close(end)
            for reader in readers:
                reader.start()
            self._socket.settimeout(timeout)
            pid = int(self._line())
            try:
                status = int(self._line())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._line()
                raise subprocess.TimeoutExpired([module, *arguments], timeout) from None
            finally:
                for reader in readers:
                    reader.join(timeout)
        return subprocess.CompletedProcess([module, *arguments], status, *map(_text, told))

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            part = self._socket.recv(1)
            if not part:
                raise AssertionError(f"the warm Python ended, with status {self._process.wait(10)}")
            line += part
        return line

    def close(self) -> None:
        self._socket.close()
        self._process.wait(10)


def _drain(end: int, text: bytearray) -> None:
    with open(end, "rb") as stream:
        text += stream.read()


def _text(told: bytearray) -> str:
    """As the text streams of ``subprocess`` give it."""
    return told.decode().replace("\r\n", "\n").replace("\r", "\n")


def _asked(own: socket.socket) -> Iterator[tuple[dict[str, object], list[int]]]:
    """Every command line that comes, with the descriptors of its streams."""
    while True:
        text, streams, _, _ = socket.recv_fds(own, MOST, 2)
        while text and not text.endswith(b"\n"):
            text += own.recv(MOST)
        if not text:
            return
        yield json.loads(text), streams


def _become(asked: dict[str, object], streams: list[int]) -> None:
    """Take the folder, the environment, the streams and the arguments of a command line."""
    os.chdir(str(asked["cwd"]))
    os.environ.clear()
    os.environ.update(asked["environ"])  # type: ignore[call-overload]
    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    sys.path[0] = os.getcwd()
    sys.argv[1:] = asked["arguments"]  # type: ignore[call-overload]


def serve(own: socket.socket) -> str:
    """Fork for each command line; the fork gives the module it is to run, and this process ends with an empty one."""
    for asked, streams in _asked(own):
        pid = os.fork()
        if not pid:
            own.close()
            _become(asked, streams)
            return str(asked["module"])
        for stream in streams:
            os.close(stream)
        own.sendall(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(BrokenPipeError):
            own.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    return ""


if __name__ == "__main__":
    sys.path.pop(0)
    for imported in IMPORTED:
        importlib.import_module(imported)
    sys.path.insert(0, "")
    gc.collect()
    gc.freeze()
    asked_for = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked_for:
        runpy.run_module(asked_for, run_name="__main__", alter_sys=True)
