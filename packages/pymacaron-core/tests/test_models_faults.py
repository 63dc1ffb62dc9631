from pathlib import Path

import pytest
from model_documents import catalog_of, read, refused
from pydantic import ValidationError
from pymacaron_core.models import Catalog, faults_of


@pytest.fixture
def shop(tmp_path: Path) -> Catalog:
    return catalog_of(tmp_path)


def test_every_fault_of_a_body_is_told_with_its_pointer_and_rule(shop: Catalog) -> None:
    text = """{"id": "1", "kind": "car", "note": "more than twenty letters", "x-ref no": 1, "owner": {},
        "items": [{"sku": "x", "quantity": 0, "colour": 1}, 5], "labels": {"a/b": "x"}, "date": null}"""
    assert refused(shop, "Order", text) == [
        ("/id", "type"),
        ("/kind", "enum"),
        ("/note", "maxLength"),
        ("/date", "type"),
        ("/x-ref no", "type"),
        ("/owner/name", "required"),
        ("/items/0/sku", "pattern"),
        ("/items/0/quantity", "minimum"),
        ("/items/0/colour", "additionalProperties"),
        ("/items/1", "type"),
        ("/labels/a~1b", "type"),
    ]


def test_broken_json_is_one_fault(shop: Catalog) -> None:
    assert refused(shop, "Order", '{"id": ') == [("", "json")]


def test_messages_never_hold_what_was_sent(shop: Catalog) -> None:
    with pytest.raises(ValidationError) as caught:
        read(shop, "Order", '{"id": "hunter2", "kind": "hunter2", "secret": "hunter2$", "created": "hunter2"}')
    faults = faults_of(caught.value, "body")
    assert len(faults) == 4
    assert not any("hunter2" in fault.message for fault in faults)
    assert all(fault.place == "body" for fault in faults)


def test_more_faults_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: array, items: {type: integer}}")
    assert len(refused(catalog, "It", str(["x"] * 1000).replace("'", '"'))) == 1000
    with pytest.raises(ValidationError) as caught:
        read(catalog, "It", str(["x"] * 1001).replace("'", '"'))
    (fault,) = faults_of(caught.value, "body")
    assert (fault.pointer, fault.rule) == ("", "faults")
    assert "1001" in fault.message


def test_messages_are_short(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, "It: {type: string, enum: [" + ", ".join(f"word{n}" for n in range(200)) + "]}")
    with pytest.raises(ValidationError) as caught:
        read(catalog, "It", '"x"')
    assert len(faults_of(caught.value, "body")[0].message) <= 200


REF = "#/components/schemas"
CHOICE = f"""
Cat: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}
Dog: {{type: object, required: [bark], properties: {{bark: {{type: integer}}}}}}
Names: {{type: array, items: {{type: string}}}}
Pet: {{type: object, properties: {{pet: {{anyOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Names'}}]}}}}}}
Two: {{type: object, properties: {{Cat: {{anyOf: [{{$ref: '{REF}/Cat'}}, {{$ref: '{REF}/Dog'}}]}}}}}}
"""


def test_a_choice_tells_the_faults_of_the_schema_that_is_meant(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, CHOICE)
    assert refused(catalog, "Pet", '{"pet": {"name": 1}}') == [("/pet/name", "type")]
    assert refused(catalog, "Pet", '{"pet": ["a", 1]}') == [("/pet/1", "type")]
    assert refused(catalog, "Pet", '{"pet": 1}') == [("/pet", "anyOf")]
    assert refused(catalog, "Two", '{"Cat": {}}') == [("/Cat", "anyOf")]
