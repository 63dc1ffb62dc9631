"""Documents made to hurt are refused or read with little work and memory, each fault in a sentence with its place."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from cli_project import environment
from pymacaron_core.spec.faults import MOST

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {responses: {200: {description: ok}}}}}\n"
SCHEMAS = f"{HEAD}components:\n  schemas:\n"
MEGABYTES = 300
SECONDS = 60  # a document that is read in too much time takes hours, not seconds
READ = """
import json, resource, sys
from pathlib import Path
from pymacaron_core import StartError
from pymacaron_core.spec import read
path = Path(sys.argv[1])
try:
    _, faults = read(path, root=path.parent, sound_part=True)
    told = [str(fault) for fault in faults]
except StartError as error:
    told = str(error).splitlines()
status = Path("/proc/self/status")  # getrusage tells no less than what the process had that started this one
if status.exists():
    megabytes = int(status.read_text().partition("VmHWM:")[2].split()[0]) // 1024
else:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
print(json.dumps([told, megabytes]))
"""


def schemas(lines: Iterable[str]) -> str:
    """A document with these schemas."""
    return SCHEMAS + "".join(f"    {line}\n" for line in lines)


def chain(count: int, then: str) -> str:
    return schemas([*(f"S{n}: {{$ref: '#/components/schemas/S{n + 1}'}}" for n in range(count)), f"S{count}: {then}"])


BOMB = (
    HEAD
    + "x-a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"x-{after}: &{after} [{', '.join(['*' + name] * 9)}]\n"
        for name, after in zip("abcdefghij", "bcdefghijk", strict=True)
    )
)
DOCUMENTS = {
    "aliases that multiply": (BOMB, "the aliases of this file stand for more than"),
    "aliases by merging": (
        f"{HEAD}x-a: &a {{{', '.join(f'k{n}: 1' for n in range(1000))}}}\nx-b:\n" + "  - {<<: *a}\n" * 1000,
        "the aliases of this file stand for more than",
    ),
    "lists in lists": (f"{HEAD}x-a: {'[' * 10_000}{']' * 10_000}", "nested deeper than 200 levels"),
    "lists never closed": (f"{HEAD}x-a: {'[' * 100_000}", "nested deeper than 200 levels"),
    "mappings in mappings": (f"{HEAD}x-a: {'{a: ' * 10_000}1{'}' * 10_000}", "nested deeper than 200 levels"),
    "blocks in blocks": (
        f"{HEAD}x-a:\n" + "".join(f"{' ' * n}a:\n" for n in range(1, 2000)),
        "nested deeper than 200 levels",
    ),
    "blocks of lists": (f"{HEAD}x-a:\n {'- ' * 10_000}a", "nested deeper than 200 levels"),
    "json in json": (
        '{"openapi": "3.1.0", "x-a": ' + "[" * 10_000 + "]" * 10_000 + "}",
        "nested deeper than 200 levels",
    ),
    "schemas in schemas": (
        f"{HEAD}components: {{schemas: {{A: {'{items: ' * 10_000}{{}}{'}' * 10_000}}}}}",
        "nested deeper than 200 levels",
    ),
    "39,000 references to nothing": (
        schemas(["A: {prefixItems: [" + ", ".join(f"{{$ref: '#/a/S{n}'}}" for n in range(39_000)) + "]}"]),
        "faults more",
    ),
    "a chain of 39,000 references to nothing": (chain(39_000, "{$ref: '#/nowhere'}"), "there is no `nowhere`"),
    "a circle of 39,000 references": (
        chain(39_000, "{$ref: '#/components/schemas/S0'}"),
        "S0 -> S1 -> S2 -> S3 -> S4 -> S5 -> S6 -> S7 -> S8 -> 38991 more -> S39000 -> S0",
    ),
    "a chain of 39,000 references": (chain(39_000, "{}"), "the schema `S37998` leads through too many others"),
    "a chain of 100,000 references": (chain(100_000, "{}"), "this mapping has more than 40000 keys"),
    "100,000 references in a list": (
        schemas(["A: {anyOf: [" + ", ".join(f"{{$ref: '#/components/schemas/S{n}'}}" for n in range(100_000)) + "]}"]),
        "this list has more than 40000 items",
    ),
    "1,000,000 keys": (HEAD + "x-a:\n" + "".join(f"  k{n}: 1\n" for n in range(1_000_000)), "more than 40000 keys"),
    "1,000,000 keys of JSON": (
        json.dumps({"openapi": "3.1.0", "x-a": {f"k{n}": 1 for n in range(1_000_000)}}),
        "this mapping has more than 40000 keys",
    ),
    "7,800,000 lists": (
        '{"openapi": "3.1.0", "x-a": [' + ("[" + "[]," * 39_000 + "0],") * 200 + "0]}",
        "more than 750000 values",
    ),
    "an enum of 1,000,000": (
        json.dumps({"openapi": "3.1.0", "components": {"schemas": {"A": {"enum": list(range(1_000_000))}}}}),
        "this list has more than 40000 items",
    ),
    "parents of 3,000, one of the other, with readOnly": (
        schemas(
            f"S{n}: {{allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}], properties: {{a: {{readOnly: true}}}}}}"
            for n in range(3000)
        ),
        "the schema `S2498` leads through too many others",
    ),
    "oneOf of 10,000": (
        schemas(["A: {oneOf: [" + ", ".join(["{$ref: '#/components/schemas/B'}"] * 10_000) + "]}", "B: {}"]),
        "`oneOf` has 10000 schemas",
    ),
    "oneOf of oneOf of ...": (
        schemas(["A: {oneOf: [" + ", ".join(["{oneOf: [" + ", ".join(["{}"] * 30) + "]}"] * 30) + "]}"]),
        "`oneOf` has 930 schemas",
    ),
    "many ways into a circle": (
        schemas(
            [
                "L: {$ref: '#/components/schemas/L'}",
                *(
                    f"S{n}: {{allOf: [{{$ref: '#/components/schemas/L'}}, {{$ref: '#/components/schemas/S{n + 1}'}}]}}"
                    for n in range(10_000)
                ),
                "S10000: {}",
            ]
        ),
        "the schema `L` is made of itself, without end: L -> L",
    ),
    "allOf in circles": (
        schemas(
            f"S{n}: {{allOf: [{{$ref: '#/components/schemas/S{(n + 1) % 500}'}},"
            f" {{$ref: '#/components/schemas/S{(n + 7) % 500}'}}]}}"
            for n in range(500)
        ),
        "is made of itself, without end",
    ),
    "a chain of parents with discriminators": (
        schemas(
            f"S{n}: {{discriminator: {{propertyName: a}}, allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}]}}"
            for n in range(3000)
        ),
        "the discriminators of this document mean more than",
    ),
    "30,000 anchors that nobody has": (schemas(f"S{n}: {{$ref: '#a{n}'}}" for n in range(30_000)), "faults more"),
    "30,000 files that are not there": (schemas(f"S{n}: {{$ref: 'f{n}.yaml'}}" for n in range(30_000)), "faults more"),
    "30,000 keys that mean nothing": (
        HEAD.replace("get: {", "get: {" + "".join(f"respons{n}: 1, " for n in range(30_000))),
        "did you mean `responses`?",
    ),
    "one name for 10,000 operations": (
        HEAD.split("paths")[0]
        + "paths:\n"
        + "".join(f"  /x{n}: {{get: {{operationId: a, responses: {{}}}}}}\n" for n in range(10_000)),
        "the operationId `a` is taken",
    ),
    "a path of braces": (
        json.dumps({"openapi": "3.1.0", "paths": {"/" + "{" * 100_000: {"get": {}}, "/x": {"get": {}}}}),
        "do not pair",
    ),
    "a path of 10,000 variables": (
        json.dumps({"openapi": "3.1.0", "paths": {"/" + "{a}" * 10_000: {"get": {}}, "/x": {"get": {}}}}),
        "has the variable `a` twice",
    ),
    "a number of 1,000,000 digits": (f"{HEAD}openapy: {'9' * 1_000_000}", "did you mean `openapi`?"),
    "a key of 1,000,000 letters": (f"{HEAD}{'a' * 1_000_000}: 1", "a key without ':' stands here"),
    "a file larger than any document": (HEAD + "#" * 33 * 2**20, "has more than 32 MB"),
}


@pytest.mark.parametrize(("text", "words"), DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_a_document_made_to_hurt_is_told_with_little_memory(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / ("api.json" if text.startswith("{") else "api.yaml")
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        env=environment(COVERAGE_PROCESS_CONFIG=""),  # what measures the tests would measure itself here
    )
    told, megabytes = json.loads(done.stdout)
    assert any(words in line for line in told), told[:3]
    assert all(len(line) < 1000 for line in told)
    assert len(told) <= MOST + 1
    assert megabytes < MEGABYTES
