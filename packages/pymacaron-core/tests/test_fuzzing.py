"""Services called by schemathesis, every reply held to the document: a small run of ``benchmarks/fuzzing.py``."""

import logging
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from fuzzed.calls import result_of
from fuzzed.excuses import Excused
from fuzzed.services import SERVICES

CALLS = {
    "workshop": 700,
    "swagger": 500,
    "openapi": 400,
    "helloworld": 250,
    "guestbook": 120,
    "account": 200,
    "ping": 15,
    "health": 15,
}


@pytest.mark.any_python
@pytest.mark.unmeasured
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_whatever_a_caller_sends_every_reply_is_what_the_document_says(service, tmp_path, monkeypatch):
    logging.disable(logging.CRITICAL)
    monkeypatch.setattr("sys.path", list(sys.path))
    try:
        result = result_of(service, tmp_path, seed=1, examples=2, excused=Excused())
    finally:
        logging.disable(logging.NOTSET)
    assert not result.findings, "\n\n".join(result.findings[:5])
    assert result.total >= CALLS[service.name]
