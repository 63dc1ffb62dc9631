"""Tests of readOnly and writeOnly: what is read of requests, and what is sent in replies."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_documents import catalog_of, read, refused, specification_of
from pydantic import ValidationError
from pymacaron_core import spec
from pymacaron_core.models import Catalog, faults_of, is_fresh, load_models, models_path, module_source
from pymacaron_core.models.withholding import Withholding
from pymacaron_core.spec.operation import Policy, Schema
from spec_documents import operation

SCHEMAS = """
Id: {type: integer, readOnly: true}
Address:
  type: object
  additionalProperties: false
  required: [id, street]
  properties: {id: {$ref: '#/components/schemas/Id'}, street: {type: string}}
Account:
  type: object
  description: Who may log in.
  x-table: accounts
  required: [id, name, password]
  properties:
    id: {type: integer, readOnly: true}
    created: {type: string, format: date-time, readOnly: true}
    name: {type: string}
    password: {type: string, writeOnly: true}
    home: {$ref: '#/components/schemas/Address'}
    friends: {type: array, items: {$ref: '#/components/schemas/Account'}}
    by_name: {type: object, additionalProperties: {$ref: '#/components/schemas/Account'}}
Admin:
  allOf:
  - {$ref: '#/components/schemas/Account'}
  - {type: object, required: [level], properties: {level: {type: integer}}}
Accounts: {type: array, items: {$ref: '#/components/schemas/Account'}}
Plain: {type: object, properties: {name: {type: string}}}
Secretive: {type: object, properties: {hint: {type: string, writeOnly: true}}}
"""


def operations(*names: str) -> str:
    """Paths with an operation for each schema: its body and its reply are of it."""
    lines = [
        f"/{name.lower()}: {{post: {{operationId: create{name}, "
        f"requestBody: {{required: true, content: {{application/json: {{schema: {_ref(name)}}}}}}}, "
        f"responses: {{'200': {{description: ok, content: {{application/json: {{schema: {_ref(name)}}}}}}}}}}}}}"
        for name in names
    ]
    return "\n".join(lines)


def _ref(name: str) -> str:
    return f"{{$ref: '#/components/schemas/{name}'}}"


ALL = operations("Account", "Admin", "Accounts", "Plain", "Secretive")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return catalog_of(tmp_path, SCHEMAS, paths=ALL)


def of_request(catalog: Catalog, text: str, number: int = 0) -> Any:
    """A JSON text read as the body of an operation."""
    operation = catalog.specification.operations[number]
    assert operation.body is not None
    schema = operation.body.content[0].schema
    assert schema is not None
    return catalog.adapter(schema).validator.validate_json(text, strict=True, by_alias=True, by_name=False)


def faults(catalog: Catalog, text: str) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        of_request(catalog, text)
    return [(fault.pointer, fault.rule) for fault in faults_of(caught.value, "body")]


def test_a_schema_whose_requests_differ_gets_a_second_class(catalog: Catalog) -> None:
    assert catalog.names() == [
        "Address",
        "AddressRequest",
        "Account",
        "AccountRequest",
        "Admin",
        "AdminRequest",
        "Plain",
        "Secretive",
    ]


def test_the_request_view_has_no_read_only_properties_and_says_what_it_is(catalog: Catalog) -> None:
    request = catalog.model("AccountRequest")
    assert request.get_property_names() == ["name", "password", "home", "friends", "by_name"]
    assert inspect.getdoc(request) == "Who may log in.\n\nAccount in requests: without id and created."


def test_read_only_properties_are_neither_required_nor_kept(catalog: Catalog) -> None:
    body = of_request(catalog, '{"id": 7, "name": "ada", "password": "x", "home": {"id": 3, "street": "a"}}')
    assert type(body).__name__ == "AccountRequest"
    assert body.to_json() == {"name": "ada", "password": "x", "home": {"street": "a"}}
    assert body.model_fields_set == {"name", "password", "home"}


def test_a_closed_object_drops_what_is_read_only_and_refuses_the_rest(catalog: Catalog) -> None:
    text = '{"name": "ada", "password": "x", "home": {"id": 3, "street": "a", "zip": 1}}'
    assert faults(catalog, text) == [("/home/zip", "additionalProperties")]


def test_write_only_properties_are_required_of_requests_alone(catalog: Catalog) -> None:
    assert faults(catalog, '{"name": "ada"}') == [("/password", "required")]
    assert catalog.model("Account")(id=1, name="ada").to_json() == {"id": 1, "name": "ada"}


def test_views_go_through_arrays_mappings_and_parents(catalog: Catalog) -> None:
    one = '{"id": 7, "name": "ada", "password": "x"}'
    body = of_request(catalog, f'{{"name": "b", "password": "y", "friends": [{one}], "by_name": {{"ada": {one}}}}}')
    assert body.to_json()["friends"] == [{"name": "ada", "password": "x"}]
    assert body.to_json()["by_name"] == {"ada": {"name": "ada", "password": "x"}}
    admin = of_request(catalog, '{"id": 7, "name": "ada", "password": "x", "level": 3}', 1)
    assert issubclass(type(admin), catalog.model("AccountRequest"))
    assert admin.to_json() == {"name": "ada", "password": "x", "level": 3}
    (first,) = of_request(catalog, f"[{one}]", 2)
    assert type(first).__name__ == "AccountRequest"


def test_no_property_of_the_whole_object_can_be_set_from_the_wire(catalog: Catalog) -> None:
    body = of_request(catalog, '{"id": 7, "created": "2020-01-01T00:00:00Z", "name": "ada", "password": "x"}')
    with pytest.raises(AttributeError):
        body.id  # noqa: B018
    assert vars(body).keys() & {"id", "created"} == set()


def test_the_whole_object_is_made_of_a_request(catalog: Catalog) -> None:
    body = of_request(catalog, '{"name": "ada", "password": "x", "home": {"street": "a"}}')
    account_class = catalog.model("Account")
    with pytest.raises(ValidationError):
        account_class.from_request(body, id=7)  # the home's id is the service's to give as well
    account = account_class.from_request(body, id=7, home={"id": 3, "street": "a"})
    assert account.to_json() == {"name": "ada", "password": "x", "home": {"id": 3, "street": "a"}, "id": 7}
    with pytest.raises(ValidationError, match="idd"):
        account_class.from_request(body, idd=7)


def test_documents_whose_views_do_not_differ_are_left_as_they_are(tmp_path: Path) -> None:
    schemas = "Plain: {type: object, properties: {hint: {type: string, writeOnly: true}}}"
    specification = specification_of(tmp_path, schemas, paths=operations("Plain"))
    assert list(specification.schemas) == ["Plain"]


def test_a_view_nobody_sends_is_not_made(tmp_path: Path) -> None:
    assert "Request" not in module_source(specification_of(tmp_path, SCHEMAS))


def test_a_taken_name_is_not_taken_twice(tmp_path: Path) -> None:
    schemas = """
Order: {type: object, properties: {id: {type: integer, readOnly: true}}}
OrderRequest: {type: object, properties: {order: {$ref: '#/components/schemas/Order'}}}
"""
    catalog = catalog_of(tmp_path, schemas, paths=operations("Order", "OrderRequest"))
    assert catalog.names() == ["Order", "OrderRequest2", "OrderRequest", "OrderRequestRequest"]


def test_an_inline_body_has_a_view_of_its_own(tmp_path: Path) -> None:
    paths = """
/notes:
  post:
    operationId: addNote
    requestBody:
      content:
        application/json:
          schema:
            type: object
            required: [id, text]
            properties: {id: {type: integer, readOnly: true}, text: {type: string}}
    responses: {"204": {description: done}}
"""
    catalog = catalog_of(tmp_path, "{}", paths=paths)
    assert of_request(catalog, '{"id": 3, "text": "hello"}').to_json() == {"text": "hello"}
    assert catalog.model("AddNoteBody").__doc__ == "In requests: without id."


def test_a_child_can_make_a_property_of_its_parent_read_only(tmp_path: Path) -> None:
    schemas = """
Thing: {type: object, required: [id], properties: {id: {type: integer}, name: {type: string}}}
Frozen: {allOf: [{$ref: '#/components/schemas/Thing'}, {properties: {id: {readOnly: true}}}]}
"""
    catalog = catalog_of(tmp_path, schemas, paths=operations("Frozen"))
    assert of_request(catalog, '{"id": 3, "name": "a"}').to_json() == {"name": "a"}


def test_discriminators_lead_to_the_views_and_stay_in_them(tmp_path: Path) -> None:
    schemas = """
Cat:
  type: object
  required: [kind]
  properties: {kind: {type: string, readOnly: true}, id: {type: integer, readOnly: true}}
Dog: {type: object, required: [kind], properties: {kind: {type: string}, bark: {type: string}}}
Animal:
  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
  discriminator: {propertyName: kind, mapping: {meow: '#/components/schemas/Cat'}}
"""
    catalog = catalog_of(tmp_path, schemas, paths=operations("Animal"))
    cat = of_request(catalog, '{"kind": "meow", "id": 3}')
    assert type(cat).__name__ == "CatRequest"
    assert cat.to_json() == {"kind": "meow"}
    assert type(of_request(catalog, '{"kind": "Dog"}')).__name__ == "Dog"


def test_persistence_is_the_whole_objects(tmp_path: Path) -> None:
    schemas = """
Kept: {type: object, x-persist: builtins.object, properties: {id: {type: string, readOnly: true}, a: {type: string}}}
"""
    source = module_source(specification_of(tmp_path, schemas, paths=operations("Kept")))
    assert "class Kept(builtins.object, Model):" in source
    assert "class KeptRequest(Model):" in source


@pytest.mark.parametrize("policy", [Policy(undeclared="keep"), Policy(undeclared="refuse"), Policy(read_only="refuse")])
def test_what_the_service_decides_is_part_of_what_a_fresh_module_is(tmp_path: Path, policy: Policy) -> None:
    specification = specification_of(tmp_path, SCHEMAS, paths=ALL)
    other = replace(specification, policy=policy)
    Catalog(specification, load_models(specification, root=tmp_path, write=True))
    path = models_path(specification, tmp_path)
    assert is_fresh(specification, path)
    assert not is_fresh(other, path)


def test_swagger_2_has_views_as_well(tmp_path: Path) -> None:
    found = operation(
        tmp_path,
        """
        swagger: "2.0"
        info: {title: Shop, version: "1"}
        paths:
          /orders:
            post:
              parameters: [{name: body, in: body, schema: {$ref: '#/definitions/Order'}}]
              responses: {200: {description: ok, schema: {$ref: '#/definitions/Order'}}}
        definitions:
          Order: {type: object, properties: {id: {type: integer, readOnly: true}}}
        """,
    )
    assert found.body is not None
    (media,) = found.body.content
    assert media.schema is not None
    assert media.schema.ref == "OrderRequest"


FAMILY = """
Pet:
  type: object
  required: [is]
  discriminator: {propertyName: is}
  properties: {is: {type: string}}
Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {bark: {type: string}}}]}
Puppy:
  allOf:
  - {$ref: '#/components/schemas/Dog'}
  - {type: object, properties: {weeks: {type: integer}, born: {type: string, readOnly: true}}}
"""


def test_a_parent_below_the_one_that_tells_has_a_request_view_where_a_child_has(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, FAMILY, paths=operations("Dog"))
    body = of_request(catalog, '{"is": "Puppy", "weeks": 3, "born": "today"}')
    assert type(body).__name__ == "PuppyRequest"
    assert body.to_json() == {"is": "Puppy", "weeks": 3}
    assert type(of_request(catalog, '{"is": "Dog"}')).__name__ == "DogRequest"


def test_webhooks_and_callbacks_hold_what_the_service_tells(tmp_path: Path) -> None:
    media = f"content: {{application/json: {{schema: {_ref('Account')}}}}}"
    call = f"{{post: {{requestBody: {{{media}}}, responses: {{'200': {{description: ok, {media}}}}}}}}}"
    path = tmp_path / "apis" / "bank.yaml"
    path.parent.mkdir()
    schemas = "\n".join(f"    {line}" for line in SCHEMAS.strip().split("\n"))
    path.write_text(
        f"openapi: 3.1.0\ninfo: {{title: Bank, version: '1'}}\nwebhooks: {{opened: {call}}}\n"
        f"paths: {{/a: {{get: {{callbacks: {{done: {{'{{$request.query.url}}': {call}}}}}, "
        f"responses: {{'204': {{description: ok}}}}}}}}}}\ncomponents:\n  schemas:\n{schemas}\n"
    )
    specification, _ = spec.read(path, root=tmp_path)
    (called,) = specification.operations[0].callbacks["done"]
    for each in (*specification.webhooks, called):
        assert each.body is not None
        told, answered = each.body.content[0].schema, each.replies[0].content[0].schema
        assert told is not None and told.ref == "Account"
        assert answered is not None and answered.ref == "AccountRequest"


@pytest.mark.parametrize("policy", [Policy(), Policy(read_only="refuse")])
def test_a_default_has_nothing_that_requests_have_not(tmp_path: Path, policy: Policy) -> None:
    home = f"{{allOf: [{_ref('Address')}], default: {{id: 3, street: a}}}}"
    schemas = f"{SCHEMAS}Home: {{type: object, properties: {{at: {home}}}}}"
    specification = replace(specification_of(tmp_path, schemas, paths=operations("Home")), policy=policy)
    catalog = Catalog(specification, load_models(specification, root=tmp_path, write=True))
    assert of_request(catalog, "{}").at.to_json() == {"street": "a"}
    assert catalog.model("Home")().at.to_json() == {"id": 3, "street": "a"}


def test_only_properties_that_match_are_taken_out_of_plain_data() -> None:
    secret = Schema({"properties": {"key": Schema({"writeOnly": True})}})
    schema = Schema({"patternProperties": {"^x-": secret}, "properties": {"x-a": Schema(), "own": secret}})
    value = {name: {"key": 1, "b": 2} for name in ("x-a", "x-b", "own", "other")}
    kept = {"x-a": {"b": 2}, "x-b": {"b": 2}, "own": {"b": 2}, "other": {"key": 1, "b": 2}}
    assert Withholding(schema, {})(value) == kept


def test_what_matches_no_pattern_is_refused_where_undeclared_properties_are(tmp_path: Path) -> None:
    schemas = "It: {type: object, properties: {a: {type: string}}, patternProperties: {'^x-': {type: integer}}}"
    specification = replace(
        specification_of(tmp_path, schemas, paths=operations("It"), version="3.1.0"), policy=Policy(undeclared="refuse")
    )
    catalog = Catalog(specification, load_models(specification, root=tmp_path, write=True))
    assert of_request(catalog, '{"a": "b", "x-c": 1}').to_json() == {"a": "b", "x-c": 1}
    assert faults(catalog, '{"y": 1, "x-d": "e"}') == [("/y", "additionalProperties"), ("/x-d", "type")]


def test_what_a_request_has_in_vain_fulfils_no_rule(tmp_path: Path) -> None:
    catalog = catalog_of(
        tmp_path,
        """
        Change:
          type: object
          minProperties: 1
          dependentRequired: {id: [name]}
          properties: {id: {type: integer, readOnly: true}, name: {type: string}, size: {type: integer}}
        """,
        version="3.1.0",
        paths="""
        /: {post: {operationId: change, responses: {'204': {description: done}},
            requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Change'}}}}}}
        """,
    )
    assert refused(catalog, "ChangeRequest", '{"id": 1}') == [("", "minProperties")]
    request = read(catalog, "ChangeRequest", '{"id": 1, "size": 2}')
    assert type(request).from_json(request.to_json()) == type(request).from_native(request.to_native()) == request
