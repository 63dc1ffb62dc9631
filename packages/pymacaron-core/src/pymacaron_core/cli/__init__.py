"""The command ``pymacaron``: one module for each of its commands, imported when it is chosen."""

from pymacaron_core.cli.menu import main

__all__ = ["main"]
