"""What JSON writes as strings, and numbers that are too large, read exactly: from text and behind functions alike."""

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import pytest
from model_documents import catalog_of, read, refused
from pydantic import AwareDatetime, BeforeValidator, Field, NaiveDatetime, TypeAdapter, ValidationError, WrapValidator
from pymacaron_core.models import AwareTime, Base64, DecimalNumber, LocalDatetime, LocalTime, Model, faults_of
from pymacaron_core.models.constraints import ReadsJson
from pymacaron_core.models.json_mode import JsonSchemaGenerator

MOMENT = dt.datetime(2026, 1, 31, 12, tzinfo=dt.timezone.utc)
HALF_PAST_FIVE = dt.timezone(dt.timedelta(hours=5, minutes=30))

READ: list[tuple[Any, str, Any]] = [
    (dt.date, '"2026-01-31"', dt.date(2026, 1, 31)),
    (AwareDatetime, '"2026-01-31T12:00:00Z"', MOMENT),
    (AwareDatetime, '"2026-01-31t12:00:00z"', MOMENT),
    (AwareDatetime, '"2026-01-31T12:00:00.1234569Z"', MOMENT.replace(microsecond=123456)),
    (AwareDatetime, '"2026-01-31T12:00:00+05:30"', MOMENT.replace(tzinfo=HALF_PAST_FIVE)),
    (AwareDatetime, '"1998-12-31T23:59:60Z"', dt.datetime(1998, 12, 31, 23, 59, 59, 999999, dt.timezone.utc)),
    (dt.time, '"12:00:00Z"', dt.time(12, tzinfo=dt.timezone.utc)),
    (dt.time, '"12:00:00"', dt.time(12)),
    (dt.time, '"23:59:60Z"', dt.time(23, 59, 59, 999999, dt.timezone.utc)),
    (AwareTime, '"12:00:00Z"', dt.time(12, tzinfo=dt.timezone.utc)),
    (AwareTime, '"23:59:60Z"', dt.time(23, 59, 59, 999999, dt.timezone.utc)),
    (LocalTime, '"12:00:00.1234569"', dt.time(12, 0, 0, 123456)),
    (LocalDatetime, '"2026-01-31T12:00:00"', dt.datetime(2026, 1, 31, 12)),
    (NaiveDatetime, '"2026-01-31t12:00:00"', dt.datetime(2026, 1, 31, 12)),
    (dt.timedelta, '"P1DT2H"', dt.timedelta(days=1, hours=2)),
    (dt.timedelta, '"P2W"', dt.timedelta(weeks=2)),
    (dt.timedelta, '"-PT0.5S"', dt.timedelta(seconds=-0.5)),
    (UUID, '"12345678-1234-5678-1234-567812345678"', UUID("12345678123456781234567812345678")),
    (Base64, '"//4="', b"\xff\xfe"),
    (Decimal, '"1.10"', Decimal("1.10")),
    (DecimalNumber, "12345678901234567890123", Decimal("12345678901234567890123")),
    (Annotated[Decimal, Field(ge=Decimal("0.1"))], '"0.1"', Decimal("0.1")),
    (DecimalNumber, "0.1", Decimal("0.1")),
    (tuple[str, int], '["a", 1.0]', ("a", 1)),
    (tuple[dt.date, tuple[Decimal, int]], '["2026-01-31", ["1", 2]]', (dt.date(2026, 1, 31), (Decimal(1), 2))),
    (Any, '{"a": [1e300, "1e400", {}]}', {"a": [1e300, "1e400", {}]}),
    (list[float], "[1, 1e300]", [1.0, 1e300]),
]
REFUSED: list[tuple[Any, list[str], str]] = [
    (dt.date, ['"2026-02-30"', '"20260131"', '"2026-01-31T00:00:00Z"', '"0000-01-01"', '""'], "format"),
    (dt.date, ["1", "20260131", "true", "null", "[]"], "type"),
    (AwareDatetime, ['"2020"', '"2020-01-01"', '"2026-01-31T12:00:00"', '"2026-01-31T24:00:00Z"'], "format"),
    (
        AwareDatetime,
        ['"2026-01-31 12:00:00Z"', '"1769860800"', '"2026-01-31T12:00:00.Z"', '"2026-02-30T12:00:00Z"'],
        "format",
    ),
    (AwareDatetime, ['"1998-12-31T22:59:60Z"', '"1998-12-30T23:59:60Z"', '"9999-12-31T23:59:60-23:00"'], "format"),
    (AwareDatetime, ["1769860800", "1.5", "false"], "type"),
    (dt.time, ['"12:00"', '"24:00:00"', '"22:59:60Z"', '"T12:00:00"', '"12:00:00 Z"'], "format"),
    (dt.time, ["43200"], "type"),
    (AwareTime, ['"12:00:00"', '"12:00Z"', '"x"'], "format"),
    (LocalTime, ['"12:00:00Z"', '"12:00"', '"x"'], "format"),
    (LocalDatetime, ['"2026-01-31T12:00:00Z"', '"2026-01-31"'], "format"),
    (AwareTime, ["43200"], "type"),
    (dt.timedelta, ['"P1Y"', '"P1M"', '"P"', '"PT"', '"P1W1D"', '"PT1D"', '"1 day"', f'"P{"9" * 30}D"'], "format"),
    (dt.timedelta, ["5", "1.5"], "type"),
    (UUID, ['"12345678123456781234567812345678"', '"urn:uuid:12345678-1234-5678-1234-567812345678"'], "format"),
    (UUID, ["1"], "type"),
    (Base64, ['"__4="', '"//4"', '"a$=="', '"===="'], "format"),
    (Decimal, ['"NaN"', '"Infinity"', '"1_0"', '" 1"'], "format"),
    (Decimal, ["1", "1.1", "1e400", "NaN", "true", "null"], "type"),
    (DecimalNumber, ['"1"', "1e400", "true", "null"], "type"),
    (Annotated[Decimal, Field(ge=Decimal("0.1"))], ['"0.09"', '"0"'], "minimum"),
    (Annotated[dt.date, Field(ge=dt.date(2026, 1, 1))], ['"2025-12-31"'], "minimum"),
    (tuple[str, int], ['"ab"', "{}", "null", "1"], "type"),
    (float, ["1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 400], "type"),
    (Any, ["1e400", "NaN", "-Infinity"], "type"),
]
FINITE = [('{"a": [1, {"b/c": 1e400}]}', "/a/1/b~1c"), ("[NaN]", "/0")]


def unchanged(value: Any, inner: Callable[[Any], Any]) -> Any:
    return inner(value)


def readers(kind: Any) -> list[TypeAdapter[Any]]:
    """From JSON text, and behind functions before and around it."""
    kinds = (kind, Annotated[kind, BeforeValidator(lambda v: v)], Annotated[kind, WrapValidator(unchanged)])
    return [TypeAdapter(Annotated[each, ReadsJson()], config={"allow_inf_nan": False}) for each in kinds]


@pytest.mark.parametrize(("kind", "text", "value"), READ)
def test_a_value_is_read(kind: Any, text: str, value: Any) -> None:
    for adapter in readers(kind):
        for strict in (True, False):
            found = adapter.validate_json(text, strict=strict)
            assert found == value and type(found) is type(value)
            assert getattr(found, "tzinfo", None) == getattr(value, "tzinfo", None)


@pytest.mark.parametrize(("kind", "texts", "rule"), REFUSED)
def test_a_value_is_refused(kind: Any, texts: list[str], rule: str) -> None:
    for adapter in readers(kind):
        for text in texts:
            with pytest.raises(ValidationError) as caught:
                adapter.validate_json(text, strict=True)
            assert [fault.rule for fault in faults_of(caught.value, "body")] == [rule], text


@pytest.mark.parametrize(
    ("kind", "value", "told", "written"),
    [
        (AwareTime, dt.time(12), "a time with its offset (12:00:00Z)", "time"),
        (LocalTime, dt.time(12, tzinfo=dt.timezone.utc), "a time without offset (12:00:00)", "time-local"),
        (LocalDatetime, MOMENT, "a date-time without offset (2006-01-31T12:00:00)", "date-time-local"),
    ],
)
def test_python_values_have_an_offset_or_none_as_the_format_says(
    kind: Any, value: Any, told: str, written: str
) -> None:
    adapter = TypeAdapter[Any](Annotated[kind, ReadsJson()])
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    assert [fault.message for fault in faults_of(caught.value, "body")] == [f"must be {told}"]
    assert adapter.json_schema(schema_generator=JsonSchemaGenerator)["format"] == written
    other = value.replace(tzinfo=None if value.tzinfo else dt.timezone.utc)
    assert adapter.validate_json(adapter.dump_json(adapter.validate_python(other))) == other


@pytest.mark.parametrize(("text", "pointer"), FINITE)
def test_a_number_that_is_not_finite_is_told_with_its_place(text: str, pointer: str) -> None:
    for adapter in readers(Any):
        with pytest.raises(ValidationError) as caught:
            adapter.validate_json(text, strict=True)
        (fault,) = faults_of(caught.value, "body")
        assert (fault.pointer, fault.rule, fault.message) == (pointer, "type", "must be a finite number")


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (dt.date, '"x"', "must be a date (2006-01-31)"),
        (AwareDatetime, '"x"', "must be a date-time with its offset (2006-01-31T12:00:00Z)"),
        (AwareTime, '"12:00:00"', "must be a time with its offset (12:00:00Z)"),
        (LocalTime, '"12:00:00Z"', "must be a time without offset (12:00:00)"),
        (LocalDatetime, '"12:00:00Z"', "must be a date-time without offset (2006-01-31T12:00:00)"),
        (dt.timedelta, '"P1Y"', "must be a duration of weeks, days, hours, minutes and seconds (P1DT2H)"),
        (UUID, '"x"', "must be a uuid"),
        (Base64, '"x"', "must be base64"),
        (Decimal, '"x"', "must be a decimal number"),
        (dt.date, "1", "must be a string"),
    ],
)
def test_faults_say_what_is_asked_for(kind: Any, text: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        readers(kind)[0].validate_json(text)
    assert [fault.message for fault in faults_of(caught.value, "body")] == [message]


class Everything(Model):
    date: dt.date
    moment: AwareDatetime
    length: dt.timedelta
    number: UUID
    content: Base64
    price: Decimal
    cost: DecimalNumber
    pair: tuple[str, int]
    free: Any


def test_python_values_are_taken_as_ever_and_go_to_json_and_back() -> None:
    model = Everything(
        date="2026-01-31",
        moment="2026-01-31 12:00:00Z",
        length=90,
        number="12345678123456781234567812345678",
        content=b"\xff",
        price=1,
        cost="0.1",
        pair=["a", 1],
        free=float("inf"),
    )
    assert (model.date, model.moment, model.length) == (dt.date(2026, 1, 31), MOMENT, dt.timedelta(seconds=90))
    assert (model.price, model.cost, model.pair) == (Decimal(1), Decimal("0.1"), ("a", 1))
    written = {**model.to_json(), "free": [1]}
    assert (written["content"], written["price"], written["cost"], written["pair"]) == ("/w==", "1", 0.1, ["a", 1])
    assert Everything.from_json(written).to_json() == written
    assert json.loads(model.model_copy(update={"free": [1]}).model_dump_json()) == written
    assert Everything.from_json(json.loads(json.dumps(written))).moment == MOMENT


@pytest.mark.parametrize("length", [-1.5, 0, 1e-6, 59.25, 3605, 86400 * 400 + 1])
def test_durations_of_python_are_read_back(length: float) -> None:
    adapter = readers(dt.timedelta)[0]
    assert adapter.validate_json(adapter.dump_json(dt.timedelta(seconds=length))) == dt.timedelta(seconds=length)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (dt.timedelta(days=400, seconds=3661), "P400DT1H1M1S"),
        (dt.timedelta(seconds=-1.5), "-PT1.5S"),
        (dt.timedelta(), "PT0S"),
        (dt.timedelta(days=-1), "-P1D"),
        (dt.timedelta(microseconds=10), "PT0.00001S"),
        (dt.timedelta(seconds=600), "PT10M"),
        (dt.timedelta(seconds=30), "PT30S"),
    ],
)
def test_durations_are_written_without_years(length: dt.timedelta, text: str) -> None:
    adapter = readers(dt.timedelta)[0]
    assert json.loads(adapter.dump_json(length)) == text
    assert adapter.validate_json(json.dumps(text)) == length


@pytest.mark.parametrize("name", ["date", "moment", "length", "number", "pair"])
def test_a_value_of_another_type_is_told_when_a_model_is_written(name: str) -> None:
    model = Everything.model_construct(**{name: 3})
    with pytest.warns(UserWarning, match="Expected"):
        model.model_dump_json()


def test_the_json_schema_of_a_class_says_types_and_formats() -> None:
    properties = Everything.get_model_schema()["properties"]
    formats = {name: (each.get("type"), each.get("format")) for name, each in properties.items()}
    assert formats["date"] == ("string", "date")
    assert formats["moment"] == ("string", "date-time")
    assert formats["length"] == ("string", "duration")
    assert formats["number"] == ("string", "uuid")
    assert formats["cost"] == ("number", "decimal")
    assert formats["pair"] == ("array", None)
    assert properties["free"] == {}


def test_a_number_of_the_format_decimal_is_exact(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        "It: {type: object, properties: {a: {type: number, format: decimal, minimum: 0.1, multipleOf: 0.1}}}",
        version="3.1.0",
    )
    assert catalog.unenforced == ()
    found = read(catalog, "It", '{"a": 0.3}')
    assert found.a == Decimal("0.3") and found.to_json() == {"a": 0.3}
    assert catalog.It(a=Decimal("3")).to_json() == {"a": 3}
    assert refused(catalog, "It", '{"a": 0.05}') != []
    assert refused(catalog, "It", '{"a": 0.35}') == [("/a", "multipleOf")]
    assert refused(catalog, "It", '{"a": "0.3"}') == [("/a", "type")]
