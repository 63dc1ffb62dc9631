"""Makes a token of the service under test, by asking the service's own auth package or any command."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pymacaron_testing.errors import TokenError
from pymacaron_testing.report import redacted
from pymacaron_testing.server import words_of

USER = "test-jwt-token"
MAKER = "pymacaron-auth"
SECONDS = 60
_TOKEN = re.compile(r"[\x21-\x7e]{1,65536}\Z")


def make_token(command: str | None, folder: Path, environ: Mapping[str, str]) -> str:
    """The token that ``command`` prints, else ``pymacaron-auth token``, run in the project with its environment.

    Raises :class:`TokenError`, which never shows what was printed.
    """
    return _printed(words_of(command, "the token command") if command else default_command(environ), folder, environ)


def default_command(environ: Mapping[str, str]) -> list[str]:
    """``pymacaron-auth token``, from beside this Python, else from PATH. Raises :class:`TokenError`."""
    beside = shutil.which(MAKER, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(MAKER, path=environ.get("PATH"))
    if found is None:
        raise TokenError(f"there is no {MAKER} here to make a token with: install it, or name a --token-command")
    return [found, "token", "--user", USER]


def _printed(words: Sequence[str], folder: Path, environ: Mapping[str, str]) -> str:
    what = f"the command for a token, {Path(words[0]).name!r},"
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        raise TokenError(f"{what} cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise TokenError(f"{what} did not end within {SECONDS} seconds") from None
    if done.returncode:
        last = done.stderr.decode("utf-8", errors="replace").strip().splitlines()[-1:] or ["it does not say why"]
        raise TokenError(f"{what} failed with exit status {done.returncode}: {redacted(last[0][:500])}")
    token = done.stdout.decode("ascii", errors="replace").strip()
    if not _TOKEN.match(token):
        raise TokenError(f"{what} printed something else than one token")
    return token
