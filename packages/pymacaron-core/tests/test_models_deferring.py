import importlib
import json
import pickle
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from model_documents import catalog_of, read, specification_of
from pymacaron_core.models import Catalog, load_models
from pymacaron_core.models import catalog as catalog_room
from pymacaron_core.models.deferring import DeferredModule, parts_of, run_deferred
from pymacaron_core.spec.operation import Schema, Specification

SCHEMAS = """
    Order: {type: object, required: [id], properties: {id: {type: integer}, customer: {$ref: '#/components/schemas/Customer'}}}
    Customer: {type: object, properties: {name: {type: string}, orders: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
    Express: {allOf: [{$ref: '#/components/schemas/Order'}, {type: object, properties: {hours: {type: integer}}}]}
    Thing: {oneOf: [{$ref: '#/components/schemas/Tool'}, {type: string}]}
    Tool: {type: object, properties: {weight: {type: number}}}
    Status: {type: string, enum: [new, done]}
"""  # noqa: E501


@pytest.fixture(autouse=True)
def _no_models_of_other_tests() -> Iterator[None]:
    def forget() -> None:
        for name in [n for n in sys.modules if n.split(".")[0].split("_")[0] == "apis"]:
            del sys.modules[name]

    forget()
    yield
    forget()


@pytest.fixture
def shop(tmp_path: Path) -> ModuleType:
    return load_models(specification_of(tmp_path, SCHEMAS), root=tmp_path, write=False)


def made(module: ModuleType) -> set[str]:
    """The classes and aliases that exist already."""
    return set(vars(module)) & {"Order", "Customer", "Express", "Thing", "Tool", "Status"}


def test_a_class_is_made_when_asked_for_with_all_it_refers_to(shop: ModuleType) -> None:
    assert isinstance(shop, DeferredModule) and made(shop) == set()
    assert shop.Tool(weight=1).weight == 1 and made(shop) == {"Tool"}
    assert shop.Order is shop.Order and made(shop) == {"Tool", "Order", "Customer"}
    assert issubclass(shop.Express, shop.Order) and shop.Thing
    assert made(shop) == {"Tool", "Order", "Customer", "Express", "Thing"}


def test_classes_made_so_are_those_of_an_ordinary_module(shop: ModuleType) -> None:
    from apis.shop_models import Customer, Order  # type: ignore[import-not-found]

    assert Order.__module__ == "apis.shop_models" and sys.modules["apis.shop_models"].Order is Order
    order = Order.from_json({"id": 1, "customer": {"name": "Ann", "orders": [{"id": 2}]}})
    assert type(order.customer) is Customer and type(order.customer.orders[0]) is Order
    assert pickle.loads(pickle.dumps(order)) == order
    assert {"Order", "Status", "__pym_api__"} <= set(dir(shop))
    everything: dict[str, Any] = {}
    exec("from apis.shop_models import *", everything)
    assert {"Order", "Customer", "Express", "Thing", "Tool", "Status"} <= set(everything)
    with pytest.raises(AttributeError, match=r"'apis\.shop_models' has no attribute 'Nonsense'"):
        _ = shop.Nonsense


def test_a_class_of_the_user_s_may_build_on_them(shop: ModuleType) -> None:
    class Mine(shop.Order):  # type: ignore[misc, name-defined]
        note: str | None = None

    assert Mine(id=1, customer={"name": "Ann"}, note="x").customer.name == "Ann"


def test_threads_that_ask_at_once_get_the_same_classes(tmp_path: Path) -> None:
    schemas = "\n".join(
        f"    M{n}: {{type: object, properties: {{a: {{$ref: '#/components/schemas/M{(n + 1) % 30}'}}, "
        f"b: {{$ref: '#/components/schemas/M{(n + 7) % 30}'}}}}}}"
        for n in range(30)
    )
    module = load_models(specification_of(tmp_path, schemas), root=tmp_path, write=False)
    found: list[Any] = []

    def ask(number: int) -> None:
        kind = getattr(module, f"M{number}")
        found.append(type(kind.from_json({"a": {"b": {"a": {}}}}).a.b.a).__name__ == f"M{(number + 9) % 30}")

    threads = [threading.Thread(target=ask, args=(n * 3,)) for n in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert found == [True] * 10


def test_what_derives_from_others_classes_is_made_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parents_here.py").write_text("class Parent:\n    def hello(self):\n        return self.id\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    schemas = SCHEMAS.replace("Tool: {", "Tool: {x-parent: parents_here.Parent, ")
    module = load_models(specification_of(tmp_path, schemas), root=tmp_path, write=False)
    assert made(module) == {"Tool"} and issubclass(module.Tool, sys.modules["parents_here"].Parent)


def test_text_of_another_shape_is_run_as_python_runs_it() -> None:
    assert parts_of("import re\nif re:\n    A = 1\n", "x.py") is None
    assert parts_of("A = 1\nA = 2\n", "x.py") is None
    assert parts_of("def f(): pass\n", "x.py") is None


def test_parts_run_in_the_order_of_the_text_whatever_is_asked_first() -> None:
    parts = parts_of(
        "import re\nA = re.compile('a')\nB = [A]\nclass C:\n    b = B\n'''Told.'''\nD: list = [C]\n", "x.py"
    )
    assert parts is not None
    module = ModuleType("x")
    run_deferred(module, parts)
    assert "A" not in vars(module) and [module.C] == module.D and module.C.b == [module.A]


def operation_free(specification: Specification) -> Schema:
    return Schema({"type": ("array",), "items": Schema(ref="Tool")}, place=specification.schemas["Tool"].place / "x")


def test_the_models_are_planned_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specification = specification_of(tmp_path, SCHEMAS)
    first = Catalog(specification, load_models(specification, root=tmp_path, write=False))
    schema = operation_free(specification)
    first.note(schema, "GET /x")
    first.keep()
    names, models = first.names(), [model.__name__ for model in first.models()]
    del sys.modules["apis.shop_models"]
    planned: list[str] = []
    plan = catalog_room.Plan
    monkeypatch.setattr(catalog_room, "Plan", lambda s: planned.append(s.name) or plan(s))
    again = Catalog(specification, load_models(specification, root=tmp_path, write=False))
    assert again.is_known and again.names() == names and [model.__name__ for model in again.models()] == models
    assert again.type_of(schema, "GET /x") == list[again.Tool] and planned == []
    assert again.type_of(operation_free(specification)) == list[again.Tool] and planned == ["shop"]


def test_two_schemas_of_one_place_and_operation_are_told_apart(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, SCHEMAS)
    catalog = Catalog(specification, load_models(specification, root=tmp_path, write=False))
    place = specification.schemas["Tool"].place / "x"
    one = Schema({"type": ("array",), "items": Schema(ref="Tool")}, place=place)
    other = Schema({"type": ("array",), "items": Schema(ref="Order")}, place=place)
    for each in (one, other, one):
        catalog.note(each, "GET /x")
    assert catalog.type_of(one, "GET /x") == list[catalog.Tool]
    assert catalog.type_of(other, "GET /x") == list[catalog.Order]


def test_what_is_known_belongs_to_the_text_of_the_module(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, SCHEMAS)
    first = Catalog(specification, load_models(specification, root=tmp_path, write=True))
    first.keep()
    del sys.modules["apis.shop_models"]
    assert Catalog(specification, load_models(specification, root=tmp_path, write=False)).is_known
    del sys.modules["apis.shop_models"]
    changed = replace(specification_of(tmp_path, SCHEMAS.replace("weight", "length")))
    catalog = Catalog(changed, load_models(changed, root=tmp_path, write=False))
    assert not catalog.is_known and catalog.Tool(length=1).length == 1


@pytest.mark.parametrize("content", [b"", b"not marshal", b"\xe9\x00\x00"])
def test_what_cannot_be_used_is_made_anew(tmp_path: Path, content: bytes) -> None:
    specification = specification_of(tmp_path, SCHEMAS)
    Catalog(specification, load_models(specification, root=tmp_path, write=False)).keep()
    [file] = (tmp_path / ".pym" / "kept").glob("*.models")
    file.write_bytes(content)
    del sys.modules["apis.shop_models"]
    catalog = Catalog(specification, load_models(specification, root=tmp_path, write=False))
    assert not catalog.is_known and catalog.Tool(weight=1).weight == 1


def test_a_module_somebody_imported_before_is_used_with_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = specification_of(tmp_path, SCHEMAS)
    Catalog(specification, load_models(specification, root=tmp_path, write=True)).keep()
    for name in ("apis.shop_models", "apis"):
        del sys.modules[name]
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("apis.shop_models")
    assert made(module) == {"Order", "Customer", "Express", "Thing", "Tool", "Status"}
    loaded = load_models(specification, root=tmp_path, write=False)
    assert loaded is module and Catalog(specification, loaded).is_known


def test_names_mean_what_is_in_the_module_whoever_uses_them_first(tmp_path: Path) -> None:
    schemas = """
    It: {type: object, properties: {a: {$ref: '#/components/schemas/self'}, b: {$ref: '#/components/schemas/Kind'}}}
    self: {type: object, properties: {c: {$ref: '#/components/schemas/model_config'}}}
    model_config: {type: array, items: {$ref: '#/components/schemas/cls'}}
    cls: {type: object, properties: {d: {type: integer}}}
    Kind: {type: object, properties: {d: {type: string}}}
    """
    Kind = cls = int
    for read_first in (True, False):
        catalog = catalog_of(tmp_path, schemas, name=f"shop{read_first}")
        sent = {"a": {"c": [{"d": 1}]}, "b": {"d": "x"}}
        if read_first:
            assert read(catalog, "It", json.dumps(sent)).to_json() == sent
        It: Any = catalog.It
        assert It.from_json(sent).to_json() == sent == It(a=sent["a"], b={"d": "x"}).to_json()
    assert Kind is cls
