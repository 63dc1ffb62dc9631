"""The plugin of async: what an application needs to queue tasks, and what development runs beside it."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from pymacaron_core.console import tell
from pymacaron_core.engines import Engine
from pymacaron_core.errors import ServiceUnavailable
from pymacaron_core.plugins import Plugin
from pymacaron_core.state import state_folder

from pymacaron_async.broker import VARIABLE, Broker, configured_broker, current_broker
from pymacaron_async.carrying import Carrying
from pymacaron_async.codec import Codec
from pymacaron_async.development import redis_engine, worker_engine
from pymacaron_async.execution import Execution
from pymacaron_async.message import Message, write_arguments
from pymacaron_async.redis_server import find_redis_server
from pymacaron_async.settings import AsyncSettings, queue_name
from pymacaron_async.task import AsyncTask, TaskRef

log = logging.getLogger(__name__)

CELERY = "pymacaron_async.queue.app"
THREAD = "pymacaron_async.queue.thread"
"""The rooms that import Celery, entered when the first task is sent."""
NO_REDIS = f"no Redis is to be had: install redis-server, or name a broker by {VARIABLE}, to have a worker run tasks"
NOTHING_PROMISED = "tasks run inside of this process: one that waits or runs when it is killed or restarted may be lost"


class Tasks(Plugin):
    """Background tasks: ``API(app, tasks=Tasks())``, or found by itself where the configuration has ``with_async``."""

    name = "async"

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._senders: dict[str, Any] = {}
        self._inside: Inside | None = None

    def attach(self, application: Any) -> None:
        """Read the options. Raises ``ConfigError``, or ``BrokerError`` in production without a usable broker."""
        self.application = application
        self.settings: AsyncSettings = application.config.read("async", AsyncSettings)
        self.queue = queue_name(self.settings, application.config)
        self.codec = Codec(application.models)
        self.carrying = Carrying(application)
        self.execution = Execution(application, self.codec, self.carrying, self.keep)
        current_broker(self.settings, application.config)

    @property
    def broker(self) -> Broker:
        """The broker as it is named now. Raises ``BrokerError``."""
        return current_broker(self.settings, self.application.config)

    def send(self, task: AsyncTask[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> TaskRef:
        """Queue a call of a task. Raises ``ArgumentRefused`` and ``TaskQueueUnavailable``."""
        task_id = str(uuid.uuid4())
        arguments = write_arguments(self.codec, args, kwargs)
        bare = Message(task_id, task.name, arguments)
        message = replace(bare, context=self.carrying.packed(bare.sealed_for))
        self.sender().send(task_id, task.name, message.to_text(), task.delay)
        log.info("%s is queued", message.label)
        return TaskRef(task_id, queued=True)

    def keep(self, text: str, reason: str) -> None:
        """Put a message that cannot be run into the dead-letter queue. Raises ``TaskQueueUnavailable``."""
        self.sender().keep(text, reason)

    def sender(self) -> Any:
        """What publishes to the current broker, from this process."""
        broker = self.broker
        with self._lock:
            sender = self._senders.get(broker.url)
            if sender is None or sender.pid != os.getpid():
                folder = self._work_inside(None) if broker.in_process else None
                sender = import_module(CELERY).make_sender(self.settings, broker, self.queue, folder)
                self._senders[broker.url] = sender
        return sender

    def worker_app(self) -> Any:
        """The Celery application of a worker of this service. Raises ``BrokerError`` where none can be named."""
        return import_module(CELERY).make_worker_app(self.settings, self.broker, self.queue, self.execution)

    def check_ready(self) -> None:
        """Raises ``ServiceUnavailable`` when the broker does not answer in time."""
        broker = self.broker
        if broker.in_process:
            return
        try:
            with self.sender().connection() as connection:
                connection.connect()
        except Exception as error:
            raise ServiceUnavailable(f"the broker {broker} does not answer ({type(error).__name__})") from error

    def engines(self) -> Iterable[Engine]:
        """A private Redis, unless a broker is named, and a worker; nothing where there is no Redis to be had."""
        config = self.application.config
        if not self.settings.with_async:
            return ()
        worker = worker_engine(self.settings, config)
        broker = configured_broker(self.settings, config)
        if broker is not None:
            return () if broker.in_process else (worker,)
        server = find_redis_server()
        if server is None:
            tell(NO_REDIS)
            return ()
        return redis_engine(server), worker

    def started(self) -> None:
        """Run tasks in this process where development has no broker."""
        if self.settings.with_async and self.broker.in_process:
            with self._lock:
                self._work_inside(state_folder(self.application.root) / "tasks")

    def _work_inside(self, folder: Path | None) -> Path:
        """Have a thread of this process run tasks, once; gives back the folder of its messages.

        That is ``folder``, whose messages outlive this process, else one that is removed at the end.
        """
        if self._inside is None or self._inside.pid != os.getpid():
            passing = folder is None
            folder = Path(tempfile.mkdtemp(prefix="pymacaron-")) if folder is None else folder
            app = import_module(CELERY).make_worker_app(self.settings, self.broker, self.queue, self.execution, folder)
            worker = import_module(THREAD).ThreadWorker(app, self.queue)
            worker.start()
            self._inside = Inside(os.getpid(), folder, worker, passing)
            atexit.register(self._inside.end)
            log.warning("%s", NOTHING_PROMISED)
        return self._inside.folder

    def stop(self) -> None:
        """Stop the worker inside of this process, where there is one. Done by itself at the end of the process."""
        with self._lock:
            inside, self._inside = self._inside, None
            self._senders.clear()
        if inside is not None:
            inside.end()


@dataclass(frozen=True, slots=True)
class Inside:
    """A worker in a thread of the process ``pid``, and the folder of its messages."""

    pid: int
    folder: Path
    worker: Any
    passing: bool

    def end(self) -> None:
        """Stop it, and remove the folder if nobody wants it any more."""
        atexit.unregister(self.end)
        if self.pid == os.getpid():
            self.worker.stop()
            if self.passing:
                shutil.rmtree(self.folder, ignore_errors=True)
