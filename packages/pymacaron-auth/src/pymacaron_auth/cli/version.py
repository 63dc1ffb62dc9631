"""``pymacaron-auth version``."""

from __future__ import annotations

import argparse

from pymacaron_core.console import say

from pymacaron_auth import __version__


def execute(options: argparse.Namespace) -> int:
    """Print the version."""
    say(f"pymacaron-auth {__version__}")
    return 0
