"""Messages as files in one private folder: the queue of tasks that run inside of the serving process.

kombu's own transport of files writes a message under the name by which it is found, so that a reader may take half of
it, and loses what it cannot read. Here a message is written beside and renamed, and belongs to the one who removed it.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads
from pymacaron_core.state import write_file

log = logging.getLogger(__name__)

SCHEME = "pymacaron-files"
TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
FILES = f"{SCHEME}://localhost"
"""The URL of such a queue; which one is told by the transport's options."""


class Channel(virtual.Channel):
    """A channel whose queues share the folder of the transport's option ``folder``, and are told apart by names."""

    connection: Any

    @property
    def _folder(self) -> Path:
        return Path(self.connection.client.transport_options["folder"])

    def _put(self, queue: str, message: Any, **unused: Any) -> None:
        """Add a message to a queue. Raises ``OSError``, with nothing left behind."""
        write_file(self._folder / f"{time.time_ns():020d}-{uuid4()}.{queue}.msg", dumps(message))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """Take the oldest message of a queue; what is none is put aside. Raises ``Empty``."""
        for file in self._files(queue):
            try:
                content = file.read_bytes()
            except OSError:  # another process took it
                continue
            message = self._read(content, file, queue)
            if message is not None and _removed(file):
                return message
        raise Empty

    def _read(self, content: bytes, file: Path, queue: str) -> Any:
        try:
            message = loads(content.decode())
            info = self.Message(message, channel=self).delivery_info
            info["exchange"], info["routing_key"]
        except Exception as error:
            self._put_aside(file, queue, error)
            return None
        return message

    def _put_aside(self, file: Path, queue: str, error: Exception) -> None:
        dead = f"{queue}.dead"
        try:
            file.rename(file.with_name(f"{file.name.partition('.')[0]}.{dead}.msg"))
        except OSError:  # another process did
            return
        log.error("what lay in the queue is no message (%s): it is put aside, in %s", type(error).__name__, dead)

    def _files(self, queue: str) -> list[Path]:
        try:
            files = list(self._folder.iterdir())
        except FileNotFoundError:
            return []
        return sorted(file for file in files if file.name.partition(".")[2] == f"{queue}.msg")

    def _size(self, queue: str) -> int:
        return len(self._files(queue))

    def _purge(self, queue: str) -> int:
        return sum(_removed(file) for file in self._files(queue))


def _removed(file: Path) -> bool:
    """Whether it was this process that removed it."""
    try:
        file.unlink()
    except OSError:
        return False
    return True


class Transport(virtual.Transport):
    """kombu's transport with such channels."""

    Channel = Channel
    default_port = 0
    driver_type = driver_name = "files"

    def driver_version(self) -> str:
        return "N/A"
