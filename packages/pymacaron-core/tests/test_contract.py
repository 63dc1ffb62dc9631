"""The model contract, run against generated models: what later packages rely on."""

import pytest
from pymacaron_core import apipool
from pymacaron_core.contract import ContractBroken, check_model, check_registry, check_versions

DOCUMENT = """
openapi: 3.1.0
info: {title: Library, version: "1"}
components:
  schemas:
    Book:
      type: object
      x-shelf: A
      required: [id, title]
      properties:
        id: {type: integer, format: int64}
        title: {type: string}
        class: {type: string, x-searchable: true}
        price: {type: string, format: decimal}
        added: {type: string, format: date-time}
        day: {type: string, format: date}
        cover: {type: string, format: byte}
        note: {type: [string, "null"]}
        number: {type: string, format: uuid}
        authors: {type: array, items: {$ref: "#/components/schemas/Author"}}
        sequel: {$ref: "#/components/schemas/Book"}
        tags: {type: object, additionalProperties: {type: integer}}
    Author:
      type: object
      required: [name]
      properties:
        name: {type: string}
paths: {}
"""
VALUES = {
    "id": 9007199254740993,
    "title": "Emil and the Detectives",
    "class": "children",
    "price": "12.30",
    "added": "2024-02-29T12:00:00+01:00",
    "day": "2024-02-29",
    "cover": "AAEC",
    "note": None,
    "number": "00000000-0000-4000-8000-000000000000",
    "authors": [{"name": "Erich Kästner"}],
    "sequel": {"id": 2, "title": "Emil and the Three Twins"},
    "tags": {"rating": 5},
}


@pytest.fixture
def library(tmp_path):
    """A function that makes the models of a document."""

    def make(name, document=DOCUMENT):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.yaml").write_text(document)
        return apipool.load_swagger(name, folder / f"{name}.yaml")

    return make


def test_generated_models_fulfil_the_contract(library):
    catalog = library("library")
    check_model(catalog.Book, VALUES)
    check_model(catalog.Book, {"id": 1, "title": "x"})
    check_model(catalog.Author, {"name": "x"})
    check_registry(catalog.Book)


def test_the_version_is_that_of_the_schema(library):
    book = library("one").Book
    check_versions(book, library("same").Book)
    changed = library("changed", DOCUMENT.replace("title: {type: string}", "title: {type: string, maxLength: 9}")).Book
    check_versions(book, changed)
    assert book.get_model_version() != changed.get_model_version()


def test_the_schema_carries_what_the_document_adds(library):
    schema = library("extended").Book.get_model_schema()
    assert schema["x-shelf"] == "A"
    assert schema["properties"]["class"]["x-searchable"] is True
    assert schema["required"] == ["id", "title"]


def test_native_values_keep_their_types(library):
    native = library("native").Book.from_json(VALUES).to_native()
    kinds = {name: type(native[name]).__name__ for name in ("price", "added", "day", "cover", "number")}
    assert kinds == {"price": "Decimal", "added": "datetime", "day": "date", "cover": "bytes", "number": "UUID"}
    assert native["added"].utcoffset().total_seconds() == 3600


def test_a_model_that_does_not_accept_the_values_is_no_proof(library):
    with pytest.raises(ValueError, match="title"):
        check_model(library("strict").Book, {"id": 1})


def test_a_class_without_the_protocol_breaks_the_contract():
    with pytest.raises(ContractBroken, match="__pym_protocol__"):
        check_model(dict, {})
