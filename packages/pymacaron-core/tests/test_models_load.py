import errno
import importlib
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from model_documents import specification_of
from pymacaron_core.errors import ModelError
from pymacaron_core.models import Catalog, is_fresh, load_models, models_path

ONE = "Order: {type: object, required: [id], properties: {id: {type: integer}}}"
TWO = "Order: {type: object, required: [id], properties: {id: {type: string}}}"


@pytest.fixture(autouse=True)
def _no_models_of_other_tests() -> Iterator[None]:
    def forget() -> None:
        for name in [n for n in sys.modules if n.split(".")[0].split("_")[0] == "apis"]:
            del sys.modules[name]

    forget()
    yield
    forget()


def file_of(root: Path) -> Path:
    return root / "apis" / "shop_models.py"


def test_models_are_written_beside_the_document_and_imported_by_one_name(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, ONE)
    module = load_models(specification, root=tmp_path, write=True)
    assert module.__name__ == "apis.shop_models" and module.__file__ == str(file_of(tmp_path))
    assert importlib.import_module("apis.shop_models") is module
    assert Catalog(specification, module).Order is module.Order
    assert load_models(specification, root=tmp_path, write=True) is module
    assert models_path(specification, tmp_path) == file_of(tmp_path)
    assert is_fresh(specification, file_of(tmp_path))


def test_without_writing_they_come_from_the_cache_under_the_same_name(tmp_path: Path) -> None:
    module = load_models(specification_of(tmp_path, ONE), root=tmp_path, write=False)
    assert module.__name__ == "apis.shop_models" and not file_of(tmp_path).exists()
    cached = Path(str(module.__file__))
    assert cached.is_relative_to(tmp_path / ".pym" / "models")
    assert cached.stat().st_mode & 0o077 == 0 and cached.parent.stat().st_mode & 0o077 == 0


def test_a_document_outside_of_a_project_leaves_no_file(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, ONE)
    alone = replace(specification, file="shop.yaml")
    module = load_models(alone, root=tmp_path / "apis", write=False)
    assert module.__name__.startswith("apis_") and module.Order(id=1).id == 1
    assert [path.name for path in (tmp_path / "apis").iterdir()] == ["shop.yaml"]


def test_a_fresh_file_is_used_as_it_is_and_a_stale_one_is_not(tmp_path: Path) -> None:
    load_models(specification_of(tmp_path, ONE), root=tmp_path, write=True)
    before = file_of(tmp_path).stat().st_mtime_ns
    del sys.modules["apis.shop_models"]
    assert load_models(specification_of(tmp_path, ONE), root=tmp_path, write=True).Order(id=1).id == 1
    assert file_of(tmp_path).stat().st_mtime_ns == before
    del sys.modules["apis.shop_models"]
    changed = specification_of(tmp_path, TWO)
    assert not is_fresh(changed, file_of(tmp_path))
    assert load_models(changed, root=tmp_path, write=False).Order(id="x").id == "x"
    assert file_of(tmp_path).stat().st_mtime_ns == before
    del sys.modules["apis.shop_models"]
    assert load_models(changed, root=tmp_path, write=True).Order(id="x").id == "x"
    assert is_fresh(changed, file_of(tmp_path)) and not list(tmp_path.glob("apis/*.orig"))


def test_a_file_that_is_not_ours_is_named_kept_aside_and_never_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    specification = specification_of(tmp_path, ONE)
    file_of(tmp_path).write_text("raise SystemExit('2.x')\n")
    with caplog.at_level(logging.WARNING):
        load_models(specification, root=tmp_path, write=False)
        assert str(file_of(tmp_path)) in caplog.text
        assert file_of(tmp_path).read_text() == "raise SystemExit('2.x')\n"
        del sys.modules["apis.shop_models"]
        caplog.clear()
        load_models(specification, root=tmp_path, write=False)
        assert not caplog.records
        del sys.modules["apis.shop_models"]
        load_models(specification, root=tmp_path, write=True)
        assert "shop_models.py.orig" in caplog.text
    assert (tmp_path / "apis" / "shop_models.py.orig").read_text() == "raise SystemExit('2.x')\n"


def test_a_file_edited_by_hand_is_kept_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    specification = specification_of(tmp_path, ONE)
    for _ in range(2):
        load_models(specification, root=tmp_path, write=True)
        del sys.modules["apis.shop_models"]
        edited = file_of(tmp_path).read_text() + "\n\nMINE = 1\n"
        file_of(tmp_path).write_text(edited)
    load_models(specification, root=tmp_path, write=True)
    assert is_fresh(specification, file_of(tmp_path))
    assert sorted(path.name for path in tmp_path.glob("apis/*.orig*")) == [
        "shop_models.py.orig",
        "shop_models.py.orig2",
    ]
    assert (tmp_path / "apis" / "shop_models.py.orig").read_text() == edited
    assert "edited by hand" in caplog.text


def test_two_applications_of_one_process_keep_their_own_models(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = load_models(specification_of(tmp_path / "a", ONE), root=tmp_path / "a", write=True)
    second = load_models(specification_of(tmp_path / "b", TWO), root=tmp_path / "b", write=True)
    assert first.__name__ == "apis.shop_models" and second.__name__.endswith(".shop_models")
    assert second.__name__.startswith("apis_")
    assert first.Order(id=1).id == 1 and second.Order(id="x").id == "x"
    assert sys.modules[second.__name__] is second
    assert load_models(specification_of(tmp_path / "b", TWO), root=tmp_path / "b", write=True) is second


def test_a_module_imported_before_the_load_is_the_one_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specification = specification_of(tmp_path, ONE)
    load_models(specification, root=tmp_path, write=True)
    del sys.modules["apis.shop_models"], sys.modules["apis"]
    sys.modules["pymacaron_core.models.load"]._loaded.clear()
    monkeypatch.syspath_prepend(tmp_path)
    imported = importlib.import_module("apis.shop_models")
    assert load_models(specification, root=tmp_path, write=False) is imported
    sys.modules["pymacaron_core.models.load"]._loaded.clear()
    with pytest.raises(ModelError, match="pymacaron generate"):
        load_models(specification_of(tmp_path, TWO), root=tmp_path, write=False)


PARENT = """
Order:
  type: object
  x-parent: shop_parents.{name}
  properties: {{id: {{type: integer}}}}
"""


def test_a_schema_may_be_named_as_the_module_of_a_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_things.py").write_text("class Priced:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    schemas = "shop_things: {type: object, properties: {a: {type: integer}}}\n" + PARENT.format(name="Priced").replace(
        "shop_parents", "shop_things"
    )
    module = load_models(specification_of(tmp_path, schemas), root=tmp_path, write=True)
    assert module.Order.__mro__[1] is sys.modules["shop_things"].Priced
    assert module.shop_things2.get_model_name() == "shop_things"


def test_a_parent_class_is_imported_and_inherited_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_parents.py").write_text("class Priced:\n    def price(self):\n        return self.id * 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = load_models(specification_of(tmp_path, PARENT.format(name="Priced")), root=tmp_path, write=True)
    assert module.Order(id=2).price() == 4
    assert "class Order(shop_parents.Priced, Model):" in file_of(tmp_path).read_text()
    del sys.modules["apis.shop_models"]
    with pytest.raises(ModelError, match=r"apis/shop.yaml .*/Order/x-parent.*shop_parents\.Missing of Order"):
        load_models(specification_of(tmp_path, PARENT.format(name="Missing")), root=tmp_path, write=True)
    assert "apis.shop_models" not in sys.modules


CLASHING = """
class Priced:
    rate = 2
    untold: int

    class Meta:
        table = "orders"

    def save(self):
        return f"saved {self.save_} of {self.Meta.table}"

    @property
    def total(self):
        return self.id * self.rate

    @total.setter
    def total(self, value):
        self.id = value // self.rate
"""


def test_a_property_and_what_a_parent_has_by_its_name_both_work_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clashing_parents.py").write_text(CLASHING)
    monkeypatch.syspath_prepend(tmp_path)
    schemas = """
    Order:
      type: object
      x-parent: clashing_parents.Priced
      required: [id, Meta]
      properties:
        id: {type: integer}
        save: {type: string, maxLength: 3, default: no}
        save_: {type: string}
        total: {type: number, nullable: true}
        Meta: {type: object, properties: {rate: {type: integer}}}
        untold: {type: string}
        query: {type: string}
    Big:
      allOf:
      - {$ref: '#/components/schemas/Order'}
      - {type: object, properties: {rate: {type: integer}}}
    Row: {type: object, x-persist: clashing_parents.Priced, properties: {table_name: {type: string}}}
    """
    module = load_models(specification_of(tmp_path, schemas), root=tmp_path, write=True)
    sent = {"id": 2, "Meta": {"rate": 7}, "save": "now", "save_": "x", "total": None, "rate": 9, "query": "q"}
    big = module.Big.from_json({**sent, "untold": "u"})
    assert big.to_json() == {**sent, "untold": "u"}
    assert big.get_property_names()[:4] == ["id", "save", "save_", "total"]
    assert (big.save__, big.save_, big.total, big.total_, big.Meta_.rate) == ("now", "x", 4, None, 7)
    assert (big.rate, big.rate_, big.untold, big.query_) == (2, 9, "u", "q")
    assert big.save() == "saved x of orders"
    big.total = 6
    assert (big.id, big.total_) == (3, None)
    order = module.Order(id=1, save="abc", Meta=module.OrderMeta(rate=1))
    assert order == module.Order(id=1, save__="abc", Meta_=module.OrderMeta(rate=1)) == order.clone()
    order.save__ = "z"
    with pytest.raises(ValueError, match="at most 3"):
        order.save__ = "long"
    assert order.to_json() == {"id": 1, "save": "z", "Meta": {"rate": 1}}
    assert module.Row(table_name="t").table_name_ == "t"


def test_a_parent_that_is_no_dotted_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"shop\.yaml \(at /.*/Order\): x-parent must be module\.Class, not 'os; x'"):
        load_models(
            specification_of(tmp_path, "Order: {type: object, x-parent: 'os; x', properties: {a: {}}}"),
            root=tmp_path,
            write=True,
        )


@pytest.mark.parametrize(
    ("key", "value"), [("x-persist", "42"), ("x-persist", "[orders]"), ("x-persist", ""), ("x-parent", "{}")]
)
def test_a_parent_that_is_no_text_is_not_passed_over(tmp_path: Path, key: str, value: str) -> None:
    document = specification_of(tmp_path, f"Order: {{type: object, {key}: {value}, properties: {{a: {{}}}}}}")
    with pytest.raises(ModelError, match=rf"shop\.yaml \(at /.*/Order\): {key} must be module\.Class"):
        load_models(document, root=tmp_path, write=True)


def test_a_folder_that_cannot_be_written_is_an_error_naming_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*unused: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("pymacaron_core.models.load.write_file", refuse)
    with pytest.raises(ModelError, match=r"shop_models\.py: cannot be written \(Read-only file system\)"):
        load_models(specification_of(tmp_path, ONE), root=tmp_path, write=True)


def test_a_missing_model_is_told_with_the_file_and_the_nearest_name(tmp_path: Path) -> None:
    specification = specification_of(tmp_path, ONE)
    catalog = Catalog(specification, load_models(specification, root=tmp_path, write=True))
    with pytest.raises(ModelError, match=r"apis/shop.yaml has no model 'Ordr'; did you mean 'Order'\?"):
        catalog.model("Ordr")
    with pytest.raises(AttributeError):
        catalog.Ordr  # noqa: B018
    assert catalog.get_model_names() == ["Order"]
    assert catalog.json_to_model("Order", {"id": 1}).to_json() == {"id": 1}
