"""The engines of an application's plugins: collected, run beside it by the process that serves, and told of."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator

from pymacaron_core.application import Application
from pymacaron_core.development import Stopped, introduce, serve
from pymacaron_core.engines import Engine, Engines
from pymacaron_core.errors import PyMacaronError, StartError
from pymacaron_core.listening import url_of
from pymacaron_core.metrics import scraped, scraped_at
from pymacaron_core.signals import signals_ignored


def engines_of(application: Application) -> list[Engine]:
    """The processes that its plugins want beside it now, those that run the service's code last: they need the others.

    Raises ``StartError`` when a plugin cannot say.
    """
    engines: list[Engine] = []
    for slot, plugin in application.plugins.items():
        engines += _asked(slot, "say what is to run beside the service", plugin.engines)
    return sorted(engines, key=lambda engine: engine.reloads)


def tell_started(application: Application) -> None:
    """Tell its plugins that their engines run. Raises ``StartError`` when one cannot go on."""
    for slot, plugin in application.plugins.items():
        _asked(slot, "work with what runs beside the service", plugin.started)


def open_metrics(application: Application) -> list[tuple[str, str]]:
    """Have metrics fetched from this process, where they are counted; what is to be told of it.

    Raises ``StartError`` when their address cannot be had.
    """
    settings = application.config.core.metrics
    if application.counting is None or settings is None:
        return []
    listening = scraped_at(settings, application.config.environ)
    scraped(application.counting, listening)
    return [("metrics", f"{url_of(*listening.getsockname()[:2])}/metrics")]


def serve_alongside(application: Application, listening: socket.socket, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C, with the engines, in a process where those raise ``Stopped``.

    Raises ``StartError`` when an engine does not start.
    """
    with contextlib.suppress(Stopped), _engines_run(application) as told:
        introduce(application, host, port, told=[*told, *open_metrics(application)])
        serve(application, listening)


@contextlib.contextmanager
def _engines_run(application: Application) -> Iterator[list[tuple[str, str]]]:
    """Have the engines run within a ``with`` block, their words in the environment; what is to be told of them."""
    wanted = engines_of(application)
    engines = Engines(application.root)
    try:
        if wanted:
            os.environ.update(engines.ensure(wanted))
            engines.watch()
        tell_started(application)
        yield engines.news()
    finally:
        with signals_ignored():
            engines.stop()


def _asked(slot: str, what: str, method: Callable[[], Iterable[Engine] | None]) -> list[Engine]:
    try:
        return list(method() or ())
    except StartError:
        raise
    except PyMacaronError as error:  # a sentence already
        raise StartError(str(error)) from error
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise StartError(f"the plugin for {slot} cannot {what} ({told})") from error
