"""The command ``pymacaron-async``: what can be typed, and what it does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pymacaron_core.app import load
from pymacaron_core.application import Application
from pymacaron_core.cli.carrying_out import ended
from pymacaron_core.cli.options import add_project_options
from pymacaron_core.config import level_number, load_config
from pymacaron_core.console import say, say_json, tell
from pymacaron_core.errors import StartError

from pymacaron_async import __version__
from pymacaron_async.errors import BrokerError
from pymacaron_async.settings import default_worker_count

WORKER = "pymacaron_async.queue.worker"
STATE = "pymacaron_async.queue.state"
"""The rooms that import Celery."""

EXAMPLES = """\
examples:
  pymacaron-async worker                    run the tasks of the service in this folder
  pymacaron-async worker -C shop            run those of another
  pymacaron-async worker --concurrency 8    run up to eight at once
  pymacaron-async status                    how many tasks wait and run, how many were put aside

In development 'pymacaron run' starts a worker by itself.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line: 0 well, 2 it cannot be done."""
    parser = menu()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    return ended(lambda: options.command(options), debug=options.debug, json=getattr(options, "json", False))


def main_of_2x() -> int:
    """``pymasync``, the command's name of 2.x: a worker."""
    given = sys.argv[1:]
    return main(given if given[:1] == ["--version"] else ["worker", *given])


def menu() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="pymacaron-async",
        description="Run the background tasks of a PyMacaron service.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"pymacaron-async {__version__}")
    parser.set_defaults(command=None, debug=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="pymacaron-async")
    worker = commands.add_parser("worker", help="run tasks", description=work.__doc__)
    worker.set_defaults(command=work)
    _add_worker_options(worker)
    _add_project_options(worker)
    status = commands.add_parser("status", help="tell how many tasks wait", description=tell_status.__doc__)
    status.set_defaults(command=tell_status)
    _add_project_options(status, json=True)
    return parser


def _add_worker_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=_count, metavar="N", help="tasks at once (default: worker_count, 2/CPU)")
    parser.add_argument("--pool", choices=("prefork", "threads"), default="prefork", help="processes, or threads")
    parser.add_argument("--maxmem", type=_count, metavar="MIB", help="replace a process that has grown beyond this")
    parser.add_argument("--level", type=_level, metavar="LEVEL", help="least level of log lines (default: configured)")


def _add_project_options(parser: argparse.ArgumentParser, *, json: bool = False) -> None:
    parser.add_argument("--dev", action="store_true", help="development: unset secrets are made up, .env is read")
    add_project_options(parser, json=json)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)


def _level(text: str) -> int:
    try:
        return level_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def work(options: argparse.Namespace) -> int:
    """Run the tasks of a service, until SIGTERM or Ctrl-C; running ones are finished first."""
    application = _load(options)
    tasks = application.plugins.get("async")
    if tasks is None or not tasks.settings.with_async:
        say(f"{application.name} asks for no background tasks (with_async), so there is nothing to run")
        return 0
    _check_broker(tasks)
    room = import_module(WORKER)
    level = options.level if options.level is not None else application.config.core.log_level
    concurrency = options.concurrency or default_worker_count(tasks.settings, development=options.dev)
    told = room.WorkerOptions(concurrency, options.pool, level, options.maxmem)
    tell(f"tasks of {tasks.queue} from {tasks.broker}")
    status: int = room.run_worker(application, tasks.worker_app(), told)
    return status


def tell_status(options: argparse.Namespace) -> int:
    """Tell how many tasks wait, how many a worker holds, and how many messages were put aside."""
    tasks = _load(options).plugins.get("async")
    if tasks is None:
        raise StartError("this service asks for no background tasks: say 'with_async: true' in pym-config.yaml")
    _check_broker(tasks)
    counts: dict[str, Any] = import_module(STATE).counts(tasks.sender())
    if options.json:
        say_json(counts)
    else:
        for name, count in counts.items():
            say(f"{name:<8} {'unknown' if count is None else count}")
    return 0


def _load(options: argparse.Namespace) -> Application:
    """The service. Raises ``StartError`` also for what its own code raises."""
    config = load_config(options.root, path=options.config, env=options.env, production=not options.dev)
    try:
        return load(config.root, config=options.config, env=options.env, production=not options.dev)
    except StartError:
        raise
    except Exception as error:
        raise StartError(f"{config.root}: the service cannot be loaded ({error!r}); --debug shows more") from error


def _check_broker(tasks: Any) -> None:
    broker = tasks.broker
    if broker.in_process:
        raise BrokerError(
            "no broker is named, so tasks run inside of the serving process and a worker has nothing to do: "
            "set the environment variable PYM_BROKER_URL to redis://host:6379/0"
        )
    try:
        tasks.check_ready()
    except Exception as error:
        raise BrokerError(f"{error}: start it, or correct its address") from error
