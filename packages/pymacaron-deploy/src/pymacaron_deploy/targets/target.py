"""What every place to run a service at offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pymacaron_deploy.container import State
from pymacaron_deploy.image.builder import Image
from pymacaron_deploy.needs import Needs


@dataclass(frozen=True, slots=True)
class Live:
    """A service that is live: where it is reached, which version it is, and the containers it consists of."""

    url: str
    version: str
    containers: tuple[State, ...]

    @property
    def web(self) -> State:
        """The container that answers requests."""
        return next(state for state in self.containers if state.labels.get("role") == "web")


class Target(Protocol):
    """A place to run a service at."""

    def up(self, image: Image, needs: Needs, secrets: Mapping[str, str]) -> Live:
        """Make an image the live release, or leave or put back the one that is live."""

    def down(self, *, data: bool = False) -> None:
        """Stop the service and remove what it consists of; its data only when asked to."""

    def status(self) -> Live | None:
        """What is live now."""
