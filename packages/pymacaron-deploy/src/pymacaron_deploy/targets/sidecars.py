"""Keeps a service's sidecars: made when first needed, left alone by later releases, replaced with their image."""

from __future__ import annotations

from contextlib import ExitStack

from pymacaron_deploy.engine import Engine
from pymacaron_deploy.errors import PreflightError, StageFailed
from pymacaron_deploy.interruption import held
from pymacaron_deploy.report import Report
from pymacaron_deploy.targets.layout import Sidecar


def get_images(engine: Engine, sidecars: tuple[Sidecar, ...], report: Report) -> dict[str, str]:
    """The id of each sidecar's image by role, pulled where the engine has it not.

    Raises :class:`~pymacaron_deploy.errors.PreflightError` with the option to set when one cannot be had.
    """
    images = {}
    for sidecar in sidecars:
        reference = sidecar.container.image
        found = engine.image_id(reference)
        if not found:
            report.progress(f"pull {reference}, the image of the sidecar {sidecar.role}")
            try:
                engine.pull(reference)
            except StageFailed as error:
                raise PreflightError(
                    f"the image {reference} of the sidecar {sidecar.role} is not in the docker engine, and cannot be "
                    f"pulled: name one that is there as {sidecar.option} ({error})"
                ) from error
            found = engine.image_id(reference)
        images[sidecar.role] = found
    return images


def ensure_sidecar(engine: Engine, sidecar: Sidecar, image: str, run: str, undo: ExitStack) -> str:
    """Have a sidecar of this image run, and tell the id of its container if that was started just now, else ``''``.

    What is done is undone by ``undo``; a container that was replaced keeps a name with ``run`` until it is removed. One
    that was started dies when it dies: whoever finds that it lives has the engine keep it running.
    """
    wanted = sidecar.container
    with held():
        if engine.ensure_volume(sidecar.volume, wanted.labels):
            undo.callback(engine.remove_volume, sidecar.volume)
        current = engine.state(wanted.name)
        if current is not None and current.image == image:
            if current.running:
                return ""
            engine.start(current.id)
            return current.id
        if current is not None:
            undo.callback(_restore, engine, current.id, wanted.name)
            engine.stop(current.id)
            engine.rename(current.id, f"{wanted.name}-{run}")
        id = engine.create(wanted)
        undo.callback(engine.remove, id)
        engine.start(id)
        return id


def _restore(engine: Engine, id: str, name: str) -> None:
    """Put back a sidecar that was replaced."""
    state = engine.state(id)
    if state is not None and state.name != name:
        engine.rename(id, name)
    engine.start(id)
