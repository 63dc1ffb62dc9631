"""Models and the judge accept what a second implementation of JSON Schema accepts, on schemas made by chance.

A small run of ``benchmarks/conformance.py``, which has the large ones.
"""

import json
import sys
from pathlib import Path
from random import Random

import pytest
from pymacaron_core.models.judge import Judge

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from conformance import compare
from differential.reference import Reference, meaning
from differential.schemas import DIALECTS, Schemas
from differential.values import Values


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_judge_agrees_with_another_on_every_value(dialect: str) -> None:
    random = Random(f"judge {dialect}")
    pairs = 0
    for _ in range(4):
        named, bodies = Schemas(dialect, random).document_parts(20)
        for body in bodies:
            schema = meaning(body, named, dialect)
            judge, reference = Judge(schema["allOf"][0], schema["$defs"]), Reference(schema)
            for text in Values(schema, random).texts(10):
                value = json.loads(text)
                pairs += 1
                assert judge.fits(value) == reference.fits(value), (schema, text)
                assert judge.fits(value) == (judge.breaches(value) == []), (schema, text)
    assert pairs == 800


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.unmeasured
def test_models_agree_with_another_implementation(
    dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = compare(dialect, 600, seed=1)
    assert result.pairs >= 600
    assert result.agreement > 99.5, result.disagreements[:3]
