"""Coroutines: ``async def`` functions and generators run to their end by a thread that serves one call at a time.

A thread keeps one event loop for all its coroutines, so that what belongs to a loop (a client with its connections) can
be used again; what a coroutine started and did not wait for is cancelled when it returns, as ``asyncio.run`` does. An
asynchronous generator has a loop of its own: the thread that writes its items need not be the one that made it.
The context variables of the call are seen inside; what is set inside is not seen after.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine
from typing import Any


class _Loop:
    """The event loop of one thread, closed with it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()

    def __del__(self) -> None:
        if self.process == os.getpid():
            self.loop.close()


_own = threading.local()


def finish(awaitable: Awaitable[Any]) -> Any:
    """What an awaitable gives, or raises. In a thread whose loop is running already, another thread is asked."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(_loop(), awaitable)
    return _elsewhere(lambda: finish(awaitable))


def _loop() -> asyncio.AbstractEventLoop:
    kept: _Loop | None = getattr(_own, "loop", None)
    if kept is None or kept.process != os.getpid() or kept.loop.is_closed():
        kept = _own.loop = _Loop()
    return kept.loop


def _run(loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any]) -> Any:
    try:
        return loop.run_until_complete(_awaited(awaitable))
    except asyncio.CancelledError as error:  # no Exception: it would leave the caller without a reply
        raise RuntimeError("what an async function waited for was cancelled") from error
    finally:
        _cancel_rest(loop)


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(_gathered(tasks))


async def _gathered(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def _elsewhere(work: Callable[[], Any]) -> Any:
    """Have another thread do something, and wait for it."""
    told: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            told.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,))
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return told[0]


class Awaited:
    """An asynchronous iterator as an ordinary one. Close it where it is not read to its end."""

    def __init__(self, source: AsyncIterable[Any]) -> None:
        self._source = aiter(source)
        self._loop: asyncio.AbstractEventLoop | None = asyncio.new_event_loop()

    def __iter__(self) -> Awaited:
        return self

    def __next__(self) -> Any:
        if self._loop is None:
            raise StopIteration
        try:
            return self._do(_next(self._source))
        except StopAsyncIteration:
            self.close()
            raise StopIteration from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Have the generator clean up after itself, and close its loop."""
        loop = self._loop
        if loop is None:
            return
        try:
            end = getattr(self._source, "aclose", None)
            if end is not None:
                self._do(_awaited(end()))
            self._do(_cancelled())
        finally:
            self._loop = None
            loop.close()

    def _do(self, step: Coroutine[Any, Any, Any]) -> Any:
        """One step on the loop of the iterator; where a loop is running in this thread already, in another one."""
        loop = self._loop
        if loop is None:
            raise RuntimeError("the iterator is closed")
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return loop.run_until_complete(step)
        return _elsewhere(lambda: loop.run_until_complete(step))


async def _next(source: Any) -> Any:
    return await source.__anext__()


async def _cancelled() -> None:
    own = asyncio.current_task()
    rest = {task for task in asyncio.all_tasks() if task is not own}
    for task in rest:
        task.cancel()
    await _gathered(rest)
