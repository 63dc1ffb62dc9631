"""What documents made to hurt cost before they are refused: seconds of the processor and memory, whole processes.

Each document is handed to ``pymacaron check FILE``, and made the document of a service that is started. A document is
refused as a whole, or what is unsound in it is left out and told: in the table stands what was told first. Seconds are
those of the processor, system included, from the start of Python to its end, with all imports (the first row has the
price of those: a document that is sound). ``--only WORD`` tries the documents whose names have that word.

    python refusals.py [--only WORD] [--rounds 1] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__)
SECONDS, MEGABYTES = 2.0, 300
"""What a refusal may take."""
LIMIT = 120
OPERATION = "{responses: {200: {description: ok}}}"
HEAD = f"openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /x: {{get: {OPERATION}}}\n"
SCHEMAS = f"{HEAD}components:\n  schemas:\n"
PROGRAMS = {
    "check": "import sys; from pymacaron_core.cli import main; sys.exit(main(['check', sys.argv[1]]))",
    "start": (
        "import sys, pymacaron_core\n"
        "try:\n    pymacaron_core.load(sys.argv[1], mock_missing=True)\n"
        "except pymacaron_core.StartError as error:\n    sys.exit(str(error))"
    ),
}


def ref(name: str) -> str:
    return f"{{$ref: '#/components/schemas/{name}'}}"


def of_schemas(lines: Iterable[str], used: str = "") -> str:
    """A document with these schemas, the one that is ``used`` in a body."""
    body = f"{{content: {{application/json: {{schema: {ref(used)}}}}}}}"
    post = f"  /y: {{post: {{operationId: used, requestBody: {body}, responses: {{200: {{description: ok}}}}}}}}\n"
    head = SCHEMAS.replace("components:", f"{post}components:") if used else SCHEMAS
    return head + "".join(f"    {line}\n" for line in lines)


def of_json(**members: object) -> str:
    return json.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "T", "version": "1"},
            "paths": {"/x": {"get": {"responses": {"200": {"description": "ok"}}}}},
            **members,
        }
    )


def chain(count: int, then: str) -> str:
    lines = [f"S{n}: {ref(f'S{n + 1}')}" for n in range(count)]
    return of_schemas([*lines, f"S{count}: {then}"], "S0")


def circle(count: int, more: str = "") -> str:
    """``allOf`` in a circle."""
    return of_schemas((f"S{n}: {{{more}allOf: [{ref(f'S{(n + 1) % count}')}]}}" for n in range(count)), "S0")


def family(count: int, more: str = "") -> str:
    """A chain of ``allOf``."""
    last = f"S{count}: {{type: object, properties: {{z: {{type: string, readOnly: true}}}}}}"
    return of_schemas([*(f"S{n}: {{{more}allOf: [{ref(f'S{n + 1}')}]}}" for n in range(count)), last], "S0")


def branches(keyword: str, count: int) -> str:
    named = (f"B{n}: {{type: object, required: [p{n}], properties: {{p{n}: {{type: string}}}}}}" for n in range(count))
    return of_schemas([f"U: {{{keyword}: [{', '.join(ref(f'B{n}') for n in range(count))}]}}", *named], "U")


def operations(count: int, more: str = "") -> str:
    """Operations of which each has a fault."""
    responses = "responses: {200: {$ref: '#/nowhere'}}"
    return HEAD + "".join(f"  /x{n}: {{get: {{{more}{responses}}}}}\n" for n in range(count))


def bomb(last: str) -> str:
    """Nine aliases of nine aliases of ..., and what is done with the last of them."""
    names = "abcdefghij"
    lines = [f"x-{after}: &{after} [{', '.join(['*' + name] * 9)}]" for name, after in pairwise(names)]
    return f"{HEAD}x-a: &a [{', '.join('x' * 9)}]\n" + "\n".join(lines) + f"\n{last}\n"


def pattern(ecma: str) -> str:
    return of_schemas([f"A: {{type: object, properties: {{a: {{type: string, pattern: {json.dumps(ecma)}}}}}}}"], "A")


PROPERTIES = "type: object, properties: {a: {type: string}}, "
READ_ONLY = "type: object, properties: {a: {type: string, readOnly: true}}, "
TOLD_APART = "type: object, discriminator: {propertyName: a}, properties: {a: {type: string}}, "
PLAIN = "{type: object, required: [a], properties: {a: {type: string}}}"
LOOKING = "^(?=(a+)+$)(b|a+)+c$"

DOCUMENTS: dict[str, Callable[[], str]] = {
    "a sound document": lambda: HEAD,
    "aliases that multiply": lambda: bomb("x-z: *j"),
    "aliases that multiply, as a key": lambda: bomb("x-z: {*j : 1}"),
    "aliases by merging": lambda: (
        f"{HEAD}x-a: &a {{{', '.join(f'k{n}: 1' for n in range(1000))}}}\nx-b:\n" + "  - {<<: *a}\n" * 1000
    ),
    "anchors inside of keys": lambda: f"{HEAD}x-a:\n" + "".join(f"  ? &k{n} [*k{n}, a]\n  : 1\n" for n in range(9)),
    "100,000 anchors, each in the next": lambda: (
        f"{HEAD}x-a: &a0 [1]\n" + "".join(f"x-a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100_000))
    ),
    "10,000 levels of YAML lists": lambda: f"{HEAD}x-a: {'[' * 10_000}{']' * 10_000}",
    "10,000 levels of YAML mappings": lambda: f"{HEAD}x-a: {'{a: ' * 10_000}1{'}' * 10_000}",
    "10,000 levels of YAML blocks": lambda: f"{HEAD}x-a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 10_000)),
    "5,000 levels of YAML blocks": lambda: f"{HEAD}x-a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 5_000)),
    "10,000 levels of YAML list blocks": lambda: f"{HEAD}x-a:\n {'- ' * 10_000}a",
    "10,000 levels of JSON": lambda: of_json(x=0).replace('"x": 0', f'"x": {"[" * 10_000}{"]" * 10_000}'),
    "10,000 levels of JSON objects": lambda: of_json(x=0).replace(
        '"x": 0', '"x": ' + '{"a": ' * 10_000 + "0" + "}" * 10_000
    ),
    "10,000 levels of all in turn": lambda: (
        f"{HEAD}x-a:\n" + "".join(f"{' ' * (3 * n + 1)}- a:\n" for n in range(90)) + " " * 300 + "{a: [" * 10_000
    ),
    "10,000 levels of schemas": lambda: of_schemas([f"A: {'{items: ' * 10_000}{{}}{'}' * 10_000}"]),
    "lists never closed, 1,000,000": lambda: f"{HEAD}x-a: {'[' * 1_000_000}",
    "100,000 references in a chain": lambda: chain(100_000, "{type: string}"),
    "100,000 references in a circle": lambda: chain(100_000, ref("S0")),
    "100,000 references to one schema": lambda: of_schemas(
        [f"A: {{prefixItems: [{', '.join([ref('B')] * 100_000)}]}}", "B: {}"], "A"
    ),
    "100,000 references to nothing": lambda: of_schemas(
        ["A: {anyOf: [" + ", ".join(ref(f"S{n}") for n in range(100_000)) + "]}"], "A"
    ),
    "40,000 references in a chain": lambda: chain(39_900, "{type: string}"),
    "40,000 references in a circle": lambda: chain(39_900, ref("S0")),
    "40,000 references to nothing": lambda: of_schemas(
        ["A: {prefixItems: [" + ", ".join(ref(f"S{n}") for n in range(40_000)) + "]}"], "A"
    ),
    "40,000 references to what leads nowhere": lambda: chain(39_900, ref("nowhere")),
    "100,000 references to what leads nowhere": lambda: chain(100_000, ref("nowhere")),
    "20,000 references in a chain": lambda: chain(20_000, "{type: object, properties: {a: {type: string}}}"),
    "allOf in a circle of 2": lambda: circle(2),
    "allOf in a circle of 100": lambda: circle(100),
    "allOf in a circle of 5,000": lambda: circle(5_000),
    "allOf in a circle of 5,000, with properties": lambda: circle(5_000, PROPERTIES),
    "allOf in a circle of 5,000, readOnly": lambda: circle(5_000, READ_ONLY),
    "allOf in a circle of 5,000, discriminators": lambda: circle(5_000, TOLD_APART),
    "allOf in a chain of 3,000": lambda: family(3_000),
    "allOf in a chain of 5,000, with properties": lambda: family(5_000, PROPERTIES),
    "allOf in a chain of 5,000, readOnly": lambda: family(5_000, READ_ONLY),
    "allOf in a chain of 5,000, discriminators": lambda: family(5_000, TOLD_APART),
    "1,000,000 keys of YAML": lambda: f"{HEAD}x-a:\n" + "".join(f"  k{n}: 1\n" for n in range(1_000_000)),
    "1,000,000 keys of JSON": lambda: of_json(**{"x-a": {f"k{n}": 1 for n in range(1_000_000)}}),
    "1,000,000 keys in mappings of 10,000": lambda: of_json(
        **{"x-a": [{f"k{n}": 1 for n in range(10_000)} for _ in range(100)]}
    ),
    "7,800,000 lists": lambda: f"{HEAD}x-a:\n" + f"- [{'[],' * 39_000}]\n" * 200,
    "7,800,000 lists of JSON": lambda: of_json(x=[]).replace("[]", f"[{('[' + '[],' * 39_000 + '0],') * 200}0]"),
    "1,000,000 keys that mean nothing": lambda: of_json(**{f"k{n}": 1 for n in range(1_000_000)}),
    "50 MB": lambda: HEAD + "# a line that says nothing\n" * 2_000_000,
    "100,000 keys that are there twice": lambda: f"{HEAD}x-a:\n" + "".join(f"  k{n // 2}: 1\n" for n in range(200_000)),
    "100,000 keys that are there twice, at the end": lambda: (
        f"{HEAD}x-a:\n" + "".join(f"  k{n % 100_000}: 1\n" for n in range(200_000))
    ),
    "the same of JSON": lambda: (
        of_json(x=0).replace('"x": 0', ", ".join(f'"x-{n % 100_000}": 1' for n in range(200_000)))
    ),
    "100,000 faults": lambda: of_schemas(f"S{n}: {{type: strin}}" for n in range(100_000)),
    "40,000 faults": lambda: of_schemas(f"S{n}: {{type: strin}}" for n in range(40_000)),
    "5,000 operations with faults": lambda: operations(5_000),
    "5,000 operations of one name": lambda: operations(5_000, "operationId: a, "),
    "one line of 5 MB": lambda: f"{HEAD}x-a: [{', '.join(['a' * 8] * 500_000)}",
    "one line of 5 MB of JSON": lambda: of_json(**{"x-a": ["a" * 8] * 400_000})[:-1],
    "a text of 10 MB": lambda: f"{HEAD}x-a: {'a' * 10_000_000}",
    "a version of 10 MB": lambda: HEAD.replace("3.1.0", "3" * 10_000_000),
    "integers of 1,000,000 digits": lambda: f"{HEAD}x-a: [{', '.join(['9' * 1_000_000] * 5)}]\nopenapy: 1\npaths: 1",
    "an integer of 1,000,000 digits in JSON": lambda: of_json(x=0).replace('"x": 0', f'"x": {"9" * 1_000_000}'),
    "a minimum of 1,000,000 digits": lambda: of_schemas([f"A: {{type: integer, minimum: {'9' * 1_000_000}}}"], "A"),
    "a pattern of 1 MB": lambda: pattern("a?" * 500_000),
    "100,000 patterns": lambda: of_schemas(
        ["A: {type: object, properties: {"
         + ", ".join(f"p{n}: {{type: string, pattern: '^(a|b{n})+$'}}" for n in range(100_000)) + "}}"], "A"
    ),
    "a pattern that backtracks without end": lambda: pattern("^(a+)+$"),
    "the same with look-around": lambda: pattern(LOOKING),
    "a pattern no engine is given": lambda: pattern("(?=a{9000}){1,9000}" * 200),
    "an enum of 1,000,000": lambda: of_json(
        components={"schemas": {"A": {"type": "string", "enum": [f"v{n}" for n in range(1_000_000)]}}}
    ),
    "an enum of 1,000,000 numbers": lambda: of_json(
        components={"schemas": {"A": {"enum": list(range(1_000_000))}}}
    ),
    "oneOf of 2,000": lambda: branches("oneOf", 2_000),
    "oneOf of 10,000": lambda: of_schemas([f"U: {{oneOf: [{', '.join([PLAIN] * 10_000)}]}}"], "U"),
    "anyOf of 10,000": lambda: of_schemas([f"U: {{anyOf: [{', '.join([PLAIN] * 10_000)}]}}"], "U"),
}  # fmt: skip
STRICT = frozenset(("a pattern no engine is given",))
"""Told in the mode `warn`, and refused under `documents: strict`."""


@dataclass(frozen=True)
class Cost:
    """What a process took, and said first."""

    seconds: float
    megabytes: float
    told: str
    bytes: int


def cost(program: str, path: Path) -> Cost:
    """Run one of the programs, and wait for it."""
    environ = {**os.environ, "PYM_ENV": "local", "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["timeout", f"{LIMIT}", sys.executable, "-c", PROGRAMS[program], str(path)],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=path if path.is_dir() else path.parent,
            env=environ,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    scale = 1 if sys.platform == "darwin" else 1024
    told = "not done in time" if process.returncode == 124 else _first(text)
    if "Traceback" in text:
        told = f"a traceback: {text.splitlines()[-1]}"
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * scale / 2**20, told, len(text))


def _first(text: str) -> str:
    lines = [line for line in text.splitlines() if "all is well" not in line]
    return next((line for line in lines if "error: " in line), lines[0] if lines else "")


def make(name: str, folder: Path) -> Path:
    """Write one of the documents as that of a service."""
    text = DOCUMENTS[name]()
    path = folder / "apis" / ("api.json" if text.startswith("{") else "api.yaml")
    path.parent.mkdir()
    path.write_text(text)
    return path


def costs(name: str, rounds: int) -> dict[str, Cost]:
    """The least that each program took with a document."""
    folder = Path(tempfile.mkdtemp(prefix="refusals-"))
    try:
        # in a process of its own: what a child takes is never told to be less than its parent takes
        made = [sys.executable, str(HERE), "--make", name, str(folder)]
        path = Path(subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip())
        if name in STRICT:
            (folder / "pym-config.yaml").write_text("core: {documents: strict}\n")
        found: dict[str, list[Cost]] = {}
        for _ in range(rounds):
            for program, subject in (("check", path), ("start", folder)):
                shutil.rmtree(folder / ".pym", ignore_errors=True)
                found.setdefault(program, []).append(cost(program, subject))
        return {program: min(each, key=lambda one: one.seconds) for program, each in found.items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


HEADING = """\
| document | check, s | MB | start, s | MB | what is told first |
|---|---:|---:|---:|---:|---|"""


def row(name: str, found: dict[str, Cost]) -> str:
    def shown(value: float, limit: float, places: int) -> str:
        text = f"{value:.{places}f}"
        return text if value < limit else f"**{text}**"

    figures = [
        shown(value, limit, places)
        for each in found.values()
        for value, limit, places in ((each.seconds, SECONDS, 2), (each.megabytes, MEGABYTES, 0))
    ]
    told = (found["check"].told or found["start"].told).replace("|", "\\|").replace("*", "\\*")
    told = told if len(told) <= 120 else f"{told[:117]}..."
    if max(each.bytes for each in found.values()) > 1_000_000:
        told += " (more than 1 MB of output)"
    return f"| {' | '.join([name, *figures, told or 'nothing'])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="only documents whose names have this word")
    parser.add_argument("--rounds", type=int, default=1, help="the least of so many is told")
    parser.add_argument("--write", action="store_true", help="write refusals.md beside this file")
    parser.add_argument("--make", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(make(options.make[0], Path(options.make[1])))
        return
    print(HEADING)
    rows = []
    for name in DOCUMENTS:
        if options.only in name:
            rows.append(row(name, costs(name, options.rounds)))
            print(rows[-1], flush=True)
    if options.write:
        title, _, rest = (__doc__ or "").partition("\n\n")
        about = rest.partition("\n\n    python")[0].replace("``", "`")
        made = "Made by `python benchmarks/refusals.py --write`; what took longer or more is bold."
        HERE.with_suffix(".md").write_text("\n".join([f"# {title}", "", about, "", made, "", HEADING, *rows, ""]))


if __name__ == "__main__":
    main()
