"""Schemas that lead through many others: as many as people write simply work, and too many spoil what uses them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from modules import apart
from pymacaron_core import load
from pymacaron_core.application import Application
from pymacaron_core.spec.depth import BRANCHES, DEEPEST, too_deep
from pymacaron_core.spec.operation import Schema
from pymacaron_core.spec.order import inner_first

LAST = "type: object, required: [a], properties: {a: {type: string}}"


def ref(name: str) -> str:
    return f"{{$ref: '#/components/schemas/{name}'}}"


def links(count: int) -> list[str]:
    return [*(f"S{n}: {ref(f'S{n + 1}')}" for n in range(count)), f"S{count}: {{{LAST}}}"]


def parents(count: int, more: str = "") -> list[str]:
    return [*(f"S{n}: {{allOf: [{ref(f'S{n + 1}')}]{more}}}" for n in range(count)), f"S{count}: {{{LAST}}}"]


def branches(keyword: str, count: int) -> list[str]:
    named = [f"B{n}: {{type: object, required: [p{n}], properties: {{p{n}: {{type: string}}}}}}" for n in range(count)]
    return [f"S0: {{{keyword}: [{', '.join(ref(f'B{n}') for n in range(count))}]}}", *named]


def service(folder: Path, schemas: list[str]) -> Application:
    """A service with an operation that takes the schema S0, and one that has nothing to do with it."""
    (folder / "apis").mkdir()
    lines = "".join(f"    {line}\n" for line in schemas)
    (folder / "apis" / "shop.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n"
        "  /plain: {get: {operationId: plain, responses: {200: {description: ok}}}}\n"
        "  /deep: {post: {operationId: deep, responses: {200: {description: ok}},\n"
        f"    requestBody: {{required: true, content: {{application/json: {{schema: {ref('S0')}}}}}}}}}}}\n"
        f"components:\n  schemas:\n{lines}"
    )
    return load(folder, mock_missing=True)


def statuses(application: Application, *bodies: object) -> list[int]:
    client = application.app.test_client()
    return [client.get("/plain").status_code, *(client.post("/deep", json=body).status_code for body in bodies)]


@pytest.mark.parametrize(
    ("schemas", "good", "bad"),
    [
        (links(DEEPEST), {"a": "x"}, {}),
        (parents(300), {"a": "x"}, {}),
        (parents(300, ", properties: {a: {readOnly: true}, b: {type: string}}"), {"b": "x"}, {"b": 1}),
        (branches("anyOf", BRANCHES), {"p499": "x"}, {"p499": 1}),
    ],
    ids=["references", "allOf", "allOf and readOnly", "anyOf"],
)
@pytest.mark.unmeasured
def test_what_is_deep_as_people_write_it_is_served(
    tmp_path: Path, schemas: list[str], good: object, bad: object
) -> None:
    with apart("apis"):
        assert statuses(service(tmp_path, schemas), good, bad) == [200, 200, 400]


@pytest.mark.parametrize(
    ("schemas", "told"),
    [
        (links(20_000), "the schema `S18999` leads through too many others"),
        (parents(3_000), "the schema `S2499` leads through too many others"),
        (parents(1_000, ", properties: {b: {readOnly: true}}"), "the schema `S499` leads through too many others"),
        (branches("oneOf", 2_000), "`oneOf` has 2000 schemas"),
        (branches("anyOf", BRANCHES + 1), f"`anyOf` has {BRANCHES + 1} schemas"),
    ],
    ids=["references", "allOf", "allOf and readOnly", "oneOf", "anyOf"],
)
@pytest.mark.unmeasured
def test_what_is_too_deep_spoils_only_what_uses_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, schemas: list[str], told: str
) -> None:
    with apart("apis"), caplog.at_level(logging.WARNING):
        assert statuses(service(tmp_path, schemas), {"a": "x"}) == [200, 501]
    lines = caplog.text.splitlines()
    assert len(lines) == 2
    assert told in lines[0]
    assert "deep (POST /deep) is not served" in lines[1]


def test_a_chain_that_is_too_deep_is_told_once_where_it_is_so() -> None:
    chain = {f"S{n}": Schema(ref=f"S{n + 1}") for n in range(DEEPEST + 10)}
    found = dict(too_deep({**chain, f"S{DEEPEST + 10}": Schema()}))
    assert [name for name, is_first in found.items() if is_first] == ["S8"]
    assert set(found) == {f"S{n}" for n in range(9)}


def test_what_is_inside_comes_first_and_circles_end() -> None:
    inside = {"a": "bc", "b": "c", "c": "", "x": "y", "y": "x"}
    assert list(inner_first("ax", inside.__getitem__)) == ["c", "b", "a", "y", "x"]
    assert list(inner_first("a", inside.__getitem__, done="b")) == ["c", "a"]
