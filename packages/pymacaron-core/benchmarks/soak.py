"""A soak of `pymacaron serve`: a million mixed requests, every answer checked, and what grows meanwhile.

A project with an operation for each way that a body comes in or a reply goes out is served by two workers of four
threads, which are never renewed. Eight callers send what fits the document and what does not, drawn by seed: on
connections that are kept, new and pipelined, with lengths and in chunks; some leave half way (closed or reset) of a
request, a large reply or a stream, and some read slowly. A reply that is not as expected, status and body, is a fault,
and so is a lost connection, a line of the log that tells an error, or a worker that ended. What is left half way is
counted, and has no reply to check.

    python soak.py [--requests 1000000] [--server granian|gunicorn] [--workers 2] [--write]

The requests go in legs. After each, when all callers have left, each worker is looked at: from outside (`/proc`), and
from inside, after `gc.collect()`. The first fifth of the legs is warm-up; of the rest, the median of the second half is
held against that of the first: more than the allowance beside it is growth, and a fault. No clock is part of it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from soaking import page
from soaking.caller import ABORTED, Tally, call
from soaking.service import Sample, Service
from soaking.verdict import MEASURES, Growth, Measure, growths

HERE = Path(__file__)


@dataclass
class Result:
    """What came of a soak."""

    tally: Tally = field(default_factory=Tally)
    samples: list[dict[int, Sample]] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    is_whole: bool = True
    seconds: float = 0.0
    peak: int = 0

    @property
    def faults(self) -> list[str]:
        """All that was wrong, in words."""
        told = [f"{count:,} wrong: {kind}" for kind, count in self.tally.faults.most_common()] + self.tally.told
        told += [f"the log: {line}" for line in self.log[:10]]
        told += [] if self.is_whole else ["a worker ended"]
        for each in self.growths:
            if each.is_too_much:
                first, second = (each.measure.shown(value) for value in (each.first, each.second))
                told.append(f"{each.measure.title} of worker {each.worker} grew from {first} to {second}")
        return told


def soak(
    folder: Path,
    server: str,
    requests: int,
    *,
    workers: int = 2,
    legs: int = 40,
    processes: int = 2,
    threads: int = 4,
    seed: int = 1,
    aborted: float = ABORTED,
    measures: tuple[Measure, ...] = MEASURES,
    quiet: bool = False,
) -> Result:
    """Serve the project, send so many requests in legs, and judge."""
    result = Result()
    service = Service(folder, server, workers)
    try:
        with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
            for leg in range(legs):
                began = time.monotonic()
                share = requests // legs // processes
                going = [
                    pool.submit(call, service.port, f"{seed}-{leg}-{number}", threads, share, aborted)
                    for number in range(processes)
                ]
                for each in going:
                    result.tally.add(each.result())
                took = time.monotonic() - began
                result.seconds += took
                result.is_whole = service.is_whole()
                if not result.is_whole:
                    break
                result.samples.append(service.samples(result.tally.sent.total()))
                if not quiet:
                    print(page.progress(leg + 1, legs, result.tally, result.samples[-1], took), flush=True)
        if result.is_whole:
            result.growths = growths(result.samples, measures)
            result.peak = service.peak()
    finally:
        service.end()
        result.log = service.told()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000, metavar="N", help="how many are sent (1000000)")
    parser.add_argument("--server", choices=("granian", "gunicorn"), default="granian")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes that serve (2)")
    parser.add_argument("--legs", type=int, default=40, metavar="N", help="so many times it is looked at (40)")
    parser.add_argument("--seed", type=int, default=1, help="what is sent, by chance")
    parser.add_argument(
        "--write", action="store_true", help="write soak.md beside this file, but for the other server's part"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        result = soak(
            Path(name) / "project", options.server, options.requests,
            workers=options.workers, legs=options.legs, seed=options.seed,
        )  # fmt: skip
    print(f"\n{page.told(options.server, result)}")
    if options.write:
        page.write(HERE.with_suffix(".md"), __doc__ or "", options.server, result)
    for fault in result.faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
