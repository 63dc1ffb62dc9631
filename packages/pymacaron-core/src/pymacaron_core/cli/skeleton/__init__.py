"""The files of a new project, with ``$words`` where its names go."""

from pymacaron_core.cli.skeleton.filling import filled, write_models

__all__ = ["filled", "write_models"]
