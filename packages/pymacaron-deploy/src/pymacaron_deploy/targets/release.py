"""One release on its way to live, step by step; each step can be undone until the last has succeeded.

::

    network, sidecars -> tables -> worker, candidate -> gate -> switch -> gate -> retire the previous release
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from pymacaron_deploy.container import Container, Ended, State
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import DeployError, RollbackFailed, RolledBack, StageFailed, StartFailed
from pymacaron_deploy.gate import await_condition, await_ready
from pymacaron_deploy.image.progress import last_line
from pymacaron_deploy.interruption import held, undoing
from pymacaron_deploy.redaction import redact
from pymacaron_deploy.report import Report
from pymacaron_deploy.targets.layout import CREATE_TABLES, WEB, WORKER, Layout
from pymacaron_deploy.targets.sidecars import ensure_sidecar, get_images

WEB_PATIENCE, WORKER_PATIENCE = 10, 30
"""Seconds that a container of the previous release has for the requests, or the tasks, it is at."""

LIVE = "-live"
"""How the name of a container ends that has the live port, and not yet the live name."""


class Release:
    """A release of a service that becomes the live one, or leaves no trace."""

    def __init__(self, engine: Engine, layout: Layout, report: Report, *, secrets: Iterable[str], patience: float):
        self._engine, self._layout, self._report = engine, layout, report
        self._secrets, self._patience = tuple(secrets), patience
        self._alive: dict[str, str] = {}
        self.is_live = False

    def go_live(self, port: int) -> None:
        """Take all steps. ``port`` is the one to be live on; 0 for that of the previous release, or a free one."""
        self._settle()
        with undoing() as undo:
            self._bring_up(undo)
            self._switch(port, undo)
            with held():
                undo.pop_all()
                self.is_live = True
                self._retire()

    @contextmanager
    def tried_out(self) -> Iterator[State]:
        """The container that answers requests, ready on a port of its own until the block ends, and never live."""
        with undoing() as undo:
            yield self._bring_up(undo)

    def said(self) -> str:
        """The last lines that the containers of the release printed, without values of secrets."""
        own = {id: role for id, role in self._alive.items() if role in (WEB, WORKER)}
        return "\n".join(f"{role}: {line}" for id, role in own.items() for line in self._tail(id).splitlines())

    def _bring_up(self, undo: ExitStack) -> State:
        """All of the new release but its live port."""
        self._prepare(undo)
        self._create_tables()
        if self._layout.worker_command:
            self._start_worker(undo)
        return self._start_candidate(undo)

    def _settle(self) -> None:
        """Remove what a run that was killed has left, and start again what it had stopped."""
        layout = self._layout
        known = {layout.web_name, layout.worker_name, f"{layout.service}-redis", f"{layout.service}-database"}
        left = [state for state in self._find() if state.name not in known]
        live = self._engine.state(layout.web_name)
        for state in left:
            if live is None and state.running and state.name.endswith(LIVE):
                self._engine.rename(state.id, layout.web_name)
                live = state
            else:
                self._engine.remove(state.id)
        if left and live is not None and not live.running:
            self._engine.start(live.id)

    def _prepare(self, undo: ExitStack) -> None:
        """The network, and in it the sidecars, until all of them take connections."""
        layout = self._layout
        images = get_images(self._engine, layout.sidecars, self._report)
        with held():
            if self._engine.ensure_network(layout.service, {"service": layout.service}):
                undo.callback(self._engine.remove_network, layout.service)
        started = []
        for sidecar in layout.sidecars:
            id = ensure_sidecar(self._engine, sidecar, images[sidecar.role], layout.run, undo)
            if id:
                self._report.progress(f"the sidecar {sidecar.role} starts ({sidecar.container.image})")
                self._alive[id] = sidecar.role
                started.append(id)
        if started:
            self._await_sidecars()
        for id in started:
            self._engine.keep_running(id)

    def _await_sidecars(self) -> None:
        with undoing() as undo:
            probe = self._start(self._layout.probe(), undo)

            def has_ended() -> bool:
                state = self._engine.state(probe)
                if state is None or state.running:
                    return False
                if state.exit_code != 0:
                    raise self._failure("the probe of the sidecars, 'python3' in the service's image,", state)
                return True

            def give_up() -> StartFailed:
                names = " and ".join(sidecar.role for sidecar in self._layout.sidecars)
                return StartFailed(f"the sidecars ({names}) do not take connections after {self._patience:g} s")

            await_condition(has_ended, self._check_alive, give_up, patience=self._patience)

    def _create_tables(self) -> None:
        if not self._layout.creates_tables:
            return
        self._report.progress("make the tables that are missing")
        ended = self._run_to_end()
        if ended.status:
            said = self._redacted(ended.errors or ended.output)
            self._report.progress(said)
            raise StageFailed(
                f"the tables cannot be made, '{' '.join(CREATE_TABLES)}' {_ending(ended.status, said)}", said
            )

    def _run_to_end(self) -> Ended:
        try:
            return self._engine.run(self._layout.table_creation(), patience=self._patience)
        except StageFailed as error:
            raise StageFailed(f"the tables cannot be made: {error}", self._redacted(error.output)) from error

    def _start_worker(self, undo: ExitStack) -> None:
        self._alive[self._start(self._layout.worker(), undo)] = WORKER

    def _start_candidate(self, undo: ExitStack) -> State:
        """The new release beside the live one, on a port of its own, until it is well."""
        self._report.progress("wait until the new release is ready")
        return self._await(self._start(self._layout.web(), undo))

    def _switch(self, port: int, undo: ExitStack) -> None:
        """Give the live port to the new release; should it fail there, to the previous one again."""
        previous = self._engine.state(self._layout.web_name)
        port = port or (previous.port if previous else 0) or find_free_port()
        name = f"{self._layout.web_name}-{self._layout.run}{LIVE}"
        id = self._create(self._layout.web(name=name, published=port), undo)
        try:
            with held():
                if previous:
                    self._report.progress(f"version {previous.labels.get('version', '?')} ends")
                    self._engine.stop(previous.id, WEB_PATIENCE)
                self._engine.start(id)
            self._await(id)
            self._engine.keep_running(id)
        except BaseException as error:
            with held():
                self._alive.pop(id, None)
                self._engine.remove(id)
                if previous and previous.running:
                    self._put_back(previous, error)
            raise

    def _put_back(self, previous: State, error: BaseException) -> None:
        version = previous.labels.get("version", "?")
        try:
            self._engine.start(previous.id)
            self._alive = {previous.id: f"version {version}'s web"}
            await_ready(previous.port, self._check_alive, patience=self._patience)
        except DeployError as second:
            raise RollbackFailed(
                f"{str(error) or 'interrupted'}; and version {version} does not come back: {second}; "
                f"look at the container {previous.name}"
            ) from error
        if isinstance(error, DeployError):
            raise RolledBack(f"{error}; version {version} is live again") from error

    def _retire(self) -> None:
        """Give the new release its names, and end the previous one. It is live already, so this may fail."""
        layout, engine = self._layout, self._engine
        try:
            for name, suffix, patience in (
                (layout.web_name, LIVE, WEB_PATIENCE),
                (layout.worker_name, "", WORKER_PATIENCE),
            ):
                old, new = engine.state(name), engine.state(f"{name}-{layout.run}{suffix}")
                if old is not None:
                    engine.rename(old.id, f"{name}-{layout.run}-old")
                if new is not None:
                    engine.rename(new.id, name)
                    engine.keep_running(new.id)
                if old is not None:
                    engine.stop(old.id, patience)
            self._settle()
        except DeployError as error:
            self._report.warn(f"the previous release is not all gone, the next deployment will see to it: {error}")

    def _create(self, wanted: Container, undo: ExitStack) -> str:
        with held():
            id = self._engine.create(wanted)
            undo.callback(self._engine.remove, id)
        return id

    def _start(self, wanted: Container, undo: ExitStack) -> str:
        with held():
            id = self._create(wanted, undo)
            self._engine.start(id)
        return id

    def _await(self, id: str) -> State:
        self._alive[id] = WEB
        self._check_alive()
        state = self._engine.state(id)
        if state is None:
            raise StartFailed("the web container is gone: did somebody remove it?")
        await_ready(state.port, self._check_alive, patience=self._patience)
        return state

    def _check_alive(self) -> None:
        """Raise ``StartFailed`` with its last lines when a container that was started has ended."""
        for id, role in self._alive.items():
            state = self._engine.state(id)
            if state is None or not state.running:
                raise self._failure(f"the {role} container", state, id)

    def _failure(self, what: str, state: State | None, id: str = "") -> StartFailed:
        said = self._tail(state.id if state else id)
        self._report.progress(said)
        return StartFailed(f"{what} {_ending(state.exit_code if state else 0, said)}", said)

    def _find(self) -> tuple[State, ...]:
        return self._engine.find({"service": self._layout.service})

    def _tail(self, id: str) -> str:
        return self._redacted(self._engine.tail(id))

    def _redacted(self, text: str) -> str:
        return redact(text, self._secrets).strip()


def find_free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _ending(status: int, said: str) -> str:
    return f"ended with status {status}: {last_line(said)}"
