"""The command ``pymacaron-deploy``, which is ``pymdeploy`` too."""

from pymacaron_deploy.cli.menu import main

__all__ = ["main"]
