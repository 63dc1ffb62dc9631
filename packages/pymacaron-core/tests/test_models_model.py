import threading
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from model_documents import catalog_of, refused
from pydantic import ValidationError
from pymacaron_core.models import Catalog, Model, prune_none
from pymacaron_core.protocol import is_model

MOMENT = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
WIRE: dict[str, Any] = {
    "id": 1,
    "kind": "book",
    "note": None,
    "date": "2026-01-31",
    "created": "2026-01-31T12:00:00Z",
    "json": "j",
    "class": "c",
    "x-ref no": "r",
    "secret": "//4=",
    "items": [{"sku": "ABC-1234", "quantity": 2}],
}


@pytest.fixture
def shop(tmp_path: Path) -> Catalog:
    return catalog_of(tmp_path)


def test_a_model_fulfils_the_protocol(shop: Catalog) -> None:
    assert is_model(shop.Order) and is_model(shop.Order(id=1, kind="toy"))
    assert shop.Order.get_model_name() == "Order"
    assert shop.Order.get_model_api() == "shop"
    assert shop.Order.get_property_names() == [
        *("id", "kind", "note", "date", "created", "json", "class", "x-ref no"),
        *("status", "secret", "owner", "items", "labels"),
    ]
    assert shop.Order.get_model_properties() == shop.Order.get_property_names()
    assert shop.Order.get_nullable_properties() == ["note"]


class Greetable:
    name: str
    mood: str = "happy"

    def greeting(self) -> str:
        return f"{self.name} is {self.mood}"


class Person(Greetable, Model):
    id: int
    name: str


class Friend(Person):
    since: date


def test_annotations_of_a_parent_that_is_no_model_are_no_properties() -> None:
    assert Person.get_property_names() == ["id", "name"]
    assert Friend.get_property_names() == ["id", "name", "since"]
    person = Person.from_json({"name": "Ada", "id": 1})
    assert person.greeting() == "Ada is happy"
    assert list(person.to_json()) == ["id", "name"]


def test_json_goes_round(shop: Catalog) -> None:
    given = dict(WIRE)
    order = shop.Order.from_json(given)
    assert given == WIRE
    assert order.to_json() == WIRE
    assert order.secret == b"\xff\xfe" and order.date == date(2026, 1, 31) and order.json_ == "j"
    again = shop.Order.from_json(order.to_json())
    assert again == order and again.model_fields_set == order.model_fields_set


def test_native_values_go_round(shop: Catalog) -> None:
    order = shop.Order.from_json(WIRE)
    native = order.to_native()
    assert native["secret"] == b"\xff\xfe" and native["created"] == MOMENT and native["x-ref no"] == "r"
    assert shop.Order.from_native(native) == order


def test_none_is_sent_only_where_null_is_declared(shop: Catalog) -> None:
    order = shop.Order(id=1, kind="toy", note=None, date=None)
    assert order.to_json() == {"id": 1, "kind": "toy", "note": None}
    assert order.to_json(exclude_none=True) == {"id": 1, "kind": "toy"}
    assert shop.Order(id=1, kind="toy").to_json(keep_nullable=True) == {"id": 1, "kind": "toy", "note": None}
    assert shop.Order(id=1, kind="toy").to_json(exclude_unset=False)["status"] == "new"


def test_date_times_are_kept_or_encoded_when_asked_for(shop: Catalog) -> None:
    order = shop.Order(id=1, kind="toy", created=MOMENT, date=date(2026, 1, 31))
    assert order.to_json(keep_datetime=True) == {"id": 1, "kind": "toy", "created": MOMENT, "date": "2026-01-31"}
    assert order.to_json(datetime_encoder=lambda moment: moment.year)["created"] == 2026


def test_nulls_are_pruned_where_the_schema_refuses_them(shop: Catalog) -> None:
    given = {"id": 1, "kind": "toy", "date": None, "note": None, "items": [{"sku": "ABC-1234", "price": None}]}
    assert shop.Order.from_json(given).to_json() == {
        "id": 1,
        "kind": "toy",
        "note": None,
        "items": [{"sku": "ABC-1234"}],
    }
    assert given["date"] is None
    with pytest.raises(ValidationError):
        shop.Order.from_json(given, prune_none=False)
    with pytest.raises(ValidationError, match="id"):
        shop.Order.from_json({"id": None, "kind": "toy"})


def test_json_is_read_strictly_and_whole_numbers_are_integers(shop: Catalog) -> None:
    assert shop.Order.from_json({"id": 1.0, "kind": "toy"}).id == 1
    for wrong in ("1", True, 1.5, 2**63):
        with pytest.raises(ValidationError):
            shop.Order.from_json({"id": wrong, "kind": "toy"})


def test_the_constructor_refuses_names_the_schema_does_not_declare(shop: Catalog) -> None:
    with pytest.raises(ValidationError, match="nmae"):
        shop.Order(id=1, kind="toy", nmae="x")
    with pytest.raises(ValidationError, match="kind"):
        shop.Order(id=1)
    assert shop.Order(id=1, kind="toy", **{"x-ref no": "by its wire name"}).x_ref_no == "by its wire name"


def test_setting_an_attribute_validates_it(shop: Catalog) -> None:
    order = shop.Order(id=1, kind="toy")
    with pytest.raises(ValidationError):
        order.kind = "car"
    order.date = None
    order.note = "x"
    assert order.to_json() == {"id": 1, "kind": "toy", "note": "x"}
    with pytest.raises(AttributeError, match="knd"):
        order.knd  # noqa: B018


def test_a_clone_is_equal_and_its_own(shop: Catalog) -> None:
    order = shop.Order.from_json(WIRE)
    clone = order.clone()
    assert clone == order and clone.to_json() == order.to_json()
    clone.items[0].quantity = 7
    assert order.items[0].quantity == 2
    assert [*order.diff_with(clone)] == ["items"]
    assert order.diff_with(shop.Order.from_json({**WIRE, "note": "n"})) == {"note": (None, "n")}


def test_the_schema_carries_the_keys_of_the_document_and_decides_the_version(tmp_path: Path, shop: Catalog) -> None:
    schema = shop.Order.get_model_schema()
    assert schema["x-table"] == "orders"
    assert schema["properties"]["note"] == {"anyOf": [{"maxLength": 20, "type": "string"}, {"type": "null"}]}
    assert schema["properties"]["date"] == {"type": "string", "format": "date"}
    assert schema["properties"]["id"]["type"] == "integer" and schema["required"] == ["id", "kind"]
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    other = "Order: {type: object, required: [id], properties: {id: {type: integer}}}"
    assert catalog_of(tmp_path / "b", other).Order.get_model_version() != shop.Order.get_model_version()
    assert catalog_of(tmp_path / "c").Order.get_model_version() == shop.Order.get_model_version()


def test_validation_calls_no_constructor_of_python(shop: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.Order
    order.model_rebuild()
    assert order.__pydantic_custom_init__ is False
    assert shop.Item.__pydantic_custom_init__ is False


def test_threads_may_use_a_class_first_at_the_same_time(shop: Catalog) -> None:
    start, found, failed = threading.Barrier(8), [], []

    def use() -> None:
        start.wait()
        try:
            found.append(shop.BigOrder.from_json({**WIRE, "size": 1}).size)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and found == [1.0] * 8


def test_pruning_drops_nulls_at_any_depth() -> None:
    given = {"a": None, "b": [{"c": None, "d": 1}], "e": {"f": None}}
    assert prune_none(given) == {"b": [{"d": 1}], "e": {}}
    assert given["a"] is None


@pytest.mark.parametrize("text", ['{"z": 1e400}', '{"z": {"a": [-1e400]}}', '{"z": NaN}'])
def test_undeclared_properties_that_are_kept_hold_finite_numbers_only(tmp_path: Path, text: str) -> None:
    catalog = catalog_of(tmp_path, "Open: {type: object, properties: {a: {type: string}}, additionalProperties: true}")
    ((pointer, rule),) = refused(catalog, "Open", text)
    assert pointer.startswith("/z") and rule == "type"
    assert refused(catalog, "Open", '{"z": {"a": [1e300, null]}}') == []
