"""How often PyMacaron judges a body as JSON Schema says: compared with ``jsonschema-rs`` on schemas made by chance.

Every pair of a schema and a JSON text goes both ways: through a document of the dialect, its generated models and the
validator that bodies are read by; and through an independent reading of the same schema. What differs is made small
and told. The seed makes a run repeatable.

    python conformance.py [--pairs 2000] [--dialect 3.1] [--seed 1] [--write]
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from differential.reference import MADE_ON_PURPOSE, Reference, meaning
from differential.schemas import DIALECTS, Schemas
from differential.served import validators
from differential.shrinking import Case, shrunk
from differential.values import Values

TEXTS = 10
BODIES = 20
SAMPLE = 50
"""Of so many pairs, one is judged by the third implementation as well."""


@dataclass
class Disagreement:
    """One pair judged in two ways: ``kind`` says how."""

    kind: str
    schema: Any
    named: dict[str, Any]
    text: str


@dataclass
class Result:
    """What a run in one dialect found."""

    dialect: str
    pairs: int = 0
    fitting: int = 0
    schemas: int = 0
    of_the_references: int = 0
    sampled: int = 0
    wrong_in_sample: int = 0
    by_keyword: Counter[str] = field(default_factory=Counter)
    wrong_by_keyword: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    @property
    def agreement(self) -> float:
        return 100 * (1 - len(self.disagreements) / self.pairs) if self.pairs else 0.0


def compare(dialect: str, pairs: int, seed: int) -> Result:
    """Judge at least so many pairs in both ways."""
    result = Result(dialect)
    number = 0
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        while result.pairs < pairs:
            random = Random(f"{seed} {dialect} {number}")
            number += 1
            named, bodies = Schemas(dialect, random).document_parts(BODIES)
            for body, judge in zip(bodies, _served(named, bodies, dialect, Path(folder)), strict=True):
                _compare_one(result, named, body, judge, random)
    return result


def _served(named: dict[str, Any], bodies: list[Any], dialect: str, folder: Path) -> list[Callable[[str], str]]:
    """The validators of a document; where it cannot be served, of documents with one of its schemas each."""
    try:
        return validators(named, bodies, dialect, folder)
    except Exception as error:
        if len(bodies) == 1:
            told = re.sub(
                r"doc\d+\.json \(at [^)]*\)|doc\d+", "", f"refused the schema: {type(error).__name__}: {error}"
            )[:300]
            return [lambda text: told]
        return [_served(named, [body], dialect, folder)[0] for body in bodies]


def _compare_one(result: Result, named: dict[str, Any], body: Any, judge: Callable[[str], str], random: Random) -> None:
    schema = meaning(body, named, result.dialect)
    reference = Reference(schema)
    words = Counter(set(_words(body, named, set())))
    result.schemas += 1
    for text in Values(schema, random).texts(TEXTS):
        value = json.loads(text)
        expected, found = reference.fits(value), judge(text)
        result.pairs += 1
        result.fitting += expected
        result.by_keyword.update(words)
        if result.pairs % SAMPLE == 0:
            result.sampled += 1
            result.wrong_in_sample += reference.fits_by_another(value) != (found == "")
        if expected == (found == ""):
            continue
        if found in ("", "refused") and reference.fits_by_another(value) != expected:
            result.of_the_references += 1
            continue
        kind = found if found not in ("", "refused") else ("accepts" if found == "" else "refuses")
        result.wrong_by_keyword.update(words)
        result.disagreements.append(Disagreement(kind, body, named, text))


def _words(schema: Any, named: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """The keywords of a schema and of those it refers to."""
    if isinstance(schema, list):
        for each in schema:
            yield from _words(each, named, seen)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        yield key
        if key == "$ref":
            name = value.rpartition("/")[2]
            if name not in seen and name in named:
                seen.add(name)
                yield from _words(named[name], named, seen)
        elif key in ("properties", "patternProperties", "dependentSchemas"):
            yield from _words(list(value.values()), named, seen)
        elif key not in ("enum", "const", "default", "dependentRequired"):
            yield from _words(value, named, seen)


def smallest(each: Disagreement, dialect: str, folder: Path) -> Case:
    """The disagreement in its smallest form."""

    def disagrees(case: Case) -> bool:
        schema, named, value = case
        found = validators(named, [schema], dialect, folder)[0](json.dumps(value))
        if each.kind not in ("accepts", "refuses"):
            return found.split(":")[0] == each.kind.split(":")[0]
        full = meaning(schema, named, dialect)
        expected = Reference(full).fits(value)
        same = Reference(full).fits_by_another(value) == expected
        return same and (found == "") == (each.kind == "accepts") and expected == (each.kind == "refuses")

    if each.kind.startswith("refused the schema"):
        return each.schema, each.named, None
    return shrunk((each.schema, each.named, json.loads(each.text)), disagrees)


def grouped(result: Result, most: int) -> list[tuple[str, list[tuple[Disagreement, Case]]]]:
    """The disagreements in their smallest form (of so many), by how they differ and by the keywords left."""
    groups: dict[str, list[tuple[Disagreement, Case]]] = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        step = max(1, len(result.disagreements) // most)
        for each in result.disagreements[::step][:most]:
            case = smallest(each, result.dialect, Path(folder))
            words = sorted(set(_words(case[0], case[1], set())) - {"type"})
            is_refused = each.kind.startswith("refused the")
            groups.setdefault(f"{each.kind[:160]}: {'' if is_refused else ', '.join(words)}", []).append((each, case))
    return sorted(groups.items(), key=lambda pair: -len(pair[1]))


def told(result: Result, groups: list[tuple[str, list[tuple[Disagreement, Case]]]]) -> str:
    """The result as a table of Markdown, and what was found to differ."""
    lines = [
        f"## {result.dialect}",
        "",
        f"{result.pairs:,} pairs of {result.schemas:,} schemas; {result.fitting:,} of the values fit. "
        f"Agreement: **{result.agreement:.3f} %**. With `jsonschema`, on {result.sampled:,} of the pairs: "
        f"{100 - 100 * result.wrong_in_sample / max(1, result.sampled):.3f} %. On {result.of_the_references} pairs the "
        "two others differ, and PyMacaron agrees with `jsonschema`.",
        "",
        "| keyword | pairs | agreement |",
        "|---|---:|---:|",
    ]
    for word, count in sorted(result.by_keyword.items()):
        share = 100 * (1 - result.wrong_by_keyword[word] / count)
        lines.append(f"| `{word}` | {count:,} | {share:.3f} % |")
    lines += ["", "What differs, in its smallest form:" if groups else "No pair differs."]
    for _, cases in groups:
        schema, named, value = (json.dumps(each) for each in cases[0][1])
        lines.append(
            f"- {cases[0][0].kind}: `{schema}`" + (f" with `{named}`" if named != "{}" else "") + f" and `{value}`"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2_000, help="how many pairs in each dialect")
    parser.add_argument("--dialect", choices=DIALECTS, action="append", help="only this dialect")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smallest", type=int, default=40, help="how many disagreements are made small and told")
    parser.add_argument("--write", action="store_true", help="write conformance.md beside this file")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    tables = []
    for dialect in given.dialect or DIALECTS:
        started = time.monotonic()
        result = compare(dialect, given.pairs, given.seed)
        groups = grouped(result, given.smallest)
        tables.append(told(result, groups))
        print(tables[-1])
        print(f"\n{len(result.disagreements)} disagreements; {time.monotonic() - started:.0f} s\n")
        for name, cases in groups:
            print(f"{len(cases):4} x {name}")
            for _, case in cases[:2]:
                print("      ", *(json.dumps(part)[:600] for part in case))
        print(flush=True)
    if given.write:
        purpose = "\n".join(f"- {what}: {why}." for what, why in MADE_ON_PURPOSE.items())
        head = Path(__file__).with_name("conformance_head.md").read_text(encoding="utf-8")
        Path(__file__).with_name("conformance.md").write_text(
            "\n\n".join([head.strip(), purpose, *tables]) + "\n", encoding="utf-8"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
