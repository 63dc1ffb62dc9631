"""The files of a new project, with ``$words`` where its names go."""

from pymacaron_core.cli.skeleton.filling import PAPERS, filled, write_models

__all__ = ["PAPERS", "filled", "write_models"]
