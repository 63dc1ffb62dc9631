"""Runs a service in the docker engine of this machine: the target ``local``."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping

from pymacaron_deploy.config import Config
from pymacaron_deploy.container import State
from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import Interrupted, RollbackFailed
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.lock import hold_lock
from pymacaron_deploy.needs import Needs
from pymacaron_deploy.report import Report
from pymacaron_deploy.targets.layout import WEB, WORKER, lay_out, service_of
from pymacaron_deploy.targets.release import LIVE, WEB_PATIENCE, WORKER_PATIENCE, Release
from pymacaron_deploy.targets.target import Live


class LocalTarget:
    """A service in the docker engine of this machine, with Redis and a database beside it on a private network.

    The containers of a release are the web one and, for a service with tasks, a worker; the sidecars, with what they
    keep in their volumes, outlive it. ``patience`` is how many seconds each of them has to become ready.
    """

    def __init__(self, engine: Engine, config: Config, report: Report, *, patience: float = 60) -> None:
        self._engine, self._config, self._report, self._patience = engine, config, report, patience
        self._service = service_of(config)

    def up(self, image: Image, needs: Needs, secrets: Mapping[str, str]) -> Live:
        """Make an image the live release. Where that fails, the one before stays, or is put back, and no trace is left.

        Raises :class:`~pymacaron_deploy.errors.PreflightError` when a sidecar's image cannot be had,
        :class:`~pymacaron_deploy.errors.StageFailed` when live was not touched,
        :class:`~pymacaron_deploy.errors.RolledBack` or :class:`~pymacaron_deploy.errors.RollbackFailed` when it was,
        :class:`~pymacaron_deploy.errors.Locked` while another process deploys this service, and
        :class:`~pymacaron_deploy.errors.Interrupted` after Ctrl-C.
        """
        layout = lay_out(self._config, image, needs, secrets, run=randomness.token_hex(4))
        release = Release(self._engine, layout, self._report, secrets=secrets.values(), patience=self._patience)
        with hold_lock(self._service):
            try:
                release.go_live(self._config.deploy.local.port or 0)
            except KeyboardInterrupt:
                state = f"version {image.version} is live" if release.is_live else "what was started is stopped again"
                raise Interrupted(f"interrupted: {state}") from None
            live = self.status()
        if live is None:
            raise RollbackFailed(f"version {image.version} went live, and runs no more: look at its containers")
        return live

    def down(self, *, data: bool = False) -> None:
        """Stop the service and its sidecars and remove them; with ``data`` also what the sidecars keep."""
        with hold_lock(self._service):
            patience = {WEB: WEB_PATIENCE, WORKER: WORKER_PATIENCE}
            for state in sorted(self._find(), key=lambda state: state.labels.get("role") not in patience):
                self._engine.stop(state.id, patience.get(state.labels.get("role", ""), WEB_PATIENCE))
            self._engine.sweep({"service": self._service}, volumes=data)

    def status(self) -> Live | None:
        """What is live now; None when the container that answers requests does not run."""
        found = self._find()
        name = f"{self._service}-{WEB}"
        for web in found:
            if web.running and (web.name == name or web.name.endswith(LIVE)):  # by its port, until it has its name
                others = tuple(state for state in found if state is not web)
                return Live(f"http://127.0.0.1:{web.port}", web.labels.get("version", ""), (web, *others))
        return None

    def _find(self) -> tuple[State, ...]:
        return self._engine.find({"service": self._service})
