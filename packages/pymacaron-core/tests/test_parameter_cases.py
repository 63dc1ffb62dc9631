"""Every style, place and type of parameter, as the texts of OpenAPI and RFC 6570 write them.

``benchmarks/parameters.md`` is the table.
The cases and where they are from are in ``benchmarks/wire_forms``; none of them is taken from what is read here.
"""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from parameters import told
from wire_forms.cases import COMBINATIONS, FORMATS, cases
from wire_forms.served import outcomes

pytestmark = pytest.mark.any_python  # over a thousand requests: seconds on each Python, for the same answer

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
CASES = cases()
GROUPS = sorted({(case.dialect, case.place, case.style) for case in CASES})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return list(outcomes(CASES, tmp_path_factory.mktemp("cases")))


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_what_is_sent_is_read_or_refused_as_the_texts_have_it(found, group):
    wrong = [
        (case.kind, case.wire, case.fault or case.value, got)
        for case, is_right, got in found
        if (case.dialect, case.place, case.style) == group and not is_right
    ]
    assert not wrong


def test_every_combination_has_cases_with_values_and_with_faults():
    assert len(CASES) >= 400
    kinds = {(case.place, case.style, case.explode, case.fault is None) for case in CASES}
    assert {(*each, is_value) for each in COMBINATIONS for is_value in (True, False)} <= kinds
    swagger = {(case.place, case.style) for case in CASES if case.dialect == "2.0"}
    places = ("path", "query", "header", "formData")
    assert swagger == {(place, name) for place in places for name in FORMATS} | {
        ("query", "multi"),
        ("formData", "multi"),
    }


def test_a_case_that_comes_out_otherwise_is_seen(tmp_path):
    read = next(case for case in CASES if case.value == ["blue", "black", "brown"])
    refused = next(case for case in CASES if case.fault == ("/color", "style"))
    wrong = [replace(read, value=["blue,black", "brown"]), replace(refused, fault=("/color", "type"))]
    assert [is_right for _, is_right, _ in outcomes(wrong, tmp_path)] == [False, False]


def test_the_published_table_is_that_of_these_cases(found):
    assert (BENCHMARKS / "parameters.md").read_text(encoding="utf-8") == told(found)
