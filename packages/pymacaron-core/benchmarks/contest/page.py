"""What was found, kept as JSON, and written as a page, a picture and a part of the README."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from contest import plot, table
from contest.children import HERE
from contest.contestants import CONTESTANTS

FILE, PAGE, PICTURE = HERE / "serving.json", HERE / "serving.md", HERE / "serving.svg"
README = HERE.parent / "README.md"
BEGIN, END = "<!-- made by benchmarks/serving.py --write -->\n", "<!-- end of what it made -->\n"
SHOWN = """\
![B in process and end to end](benchmarks/serving.svg)

[benchmarks/serving.md](benchmarks/serving.md) tells the workloads, and the figures of every server, of memory and of
the start."""
HEAD = """\
# PyMacaron beside other frameworks

Made by `python3 noxfile.py -s benchmarks -- serving --write`. The workloads:

- **A** `GET /ping`.
- **B** `POST /orders`: 600 bytes of JSON with a customer, five items, a note and a status, all of it checked; the reply
  has the items and their total.
- **C** `GET /orders/7?limit=10&tags=a&tags=b`: 20 small objects.
- **D** is B with a caller who shows a token (HS256). **E** is B with a hook before the request that reads a header, one
  after it that sets one, and a teardown, each in the framework's own way; its ratio is to Flask with the same hooks.

*In process*: the WSGI or ASGI callable is driven directly, each in a process of its own; medians of ratios of
interleaved rounds. *End to end*: one worker on one core, `wrk -t1 -c32` on another; each framework on the server it is
fastest with; *processor* is what all processes of a server took of it. *At a rate*: requests come whatever the server
does, and wait from the moment they were due. All give the same answers, and refuse the same wrong inputs. PyMacaron is
as `pymacaron serve` has it by default: it checks its replies, and has a context for each request; what log lines and
metrics cost it, which are off by default, has a table of its own. Machines differ and
are noisy: compare ratios, and take no difference under 25 % end to end for one.

PyMacaron 2.x is left out: it checks no bound, length or pattern, and reads no list in a query.

![B in process and end to end](serving.svg)
"""


def kept() -> dict[str, Any]:
    """What was found before."""
    return dict(json.loads(FILE.read_text())) if FILE.is_file() else {}


def write(found: Mapping[str, Any]) -> None:
    """Write all files anew; ``found`` has what is known of each part, and the machine."""
    FILE.write_text(json.dumps(rounded(found), indent=1) + "\n")
    PAGE.write_text("\n\n".join([HEAD.strip(), *sections(found)]) + "\n")
    PICTURE.write_text(plot.picture(found))
    told = README.read_text()
    if BEGIN in told:
        before, _, rest = told.partition(BEGIN)
        made = "\n\n".join([SHOWN, *sections(found)[: 1 + ("end_to_end" in found)]])
        README.write_text(f"{before}{BEGIN}\n{made}\n\n{END}{rest.partition(END)[2]}")


def sections(found: Mapping[str, Any]) -> list[str]:
    """The tables, those that a reader wants first before."""
    made = []
    if "in_process" in found:
        made.append(table.in_process(found["in_process"]))
    if "end_to_end" in found:
        made.append(table.end_to_end(found["end_to_end"]))
    if "at_a_rate" in found:
        made.append(table.at_a_rate(found["at_a_rate"], found["at_a_rate"]["asked"]))
    if "footprint" in found:
        made.append(table.footprint(found["footprint"]))
    if "observed" in found:
        made.append(table.observed(found["observed"]))
    if "end_to_end" in found:
        made.append(table.by_server(found["end_to_end"]))
    made += [table.absent(found["in_process"])] if "in_process" in found else []
    return [each.strip() for each in [*made, found.get("machine", "")] if each.strip()]


def machine() -> str:
    """What it was measured on and with."""
    libraries = {name for contestant in CONTESTANTS for name in contestant.needs} - {"pymacaron-core"}
    told = filter(None, map(installed, sorted(libraries | {"granian", "gunicorn", "uvicorn", "uvloop"})))
    return f"Python {platform.python_version()} on {os.cpu_count()} cores; {', '.join(told)}."


def installed(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def rounded(value: Any) -> Any:
    """A JSON value whose numbers have four digits that tell something."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value
