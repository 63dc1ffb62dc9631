"""What a model tells of the text it was read from: never that names stand once where one stands twice."""

import json
from decimal import Decimal
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, Field, ValidationError
from pymacaron_core.models import Model
from pymacaron_core.repetitions import repeated_names
from pymacaron_core.tallies import LateTally


class Inner(Model):
    name: str
    note: str | None = None


class Outer(Model):
    state: Literal["new", "gone"]
    when: AwareDatetime
    key: UUID | None = None
    price: Decimal = Decimal(0)
    number: int | None = 1
    tags: list[str] = Field(default_factory=list)
    inner: Inner | None = None
    inners: list[Inner] = Field(default_factory=list)


def told(text: bytes) -> tuple[bool, bool]:
    """Whether the model is sure that each name stands once, at a glance and by looking twice."""
    value = Outer.model_validate_json(text, strict=True)
    tally = LateTally(Outer)
    at_a_glance = text.count(b'"') <= tally.quotes(value)
    return at_a_glance, tally.tell(text, value)


USUAL = {"state": "new", "when": "2024-02-29T12:00:00+01:00", "inner": {"name": "https://a.example/b?c=d:e"}}


@pytest.mark.parametrize("indent", [None, 2])
def test_usual_bodies_are_known_at_a_glance(indent: int | None) -> None:
    whole = {**USUAL, "key": str(UUID(int=7)), "number": None, "tags": ["a: b", "c"]}
    whole["inners"] = [{"name": "a", "note": None}, {"name": "b", "note": "c"}, {"name": "d"}]
    assert told(json.dumps(whole, indent=indent).encode())[0]
    assert told(json.dumps(USUAL, indent=indent).encode())[0]


def test_what_has_quotes_in_its_texts_is_looked_at_twice() -> None:
    assert told(json.dumps({**USUAL, "inner": {"name": 'the "best"'}}).encode()) == (False, True)


class Pairs(list):
    """An object as it is written, names more than once and all."""


NAMES = [*Outer.model_fields, *Inner.model_fields, "undeclared"]
VALUES = st.recursive(
    st.none()
    | st.integers(0, 9)
    | st.sampled_from(["new", "gone", "a", '":', '"', "3", USUAL["when"], str(UUID(int=1))]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4).map(Pairs)
    ),
    max_leaves=8,
)


def written(value: object, gap: str) -> str:
    if isinstance(value, Pairs):
        return "{" + f",{gap}".join(f"{json.dumps(name)}{gap}:{written(each, gap)}" for name, each in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(each, gap) for each in value) + "]"
    return json.dumps(value)


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4), st.sampled_from(["", " ", "\n\t"]))
def test_nothing_is_vouched_for_that_has_a_name_twice_or_undeclared(more: list[tuple[str, object]], gap: str) -> None:
    text = written(Pairs([("state", "new"), ("when", USUAL["when"]), *more]), gap).encode()
    try:
        sure = told(text)
    except ValidationError:
        return
    if any(sure):
        assert not repeated_names(text)
        assert b"undeclared" not in text
