"""What models of PyMacaron 2.x could do: the names of pydantic 1, the pool, and the keys of documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from model_documents import catalog_of, read, refused
from pydantic import ValidationError
from pymacaron_core import ModelError, apipool, get_model
from pymacaron_core.models import Catalog

PET = """
Pet:
  type: object
  required: [name]
  properties:
    name: {type: string}
    tag: {type: string, x-nullable: true}
    age: {type: integer, x-mandatory: true}
    note: {type: string}
    json: {type: string}
    copy: {type: integer}
"""
GIVEN = {"name": "rex", "age": 3}
OLD: list[tuple[str, Callable[[Any], Any], object]] = [
    ("model_dump", lambda model: model(**GIVEN).dict(exclude_unset=True), GIVEN),
    ("model_dump_json", lambda model: json.loads(model(**GIVEN).json(exclude_unset=True)), GIVEN),
    ("model_copy", lambda model: model(**GIVEN).copy(update={"age": 4}).to_json(), {"name": "rex", "age": 4}),
    ("model_validate", lambda model: model.parse_obj(GIVEN).to_json(), GIVEN),
    ("model_json_schema", lambda model: model.schema()["required"], ["name", "age"]),
    ("model_construct", lambda model: model.construct(**GIVEN).name, "rex"),
    ("model_fields_set", lambda model: model(**GIVEN).__fields_set__, {"name", "age"}),
]


@pytest.fixture
def pets(tmp_path: Path) -> Catalog:
    return catalog_of(tmp_path, PET, name="pets")


@pytest.mark.parametrize(("successor", "call", "result"), OLD)
def test_the_names_of_pydantic_1_work_and_tell_their_successors(
    tmp_path: Path, successor: str, call: Callable[[Any], Any], result: object
) -> None:
    pet = catalog_of(tmp_path, PET.replace("copy:", "copied:").replace("json:", "jsons:")).Pet
    with pytest.warns(DeprecationWarning, match=successor):
        assert call(pet) == result


def test_a_property_with_the_name_of_a_method_is_the_wires_and_leaves_the_method(pets: Catalog) -> None:
    pet = pets.Pet(name="rex", age=3, json="j", copy=2)
    assert pet.to_json() == {"name": "rex", "age": 3, "json": "j", "copy": 2}
    assert (pet.json_, pet.copy_) == ("j", 2)
    with pytest.warns(DeprecationWarning, match="model_dump_json"):
        assert json.loads(pet.json(by_alias=True, exclude_unset=True)) == pet.to_json()


def test_what_is_required_or_mandatory_must_be_there(pets: Catalog) -> None:
    assert refused(pets, "Pet", "{}") == [("/name", "required"), ("/age", "required")]
    with pytest.raises(ValidationError, match="age"):
        pets.Pet(name="rex")
    with pytest.raises(ValidationError, match="name"):
        pets.Pet.from_json({"age": 3})


def test_none_is_null_where_the_document_says_nullable(pets: Catalog) -> None:
    pet = pets.Pet(**GIVEN, tag=None, note=None)
    assert pet.to_json() == {**GIVEN, "tag": None}
    assert pet.to_json(exclude_none=True) == GIVEN
    assert pets.Pet.get_nullable_properties() == ["tag"]
    assert read(pets, "Pet", '{"name": "rex", "age": 3, "tag": null}').tag is None


def test_the_pool_has_models_of_documents_without_an_application(tmp_path: Path) -> None:
    catalog_of(tmp_path, PET, name="zoo")
    catalog = apipool.load_swagger("zoo", tmp_path / "apis" / "zoo.yaml")
    assert apipool.zoo.Pet is catalog.Pet
    assert apipool.get_model("zoo").get_model_names() == ["Pet"]
    assert apipool.zoo.json_to_model("Pet", GIVEN) == catalog.Pet(**GIVEN)
    assert apipool.zoo.Pet(**GIVEN).get_model_api() == "zoo"
    assert "zoo" in apipool.get_api_names()
    with pytest.raises(ModelError, match=r"zoo\.yaml has no model 'Pat'; did you mean 'Pet'"):
        _ = apipool.zoo.Pat
    with pytest.raises(ModelError, match="Nowhere"):
        get_model("Nowhere")
