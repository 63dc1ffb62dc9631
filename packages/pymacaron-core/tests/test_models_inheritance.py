"""A discriminator of a parent picks the child's class, wherever the parent is referred to."""

import json
import textwrap
import warnings
from pathlib import Path
from typing import Annotated, Any

import flask
import pytest
import yaml
from model_documents import catalog_of, read, refused
from pydantic import TypeAdapter
from pymacaron_core import API, spec
from pymacaron_core.context import CallContext
from pymacaron_core.mock import example
from pymacaron_core.models import Catalog, Discriminated, Model, families, load_models
from pymacaron_core.receiving import from_wsgi
from pymacaron_core.replies import reply_step
from pymacaron_core.spec.operation import MediaType, Operation, Reply, Schema, Specification

PETS = """
{parent}
Cat:
  allOf:
  - {{$ref: '#/{at}/Pet'}}
  - {{type: object, required: [meows], properties: {{meows: {{type: boolean}}}}}}
Dog:
  allOf: [{{$ref: '#/{at}/Pet'}}]
  properties: {{barks: {{type: string, format: date}}}}
Kitten:
  allOf:
  - {{$ref: '#/{at}/Cat'}}
  - {{type: object, properties: {{weeks: {{type: integer}}}}}}
Owner:
  type: object
  properties:
    pet: {{$ref: '#/{at}/Pet'}}
    cat: {{$ref: '#/{at}/Cat'}}
    pets: {{type: array, items: {{$ref: '#/{at}/Pet'}}}}
    named: {{type: object, additionalProperties: {{$ref: '#/{at}/Pet'}}}}
"""
PARENT = """
Pet:
  type: object
  discriminator: {told}
  required: [petType]
  properties:
    petType: {{type: string}}
    friends: {{type: array, items: {{$ref: '#/{at}/Pet'}}}}
"""
CAT = '{"petType": "Cat", "meows": true}'
DOG = '{"petType": "Dog", "barks": "2026-01-31"}'
KITTEN = '{"petType": "Kitten", "meows": false, "weeks": 3}'


def schemas(told: str, at: str = "components/schemas") -> str:
    return PETS.format(parent=PARENT.format(told=told, at=at), at=at)


def swagger2(root: Path, definitions: str, paths: dict[str, Any] | None = None) -> Path:
    path = root / "apis" / "shop.yaml"
    path.parent.mkdir(exist_ok=True)
    document = {
        "swagger": "2.0",
        "info": {"title": "shop", "version": "1"},
        "paths": paths or {"/": {"get": {"responses": {"204": {"description": "done"}}}}},
        "definitions": yaml.safe_load(definitions),
    }
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(params=["2.0", "3.0.3", "3.1.0"])
def catalog(tmp_path: Path, request: pytest.FixtureRequest) -> Catalog:
    if request.param != "2.0":
        return catalog_of(tmp_path, schemas("{propertyName: petType}"), version=request.param)
    specification, _ = spec.read(swagger2(tmp_path, schemas("petType", "definitions")), root=tmp_path)
    return Catalog(specification, load_models(specification, root=tmp_path, write=True))


def test_the_value_picks_the_class(catalog: Catalog) -> None:
    for text, name in ((CAT, "Cat"), (DOG, "Dog"), (KITTEN, "Kitten"), ('{"petType": "Pet"}', "Pet")):
        assert type(read(catalog, "Pet", text)) is catalog.model(name)
    assert issubclass(catalog.Cat, catalog.Pet) and issubclass(catalog.Kitten, catalog.Cat)
    assert read(catalog, "Pet", DOG).barks.year == 2026


def test_unknown_values_and_a_missing_one_are_told(catalog: Catalog) -> None:
    assert refused(catalog, "Pet", '{"petType": "Wolf"}') == [("/petType", "discriminator")]
    assert refused(catalog, "Owner", '{"pets": [{"petType": "Cat", "meows": 1}, {}]}') == [
        ("/pets/0/meows", "type"),
        ("/pets/1/petType", "required"),
    ]


def test_each_level_has_what_is_below_it(catalog: Catalog) -> None:
    assert type(read(catalog, "Cat", KITTEN)) is catalog.Kitten
    assert refused(catalog, "Cat", DOG) == [("/petType", "discriminator")]
    assert read(catalog, "Kitten", KITTEN).weeks == 3


def test_nothing_of_a_child_is_lost_wherever_the_parent_stands(catalog: Catalog) -> None:
    text = f'{{"pet": {CAT}, "cat": {KITTEN}, "pets": [{DOG}, {KITTEN}], "named": {{"a": {CAT}}}}}'
    owner = catalog.Owner.from_json(json.loads(text))
    assert type(owner.pets[1]) is catalog.Kitten
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert owner.to_json() == json.loads(text)
        assert owner.model_dump_json(by_alias=True, exclude_unset=True, warnings="error")
    assert catalog.Owner.from_json(owner.to_json()) == owner
    assert catalog.Owner.from_native(owner.to_native()) == owner
    assert owner.clone() == owner


def test_python_values_may_be_of_any_of_the_classes(catalog: Catalog) -> None:
    cat = catalog.Cat(petType="Cat", meows=True)
    owner = catalog.Owner(pet=cat, pets=[{"petType": "Dog", "friends": [cat]}])
    assert owner.pet is cat and type(owner.pets[0]) is catalog.Dog
    assert owner.to_json()["pets"][0]["friends"] == [{"petType": "Cat", "meows": True}]
    assert catalog.Owner.get_model_schema()["properties"]["pet"]["discriminator"]["propertyName"] == "petType"


def test_the_class_by_its_name_stays_the_parent(catalog: Catalog) -> None:
    assert type(catalog.Pet.from_json({"petType": "Cat", "friends": [{"petType": "Dog"}]})) is catalog.Pet
    assert type(catalog.Pet.from_json({"petType": "Cat", "friends": [{"petType": "Dog"}]}).friends[0]) is catalog.Dog


def test_a_mapping_gives_other_values(tmp_path: Path) -> None:
    told = "{propertyName: petType, mapping: {meow: '#/components/schemas/Cat', wuff: Dog}}"
    catalog = catalog_of(tmp_path, schemas(told))
    assert type(read(catalog, "Pet", CAT.replace("Cat", "meow"))) is catalog.Cat
    assert type(read(catalog, "Pet", KITTEN)) is catalog.Kitten
    assert type(read(catalog, "Cat", CAT.replace("Cat", "meow"))) is catalog.Cat
    assert refused(catalog, "Pet", CAT) == [("/petType", "discriminator")]


def test_children_that_declare_anew_are_no_subclasses_and_steer_all_the_same(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Pet: &pet {type: object, discriminator: {propertyName: '@type'}, properties: {'@type': {type: string}}}
        Cat:
          allOf: [{$ref: '#/components/schemas/Pet'}]
          properties: {'@type': {enum: [Cat]}, lives: {type: integer}}
        Home: {type: object, properties: {pet: {$ref: '#/components/schemas/Pet'}}}
        Either: {oneOf: [{$ref: '#/components/schemas/Pet'}, {type: string}]}
        """,
    )
    assert not issubclass(catalog.Cat, catalog.Pet)
    home = read(catalog, "Home", '{"pet": {"@type": "Cat", "lives": 9}}')
    assert type(home.pet) is catalog.Cat
    assert home.model_dump_json(by_alias=True, warnings="error") == '{"pet":{"@type":"Cat","lives":9}}'
    assert catalog.Home(pet=home.pet) == home
    assert type(read(catalog, "Either", '{"@type": "Cat"}')) is catalog.Cat
    assert refused(catalog, "Either", '{"@type": "Dog"}') == [("/@type", "discriminator")]


def test_request_views_lead_to_request_views(tmp_path: Path) -> None:
    paths = """
    /pets:
      post:
        operationId: f.add
        requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}
    """
    own = """
Bird:
  allOf: [{$ref: '#/components/schemas/Pet'}]
  properties: {id: {type: integer, readOnly: true}}
"""
    catalog = catalog_of(tmp_path, schemas("{propertyName: petType}") + own, paths=paths)
    body = catalog.specification.operations[0].body
    assert body is not None and body.content[0].schema is not None
    adapter = catalog.adapter(body.content[0].schema)
    kinds = {
        name: type(adapter.validator.validate_json(f'{{"petType": "{name}", "meows": true}}', strict=True)).__name__
        for name in ("Bird", "Cat", "Pet")
    }
    assert kinds == {"Bird": "BirdRequest", "Cat": "CatRequest", "Pet": "PetRequest"}


def test_a_parent_without_children_and_names_that_are_taken_change_nothing(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Alone: {type: object, discriminator: {propertyName: a}, properties: {a: {type: string}}}
        Pet: {type: object, discriminator: {propertyName: a}, properties: {a: {type: string}}}
        AnyPet: {allOf: [{$ref: '#/components/schemas/Pet'}]}
        Cat: {allOf: [{$ref: '#/components/schemas/Pet'}], properties: {lives: {type: integer}}}
        """,
    )
    assert type(read(catalog, "Alone", '{"a": "anything"}')) is catalog.Alone
    assert read(catalog, "Pet", '{"a": "Cat", "lives": 9}').lives == 9


def test_a_default_is_of_the_class_it_names(tmp_path: Path) -> None:
    home = """
Home:
  type: object
  properties:
    pet: {default: {petType: Kitten, weeks: 3, meows: true}, allOf: [{$ref: '#/components/schemas/Pet'}]}
"""
    catalog = catalog_of(tmp_path, schemas("{propertyName: petType}") + home)
    assert catalog.Home().pet == catalog.Kitten(petType="Kitten", weeks=3, meows=True)


def test_more_than_can_be_told_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "MOST", 3)
    catalog = catalog_of(tmp_path, schemas("{propertyName: petType}"))
    assert [(each.keyword, each.place.pointer) for each in catalog.unenforced] == [
        ("discriminator", "/components/schemas/Cat")
    ]
    assert type(read(catalog, "Pet", KITTEN)) is catalog.Kitten


SERVED = """
def keep(body):
    assert type(body).__name__ == body.petType, type(body)
    return body

def every():
    from apis.shop_models import Cat, Dog
    return [Cat(petType="Cat", meows=True), Dog(petType="Dog")]

def plain():
    return {"petType": "Kitten", "meows": True, "weeks": 2}
"""


def _served(root: Path) -> Any:
    pet = {"$ref": "#/definitions/Pet"}
    operations = {
        "/keep": ("post", "keep", pet, [{"in": "body", "name": "body", "required": True, "schema": pet}]),
        "/every": ("get", "every", {"type": "array", "items": pet}, []),
        "/plain": ("get", "plain", pet, []),
    }
    paths = {
        path: {
            method: {
                "operationId": f"pets_functions.{name}",
                "parameters": parameters,
                "responses": {"200": {"description": "ok", "schema": schema}},
            }
        }
        for path, (method, name, schema, parameters) in operations.items()
    }
    swagger2(root, schemas("petType", "definitions"), paths)
    (root / "pets_functions.py").write_text(textwrap.dedent(SERVED), encoding="utf-8")


def test_the_served_api_takes_and_answers_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _served(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for _ in range(2):  # the second time from what was kept
        app = flask.Flask("served")
        API(app, root=tmp_path).load_apis().finish()
        client = app.test_client()
        for text in (CAT, DOG, KITTEN, '{"petType": "Pet"}'):
            answer = client.post("/keep", data=text, content_type="application/json")
            assert (answer.status_code, answer.json) == (200, flask.json.loads(text)), answer.text
        wrong = client.post("/keep", json={"petType": "Wolf"})
        assert wrong.status_code == 400 and "'Cat'" in wrong.text and "discriminator" in wrong.text
        assert client.get("/every").json == [{"petType": "Cat", "meows": True}, {"petType": "Dog"}]
        assert client.get("/plain").json == {"petType": "Kitten", "meows": True, "weeks": 2}


def test_made_up_answers_say_what_they_are(tmp_path: Path) -> None:
    closed = schemas("petType", "definitions").replace("petType: {type: string}", "petType: {enum: [Cat, Dog, Kitten]}")
    for number, text in enumerate((schemas("petType", "definitions"), closed)):
        root = tmp_path / str(number)
        root.mkdir()
        specification, _ = spec.read(swagger2(root, text), root=root)
        catalog = Catalog(specification, load_models(specification, root=root, write=True))
        for name, schema in specification.schemas.items():
            value = example(schema, specification)
            assert read(catalog, name, json.dumps(value)) is not None, (name, value)
        assert example(specification.schemas["Dog"], specification)["petType"] == "Dog"
        assert example(specification.schemas["Pet"], specification)["petType"] == ("Pet", "Cat")[number]


def test_a_reply_is_chosen_by_the_class_itself_before_its_parent() -> None:
    class Parent(Model):
        kind: str

    class Child(Parent):
        pass

    either = Annotated[Parent, Discriminated("kind", {"c": Child})]
    schemas = {Schema({"title": "first"}): either, Schema({"title": "second"}): Child}
    first, second = (
        Reply(status, content=(MediaType("application/json", schema),))
        for status, schema in zip(("200", "404"), schemas, strict=True)
    )

    class Adapters:
        def type_of(self, schema: Schema) -> Any:
            return schemas[schema]

        def adapter(self, schema: Schema) -> TypeAdapter[Any]:
            return TypeAdapter(schemas[schema])

    operation = Operation(method="GET", path="/", replies=(first, second))
    step = reply_step(operation, Specification("shop"), Adapters())
    call = from_wsgi({}, {}, CallContext())
    assert [step(Parent(kind="p"), call).status, step(Child(kind="c"), call).status] == [200, 404]
