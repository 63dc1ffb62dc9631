"""Whatever becomes of a document, it is read, read in part or refused in sentences with places, and nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
import pytest
from pymacaron_core import API, StartError
from pymacaron_core.errors import DocumentError
from pymacaron_core.gathering import Wishes
from pymacaron_core.spec import read
from pymacaron_core.yaml12 import parse

pytestmark = pytest.mark.any_python  # processes and large documents: minutes on each Python, for the same answer

DOCUMENTS = sorted((Path(__file__).parent / "petstore").glob("*.yaml"))
ODD: list[Any] = [
    *(None, True, -1, 1.5, "", "x", "#/", "../..", "\0", [], {}, [None], {"": None}, 10**30, "/{a}{a}", "<<"),
    *({"$ref": "#"}, {"$ref": 1}, {"$ref": "api.yaml"}, {"$ref": "none.yaml"}, {"$id": "http://[x"}, {"$id": "x"}),
    *({"type": "null"}, {"enum": []}, {"pattern": "("}, {"pattern": "(?=(a+)+$)"}, {"type": ["string", 3]}),
    *({"allOf": [{"$ref": "#"}]}, {"properties": {"__init__": {}, "self": {}, "": {}}}, {"$dynamicRef": "#a"}),
]
KEYS = [
    *("$ref", "$id", "type", "items", "allOf", "properties", "get", "in", "name", "schema", "default", "enum"),
    *("required", "security", "paths", "200", "content", "callbacks"),
]
BITS = [b"\t", b":", b"{", b"]", b"&a ", b"*a", b"!!python/object:os.system ", b"<<: ", b"---\n", b'"', b"\xff", b"- "]
Chance = random.Random


def holders(value: Any) -> list[tuple[Any, Any]]:
    """Every mapping and list of a value, with each of its keys and numbers."""
    found, waiting = [], [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys if isinstance(holder[key], (dict, list))]
    return found


def of_values(data: bytes, chance: Chance) -> bytes:
    """The document with some of its values replaced, moved, renamed or gone."""
    value = json.loads(json.dumps(parse(data)))
    for _ in range(chance.choice([1, 2, 5, 20])):
        holder, key = chance.choice(holders(value))
        what = chance.randrange(4)
        if what == 0:
            holder[key] = json.loads(json.dumps(chance.choice(ODD)))
        elif what == 1:
            del holder[key]
        elif what == 2:
            other, at = chance.choice(holders(value))
            holder[key] = json.loads(json.dumps(other[at]))
        elif isinstance(holder, dict):
            holder[chance.choice(KEYS)] = holder.pop(key)
        if not holders(value):
            break
    return json.dumps(value).encode()


def of_bytes(data: bytes, chance: Chance) -> bytes:
    """The document with some of its bytes changed, gone or double."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 2, 5, 20])):
        at = chance.randrange(len(changed) or 1)
        what = chance.randrange(5)
        if what == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del changed[at : at + chance.randrange(50)]
        elif what == 2:
            changed[at:at] = chance.choice(BITS)
        elif what == 3:
            changed[at:at] = changed[at // 2 : at // 2 + chance.randrange(200)]
        elif chance.random() < 0.3:
            del changed[at:]
    return bytes(changed)


@pytest.mark.parametrize("change", [of_values, of_bytes])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.unmeasured
def test_a_document_changed_by_chance_is_read_or_refused(
    tmp_path: Path, change: Callable[[bytes, Chance], bytes], seed: int
) -> None:
    chance = Chance(seed)
    path = tmp_path / "api.yaml"
    outcomes = set()
    for _ in range(25):
        path.write_bytes(change(chance.choice(DOCUMENTS).read_bytes(), chance))
        try:
            specification, faults = read(path, root=tmp_path, sound_part=True)
            outcomes.add("read")
            assert specification.operations or specification.unserved or specification.schemas
        except DocumentError as error:
            outcomes.add("refused")
            faults = error.faults
            assert faults
        assert all(fault.message and (fault.line or not fault.pointer) for fault in faults)
    assert "read" in outcomes


@pytest.mark.parametrize("seed", range(3))
def test_a_document_changed_by_chance_is_served_in_part_or_stops_the_start(tmp_path: Path, seed: int) -> None:
    chance = Chance(seed)
    for number in range(4):
        root = tmp_path / str(number)
        (root / "apis").mkdir(parents=True)
        (root / "apis" / f"pets{seed}{number}.yaml").write_bytes(of_values(DOCUMENTS[0].read_bytes(), chance))
        try:
            api = API(flask.Flask("pets"), root=root, guards=dict.fromkeys(["key", "oauth"], lambda call, key: "me"))
            api._wishes = Wishes(mock_missing=True)
            application = api.load_apis().finish()
        except StartError:
            continue
        client = application.app.test_client()
        for served in application.apis.values():
            for operation in served.specification.unserved:
                assert client.open(operation.path, method=operation.method).status_code in (401, 404, 405, 501)
