"""Writing YAML that every reader understands alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pymacaron_core.yaml12 import dump, parse

AMBIGUOUS = (
    *("1e3", "0o17", "012", "089", ".5", "on", "NO", "y", "N", "null", "Null", "1:20", "2020-01-01", "~", "", "true"),
    *("<<", "=", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "%a", "@a", "`a", "{a}", "[a]", "? a", "a:", "|", ">"),
    *("'", '"', "---", "...", "0x1F", "1_000", ".inf", "+1", "\ufeff", "\u2028", "\x85", "\xa0", " a", "a ", "\ta"),
    *(
        "a\nb",
        "a\nb\n",
        "a\nb\n\n",
        "\na",
        " a\nb",
        "a\n\tb",
        "a\n  b\n c",
        "a \nb",
        "a\r\nb",
        "a\n  ",
        "\n",
        "\n\n",
        "\x00",
    ),
)
TEXTS = st.text() | st.sampled_from(AMBIGUOUS) | st.text(alphabet="ab:#- \n\t'\"|>,[]{}&*!%@`?~.0_eE+")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_a_text_stays_a_text_for_readers_of_both_versions(text: str) -> None:
    for value in (text, [text], {text: text}, [[{"a": [text]}]]):
        assert yaml.safe_load(dump(value)) == value
        assert parse(dump(value)) == value


@given(VALUES)
@settings(max_examples=400, deadline=None)
@pytest.mark.any_python
@pytest.mark.unmeasured
def test_whatever_is_written_is_read_again_by_readers_of_both_versions(value: Any) -> None:
    written = dump(value)
    assert json.dumps(parse(written)) == json.dumps(value)
    assert json.dumps(yaml.safe_load(written)) == json.dumps(value)


def test_what_is_written_looks_as_people_write_it() -> None:
    value = {
        "openapi": "3.1.0",
        "paths": {"/pets/{id}": {"get": {"description": "One.\n\nOr more.\n", "tags": ["pets"], "parameters": []}}},
        "servers": [{"url": "https://example.com/v1"}, [1, [2]]],
        "numbers": [12, 1.5, -1e30, True, None],
        "200": "it's on: yes",
    }
    assert dump(value) == (
        "openapi: '3.1.0'\npaths:\n  /pets/{id}:\n    get:\n      description: |\n        One.\n\n        Or more.\n"
        "      tags:\n        - pets\n      parameters: []\n"
        "servers:\n  - url: https://example.com/v1\n  - - 1\n    - - 2\n"
        "numbers:\n  - 12\n  - 1.5\n  - -1.0e+30\n  - true\n  - null\n'200': 'it''s on: yes'\n"
    )


def test_a_very_long_key_is_found_by_readers() -> None:
    value = {"a": [{"k" * 5000: [1, {"b" * 2000: 2}]}]}
    assert yaml.safe_load(dump(value)) == parse(dump(value)) == value
