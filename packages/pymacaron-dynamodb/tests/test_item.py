"""The item codec: whatever class a model is of, it comes back exactly, and what cannot be kept is refused first."""

import math
from copy import deepcopy
from datetime import datetime, timezone
from decimal import Context, Decimal

import pytest
from documents import BOOK, SHOP
from hand_written import Note
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymacaron_core import apipool
from pymacaron_core.contract import check_model
from pymacaron_dynamodb import ItemTooLarge, ItemUnreadable, LimitExceeded, ValueRefused, to_item, to_model
from pymacaron_dynamodb.item import EXACT, LARGEST, Codec, check_size, item_size
from test_leaves import LEAVES, MOMENTS

NOTE = {
    "owner": "ada",
    "number": 2**53 + 1,
    "text": None,
    "price": "12.30",
    "weight": 1.0,
    "at": "2024-02-29T12:00:00.000001+05:30",
    "day": "2024-02-29",
    "id": "00000000-0000-4000-8000-000000000000",
    "data": "AAEC/w==",
    "free": {"a": 1.0, "b": [1, None, {}]},
    "lines": [{"text": "", "length": 0}],
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    file = tmp_path_factory.mktemp("shop") / "shop.yaml"
    file.write_text(SHOP)
    return apipool.load_swagger("shop", file)


def kept_in_items(model):
    """The same class, whose native values come out of an item."""
    codec = Codec(model)

    class Kept(model):
        def to_native(self):
            return codec.to_native(codec.to_item(model.from_native(model.to_native(self))))

    return Kept


@pytest.mark.parametrize(
    "values", [BOOK, {"id": 1, "title": "x"}, {"id": -(2**63), "title": "x", "anything": 10.0**22}]
)
def test_the_contract_holds_for_generated_models_through_items(shop, values):
    check_model(shop.Book, values)
    check_model(kept_in_items(shop.Book), values)


@pytest.mark.parametrize("values", [NOTE, {"owner": "x", "number": 1}, {"owner": "x", "number": 1, "price": "1E+2"}])
def test_the_contract_holds_for_a_hand_written_class_through_items(values):
    check_model(Note, values)
    check_model(kept_in_items(Note), values)


def test_a_model_is_written_as_dynamodbs_own_types(shop):
    item = to_item(shop.Book.from_json(BOOK))
    assert item["id"] == {"N": "9007199254740993"}
    assert item["price"] == {"N": "12.3"}
    assert item["cover"] == {"B": b"\x00\x01\x02\xff"}
    assert item["added"] == {"S": "2024-02-29T12:00:00.000001+05:30"}
    assert item["note"] == {"NULL": True} and item["sold"] == {"BOOL": False} and item["title"] == {"S": ""}
    assert item["authors"] == {"L": [{"M": {"name": {"S": "Erich Kästner"}, "born": {"N": "1899"}}}]}
    assert item[EXACT]["M"]["/price"] == {"S": "decimal 12.30"}


def test_nothing_is_noted_where_the_schema_tells_the_value(shop):
    plain = {
        "id": 1,
        "title": "x",
        "price": "1.5",
        "weight": 3.0,
        "added": "2024-02-29T12:00:00+02:00",
        "matrix": [[2.0]],
    }
    assert EXACT not in to_item(shop.Book.from_json(plain))


def numbers_as_amazon_writes_them(attribute):
    """DynamoDB gives numbers back in a form of its own: 3 for 3.0, 1000 for 1E+3."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return {"N": format(Context(prec=50).normalize(Decimal(value)), "f")}
    if kind == "M":
        return {"M": {name: numbers_as_amazon_writes_them(each) for name, each in value.items()}}
    return {"L": [numbers_as_amazon_writes_them(each) for each in value]} if kind == "L" else attribute


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), LEAVES, st.binary()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=4),
    ),
    max_leaves=12,
)


def storable(value):
    """Whether every number in a value is one of DynamoDB's."""
    if isinstance(value, dict):
        return all(map(storable, value.values()))
    if isinstance(value, list):
        return all(map(storable, value))
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        digits = "".join(map(str, number.as_tuple().digits)).strip("0")
        return not number or (len(digits) <= 38 and -130 <= number.adjusted() <= 125)
    return True


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from([name for name in Note.schema["properties"] if name not in ("text", "lines")]),
        JSON.filter(storable),
    )
)
def test_any_values_come_back_whatever_the_schema_says(values):
    values = {name: value for name, value in values.items() if value is not None}
    item = {name: numbers_as_amazon_writes_them(each) for name, each in to_item(Note(**values)).items()}
    back = to_model(Note, item)
    assert repr(back.values) == repr(values)


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_generated_models_of_any_values_come_back(shop, data):
    values = {
        "id": data.draw(st.integers(-(2**63), 2**63 - 1)),
        "title": data.draw(st.text(st.characters(exclude_categories=["Cs"]))),
        "weight": data.draw(st.floats(-1e30, 1e30, allow_subnormal=False).filter(lambda x: not x or abs(x) > 1e-100)),
        "price": data.draw(st.decimals(-(10**20), 10**20, places=data.draw(st.integers(0, 9)))),
        "added": data.draw(MOMENTS.filter(lambda moment: moment.tzinfo is not None)),
        "cover": data.draw(st.binary()),
        "anything": data.draw(JSON.filter(storable)),
        "either": data.draw(st.one_of(st.integers(0, 10**10), st.floats(1e-9, 10))),
    }
    book = shop.Book(**values)
    assert repr(to_model(shop.Book, to_item(book)).to_native()) == repr(book.to_native())


def deep(levels):
    return {"a": deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("free", "error", "message"),
    [
        ({"a": [math.nan]}, ValueRefused, "/free/a/0: nan is no number"),
        ({"a/b": {"c~": math.inf}}, ValueRefused, "/free/a~1b/c~0: inf is no number"),
        ({"a": object()}, ValueRefused, "/free/a: a object is no value that an item can hold"),
        ({"a": {1, 2}}, ValueRefused, "/free/a: a set is no value"),
        ({"a": 10**38 + 1}, LimitExceeded, "/free/a: a number can have 38 digits, not 39"),
        ({"a": 10**126}, LimitExceeded, "/free/a: a number must be between"),
        ({"a": "\ud800"}, LimitExceeded, "/free/a: the text has half a character"),
        ({"\ud800": 1}, LimitExceeded, "half a character"),
        ({"": 1}, LimitExceeded, "/free/: a name must be a text of 1 to 65535 bytes"),
        ({"x" * 65536: 1}, LimitExceeded, "a name must be"),
        ({1: 1}, LimitExceeded, "/free/1: a name must be a text"),
        (deep(32), LimitExceeded, "values can be nested 32 deep"),
    ],
)
def test_what_dynamodb_cannot_hold_is_refused_with_its_place(free, error, message):
    with pytest.raises(error, match=message) as raised:
        to_item(Note(owner="ada", free=free))
    assert raised.value.status == (500 if error is ValueRefused else 400)


def test_values_may_be_nested_as_deep_as_dynamodb_takes():
    note = Note(owner="ada", free=deep(31))
    assert to_model(Note, to_item(note)) == note


def test_none_of_a_property_that_is_not_nullable_is_left_out():
    assert to_item(Note(owner="ada", at=None, text=None)) == {"owner": {"S": "ada"}, "text": {"NULL": True}}


def test_a_property_that_would_be_lost_is_refused():
    with pytest.raises(ValueRefused, match="/lines/0/colour: the schema declares no such property"):
        to_item(Note(owner="ada", lines=[{"colour": "red"}]))


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(ValueRefused, match="/_exact: this name is taken"):
        to_item(Note(owner="ada", _exact=1))


def test_an_item_larger_than_400_kilobytes_is_refused():
    item = to_item(Note(owner="ada", text="x" * LARGEST))
    with pytest.raises(
        ItemTooLarge, match=r"the item is 4096\d\d bytes as an item, and DynamoDB takes 409600 at most"
    ) as raised:
        check_size(item, "the item")
    assert (raised.value.status, raised.value.code) == (413, "PAYLOAD_TOO_LARGE")


def test_the_size_of_an_item_is_counted_as_amazon_does():
    item = {
        "s": {"S": "äb"},
        "n": {"N": "-12.5"},
        "b": {"B": b"123"},
        "t": {"BOOL": True},
        "l": {"L": [{"NULL": True}]},
    }
    assert item_size(item) == (1 + 3) + (1 + 4) + (1 + 3) + (1 + 1) + (1 + 3 + 1 + 1)
    assert item_size({"m": {"M": {"a": {"S": ""}}}, "s": {"SS": ["a", "bc"]}}) == (1 + 3 + 1 + 1) + (1 + 3)


def test_an_item_that_does_not_fit_its_model_is_told_without_its_values(shop):
    with pytest.raises(ItemUnreadable, match="does not fit its model Book: /title: ") as raised:
        to_model(shop.Book, {"id": {"N": "1"}, "title": {"N": "12345"}})
    assert "12345" not in raised.value.message
    with pytest.raises(ItemUnreadable, match="KeyError 'text'"):
        to_model(Demanding, {})


class Demanding(Note):
    @classmethod
    def from_native(cls, values):
        return cls(text=values["text"])


def test_sets_of_another_program_are_read_as_lists(shop):
    book = to_model(shop.Book, {"id": {"N": "1"}, "title": {"S": "x"}, "words": {"SS": ["a", "b"]}})
    assert book.words == ["a", "b"]


@pytest.mark.parametrize(
    "note", ["decimal 13", "decimal", "decimal x", "nothing 12.3", "number nan", "", "date-time 1"]
)
def test_an_exact_value_that_no_longer_stands_for_its_attribute_is_not_believed(shop, note):
    item = {"id": {"N": "1"}, "title": {"S": "x"}, "price": {"N": "12.3"}, EXACT: {"M": {"/price": {"S": note}}}}
    assert repr(to_model(shop.Book, item).price) == "Decimal('12.3')"
    assert to_model(shop.Book, {**item, EXACT: {"S": "spoilt"}}).price == Decimal("12.3")


def test_a_model_inside_a_model_is_kept_by_its_values():
    inner = Note(owner="bob")
    assert to_item(Note(owner="ada", free={"friend": inner}))["free"] == {
        "M": {"friend": {"M": {"owner": {"S": "bob"}}}}
    }


def test_extra_properties_belong_to_a_model_that_keeps_them(shop):
    at = datetime(2024, 1, 1, tzinfo=timezone.utc)
    reading = shop.Reading(user="00000000-0000-4000-8000-000000000000", at=at, mood="fine", level=1.0)
    assert to_model(shop.Reading, to_item(reading)).to_json() == reading.to_json()


def test_an_item_is_not_changed_when_it_is_read(shop):
    item = to_item(shop.Book.from_json(BOOK))
    before = deepcopy(item)
    to_model(shop.Book, item)
    assert item == before


@pytest.mark.parametrize(
    ("schema", "attribute", "value"),
    [
        ({"type": "integer"}, {"N": "3"}, 3),
        ({"type": "integer"}, {"N": "3.5"}, Decimal("3.5")),
        ({"type": "number"}, {"N": "3"}, 3.0),
        ({"type": ["number", "null"]}, {"N": "3"}, 3.0),
        ({"type": "number", "format": "decimal"}, {"N": "3"}, Decimal(3)),
        ({"allOf": [{"type": "integer"}, {"description": "x"}]}, {"N": "1E+2"}, 100),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, {"N": "3"}, 3),
        ({"enum": [1, 2]}, {"N": "2"}, 2),
        ({}, {"N": "2"}, 2),
        (True, {"N": "2.5"}, 2.5),
        ({"$ref": "#/$defs/Loop"}, {"N": "2.5"}, 2.5),
        ({"$ref": "#/$defs/Nowhere"}, {"N": "2"}, 2),
        ({"type": "string", "format": "date-time"}, {"S": "soon"}, "soon"),
        (
            {"type": "array", "prefixItems": [{"type": "number"}], "items": {"type": "integer"}},
            {"L": [{"N": "1"}] * 2},
            [1.0, 1],
        ),
        ({"type": "object", "additionalProperties": {"type": "number"}}, {"M": {"a": {"N": "1"}}}, {"a": 1.0}),
        ({"properties": {"a": {"type": "number"}}}, {"M": {"a": {"N": "1"}, "b": {"N": "1"}}}, {"a": 1.0}),
        (
            {"anyOf": [{"properties": {"a": {"type": "number"}}}, {"properties": {"a": {"type": "string"}}}]},
            {"M": {"a": {"N": "1"}}},
            {"a": Decimal(1)},
        ),
    ],
)
def test_the_schema_says_what_an_attribute_is(schema, attribute, value):
    whole = {
        "type": "object",
        "properties": {"x": schema},
        "$defs": {"Loop": {"anyOf": [{"$ref": "#/$defs/Loop"}, {"type": "number"}]}},
    }
    model = type("Any", (Note,), {"schema": whole})
    found = to_model(model, {"x": attribute}).values["x"]
    assert found == value and repr(found) == repr(value)
