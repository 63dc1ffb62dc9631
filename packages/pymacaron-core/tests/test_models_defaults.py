"""Defaults of properties and parameters, of every kind and at any depth."""

from __future__ import annotations

import ast
import datetime as dt
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from model_documents import catalog_of, read, specification_of
from pymacaron_core.models import Catalog, module_source
from test_models_source import mypy

NAMED = """
Kind: {type: string, enum: [book, toy]}
Day: {type: string, format: date}
Owner:
  type: object
  required: [name]
  properties:
    name: {type: string}
    class: {type: string, default: gold}
    since: {type: string, format: date, default: '2026-01-31'}
Firm: {type: object, required: [vat], properties: {vat: {type: integer}}}
Owners: {type: array, items: {$ref: '#/components/schemas/Owner'}}
Holder: {oneOf: [{$ref: '#/components/schemas/Firm'}, {$ref: '#/components/schemas/Owner'}]}
"""


def catalog_with(root: Path, prop: str) -> Catalog:
    """The catalog of a schema ``S`` with one property ``p``."""
    return catalog_of(root, f"{NAMED}\nS: {{type: object, properties: {{p: {prop}}}}}\n")


def unapplied(catalog: Catalog) -> list[str]:
    """Where the defaults stand that are told and not applied."""
    return [each.place.pointer for each in catalog.unenforced if each.keyword == "default"]


def _ref(name: str) -> str:
    return f"{{$ref: '#/components/schemas/{name}'}}"


@pytest.mark.parametrize(
    ("prop", "value"),
    [
        ("{type: integer, default: 3}", 3),
        ("{type: integer, default: 3.0}", 3),
        ("{type: number, default: 1}", 1),
        ("{type: boolean, default: false}", False),
        ("{type: string, nullable: true, default: null}", None),
        ("{type: string, format: date, default: '2026-01-31'}", dt.date(2026, 1, 31)),
        (
            "{type: string, format: date-time, default: '2026-01-31T12:00:00Z'}",
            dt.datetime(2026, 1, 31, 12, tzinfo=dt.timezone.utc),
        ),
        ("{type: string, format: duration, default: P1DT2H}", dt.timedelta(days=1, hours=2)),
        (
            "{type: string, format: uuid, default: 00000000-0000-4000-8000-000000000000}",
            UUID("00000000-0000-4000-8000-000000000000"),
        ),
        ("{type: string, format: decimal, default: '1.10'}", Decimal("1.10")),
        ("{type: string, format: byte, default: aGk=}", b"hi"),
        ("{type: array, items: {type: string}, default: []}", []),
        ("{type: array, items: {type: string}, default: [a, b]}", ["a", "b"]),
        ("{type: array, items: {type: string, format: date}, default: ['2026-01-31']}", [dt.date(2026, 1, 31)]),
        ("{type: object, additionalProperties: {type: integer}, default: {a: 1}}", {"a": 1}),
        ("{type: object, default: {a: [1, {b: null}]}}", {"a": [1, {"b": None}]}),
        ("{default: {a: 1}}", {"a": 1}),
        ("{anyOf: [{type: integer}, {type: string}], default: x}", "x"),
        ("{type: string, enum: [a, b], default: b}", "b"),
        ("{allOf: [{$ref: '#/components/schemas/Kind'}], default: toy}", "toy"),
        ("{allOf: [{$ref: '#/components/schemas/Day'}], default: '2026-01-31'}", dt.date(2026, 1, 31)),
        ("{type: array, items: {$ref: '#/components/schemas/Kind'}, default: [toy]}", ["toy"]),
    ],
)
def test_an_absent_property_has_its_default(tmp_path: Path, prop: str, value: object) -> None:
    catalog = catalog_with(tmp_path, prop)
    found = read(catalog, "S", "{}")
    assert found.p == value and type(found.p) is type(value)
    assert found.to_json() == {}
    assert unapplied(catalog) == []


@pytest.mark.parametrize("keys", ["allOf: [{$ref: '#/components/schemas/Owner'}]", "type: array, items: {}"])
def test_mutable_defaults_are_never_shared(tmp_path: Path, keys: str) -> None:
    default = "{name: ada}" if "Owner" in keys else "[[1]]"
    catalog = catalog_with(tmp_path, f"{{{keys}, default: {default}}}")
    one, other = read(catalog, "S", "{}"), catalog.S()
    assert one.p == other.p
    assert one.p is not other.p
    if isinstance(one.p, list):
        assert one.p[0] is not other.p[0]


def test_the_default_of_a_model_is_a_model_with_defaults_of_its_own(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, f"{{allOf: [{_ref('Owner')}], default: {{name: ada}}}}")
    owner = read(catalog, "S", "{}").p
    assert isinstance(owner, catalog.Owner)
    assert (owner.name, owner.class_, owner.since) == ("ada", "gold", dt.date(2026, 1, 31))
    assert catalog.S().to_json(exclude_unset=False) == {
        "p": {"name": "ada", "class": "gold", "since": "2026-01-31"},
    }


def test_models_stand_inside_of_defaults(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, f"{{allOf: [{_ref('Owners')}], default: [{{name: ada}}]}}")
    assert [owner.name for owner in catalog.S().p] == ["ada"]
    catalog = catalog_of(
        tmp_path, NAMED + f"T: {{properties: {{p: {{allOf: [{_ref('Holder')}], default: {{name: x}}}}}}}}"
    )
    assert isinstance(catalog.T().p, catalog.Owner)


def test_defaults_of_an_object_apply_where_the_object_is(tmp_path: Path) -> None:
    catalog = catalog_with(tmp_path, _ref("Owner"))
    assert read(catalog, "S", "{}").p is None
    assert read(catalog, "S", '{"p": {"name": "a"}}').p.class_ == "gold"


@pytest.mark.parametrize(
    "prop",
    [
        "{type: integer, default: x}",
        "{type: integer, minimum: 5, default: 3}",
        "{type: string, default: null}",
        "{type: string, format: date, default: '2026-02-31'}",
        "{type: array, items: {type: integer}, default: [a]}",
        "{allOf: [{$ref: '#/components/schemas/Owner'}], default: {}}",
        "{allOf: [{$ref: '#/components/schemas/Kind'}], default: car}",
        "{oneOf: [{type: integer}, {type: boolean}], default: x}",
    ],
)
def test_a_default_that_does_not_fit_is_told_and_not_applied(tmp_path: Path, prop: str) -> None:
    catalog = catalog_with(tmp_path, prop)
    assert catalog.S().p is None
    assert unapplied(catalog) == ["/components/schemas/S/properties/p"]


def test_defaults_of_parameters_are_not_shared_either(tmp_path: Path) -> None:
    paths = """
/things:
  get:
    parameters:
    - {name: tags, in: query, schema: {type: array, items: {type: string}, default: [a]}}
    - name: owner
      in: query
      content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/Owner'}], default: {name: ada}}}}
    responses: {"204": {description: done}}
"""
    catalog = catalog_of(tmp_path, NAMED, paths=paths)
    (operation,) = catalog.specification.operations
    validate = catalog.parameters_adapter(operation.parameters).validator.validate_json
    one, other = validate("{}", strict=True), validate("{}", strict=True)
    assert one["tags"] == ["a"]
    assert one["tags"] is not other["tags"]
    assert one["owner"].class_ == "gold"
    assert one["owner"] is not other["owner"]


@pytest.mark.any_python
def test_defaults_are_readable_and_typed(tmp_path: Path) -> None:
    owner = _ref("Owner")
    schemas = f"""{NAMED}
S:
  type: object
  properties:
    owner: {{allOf: [{owner}], default: {{name: ada}}}}
    owners: {{type: array, items: {owner}, default: [{{name: ada}}]}}
    by_name: {{type: object, additionalProperties: {owner}, default: {{ada: {{name: ada}}}}}}
    holder: {{allOf: [{_ref("Holder")}], default: {{vat: 3}}}}
    days: {{type: array, items: {_ref("Day")}, default: ['2026-01-31']}}
    wait: {{type: string, format: duration, default: PT90S}}
    price: {{type: string, format: decimal, default: '1.10'}}
    Owner: {{type: string}}
"""
    source = module_source(specification_of(tmp_path, schemas))
    assert '    owner: _Owner = Field(default_factory=lambda: Owner.from_json({"name": "ada"}))\n' in source
    assert "    wait: dt.timedelta = dt.timedelta(seconds=90)\n" in source
    assert '    price: Decimal = Decimal("1.10")\n' in source
    ast.parse(source)
    path = tmp_path / "shop_models.py"
    path.write_text(source, encoding="utf-8")
    assert mypy(path) == ""


@pytest.mark.parametrize(
    ("prop", "why"),
    [
        ("{type: integer, default: x}", '"x" does not fit the schema, where it must be an integer'),
        (
            "{type: array, items: {type: integer, minimum: 2}, default: [3, 1]}",
            "[3, 1] does not fit the schema, where /1 must be at least 2",
        ),
        (
            f"{{type: integer, default: {'x' * 500}}}",
            f'"{"x" * 96}... does not fit the schema, where it must be an integer',
        ),
    ],
)
def test_a_default_that_does_not_fit_is_told_with_what_must_be(tmp_path: Path, prop: str, why: str) -> None:
    assert [each.why for each in catalog_with(tmp_path, prop).unenforced] == [why]
