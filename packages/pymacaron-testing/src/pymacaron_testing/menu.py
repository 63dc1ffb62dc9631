"""What can be typed after ``pymtest``: the options and their help."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from pymacaron_testing import __version__

EXAMPLES = """\
examples:
  pymtest                                 test what answers at 127.0.0.1:8080
  pymtest --serve 'python server.py'      start the service, test it, stop it
  pymtest --host 10.0.0.7 --port 80       test what answers there
  pymtest --env staging                   test the live_url of pym-config.staging.yaml
  pymtest --serve 'pymacaron run' testaccept/test_orders.py -- -k paid -vv

Exit status: that of pytest where tests ran (0 all passed, 1 some failed), 2 when
there is nothing to test, 130 when interrupted before.
"""


def menu() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="pymtest",
        description="Run a service's acceptance tests against it, over HTTP.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files of tests (testaccept/)")
    _add_targets(parser.add_argument_group("what is tested"))
    _add_ways(parser.add_argument_group("how it is tested"))
    parser.add_argument("--config", metavar="FILE", help="the configuration (the nearest pym-config.yaml)")
    parser.add_argument("--debug", action="store_true", help="show the commands that are run, and tracebacks")
    parser.add_argument("--version", action="version", version=f"pymtest {__version__}", help="show the version")
    return parser


def parsed(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and what stands after ``--``: that is for pytest."""
    words = list(arguments)
    place = words.index("--") if "--" in words else len(words)
    parser = menu()
    options = parser.parse_args(words[:place])
    if options.serve is not None and options.host is not None:
        parser.error("--serve starts a service here: it does not go with --host")
    if options.wait is not None and options.serve is None:
        parser.error("--wait is for a server that --serve starts")
    return options, words[place + 1 :]


def _add_targets(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--serve", metavar="COMMAND", help="start this server on a free port, and stop it afterwards")
    group.add_argument("--wait", type=_seconds, metavar="SECONDS", help="how long it may take to answer /ping (60)")
    group.add_argument("--host", metavar="HOST", help="the host to test, or its URL")
    group.add_argument("--port", metavar="PORT", help="its port (8080)")
    places = group.add_mutually_exclusive_group()
    places.add_argument("--env", metavar="ENV", help="set PYM_ENV, and test the live service of that configuration")
    places.add_argument("--live", action="store_const", dest="env", const="live", help="as --env live")
    places.add_argument("--staging", action="store_const", dest="env", const="staging", help="as --env staging")
    group.add_argument("--image", nargs="?", const="", metavar="ID", help="see: pymacaron-deploy test")
    group.add_argument("--no-ssl-check", action="store_true", help="trust any certificate")


def _add_ways(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--loop", action="store_true", help="run the tests again until one fails, or Ctrl-C")
    group.add_argument("--no-stop", action="store_true", help="go on after a failure")
    group.add_argument("--nocapture", action="store_true", help="show what tests print, as they run")
    group.add_argument("--gen-token", action="store_true", help="fail when no token can be made")
    group.add_argument("--token-command", metavar="COMMAND", help="what prints a token (pymacaron-auth token)")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 < seconds < 86400:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, not {text!r}")
    return seconds
