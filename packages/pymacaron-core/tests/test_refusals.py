"""That documents made to hurt are refused with work in proportion to them: counted, not timed.

What whole processes take is measured by ``benchmarks/refusals.py``, from which these documents are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from modules import apart
from pymacaron_core import load
from pymacaron_core.yaml12 import YamlFault, builder, parse, reading

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import documents
import refusals

GROWING: dict[str, tuple[Callable[[int], str], int]] = {
    "references in a chain": (lambda n: refusals.chain(n, "{type: string}"), 1500),
    "references in a circle": (lambda n: refusals.chain(n, refusals.ref("S0")), 500),
    "references to nothing": (lambda n: refusals.chain(n, refusals.ref("nowhere")), 500),
    "allOf in a circle": (lambda n: refusals.circle(n, refusals.READ_ONLY), 400),
    "allOf in a circle, discriminators": (lambda n: refusals.circle(n, refusals.TOLD_APART), 400),
    "operations with faults": (lambda n: refusals.operations(n), 500),
    "one name for all operations": (lambda n: refusals.operations(n, "operationId: a, "), 500),
    "oneOf with too many branches": (lambda n: refusals.branches("oneOf", n), 600),
}


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called to do something."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.any_python
@pytest.mark.parametrize(("document", "count"), GROWING.values(), ids=list(GROWING))
@pytest.mark.unmeasured
def test_twice_as_much_of_it_is_twice_the_work(
    document: Callable[[int], str], count: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "apis").mkdir()

    def calls(count: int) -> int:
        (tmp_path / "apis" / "api.yaml").write_text(document(count))
        caplog.clear()
        with apart("apis"):
            return calls_of(lambda: load(tmp_path, mock_missing=True))

    calls(10)  # what is made once in a process
    one, two, four = (calls(count * factor) for factor in (1, 2, 4))
    assert four - two < 2.4 * (two - one)
    assert len(caplog.text) < 300_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n" + "".join(f"  k{n}: 1\n" for n in range(11)), "12:3: this mapping has more than 10 keys"),
        (json.dumps({f"k{n}": 1 for n in range(11)}), "1:92: this mapping has more than 10 keys"),
        ("- 1\n" * 11, "11:3: this list has more than 10 items"),
        (json.dumps([1] * 11), "1:32: this list has more than 10 items"),
        ("- [[], [], [], [], [], [], []]\n" * 6, "there are more than 40 values in this file"),
        (json.dumps([[[]] * 7] * 6), "there are more than 40 values in this file"),
    ],
    ids=["keys", "keys of JSON", "items", "items of JSON", "values", "values of JSON"],
)
def test_what_is_too_much_is_refused_at_once(text: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (builder, reading):
        monkeypatch.setattr(room, "MAX_MEMBERS", 10)
        monkeypatch.setattr(room, "MAX_VALUES", 40)
    with pytest.raises(YamlFault) as caught:
        parse(text)
    fault = caught.value
    assert told in f"{fault.line}:{fault.column}: {fault}"
    assert str(fault).endswith("; that is no API document")


def test_as_much_as_there_may_be_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (builder, reading):
        monkeypatch.setattr(room, "MAX_MEMBERS", 10)
        monkeypatch.setattr(room, "MAX_VALUES", 40)
    value = {"a": {f"k{n}": 1 for n in range(10)}, "b": [1] * 10}
    assert parse(json.dumps(value)) == value
    assert parse("\n".join(documents.yaml_of(value))) == value
