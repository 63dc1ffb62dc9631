"""Builds, tests, pushes and runs the docker image of a PyMacaron service."""

__version__ = "3.0.0"
