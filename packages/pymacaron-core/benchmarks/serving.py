"""PyMacaron beside other frameworks: the same five workloads, in one process and behind servers.

In process, the WSGI or ASGI callable of each contestant is driven directly, in a process of its own, in interleaved
rounds; printed are the medians of the paired ratios to hand-written Flask (lower is better). End to end, each is
served by one worker on one core, and loaded by ``wrk -t1 -c32`` on another, then at a fixed rate. A wrong answer
disqualifies, and so does a wrong input that is not refused. Who is not installed is named. Machines differ and are
noisy: compare ratios, and take no difference under 25 % end to end for one.

    python serving.py                                        # all that can be measured here
    python serving.py --in-process --only pymacaron,bare     # in seconds: what a change did
    python serving.py --memory --start                       # of a worker; from the process's start to an answer
    python serving.py --observed                             # what log lines and metrics cost PyMacaron
    python serving.py --end-to-end --write                   # and write serving.json, .md, .svg and the README's table
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from contest import end_to_end, footprint, in_process, observed, page, table
from contest.contestants import Contestant, chosen

AT_A_RATE = ("pymacaron", "flask", "fastapi-async", "litestar-msgspec", "litestar-pydantic")

Options = argparse.Namespace
Contestants = tuple[Contestant, ...]


def measured_in_process(contestants: Contestants, options: Options) -> dict[str, Any]:
    return in_process.measure(contestants, options.rounds, options.calls, options.workloads)


def measured_end_to_end(contestants: Contestants, options: Options) -> dict[str, Any]:
    return end_to_end.measure(contestants, options.load_rounds, options.seconds)


def measured_at_a_rate(contestants: Contestants, options: Options) -> dict[str, Any]:
    few = tuple(each for each in contestants if each.name in AT_A_RATE)
    found = end_to_end.measure(few, options.load_rounds, options.seconds, rate=options.rate)
    return {"asked": options.rate, **found}


def measured_footprint(contestants: Contestants, options: Options) -> dict[str, Any]:
    few = tuple(each for each in contestants if each.name in AT_A_RATE)
    return footprint.measure(few, options.load_rounds)


def measured_observed(contestants: Contestants, options: Options) -> dict[str, Any]:
    if not any(each.name == "pymacaron" for each in contestants):
        raise ValueError("it is PyMacaron's own")
    return observed.measure(options.rounds, options.calls, options.load_rounds, options.seconds)


PARTS: dict[str, Callable[[Contestants, Options], dict[str, Any]]] = {
    "in_process": measured_in_process,
    "end_to_end": measured_end_to_end,
    "at_a_rate": measured_at_a_rate,
    "footprint": measured_footprint,
    "observed": measured_observed,
}


def main() -> int:
    options = parser().parse_args()
    wanted = [name for name in PARTS if getattr(options, name)] or list(PARTS)
    found = page.kept() if options.write else {}
    try:
        contestants = chosen(name for name in options.only.split(",") if name)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lacking = [name for name in wanted if not took_part(name, found, contestants, options)]
    if options.write and len(lacking) < len(wanted):
        page.write({**found, "machine": page.machine()})
    return 2 if lacking else 0


def took_part(name: str, found: dict[str, Any], contestants: Contestants, options: Options) -> bool:
    """Measure and print one part; what cannot be measured is told, and keeps no other part from it."""
    try:
        found[name] = PARTS[name](contestants, options)
    except ValueError as error:
        sys.stderr.write(f"{name.replace('_', ' ')} is left out: {error}\n")
        return False
    print(shown(name, found[name]), flush=True)
    return True


def shown(name: str, found: dict[str, Any]) -> str:
    if name == "in_process":
        return f"{table.in_process(found)}\n{table.absent(found)}\n"
    if name == "end_to_end":
        return f"{table.by_server(found)}\n\n{table.end_to_end(found)}\n"
    if name == "observed":
        return f"{table.observed(found)}\n"
    return (table.footprint(found) if name == "footprint" else table.at_a_rate(found, found["asked"])) + "\n"


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--only", default="", metavar="NAME,NAME", help="these, and hand-written Flask")
    parts = made.add_argument_group("what is measured; without any of these, all of it")
    parts.add_argument("--in-process", action="store_true", help="time of a request, without a server")
    parts.add_argument("--end-to-end", action="store_true", help="requests a second, with wrk")
    parts.add_argument("--at-a-rate", action="store_true", help="how long answers take at a fixed rate")
    parts.add_argument("--memory", "--start", dest="footprint", action="store_true", help="of a worker; to an answer")
    parts.add_argument("--observed", action="store_true", help="what log lines and metrics cost PyMacaron")
    sizes = made.add_argument_group("how much")
    sizes.add_argument("--workloads", default="ABCDE", help="in process: some of A, B, C, D, E")
    sizes.add_argument("--rounds", type=int, default=30, help="in process")
    sizes.add_argument("--calls", type=int, default=200, help="of each contestant in a round in process")
    sizes.add_argument("--load-rounds", type=int, default=5, help="of servers")
    sizes.add_argument("--seconds", type=float, default=2, help="of load in a round")
    sizes.add_argument("--rate", type=int, default=1000, help="requests a second, at a fixed rate")
    made.add_argument("--write", action="store_true", help="write serving.json, .md and .svg, and the README's table")
    return made


if __name__ == "__main__":
    sys.exit(main())
