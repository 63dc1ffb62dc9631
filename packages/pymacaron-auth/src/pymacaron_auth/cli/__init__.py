"""The command ``pymacaron-auth``: one module for each of its commands, imported when it is chosen."""

from pymacaron_auth.cli.menu import main

__all__ = ["main"]
