"""The codec: what goes in comes out, of the same kind; nothing a user sends can pass for one of our marks."""

from __future__ import annotations

import contextlib
import enum
import json
import logging
import math
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pymacaron_core
import pytest
from hand_written import Parcel
from hypothesis import given
from hypothesis import strategies as st
from pymacaron_async import ArgumentRefused, MessageRefused
from pymacaron_async.codec import DEEPEST, Codec, from_text, to_text
from pymacaron_core.contract import check_model
from pymacaron_core.protocol import ModelRegistry

CODEC = Codec(ModelRegistry())


def travelled(value: Any, codec: Codec = CODEC) -> Any:
    """The value after its way through the queue."""
    return codec.read(from_text(to_text(codec.written(value))))


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same kinds, down to the last member."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if isinstance(one, datetime | time):
        return one == other and one.utcoffset() == other.utcoffset() and one.fold == other.fold
    return bool(one == other) and (not isinstance(one, float | Decimal) or repr(one) == repr(other))


ZONES = st.none() | st.sampled_from(
    [timezone.utc, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(seconds=17)), ZoneInfo("UTC")]
)
HASHABLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**62, max_value=2**70),
    st.floats(allow_nan=False),
    st.text(),
    st.sampled_from(["__type__", "__value__", "__pymacaron_model_name", "model", "list", "dict", "int", "datetime"]),
    st.binary(),
    st.datetimes(timezones=ZONES),
    st.dates(),
    st.times(timezones=st.none() | st.just(timezone.utc)),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
)
KEYS = st.one_of(HASHABLE, st.tuples(HASHABLE, HASHABLE), st.frozensets(st.integers() | st.text(), max_size=3))
VALUES = st.recursive(
    KEYS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(HASHABLE, max_size=4),
        st.fixed_dictionaries({"__type__": inner, "__value__": inner}),
        st.fixed_dictionaries({"__pymacaron_model_name": inner, "__pymacaron_api_name": inner}),
    ),
    max_leaves=20,
)


@given(VALUES)
def test_every_plain_value_comes_out_as_it_went_in(value: Any):
    assert same(travelled(value), value)


@given(st.lists(st.sampled_from(["model", "list", "dict", "datetime", "shop", "Order", None, 1]), max_size=6))
def test_lists_that_look_like_our_marks_stay_lists(value: list[Any]):
    assert travelled(value) == value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
MARKED = st.lists(
    st.sampled_from(["model", "list", "dict", "tuple", "set", "int", "float", "bytes", "decimal", "uuid", "datetime"])
    | JSON,
    min_size=1,
    max_size=5,
)


@given(JSON | MARKED)
def test_foreign_json_is_read_or_refused_and_nothing_else(tree: Any):
    with contextlib.suppress(MessageRefused):
        CODEC.read(from_text(json.dumps(tree)))


@pytest.mark.parametrize("text", ["", "{", "NaN", "[1, Infinity]", "[" * 100_000, "\udc80"])
def test_what_is_no_json_is_refused(text: str):
    with pytest.raises(MessageRefused, match="no JSON"):
        from_text(text)


def test_a_named_zone_keeps_its_name_and_a_doubtful_hour_its_side():
    oslo = ZoneInfo("Europe/Oslo")
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=oslo, fold=1)
    back = travelled(twice)
    assert (back.tzinfo.key, back.fold, back.utcoffset()) == ("Europe/Oslo", 1, timedelta(hours=1))
    assert travelled(time(8, 30, tzinfo=oslo)).tzinfo.key == "Europe/Oslo"


class Shouting(str):
    pass


class Counts(dict):
    pass


@pytest.mark.parametrize(
    "value", [Shouting("hi"), Counts(a=1), type("Many", (int,), {})(3), type("Far", (float,), {})(1.5)]
)
def test_a_value_of_a_subclass_arrives_as_the_class_itself(value: Any):
    assert travelled(value) == value
    assert type(travelled(value)) is type(value).__mro__[1]


class Colour(enum.Enum):
    RED = 1


class Size(str, enum.Enum):
    LARGE = "L"


class Nowhere(tzinfo):
    def utcoffset(self, moment: Any) -> None:
        return None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": [1, object()]}, r"the value\['a'\]\[1\] is a builtins.object, which cannot be sent"),
        ({object(): 1}, "a key of the value is a builtins.object"),
        (math.nan, "is NaN"),
        (Decimal("NaN"), "decimal.Decimal"),
        ([Colour.RED], r"the value\[0\] is Colour.RED, of an Enum: send its value"),
        (Size.LARGE, "of an Enum"),
        (1j, "builtins.complex"),
        (time(1, tzinfo=Nowhere()), "zone without a name"),
        ({"key" * 20: object()}, r"the value\[\.\.\.\]"),
        (Parcel, "cannot be sent"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_place(value: Any, told: str):
    with pytest.raises(ArgumentRefused, match=told):
        CODEC.written(value)
    assert issubclass(ArgumentRefused, TypeError)


def test_what_holds_itself_is_refused():
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ArgumentRefused, match="levels deep"):
        CODEC.written(value)


def test_what_lies_deep_but_not_too_deep_travels():
    value: Any = 1
    for _ in range(DEEPEST):
        value = [value]
    assert travelled(value) == value


# Models


@pytest.fixture
def shop(project: Path):
    application = pymacaron_core.load(project)
    application.models.register(Parcel)
    return application


ORDER = {
    "id": "7",
    "seconds": 1.5,
    "at": "2026-01-31T12:00:00Z",
    "to": {"city": "Oslo", "zip": None},
    "picture": "aGVq",
}
PARCEL = {"id": "p1", "grams": 250}


def order_of(application: Any) -> Any:
    return application.models.find("shop", "Order")


def test_the_contract_holds_for_models_that_travelled(shop: Any, monkeypatch: pytest.MonkeyPatch):
    codec = Codec(shop.models)
    for model, values in ((order_of(shop), ORDER), (Parcel, PARCEL)):
        check_model(model, values)
        made = model.from_json(values)
        assert type(travelled(made, codec)) is model
        original = model.from_json
        monkeypatch.setattr(
            model, "from_json", classmethod(lambda cls, j, original=original: travelled(original(j), codec))
        )
        check_model(model, values)


def test_models_travel_wherever_they_stand(shop: Any):
    codec, order = Codec(shop.models), order_of(shop)
    made, parcel = order.from_json(ORDER), Parcel("p1", 250)
    value = {"a": [made, (parcel, {"deep": [parcel]})], 3: made.to, "none": None}
    back = travelled(value, codec)
    assert back == value
    assert back["a"][0].to_json() == made.to_json()
    assert back["a"][0].at.tzinfo is not None and back["a"][0].picture == made.picture


def test_a_model_that_no_worker_can_find_is_refused_when_it_is_sent(shop: Any):
    class Stranger(Parcel):
        pass

    with pytest.raises(ArgumentRefused, match=r"hand_written\.Parcel, which no worker can find"):
        CODEC.written([Parcel("p1", 1)])
    registry = ModelRegistry()
    registry.register(Stranger)
    with pytest.raises(ArgumentRefused, match="no worker can find"):
        Codec(registry).written(Parcel("p1", 1))


def test_an_unknown_model_is_refused_by_name(shop: Any):
    with pytest.raises(MessageRefused, match="the API 'shop' has no model 'Gone'; it has Address, Order, Queued"):
        Codec(shop.models).read(["model", "shop", "Gone", "1", ["dict", []]])


def test_another_version_that_fits_is_taken_and_told_once(shop: Any, caplog: pytest.LogCaptureFixture):
    codec, order = Codec(shop.models), order_of(shop).from_json(ORDER)
    tree = codec.written(order)
    tree[3] = "older"
    with caplog.at_level(logging.WARNING):
        assert codec.read(tree) == codec.read(tree) == order
    assert [record.getMessage() for record in caplog.records] == [
        f"messages hold shop.Order of version older, ours is {order.get_model_version()}: so far they fit"
    ]


def test_another_version_that_does_not_fit_is_refused_without_its_values(shop: Any):
    tree = ["model", "shop", "Order", "older", ["dict", [["seconds", "a secret"]]]]
    with pytest.raises(MessageRefused, match=r"shop\.Order of version older.*id: missing; seconds: ") as raised:
        Codec(shop.models).read(tree)
    assert "a secret" not in str(raised.value)


def test_a_hand_written_model_that_does_not_fit_is_refused():
    registry = ModelRegistry()
    registry.register(Parcel)
    with pytest.raises(MessageRefused, match=r"post\.Parcel of version x.*KeyError"):
        Codec(registry).read(["model", "post", "Parcel", "x", ["dict", []]])


def test_the_plain_kinds_are_written_as_told():
    assert CODEC.written([1, 2**70, 1.5, "a", b"a", date(2026, 1, 2), UUID(int=1), timedelta(1), math.inf]) == [
        "list",
        [
            *(1, ["int", hex(2**70)], 1.5, "a", ["bytes", "YQ=="], ["date", "2026-01-02"], ["uuid", "0" * 31 + "1"]),
            *(["timedelta", 1, 0, 0], ["float", "inf"]),
        ],
    ]
