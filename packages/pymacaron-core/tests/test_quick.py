"""The second validator of types: it takes nothing that the first does not, and gives the same values."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, ConfigDict, Field, NaiveDatetime, TypeAdapter, ValidationError, field_validator
from pydantic_core import SchemaValidator
from pymacaron_core.bodies import Quick
from pymacaron_core.models import AwareTime, Maybe, Model
from pymacaron_core.models.quick import MOST, quick_reader


class Inner(Model):
    model_config = ConfigDict(extra="allow")
    number: Annotated[int, Field(ge=1, le=10)]
    part: float = 0.5


class Outer(Model):
    state: Literal["new", "gone"] = "new"
    when: AwareDatetime | None = None
    local: NaiveDatetime | None = None
    key: UUID | None = None
    at: AwareTime | None = None
    code: Annotated[str, Field(pattern="^[A-Z]+$")] | None = None
    order_id: Annotated[int, Field(alias="order-id", multiple_of=3)] = 0
    flag: bool | None = None
    note: Maybe[str] = None
    tags: Annotated[list[str], Field(max_length=2)] = Field(default_factory=list)
    inner: Inner | None = None
    inners: list[Inner] = Field(default_factory=list)
    by_name: dict[str, Inner] = Field(default_factory=dict)


ADAPTER: TypeAdapter[Any] = TypeAdapter(Outer)
ADAPTER.rebuild()


def whole(text: bytes) -> Any:
    return ADAPTER.validate_json(text, strict=True, by_alias=True, by_name=False)


READ = quick_reader(ADAPTER) or whole  # an old pydantic has none

MOMENTS = ("2024-02-29T12:00:00Z", "2024-02-29t12:00:00.1234567+01:00", "2016-12-31T23:59:60Z", "2024-02-29 12:00:00Z")
ODD = ("1700000000", "2024-02-29T12:00Z", "2024-02-29T12:00:00", "12:00:00Z", "12:00", "A", "a", "", "1", "new", "gone")
UUIDS = (str(UUID(int=1)), "0" * 32, "{00000000-0000-0000-0000-000000000001}")
NUMBERS = (0, 1, 3, 11, -3, 1.0, 3.0, 1.5, 1e3, 10**30, True, False)
NAMES = (*Outer.model_fields, "order-id", *Inner.model_fields, "undeclared")
VALUES = st.recursive(
    st.none() | st.sampled_from((*MOMENTS, *ODD, *UUIDS, *NUMBERS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=6,
)
FITTING = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(("new", "gone")),
        "when": st.sampled_from(MOMENTS[:3]),
        "local": st.just("2024-02-29T12:00:00"),
        "key": st.sampled_from(UUIDS[:2]),
        "at": st.just("12:00:00Z"),
        "order-id": st.sampled_from((3, 3.0, 4)),
        "note": st.sampled_from(("a", None)),
        "tags": st.lists(st.just("a"), max_size=3),
        "inner": st.fixed_dictionaries(
            {"number": st.sampled_from((1, 1.0, 11))}, optional={"part": VALUES, "a": VALUES}
        ),
    },
)


def test_there_is_one_where_pydantic_can_do_without_the_own_validators_of_classes() -> None:
    try:
        SchemaValidator({"type": "str"}, None, _use_prebuilt=False)
    except TypeError:
        assert quick_reader(ADAPTER) is None
    else:
        assert quick_reader(ADAPTER) is not None


def parts(value: Any) -> Any:
    """A value with all that equality passes over: types, and what was set."""
    if isinstance(value, Model):
        return type(value), value.model_fields_set, parts(value.__dict__), parts(value.model_extra)
    if isinstance(value, dict):
        return [(key, parts(each)) for key, each in value.items()]
    return (type(value), [parts(each) for each in value]) if isinstance(value, list) else (type(value), repr(value))


@settings(max_examples=400)
@given(FITTING | st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4) | VALUES)
def test_what_it_takes_the_first_one_takes_as_the_same(value: Any) -> None:
    text = json.dumps(value).encode()
    try:
        found = READ(text)
    except ValidationError:
        return
    assert parts(found) == parts(whole(text))


def test_what_usually_comes_it_takes() -> None:
    usual = {"when": MOMENTS[0], "key": UUIDS[0], "order-id": 3, "note": "a", "inner": {"number": 1, "part": 2}}
    assert parts(READ(json.dumps(usual).encode())) == parts(whole(json.dumps(usual).encode()))


@pytest.mark.parametrize(
    "rare",
    [{"order-id": 3.0}, {"when": "2016-12-31T23:59:60Z"}, {"inner": {"number": 1.0}}],
)
def test_what_rarely_comes_is_read_by_the_first(rare: dict[str, Any]) -> None:
    quick = Quick(ADAPTER)
    quick.read(b"{}")
    text = json.dumps(rare).encode()
    try:
        value = quick.read(text)
    except ValidationError as told:
        value = quick.again(text, told)
    assert parts(value) == parts(whole(text))


@pytest.mark.parametrize("wrong", [b"[]", b"{", b'{"order_id": 4, "order-id": 4}', b'{"note": null}', b'{"flag": 1}'])
def test_what_is_wrong_is_told_by_the_first(wrong: bytes) -> None:
    quick = Quick(ADAPTER)
    quick.read(b"{}")
    with pytest.raises(ValidationError) as refused:
        quick.read(wrong)
    with pytest.raises(ValidationError) as told:
        quick.again(wrong, refused.value)
    with pytest.raises(ValidationError) as wanted:
        whole(wrong)
    assert told.value.errors() == wanted.value.errors()


class Circle(Model):
    inside: Circle | None = None


class Counted(Model):
    number: int

    @field_validator("number")
    @classmethod
    def doubled(cls, value: int) -> int:
        return value * 2


class Wide(Model):
    many: tuple[int, str] | None = None


def adapter_of(kind: Any) -> TypeAdapter[Any]:
    made: TypeAdapter[Any] = TypeAdapter(kind)
    made.rebuild()
    return made


@pytest.mark.parametrize("kind", [Circle, Counted, Wide, int | str, list[Circle]])
def test_what_is_not_known_has_none(kind: Any) -> None:
    adapter = adapter_of(kind)
    assert quick_reader(adapter) is None
    quick = Quick(adapter)
    assert Quick(adapter_of(list[int])).read(b"[1]") == [1]
    with pytest.raises(ValidationError) as told:
        quick.read(b"!")
    with pytest.raises(ValidationError):
        quick.again(b"!", told.value)


def test_a_class_that_is_named_twice_is_read_in_both_places() -> None:
    class Pair(Model):
        one: Inner
        other: Inner

    adapter = adapter_of(Pair)
    assert (quick_reader(adapter) is None) is (quick_reader(ADAPTER) is None)
    quick = Quick(adapter)
    for number in (1, 2):
        assert (
            quick.read(f'{{"one": {{"number": 1}}, "other": {{"number": {number}}}}}'.encode()).other.number == number
        )


def test_what_would_be_too_large_has_none() -> None:
    kind: Any = bool
    for _ in range(12):
        kind = type("Pair", (Model,), {"__annotations__": {"one": kind, "other": kind}})
    assert MOST < 2**12
    assert quick_reader(adapter_of(kind)) is None
