"""PyMacaron beside other frameworks: the same five workloads, in one process and behind servers.

In process, the WSGI or ASGI callable of each contestant is driven directly, in a process of its own, in interleaved
rounds; printed are the median of the paired ratios to hand-written Flask (lower is better). End to end, each is served
by one worker on one core, and loaded by ``wrk -t1 -c32`` on another. A wrong answer disqualifies, and so does a wrong
input that is not refused. Machines differ and are noisy: compare ratios, and take no difference under 25 % end to end
for one.

    python serving.py                                        # all that can be measured here
    python serving.py --in-process --only pymacaron,bare     # in seconds: what a change did
    python serving.py --write                                # and write serving.json, serving.md and serving.svg
"""

from __future__ import annotations

import argparse
import sys

from contest.contestants import chosen
from contest.in_process import measure
from contest.table import absent, in_process


def main() -> int:
    options = parser().parse_args()
    try:
        contestants = chosen(name for name in options.only.split(",") if name)
        found = measure(contestants, {}, options.rounds, options.calls, options.workloads)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    print(in_process(found))
    print(absent(found))
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--only", default="", metavar="NAME,NAME", help="these, and hand-written Flask")
    made.add_argument("--in-process", action="store_true", help="no servers")
    made.add_argument("--workloads", default="ABCDE", help="some of A, B, C, D, E")
    made.add_argument("--rounds", type=int, default=30)
    made.add_argument("--calls", type=int, default=200, help="calls of each contestant in a round")
    return made


if __name__ == "__main__":
    sys.exit(main())
