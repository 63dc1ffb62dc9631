"""How the start of a service grows with its document: time and memory, the first time and from cache.

Documents are made by a seeded generator: schemas that refer to each other (also recursively), ``allOf``, ``oneOf`` with
a discriminator, maps, enums, formats, and two thirds as many paths with parameters, bodies and replies. Each is loaded
by ``pymacaron_core.load`` in fresh processes: *first* with an empty state folder, *cache* with what the first one
left. Time is the processor's, in seconds, beyond the imports; memory is that of the whole process. Machines differ:
compare the figures per MB, which stay level where cost grows with the document and no faster.

    python documents.py [--sizes 50,100,200,400,600,800,1600] [--rounds 3] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__)
TEXT = """
account amount audit batch branch carrier charge claim client code comment contract currency customer delivery
deposit detail discount entry fee invoice item journal label ledger limit line note number offer order owner
parcel payment period plan policy price product quantity quote rate receipt refund region report request
return review risk route sale schedule shipment status stock supplier tax unit
"""
WORDS = TEXT.split()
IDENTITY = "8a5ed1bd-c8e0-4f92-8a9b-8d0a1e0b2b11"
DOMAIN, SHARED, PLAIN = 25, 10, 5
"""So many schemas are of one domain, so many are shared by all, every so many-eth is sure to be a plain object."""

Mapping = dict[str, Any]


class Writer:
    """Makes one document of ``schemas`` schemas. ``weight`` is how rich each schema is: 1 gives 1.1 MB for 600.

    Schemas refer to others of their domain (25 schemas) and to ten that all share; in a ``knot``, to any.
    """

    def __init__(self, schemas: int, weight: float = 1.0, knot: bool = False, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.weight = weight
        self.knot = knot
        self.names = [self._name(number) for number in range(schemas)]
        self.paths = max(1, schemas * 2 // 3)

    def document(self) -> Mapping:
        return {
            "openapi": "3.0.3",
            "info": {"title": "Large", "version": "1.0.0", "description": self._text(40)},
            "paths": dict(self._paths()),
            "components": {"schemas": {name: self._schema(number) for number, name in enumerate(self.names)}},
        }

    def _name(self, number: int) -> str:
        return "".join(word.capitalize() for word in self.random.sample(WORDS, 2)) + str(number)

    def _text(self, words: int) -> str:
        return " ".join(self.random.choices(WORDS, k=words)).capitalize() + "."

    def _ref(self, number: int, step: int = 1) -> Mapping:
        """A reference from the schema of that number, or from an operation on it, to one of every ``step``."""
        first = number // DOMAIN * DOMAIN
        near = (
            self.names if self.knot else self.names[:SHARED] if number < SHARED else self.names[first : first + DOMAIN]
        )
        known = self.names[:SHARED] if self.random.random() < 0.2 else near
        return {"$ref": f"#/components/schemas/{self.random.choice(known[::step])}"}

    def _schema(self, number: int) -> Mapping:
        draw = self.random.random() if number % PLAIN else 1.0
        if draw < 0.08:
            return {"type": "string", "enum": [f"{word}_{number}" for word in self.random.sample(WORDS, 6)]}
        if draw < 0.14 and number > 10:
            own = self._object(number, max(2, int(3 * self.weight)))
            return {"allOf": [{"$ref": f"#/components/schemas/{self.names[number - 7]}"}, own]}
        if draw < 0.17:
            return {"oneOf": [self._ref(number, PLAIN), self._ref(number, PLAIN)], "description": self._text(8)}
        return self._object(number, max(3, int(self.random.randint(3, 7) * self.weight)))

    def _object(self, number: int, size: int) -> Mapping:
        names = [f"{self.random.choice(WORDS)}_{each}" for each in range(size)]
        names[0] = "id"
        return {
            "type": "object",
            "description": self._text(12),
            "required": names[: max(1, size // 3)],
            "properties": {name: self._property(name, number) for name in names},
        }

    def _property(self, name: str, number: int) -> Mapping:
        kinds: list[Mapping] = [
            {"type": "string", "minLength": 1, "maxLength": self.random.randint(20, 200)},
            {"type": "integer", "format": "int64", "minimum": 0},
            {"type": "number", "minimum": 0, "maximum": 1000000},
            {"type": "string", "format": "date-time"},
            {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
            {"type": "boolean", "default": False},
            {"type": "string", "nullable": True},
            {"type": "string", "enum": self.random.sample(WORDS, 4)},
            {"type": "array", "items": {"type": "string"}, "maxItems": 50},
            {"type": "object", "additionalProperties": {"type": "integer"}},
        ]
        if name == "id":
            return {"type": "string", "format": "uuid", "description": self._text(5)}
        draw = self.random.random()
        if draw < 0.18:
            return self._ref(number)
        if draw < 0.28:
            return {"type": "array", "items": self._ref(number)}
        return {**self.random.choice(kinds), "description": self._text(7)}

    def _paths(self) -> Iterator[tuple[str, Mapping]]:
        for number in range(self.paths):
            word = self.random.choice(WORDS)
            item: Mapping = {"get": self._operation(f"get_{word}_{number}", number, False)}
            if number % 4 != 3:
                item["put"] = self._operation(f"put_{word}_{number}", number, True)
            yield f"/{word}/{number}/{{id}}", item

    def _operation(self, name: str, number: int, body: bool) -> Mapping:
        number = number * 3 // 2
        reply: Mapping = (
            self._ref(number) if self.random.random() < 0.6 else {"type": "array", "items": self._ref(number)}
        )
        query = [{"name": f"{word}_filter", "in": "query", "schema": {"type": "string"}, "description": self._text(5)}
                 for word in self.random.sample(WORDS, 2)]  # fmt: skip
        operation: Mapping = {
            "operationId": name,
            "summary": self._text(5),
            "description": self._text(int(12 * self.weight)),
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 20}},
                *query,
            ],
            "responses": {
                "200": {"description": self._text(4), "content": {"application/json": {"schema": reply}}},
                "default": {"description": "An error", "content": {"application/json": {"schema": self._ref(number)}}},
            },
        }
        if body:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": self._ref(number)}},
            }
        return operation


def yaml_of(value: Any, indent: int = 0) -> Iterator[str]:
    """A value as lines of YAML in block style."""
    pad = " " * indent
    for key, inner in value.items() if isinstance(value, dict) else (("-", each) for each in value):
        head = "- " if key == "-" else f"{key if str(key).replace('_', '').isalpha() else json.dumps(key)}: "
        if isinstance(inner, (dict, list)) and inner:
            yield f"{pad}{head.rstrip()}"
            yield from yaml_of(inner, indent + 2)
        else:
            yield f"{pad}{head}{inner if isinstance(inner, str) and inner[:1].isalpha() else json.dumps(inner)}"


def make_project(folder: Path, schemas: int, weight: float = 1.0, knot: bool = False) -> int:
    """Write a project with a document of that many schemas and a function for each operation; gives back its bytes."""
    document = Writer(schemas, weight, knot).document()
    (folder / "apis").mkdir(parents=True)
    (folder / "large").mkdir()
    text = "\n".join(yaml_of(document)) + "\n"
    (folder / "apis" / "large.yaml").write_text(text)
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    functions = "\n\n".join(f"def {name}(*body, **arguments):\n    return {{}}" for name in names)
    (folder / "large" / "api.py").write_text(f'"""Every operation."""\n\n\n{functions}\n')
    return len(text)


def measure(root: str) -> Mapping:
    """Load a project in this process. What is imported before is what any service imports."""
    import resource
    import time

    import flask  # noqa: F401
    import pydantic
    import yaml  # noqa: F401

    pydantic.TypeAdapter(dict[str, Any])
    libraries = time.process_time()
    import pymacaron_core

    pymacaron_core.API, pymacaron_core.load  # noqa: B018

    begun = time.process_time()
    application = pymacaron_core.load(root)
    loaded = time.process_time() - begun
    answer = application.app.test_client().get("/ping")
    if answer.status_code != 200 or len(application.apis["large"].routes) < 1:
        raise SystemExit(f"the service does not answer: {answer.status}")
    routes = application.apis["large"].routes
    begun = time.process_time()
    application.app.test_client().get(routes[len(routes) // 2].path.replace("<id>", IDENTITY))
    first = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    resident = peak
    if sys.platform == "linux":
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
    return {"load": loaded, "first": first, "libraries": libraries, "peak": peak, "resident": resident}


def run(root: Path) -> Mapping:
    """Measure in a fresh process."""
    environ = {**os.environ, "PYM_ENV": "local"}
    done = subprocess.run(
        [sys.executable, str(HERE), "--measure", str(root)], capture_output=True, text=True, env=environ, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: Mapping = json.loads(done.stdout.splitlines()[-1])
    return found


def medians(results: list[Mapping]) -> Mapping:
    return {key: statistics.median(each[key] for each in results) for key in results[0]}


@dataclass(frozen=True)
class Found:
    """What was measured with one document."""

    schemas: int
    size: int
    first: Mapping
    cached: Mapping
    kind: str = ""


def measured(schemas: int, weight: float, knot: bool, rounds: int, kind: str = "") -> Found:
    """Make a document, and load it some times without and with what was kept of it."""
    folder = Path(tempfile.mkdtemp(prefix="documents-"))
    try:
        size = make_project(folder / "project", schemas, weight, knot)
        first, cached = [], []
        for _ in range(rounds):
            shutil.rmtree(folder / "project" / ".pym", ignore_errors=True)
            first.append(run(folder / "project"))
            cached.append(run(folder / "project"))
        return Found(schemas, size, medians(first), medians(cached), kind)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


HEAD = """\
| schemas | operations | MB | first, s | s a MB | peak MB | cache, s | s a MB | resident MB | first request, ms |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


def row(found: Found) -> str:
    size = found.size / 1e6
    operations = sum(1 if number % 4 == 3 else 2 for number in range(found.schemas * 2 // 3))
    figures = [
        *(f"{found.schemas}{found.kind}", f"{operations}", f"{size:.2f}"),
        *(f"{found.first['load']:.2f}", f"{found.first['load'] / size:.2f}", f"{found.first['peak']:.0f}"),
        *(f"{found.cached['load']:.2f}", f"{found.cached['load'] / size:.2f}", f"{found.cached['resident']:.0f}"),
        f"{found.cached['first'] * 1000:.0f}",
    ]
    return f"| {' | '.join(figures)} |"


def plot(points: list[tuple[float, float]]) -> list[str]:
    """A bar for each size, as long as its time: the ends lie on a line where growth is linear."""
    longest = max(seconds for _, seconds in points)
    return [
        f"{size:6.2f} MB {'#' * max(1, round(60 * seconds / longest)):60} {seconds:.2f} s" for size, seconds in points
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="50,100,200,400,600,800,1600", help="numbers of schemas")
    parser.add_argument(
        "--rich", default="2000x4.3", help="a document of richer schemas: schemas x weight; '' for none"
    )
    parser.add_argument("--knot", default="600", help="a document in which any schema refers to any; '' for none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write documents.md beside this file")
    parser.add_argument("--measure", metavar="ROOT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    wanted = [(int(each), 1.0, False, options.rounds, "") for each in options.sizes.split(",") if each]
    if options.knot:
        wanted.append((int(options.knot), 1.0, True, options.rounds, " (knot)"))
    if options.rich:
        schemas, weight = options.rich.split("x")
        wanted.append((int(schemas), float(weight), False, 1, " (rich)"))
    print(HEAD)
    found = []
    for each in wanted:
        found.append(measured(*each))
        print(row(found[-1]), flush=True)
    if options.write:
        _write(found)


def _write(found: list[Found]) -> None:
    title, _, rest = (__doc__ or "").partition("\n\n")
    about = rest.partition("\n\n    python")[0].replace("``", "`")
    plain = [each for each in found if not each.kind]
    libraries = statistics.median(each.cached["libraries"] for each in found)
    told = [
        *(f"# {title}", "", about, "", "In a *knot* any schema refers to any; in the *rich* document each is larger."),
        *("Made by `python benchmarks/documents.py --write`.", "", HEAD, *map(row, found), ""),
        *(f"Importing Flask, pydantic and PyYAML alone takes {libraries:.2f} s.", "", "First start:", "", "```"),
        *plot([(each.size / 1e6, each.first["load"]) for each in plain]),
        *("```", "", "From cache:", "", "```"),
        *plot([(each.size / 1e6, each.cached["load"]) for each in plain]),
        *("```", ""),
    ]
    HERE.with_suffix(".md").write_text("\n".join(told))


if __name__ == "__main__":
    main()
