"""Single values: every one comes back from its text, and what cannot be kept is refused with its place."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymacaron_dynamodb import LimitExceeded, ValueRefused
from pymacaron_dynamodb.leaves import Leaf, canonical, leaf_of, number_text, sortable, value_of

OFFSETS = st.integers(-86399, 86399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
# ISO 8601 has no word for the second pass through an hour (fold), whose offset tells it already.
MOMENTS = st.datetimes(timezones=st.one_of(st.none(), OFFSETS)).map(lambda moment: moment.replace(fold=0))
LEAVES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(10**38) + 1, 10**38 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    MOMENTS,
    st.dates(),
    st.times(timezones=st.one_of(st.none(), OFFSETS)).map(lambda moment: moment.replace(fold=0)),
    st.timedeltas(),
    st.uuids(),
)


@given(LEAVES)
def test_every_value_comes_back_from_its_text(value):
    leaf = leaf_of(value, "")
    back = value_of(leaf)
    assert type(back) is type(value) and repr(back) == repr(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=8))
def test_equal_numbers_have_one_text_which_is_the_number(number):
    text = number_text(number, "")
    assert Decimal(text) == number
    assert number_text(Decimal(f"{number:f}000"), "") == text
    assert str(canonical(Decimal(text))) == str(canonical(number))


@given(MOMENTS.filter(lambda moment: moment.utcoffset() is not None and 2 < moment.year < 9998), MOMENTS)
def test_moments_in_keys_are_sorted_as_they_follow_each_other(one, other):
    other = other.replace(tzinfo=timezone.utc)
    assert (sortable(one, "") < sortable(other, "")) == (one < other)
    assert sortable(one, "") == sortable(one.astimezone(timezone.utc), "")


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (float("nan"), ValueRefused, "/x: nan is no number that an item can hold"),
        (float("-inf"), ValueRefused, "/x: -inf is no number"),
        (Decimal("sNaN"), ValueRefused, "/x: sNaN is no number"),
        ("\ud800", LimitExceeded, "/x: the text has half a character"),
        pytest.param(10**5000, LimitExceeded, "/x: a number must be between", id="huge"),
    ],
)
def test_what_is_no_value_is_refused_with_its_place(value, error, message):
    with pytest.raises(error, match=message):
        leaf_of(value, "/x")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("1" * 39, "can have 38 digits, not 39"),
        ("1E+126", "between 1E-130 and 9.99E"),
        ("1E-131", "between 1E-130 and 9.99E"),
        ("5e-324", "between 1E-130 and 9.99E"),
    ],
)
def test_numbers_beyond_those_of_dynamodb_are_refused(number, message):
    with pytest.raises((LimitExceeded, ValueRefused), match=message):
        number_text(Decimal(number), "/x")


def test_a_moment_without_an_offset_is_no_key():
    with pytest.raises(ValueRefused, match="needs an offset"):
        sortable(datetime(2024, 1, 1), "/at")


def test_a_moment_outside_of_the_calendar_in_utc_is_no_key():
    with pytest.raises(LimitExceeded, match="years 1 to 9999"):
        sortable(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))), "/at")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("date-time", "2024-02-29T10:00:00Z", datetime(2024, 2, 29, 10, tzinfo=timezone.utc)),
        ("time", "10:00:00Z", time(10, tzinfo=timezone.utc)),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("duration", "-P1DT2.500000S", -timedelta(days=1, seconds=2.5)),
        ("uuid", str(UUID(int=1)), UUID(int=1)),
    ],
)
def test_the_wires_own_forms_are_read(kind, text, value):
    assert value_of(Leaf(kind, text)) == value


@pytest.mark.parametrize(
    "leaf", [("date", "x"), ("decimal", "x"), ("duration", "P1Y"), ("nothing", "1"), ("uuid", "1")]
)
def test_a_text_that_is_none_of_its_kind_is_an_error(leaf):
    with pytest.raises(ValueError, match=r"is no |Invalid|badly"):
        value_of(Leaf(*leaf))


def test_what_is_no_single_value_is_no_leaf():
    assert leaf_of(object(), "") is None
