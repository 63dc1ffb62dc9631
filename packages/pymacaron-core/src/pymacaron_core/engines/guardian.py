"""The guardian of one engine: a small program that runs it, and ends it when the process that wanted it is gone.

Run as ``python -I -S guardian.py PARENT PATIENCE LOG LOCK FOLDER PROGRAM ARGUMENT...``; of the standard library only.

- Descriptor 0 is the lifeline: a byte asks for the engine's end, and its other end is closed when the parent dies,
  by whatever way. Then the guardian removes ``FOLDER`` too, which nobody else will.
- On descriptor 1 it says ``started PID``, ``failed ERRNO`` or ``ended STATUS`` (as ``subprocess`` counts them).
- Descriptor 2 is the engine's standard error, descriptor ``LOG`` its standard output.
- ``LOCK`` is a descriptor held as long as the engine runs.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from typing import Any

try:
    import ctypes
except ImportError:  # a Python built without it
    ctypes = None  # type: ignore[assignment]

LOOK = 1.0
"""Seconds between two looks whether the parent is there: a process it forked may keep its end of the lifeline open."""
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the program until it ends, or is to end."""
    parent, patience, log, lock, folder, *command = arguments
    for descriptor in (int(log), int(lock)):
        if descriptor > 2:
            os.set_inheritable(descriptor, False)
    wake = _wakened()
    pid, error = _started(command, int(log))
    if error:
        _say(f"failed {error}")
        return 0
    _say(f"started {pid}")
    status, orphaned = _watched(pid, int(parent), wake)
    if status is None:
        status = _ended(pid, float(patience), wake)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)  # what the engine left behind
    if orphaned:
        _remove(folder)
    _say(f"ended {os.waitstatus_to_exitcode(status)}")
    return 0


def _wakened() -> int:
    """A descriptor that can be read after SIGCHLD and SIGTERM; a terminal's signals are left to the parent."""
    wake, written = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(written, False)
    signal.set_wakeup_fd(written)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda number, frame: None)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    return wake


def _started(command: list[str], log: int) -> tuple[int, int]:
    """The process of the engine, and the error number of what kept it from starting, or 0."""
    libc, guardian = _libc(), os.getpid()
    told, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become(command, log, libc, guardian)
        except OSError as error:
            os.write(telling, b"%d" % (error.errno or 1))
        finally:
            os._exit(127)
    os.close(telling)
    error_number = int(os.read(told, 16) or b"0")  # closed by exec
    os.close(told)
    if error_number:
        os.waitpid(pid, 0)
    return pid, error_number


def _libc() -> Any:
    """Linux' C library, to have the kernel end the engine should this guardian be killed; None elsewhere."""
    return ctypes.CDLL(None) if ctypes is not None and sys.platform == "linux" else None


def _become(command: list[str], log: int, libc: Any, guardian: int) -> None:
    os.setpgid(0, 0)
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != guardian:
            return
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.execvp(command[0], command)


def _watched(pid: int, parent: int, wake: int) -> tuple[int | None, bool]:
    """The status of the engine once it ended, or None once it is to end; and whether that is because of an orphan."""
    while True:
        ready, _, _ = select.select([0, wake], [], [], LOOK)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status, False
        if 0 in ready:
            return None, not os.read(0, 1)
        if wake in ready and signal.SIGTERM in os.read(wake, 64):
            return None, False
        if os.getppid() != parent:
            return None, True


def _ended(pid: int, patience: float, wake: int) -> int:
    """The status of the engine after it was asked to end, or, when it would not, killed."""
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if select.select([wake], [], [], max(0.0, deadline - time.monotonic()))[0]:
            os.read(wake, 64)
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody is left to read it
        os.write(1, f"{line}\n".encode())


def _remove(folder: str) -> None:
    for place, folders, files in os.walk(folder, topdown=False):
        for remove, names in ((os.unlink, files), (os.rmdir, folders)):
            for name in names:
                with contextlib.suppress(OSError):
                    remove(os.path.join(place, name))
    with contextlib.suppress(OSError):
        os.rmdir(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
